//! Parses dates as people and systems write them (IMPORT.md, "Rules for every file"). The day always comes before the
//! month. US order is recognised only to refuse it; it is never guessed.

use std::borrow::Cow;

use chrono::{Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone as _, Weekday};
use chrono_tz::Tz;
use entity::period::Day;

use super::key;
use super::tokens::{Token, tokens};

/// An end date as a cell gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum EndDay {
    Day(Day),
    /// 31/12/2099 or later: no end.
    ForEver,
    /// `-`, `n/a` or 00/00/0000: no end.
    NoEnd,
}

const NO_DAY: &str = "This is not a date that psn can read; write 16/11/2026 (day first), 2026-11-16 or 16-Nov-26";
const IMPOSSIBLE: &str = "This date does not exist; write the day first, then the month, as in 16/11/2026";
const OUT_OF_BOUNDS: &str = "The year must be between 1900 and 2199";
const SERIAL: &str = "A date as an Excel serial number must be between 20000 and 80000; write it as 16/11/2026";
const WEEK_DAY: &str = "The day of the week does not match the date";

/// Refuses the whole file: if one value can only be month first, every other value may be month first too.
pub(in crate::import) const MONTH_FIRST: &str =
    "This date can only be month first (US order), so no date in this file can be trusted; write the day first";

/// Rejects a placeholder date in a column of completed events.
pub(in crate::import) const NEVER: &str =
    "Systems write this date to mean 'no date'; leave the cell blank or give the real date";

/// The earliest date of a completed event.
const FIRST_DONE: (i32, u32, u32) = (1990, 1, 1);

/// Parses a date in any column except an end date.
pub(in crate::import) fn day(raw: &str, zone: Tz) -> Result<Day, Cow<'static, str>> {
    let date = date(raw, zone)?;
    if matches!((date.year(), date.month(), date.day()), (4712 | 9999, 12, 31)) {
        return Err("A date that means 'no end' is allowed only in a column of end dates".into());
    }
    in_bounds(date)
}

/// Parses the date of a completed event. The dates that systems write for "never" are all before 1990.
pub(in crate::import) fn done_day(raw: &str, zone: Tz) -> Result<Day, Cow<'static, str>> {
    let (year, month, of_month) = FIRST_DONE;
    if is_zero(raw) || date(raw, zone)? < NaiveDate::from_ymd_opt(year, month, of_month).ok_or(NO_DAY)? {
        return Err(NEVER.into());
    }
    day(raw, zone)
}

/// Parses an end date.
pub(in crate::import) fn end(raw: &str, zone: Tz) -> Result<EndDay, Cow<'static, str>> {
    let said = key(raw);
    if matches!(said, "-" | "–" | "—") || said.eq_ignore_ascii_case("n/a") || is_zero(raw) {
        return Ok(EndDay::NoEnd);
    }
    let date = date(raw, zone)?;
    if (date.year(), date.month(), date.day()) >= (2099, 12, 31) {
        return Ok(EndDay::ForEver);
    }
    in_bounds(date).map(EndDay::Day)
}

fn in_bounds(date: NaiveDate) -> Result<Day, Cow<'static, str>> {
    if (1900..2200).contains(&date.year()) { Ok(Day::from(date)) } else { Err(OUT_OF_BOUNDS.into()) }
}

/// Whether the cell is 00/00/0000 in any order, with any separator, with or without a time of 00:00.
fn is_zero(raw: &str) -> bool {
    let digits = raw.bytes().filter(u8::is_ascii_digit).count();
    let rest = |c: char| matches!(c, '0' | '/' | '-' | '.' | ':' | ' ');
    digits >= 6 && key(raw).chars().all(rest)
}

/// Parses the date of a cell.
fn date(raw: &str, zone: Tz) -> Result<NaiveDate, Cow<'static, str>> {
    let said = key(raw);
    if let Some(days) = serial(said) {
        return days?.ok_or(Cow::Borrowed(NO_DAY));
    }
    let tokens = tokens(said);
    let (of_day, time) = split_time(&tokens);
    let date = civil(of_day)?;
    let Some(Time { time, offset }) = time.map(read_time).transpose()?.flatten() else { return Ok(date) };
    let Some(offset) = offset else { return Ok(date) };
    let instant = offset.from_local_datetime(&NaiveDateTime::new(date, time)).single();
    Ok(instant.ok_or(NO_DAY)?.with_timezone(&zone).date_naive())
}

