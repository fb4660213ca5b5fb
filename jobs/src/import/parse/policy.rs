//! Rows of policies.csv and exemptions.csv.

use entity::coverage::mix::{self, Rule};
use entity::coverage::{PolicyNumber, PolicyTerms};
use entity::period::{Day, Validity};

use super::super::cell::{self, EndDay};
use super::super::fault::Fault;
use super::super::layout::{ExemptionColumn, PolicyColumn};
use super::super::record::{Exemption, Policy};
use super::super::reference::Written;
use super::super::vocabulary;
use super::cells::Cells;

/// Returns the column of a number.
const fn column(number: PolicyNumber) -> PolicyColumn {
    match number {
        PolicyNumber::StaffPerSupporter => PolicyColumn::StaffPerSupporter,
        PolicyNumber::MinSupporters => PolicyColumn::MinSupporters,
        PolicyNumber::CertificateMonths => PolicyColumn::CertificateMonths,
        PolicyNumber::ApprovalMonths => PolicyColumn::ApprovalMonths,
        PolicyNumber::AwayDays => PolicyColumn::AwayDays,
        PolicyNumber::Level1Target => PolicyColumn::Level1Target,
        PolicyNumber::MinChampions => PolicyColumn::MinChampions,
        PolicyNumber::SupportersPerTrainer => PolicyColumn::SupportersPerTrainer,
        PolicyNumber::HorizonDays => PolicyColumn::HorizonDays,
        PolicyNumber::TrainerCertificateMonths => PolicyColumn::TrainerCertificateMonths,
        PolicyNumber::MinTrainers => PolicyColumn::MinTrainers,
        PolicyNumber::StaleDays => PolicyColumn::StaleDays,
    }
}

/// Parses a row of policies.csv. Blank cells take the defaults.
pub(super) fn policy(cells: &mut Cells<'_>) -> Result<Policy<Written>, Fault> {
    let (unit, in_force_from) =
        (cells.required_key(PolicyColumn::Unit)?, cells.required_day(PolicyColumn::InForceFrom)?);
    let mut terms = PolicyTerms::default();
    for number in PolicyNumber::ALL {
        if let Some(value) = cells.whole(column(*number), number.range())? {
            terms.set_number(*number, value);
        }
    }
    if let Some(level) = cells.text(PolicyColumn::TrainerLevel)? {
        terms.trainer_level = cells.words.get(level).to_owned();
    }
    if !cells.mapped(PolicyColumn::ApproverOffice)?.is_empty() {
        terms.approver_office = cells.one_of(PolicyColumn::ApproverOffice, vocabulary::approver_office)?;
    }
    terms.mix = rules(cells, PolicyColumn::MustMix, true)?;
    terms.mix.extend(rules(cells, PolicyColumn::ShouldMix, false)?);
    Ok(Policy { unit, in_force_from, terms })
}

/// Parses mix rules in the policy's own notation.
fn rules(cells: &Cells<'_>, column: PolicyColumn, must: bool) -> Result<Vec<Rule>, Fault> {
    let rules = cell::text(cells.undamaged(column)?);
    mix::parse(rules, must).map_err(|error| cells.fault(column, error.to_string()))
}

pub(super) fn exemption(cells: &mut Cells<'_>) -> Result<Exemption<Written>, Fault> {
    let unit = cells.required_key(ExemptionColumn::Unit)?;
    let from = cells.required_day(ExemptionColumn::From)?;
    let to = match cells.end_day(ExemptionColumn::Until)? {
        Some(EndDay::Day(until)) => Validity::from_last(Some(from), Some(until)).to,
        // The table needs a day: the last one that both engines can store.
        Some(EndDay::ForEver | EndDay::NoEnd) => Day::new(9999, 12, 31),
        None => return Err(cells.blank(ExemptionColumn::Until)),
    };
    match to.filter(|to| *to > from) {
        Some(to) => Ok(Exemption {
            unit,
            from,
            to,
            reason: cells.required_text(ExemptionColumn::Reason)?,
            agreed_by: cells.text(ExemptionColumn::AgreedBy)?,
        }),
        None => Err(cells.fault(ExemptionColumn::Until, "This date is before From")),
    }
}
