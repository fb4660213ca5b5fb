//! Parses cells: text, keys, dates and numbers (IMPORT.md, "Rules for every file"). Pure.

mod day;
mod email;
mod tokens;

use crate::output::safe_csv;

pub(super) use day::{EndDay, MONTH_FIRST, day, done_day, end};
pub(super) use email::email;

/// Returns a text cell without surrounding spaces, and without the apostrophe that psn's own files put before text that
/// a spreadsheet would run as a formula.
pub(super) fn text(raw: &str) -> &str {
    let raw = raw.trim();
    match raw.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) => rest,
        _ => raw,
    }
}

/// Returns a cell that is a key (a number, a code). Also removes the guards that keep a spreadsheet from reading it as
/// a number: `="00010004"` and `'00010003`.
pub(super) fn key(raw: &str) -> &str {
    let raw = raw.trim();
    // psn's own lists of rejected rows put the apostrophe before the other guard.
    let raw = raw.strip_prefix('\'').unwrap_or(raw);
    let inner = raw.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"'));
    inner.unwrap_or(raw).trim()
}

/// The maximum number of characters in a cell, as in a spreadsheet.
const MOST_CHARACTERS: usize = 32_767;

/// Returns why a cell is invalid in any column: a spreadsheet error value, a control character, a lost character, or
/// too much text. `None` if it is valid.
pub(super) fn damage(raw: &str) -> Option<&'static str> {
    const ERRORS: [&str; 7] = ["#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!"];
    let raw = raw.trim();
    if raw.starts_with('#') && (ERRORS.contains(&raw) || raw.bytes().all(|b| b == b'#')) {
        return Some("This is a spreadsheet error value, not data; correct the formula and save the file again");
    }
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    if raw.contains(control) {
        return Some("The cell contains a control character; retype it");
    }
    // A saved list of rejected rows has this sign in place of a control character.
    if raw.contains(safe_csv::REPLACEMENT) {
        return Some("The cell contains the sign for a lost character (\u{FFFD}); retype it");
    }
    let too_long = raw.len() > MOST_CHARACTERS && raw.chars().count() > MOST_CHARACTERS;
    too_long.then_some("The cell has more than 32767 characters, the most that a spreadsheet cell can hold; shorten it")
}

/// Returns an employee or assignment number as text. Fails if a spreadsheet has turned it into a number: with the lost
/// digits it could identify another person.
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

/// Splits `Employer/Employee Number` at the last slash.
pub(super) fn person(raw: &str) -> Result<(&str, &str), &'static str> {
    let (employer, its_number) =
        key(raw).rsplit_once('/').ok_or("Write a person as Employer/Employee Number, for example NHSGGC/00010001")?;
    let (employer, its_number) = (key(employer), number(its_number)?);
    if employer.is_empty() || its_number.is_empty() {
        return Err("Write a person as Employer/Employee Number, for example NHSGGC/00010001");
    }
    Ok((employer, its_number))
}

/// Parses a number of at least 0 in millionths and drops further digits. The decimal sign is a point or a comma: all
/// numbers in the files are small, so a comma is never a thousands separator.
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

/// Converts millionths to whole units of `unit` millionths, rounding half up.
pub(super) fn rounded(millionths: i64, unit: i64) -> i32 {
    i32::try_from((millionths + unit / 2) / unit).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests;
