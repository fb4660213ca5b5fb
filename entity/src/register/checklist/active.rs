//! Whether a future Trainer counts as Peer Supporter, and since when.

use std::collections::BTreeSet;

use super::Nominee;
use super::item::{ChecklistItem, hard, soft};
use super::months::{is_or_are, whole_months, whole_months_between};
use crate::coverage::Index;
use crate::coverage::assessment::assess;
use crate::coverage::colleagues::CoverScope;
use crate::coverage::forecast::days_of_change;
use crate::coverage::roster::{Certificate, PersonIx, UnitIx};
use crate::period::Day;
use crate::register::terms::RegisterTerms;
use crate::value::register::ChecklistCode;

/// Returns the item that the nominee counts as Peer Supporter of any team on the nominee's day.
pub(super) fn now(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let is_met = is_active(index, nominee.person, nominee.day);
    let sentence = match is_met {
        true => "The nominee counts as a Peer Supporter.",
        false => "The nominee does not count as a Peer Supporter of any team.",
    };
    hard(ChecklistCode::ActivePeerSupporter, is_met, sentence.to_owned())
}

/// Returns the item about the time for which the nominee has counted as Peer Supporter. Breaks, such as a long absence,
/// are left out of it and do not start it again.
pub(super) fn months(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> ChecklistItem {
    let days = days_active(index, nominee.person, nominee.day);
    // As many months as if there had been no breaks.
    let months = whole_months_between(nominee.day.plus_days(-days), nominee.day);
    let asked = terms.months_active;
    let sentence = format!(
        "The nominee has counted as a Peer Supporter for {}; {asked} {} asked for.",
        whole_months(months),
        is_or_are(asked)
    );
    soft(ChecklistCode::MonthsActive, months >= asked, sentence)
}

/// Whether a person has an active allocation on a day.
fn is_active(index: &Index, person: PersonIx, day: Day) -> bool {
    let held = index.allocations_of(person).filter(|allocation| allocation.validity.holds_on(day));
    let units: BTreeSet<UnitIx> = held.map(|allocation| allocation.unit).collect();
    units.into_iter().any(|unit| {
        let standings = assess(index, CoverScope::on(index, unit, day), day, None).standings;
        let allocations = &index.roster().allocations;
        standings
            .iter()
            .any(|standing| allocations[standing.allocation as usize].person == person && standing.reasons.is_active())
    })
}

/// Returns the number of days before `day` on which a person had an active allocation.
fn days_active(index: &Index, person: PersonIx, day: Day) -> i64 {
    let passes = index.passes_of(person).iter().filter(|pass| pass.certificate == Certificate::Level2);
    // No one is active before a first pass.
    let Some(first) = passes.map(|pass| pass.on).min().filter(|first| *first < day) else { return 0 };
    let scopes: BTreeSet<UnitIx> = index.allocations_of(person).map(|allocation| allocation.unit).collect();
    let changes =
        scopes.into_iter().flat_map(|unit| days_of_change(index, CoverScope::for_unit(index, unit), first, day, None));
    let days: BTreeSet<Day> = changes.chain([first, day]).collect();
    let days: Vec<Day> = days.into_iter().collect();
    let spells = days.windows(2).filter(|spell| is_active(index, person, spell[0]));
    spells.map(|spell| spell[1].days_since(spell[0])).sum()
}