/// Parses an Excel serial number and drops the time of day after the decimal sign. Returns `None` if the cell is not a
/// number of this kind.
fn serial(said: &str) -> Option<Result<Option<NaiveDate>, Cow<'static, str>>> {
    let (whole, part) = said.split_once(['.', ',']).unwrap_or((said, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    // Six or more digits before a decimal sign are not a date. Eight digits without a decimal sign are a date as
    // yyyymmdd.
    if whole.is_empty() || !digits(whole) || !digits(part) || (part.is_empty() && whole.len() == 8) {
        return None;
    }
    let days: Option<i64> = whole.parse().ok().filter(|days| whole.len() == 5 && (20_000..=80_000).contains(days));
    let Some(days) = days else { return Some(Err(SERIAL.into())) };
    let start = NaiveDate::from_ymd_opt(1899, 12, 30);
    Some(Ok(start.and_then(|start| start.checked_add_signed(chrono::TimeDelta::days(days)))))
}

/// Splits the tokens into those of the date and those of the time of day.
fn split_time<'t, 'r>(tokens: &'t [Token<'r>]) -> (&'t [Token<'r>], Option<&'t [Token<'r>]>) {
    let hour = |at: usize| match tokens.get(at..) {
        Some([Token::Number(hour), Token::Sign(':'), ..]) => hour.len() <= 2,
        // An hour without minutes: `9 AM`.
        Some(
            [Token::Number(hour), Token::Space, Token::Word(half), ..] | [Token::Number(hour), Token::Word(half), ..],
        ) => hour.len() <= 2 && half_day(half).is_some(),
        _ => false,
    };
    match (1..tokens.len()).find(|at| hour(*at)) {
        None => (tokens, None),
        Some(at) => {
            let joint = |token: &Token<'_>| match token {
                Token::Space | Token::Sign(',') => true,
                Token::Word(word) => word.eq_ignore_ascii_case("t") || word.eq_ignore_ascii_case("at"),
                Token::Number(_) | Token::Sign(_) => false,
            };
            let end = tokens[..at].iter().rposition(|token| !joint(token)).map_or(0, |last| last + 1);
            // A date and a time must be separated: `20261016 09:30` is valid, `2026-10-09:30` is not.
            if end == at { (tokens, None) } else { (&tokens[..end], Some(&tokens[at..])) }
        }
    }
}

struct Time {
    time: NaiveTime,
    /// Offset from UTC. `None` for local time.
    offset: Option<FixedOffset>,
}

/// Returns the hours to add for AM or PM.
fn half_day(word: &str) -> Option<u32> {
    if word.eq_ignore_ascii_case("am") {
        Some(0)
    } else if word.eq_ignore_ascii_case("pm") {
        Some(12)
    } else {
        None
    }
}

