//! What a cell says: text, names of things, days and numbers (IMPORT.md, "Rules for every file"). Pure.

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};
use entity::period::Day;

/// A cell of text: without edge spaces, and without the apostrophe that psn's own files put before what a spreadsheet would run.
pub(super) fn text(raw: &str) -> &str {
    let raw = raw.trim();
    match raw.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => raw,
    }
}

/// A cell that names something (a number, a code): also without the guards that keep a spreadsheet from reading it as a
/// number, `="00010004"` and `'00010003`.
pub(super) fn key(raw: &str) -> &str {
    let raw = raw.trim();
    let inner = raw.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or_else(|| raw.strip_prefix('\'').unwrap_or(raw)).trim()
}

/// Why a cell cannot be taken whatever its column: a spreadsheet's error value, or a character that no keyboard writes.
pub(super) fn damage(raw: &str) -> Option<&'static str> {
    const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"];
    let raw = raw.trim();
    if raw.starts_with('#') && (ERRORS.contains(&raw) || raw.bytes().all(|b| b == b'#')) {
        return Some("This is a spreadsheet's error value, not data; mend the formula and save the file again");
    }
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    raw.contains(control).then_some("The cell holds a control character; type it again")
}

/// An employee or assignment number as text, or why it cannot be one: a spreadsheet has turned it into a number, so that the
/// digits that are gone could name somebody else.
pub(super) fn number(raw: &str) -> Result<&str, &'static str> {
    let number = key(raw);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((mantissa, exponent)) = number.split_once(['E', 'e']) {
        let (whole, part) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
        if digits(whole) && digits(part) && digits(exponent.trim_start_matches(['+', '-'])) {
            return Err("A spreadsheet has turned this number into scientific notation; export it as text");
        }
    }
    if let Some((whole, part)) = number.split_once(['.', ','])
        && digits(whole)
        && digits(part)
    {
        return Err("A spreadsheet has turned this number into a decimal; export it as text");
    }
    Ok(number)
}

/// `Employer/Employee Number`, cut at the last slash.
pub(super) fn person(raw: &str) -> Result<(&str, &str), &'static str> {
    let (employer, its_number) =
        key(raw).rsplit_once('/').ok_or("Write a person as Employer/Employee Number, as in NHSGGC/00010001")?;
    let (employer, its_number) = (key(employer), number(its_number)?);
    if employer.is_empty() || its_number.is_empty() {
        return Err("Write a person as Employer/Employee Number, as in NHSGGC/00010001");
    }
    Ok((employer, its_number))
}

/// What is written as a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Written {
    Day(Day),
    /// 31/12/4712 or 31/12/9999: for ever, in a column of ends.
    ForEver,
}

const NO_DAY: &str = "This is not a day psn can read; write 16/11/2026 (day first), 2026-11-16 or 16-Nov-26";

/// A day as dd/mm/yyyy, yyyy-mm-dd, d-Mon-yy (or -yyyy), or an Excel serial from 20000 to 80000. The day always comes first: US
/// order is never guessed. A year of two digits is the one nearest to `as_at` that is at most 20 years after it.
pub(super) fn day(raw: &str, as_at: Day) -> Result<Written, Cow<'static, str>> {
    let raw = key(raw);
    let found = if let Some((day, month, year)) = split(raw, '/') {
        digits(year, 4..=4).zip(digits(month, 1..=2)).zip(digits(day, 1..=2)).map(|((y, m), d)| (y, m, d))
    } else if raw.bytes().all(|b| b.is_ascii_digit()) && !raw.is_empty() {
        return serial(raw);
    } else if let Some((first, second, third)) = split(raw, '-') {
        if first.len() == 4 {
            digits(first, 4..=4).zip(digits(second, 2..=2)).zip(digits(third, 2..=2)).map(|((y, m), d)| (y, m, d))
        } else {
            year(third, as_at).zip(month(second)).zip(digits(first, 1..=2)).map(|((y, m), d)| (y, m, d))
        }
    } else {
        None
    };
    let (year, month, day) = found.ok_or(NO_DAY)?;
    if matches!(year, 4712 | 9999) && (month, day) == (12, 31) {
        return Ok(Written::ForEver);
    }
    let day = i32::try_from(year).ok().and_then(|year| Day::new(year, month, day));
    let day = day.ok_or("There is no such day; the day comes first, then the month, as in 16/11/2026")?;
    if (1900..2200).contains(&year) {
        Ok(Written::Day(day))
    } else {
        Err("The year is out of all bounds (1900 to 2199)".into())
    }
}

fn split(raw: &str, by: char) -> Option<(&str, &str, &str)> {
    let mut parts = raw.split(by);
    let found = (parts.next()?, parts.next()?, parts.next()?);
    parts.next().is_none().then_some(found)
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let fits = length.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let found = NAMES.iter().position(|known| known.eq_ignore_ascii_case(name))?;
    u32::try_from(found + 1).ok()
}

fn year(text: &str, as_at: Day) -> Option<u32> {
    if text.len() == 4 {
        return digits(text, 4..=4);
    }
    let short = digits(text, 2..=2)?;
    let latest = u32::try_from(as_at.date().year()).ok()? + 20;
    let year = latest - latest % 100 + short;
    Some(if year > latest { year - 100 } else { year })
}

fn serial(raw: &str) -> Result<Written, Cow<'static, str>> {
    let serial = raw.parse().ok().filter(|serial| raw.len() == 5 && (20_000..=80_000).contains(serial));
    let serial: i64 = serial.ok_or("A day as an Excel serial lies from 20000 to 80000; write 16/11/2026")?;
    let start = NaiveDate::from_ymd_opt(1899, 12, 30).map(Day::from).ok_or(NO_DAY)?;
    Ok(Written::Day(start.plus_days(serial)))
}

/// A number that is not negative, in millionths, further digits cut. The decimal sign is a point or a comma: every number that
/// files hold is small, so a comma is never one between thousands.
pub(super) fn millionths(raw: &str) -> Option<i64> {
    let raw = key(raw);
    let (whole, part) = raw.split_once(['.', ',']).unwrap_or((raw, ""));
    let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + part.len() == 0 || whole.len() > 9 || !all_digits(whole) || !all_digits(part) {
        return None;
    }
    let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let part: i64 = format!("{:0<6.6}", part).parse().ok()?;
    Some(whole * 1_000_000 + part)
}

/// Millionths as whole `unit`s of them, half up.
pub(super) fn rounded(millionths: i64, unit: i64) -> i32 {
    i32::try_from((millionths + unit / 2) / unit).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
