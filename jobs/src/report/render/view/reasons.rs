//! What a reader must know about the mail itself: how old its data is, which weeks had no report, and why they receive it.

use entity::data_age::OLD_AFTER_DAYS;
use entity::period::IsoWeek;

use super::headline::about;
use super::units::and_more;
use crate::output::one_line::clip;
use crate::report::build::{AnsweredUnit, Report};
use crate::report::recipients::Why;
use crate::report::render::names::Names;
use crate::report::render::setting::Reader;
use crate::report::wording::{counted, grouped, int, listed, near_day, number};

/// Maximum number of reasons for receiving the mail.
const MOST_REASONS: usize = 10;

pub(in crate::report::render) fn warnings(report: &Report<'_>, reader: Reader<'_>, names: &Names) -> Vec<String> {
    let mut warnings = Vec::new();
    if reader.is_copy {
        warnings.push(copied(report, names));
    }
    warnings.extend(old_lists(report));
    warnings.extend(missed(report));
    if reader.is_copy {
        // A colleague need not know why the report's recipient receives it.
        return warnings;
    }
    let fallbacks: Vec<_> = report.units.iter().filter(|unit| unit.fallback).collect();
    warnings.extend(fallbacks.iter().take(MOST_REASONS).map(|unit| reason(unit, names)));
    warnings.extend(and_more(fallbacks.len(), MOST_REASONS));
    warnings
}

/// Returns why a colleague gets a copy. It names the unit and not the person.
fn copied(report: &Report<'_>, names: &Names) -> String {
    let own = report.units.iter().find(|unit| unit.why == Why::SeniorManager.to_string());
    let who = match own {
        Some(unit) => format!("the senior manager of {}", names.unit(unit.unit)),
        None => format!("the person who receives the report on {}", about(report)),
    };
    format!("You receive a copy because {who} asked for it.")
}

/// Returns `Ward 4A: you are deputy for its senior manager.`
fn reason(unit: &AnsweredUnit<'_>, names: &Names) -> String {
    format!("{}: {}.", names.unit(unit.unit), unit.why)
}

pub(super) fn reasons(report: &Report<'_>, reader: Reader<'_>, names: &Names) -> Vec<String> {
    let mut reasons = if reader.is_copy { Vec::new() } else { vec![received(report, names)] };
    if !reader.hidden.is_empty() {
        reasons.push("Some sections are left out, as chosen in the settings of this report.".to_owned());
    }
    reasons
}

fn received(report: &Report<'_>, names: &Names) -> String {
    let own: Vec<_> = report.units.iter().filter(|unit| unit.why == Why::SeniorManager.to_string()).collect();
    let mut shown: Vec<_> = own.iter().take(MOST_REASONS).map(|unit| names.unit(unit.unit)).collect();
    if let Some(more) = own.len().checked_sub(shown.len()).filter(|more| *more > 0) {
        shown.push(counted(int(more), "more unit", "more units"));
    }
    let every = "every Monday, even when there is nothing to do";
    if shown.is_empty() {
        format!("You receive this report {every}.")
    } else {
        format!("You receive this report {every}, as senior manager of {}.", listed(&shown))
    }
}

/// Returns a sentence about the weeks in which no report was sent.
fn missed(report: &Report<'_>) -> Option<String> {
    let of = |week: &IsoWeek| near_day(week.monday(), report.day);
    match report.missed.as_slice() {
        [] => None,
        [one] => Some(format!("No report was sent for the week of {}.", of(one))),
        [first, .., last] => Some(format!(
            "No report was sent for {} weeks, from the week of {} to the week of {}.",
            number(report.missed.len()),
            of(first),
            of(last)
        )),
    }
}

/// Returns a warning about an old staff list.
fn old_lists(report: &Report<'_>) -> Option<String> {
    let (as_at, employer) = report.oldest_list()?;
    let age = report.day.days_since(as_at);
    (age > OLD_AFTER_DAYS).then(|| {
        let of = employer.map_or_else(String::new, |employer| format!(" of {}", clip(employer, 60)));
        format!(
            "These figures are based on a staff list{of} that is {} days old ({}).",
            grouped(age),
            near_day(as_at, report.day)
        )
    })
}

/// Returns a sentence with the day of the oldest staff list, unless the list is old, which a warning says.
pub(in crate::report::render) fn recent_lists(report: &Report<'_>) -> Option<String> {
    let (as_at, _) = report.oldest_list()?;
    let is_recent = report.day.days_since(as_at) <= OLD_AFTER_DAYS;
    is_recent.then(|| format!("The oldest staff list behind these figures is from {}.", near_day(as_at, report.day)))
}