/// Parses a time of day: `9:30 AM`, `09:30:00.000+01:00`, `09:30 GMT`.
fn read_time(tokens: &[Token<'_>]) -> Result<Option<Time>, Cow<'static, str>> {
    let mut rest = tokens;
    let mut numbers = [0_u32; 3];
    for (at, number) in numbers.iter_mut().enumerate() {
        match rest {
            [Token::Number(digits), ..] if digits.len() <= 2 => *number = digits.parse().map_err(|_| NO_DAY)?,
            _ => return Err(NO_DAY.into()),
        }
        rest = &rest[1..];
        match rest {
            [Token::Sign(':'), ..] if at < 2 => rest = &rest[1..],
            _ => break,
        }
    }
    if let [Token::Sign('.' | ','), Token::Number(_), after @ ..] = rest {
        rest = after;
    }
    let skip_space = |rest: &mut &[Token<'_>]| {
        while let [Token::Space, after @ ..] = *rest {
            *rest = after;
        }
    };
    skip_space(&mut rest);
    let [mut hour, minute, second] = numbers;
    if let [Token::Word(word), after @ ..] = rest
        && let Some(more) = half_day(word)
    {
        hour = if hour <= 12 { hour % 12 + more } else { hour };
        rest = after;
        skip_space(&mut rest);
    }
    let zoned = |hours: &str, minutes: &str| -> Option<i32> {
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours <= 14 && minutes < 60).then_some((hours * 60 + minutes) * 60)
    };
    let signed = |sign: char, seconds: Option<i32>| seconds.map(|seconds| if sign == '+' { seconds } else { -seconds });
    let seconds = match rest {
        [] => None,
        [Token::Word(word)] if ["z", "utc", "gmt"].contains(&word.to_lowercase().as_str()) => Some(Some(0)),
        [Token::Word(word)] if word.eq_ignore_ascii_case("bst") => Some(Some(3_600)),
        [Token::Sign(sign @ ('+' | '-')), Token::Number(hours), Token::Sign(':'), Token::Number(minutes)]
            if hours.len() == 2 && minutes.len() == 2 =>
        {
            Some(signed(*sign, zoned(hours, minutes)))
        }
        [Token::Sign(sign @ ('+' | '-')), Token::Number(both)] if both.len() == 4 => {
            Some(signed(*sign, zoned(&both[..2], &both[2..])))
        }
        [Token::Sign(sign @ ('+' | '-')), Token::Number(hours)] if hours.len() == 2 => {
            Some(signed(*sign, zoned(hours, "0")))
        }
        _ => return Err(NO_DAY.into()),
    };
    let offset = match seconds {
        None => None,
        Some(seconds) => Some(seconds.and_then(FixedOffset::east_opt).ok_or(NO_DAY)?),
    };
    let time = NaiveTime::from_hms_opt(hour, minute, second.min(59)).ok_or(NO_DAY)?;
    Ok(Some(Time { time, offset }))
}

/// Parses a date without a time, with or without the day of the week before it.
fn civil(tokens: &[Token<'_>]) -> Result<NaiveDate, Cow<'static, str>> {
    let separator = |token: &Token<'_>| matches!(token, Token::Space | Token::Sign(_));
    let (of_week, mut rest) = match tokens {
        [Token::Word(word), after @ ..] if week_day(word).is_some() => (week_day(word), after),
        _ => (None, tokens),
    };
    if of_week.is_some() {
        while let [Token::Space | Token::Sign(',' | '.'), after @ ..] = rest {
            rest = after;
        }
    }
    let mut parts: Vec<&Token<'_>> = Vec::with_capacity(3);
    let mut signs: Vec<Option<char>> = Vec::with_capacity(2);
    let mut between: Option<Option<char>> = None;
    for token in rest {
        if separator(token) {
            let sign = match token {
                Token::Sign(',') | Token::Space | Token::Number(_) | Token::Word(_) => None,
                Token::Sign(sign) => Some(*sign),
            };
            if parts.is_empty() || sign.is_some_and(|sign| !['/', '-', '.'].contains(&sign)) {
                return Err(NO_DAY.into());
            }
            between = Some(match between {
                Some(Some(_)) if sign.is_some() => return Err(NO_DAY.into()),
                Some(Some(sign)) => Some(sign),
                Some(None) | None => sign,
            });
            continue;
        }
        // The ending of `16th` belongs to its number.
        if let (Token::Word(word), Some(Token::Number(_)), None) = (token, parts.last(), between)
            && ["st", "nd", "rd", "th"].contains(&word.to_lowercase().as_str())
        {
            continue;
        }
        if !parts.is_empty() {
            signs.push(between.flatten());
        }
        between = None;
        parts.push(token);
    }
    if between.is_some() {
        return Err(NO_DAY.into());
    }
    let date = match parts.as_slice() {
        [Token::Number(packed)] if packed.len() == 8 => ymd(&packed[..4], &packed[4..6], &packed[6..]),
        [Token::Number(first), Token::Number(month), Token::Number(last)] if signs[0] == signs[1] => {
            if first.len() == 4 { ymd(first, month, last) } else { dmy(first, month, last) }
        }
        [Token::Number(of_month), Token::Word(name), Token::Number(of_year)] => {
            let month = month(name).ok_or(NO_DAY)?;
            let (of_year, of_month) = (year(of_year).ok_or(NO_DAY)?, two_digits(of_month).ok_or(NO_DAY)?);
            NaiveDate::from_ymd_opt(of_year, month, of_month).ok_or(IMPOSSIBLE.into())
        }
        [Token::Word(name), Token::Number(of_month), Token::Number(of_year)] => {
            let valid = month(name).zip(two_digits(of_month)).zip(year(of_year));
            let valid = valid.and_then(|((month, day), year)| NaiveDate::from_ymd_opt(year, month, day));
            Err(if valid.is_some() { MONTH_FIRST } else { NO_DAY }.into())
        }
        _ => Err(NO_DAY.into()),
    };
    match (date?, of_week) {
        (date, Some(of_week)) if date.weekday() != of_week => Err(WEEK_DAY.into()),
        (date, _) => Ok(date),
    }
}

fn ymd(of_year: &str, month: &str, of_month: &str) -> Result<NaiveDate, Cow<'static, str>> {
    let parts = year(of_year).zip(two_digits(month)).zip(two_digits(of_month));
    let ((year, month), day) = parts.ok_or(NO_DAY)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or(IMPOSSIBLE.into())
}

fn dmy(of_month: &str, month: &str, of_year: &str) -> Result<NaiveDate, Cow<'static, str>> {
    let parts = two_digits(of_month).zip(two_digits(month)).zip(year(of_year));
    let ((day, month), year) = parts.ok_or(NO_DAY)?;
    let month_first = || NaiveDate::from_ymd_opt(year, day, month).is_some();
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| if month_first() { MONTH_FIRST } else { IMPOSSIBLE }.into())
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() <= 2).then(|| text.parse().ok()).flatten()
}

/// Parses a year of four digits, or of two; 70 to 99 are in the twentieth century.
fn year(text: &str) -> Option<i32> {
    match text.len() {
        4 => text.parse().ok(),
        2 => text.parse().ok().map(|short: i32| if short < 70 { 2000 + short } else { 1900 + short }),
        _ => None,
    }
}

/// Returns the number of a month from its full name or its first three letters; "Sept" is also accepted.
fn month(name: &str) -> Option<u32> {
    const NAMES: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let name = name.to_lowercase();
    let is = |known: &str| name == known || name == known[..3] || (name == "sept" && known == "september");
    let found = NAMES.iter().position(|known| is(known))?;
    u32::try_from(found + 1).ok()
}

fn week_day(name: &str) -> Option<Weekday> {
    let name = name.to_lowercase();
    // `Weekday` parses full names and three-letter names.
    let name = match name.as_str() {
        "tues" => "tue",
        "weds" => "wed",
        "thur" | "thurs" => "thu",
        other => other,
    };
    name.parse().ok()
}

#[cfg(test)]
mod tests;
