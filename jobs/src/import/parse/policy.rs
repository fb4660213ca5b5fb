//! Rows of policies.csv and exemptions.csv.

use entity::coverage::mix::{self, Rule};
use entity::coverage::{PolicyNumber, PolicyTerms};
use entity::interner::Symbol;
use entity::period::{Day, Validity};

use super::super::cell::{self, EndDay};
use super::super::fault::Fault;
use super::super::layout::{ExemptionColumn as Exemption, PolicyColumn as Policy};
use super::super::vocabulary;
use super::cells::Cells;

/// A row of policies.csv, with defaults for its blank cells.
#[derive(Clone, Debug)]
pub(in crate::import) struct PolicyRow {
    pub(in crate::import) unit: Symbol,
    pub(in crate::import) in_force_from: Day,
    pub(in crate::import) terms: PolicyTerms,
}

/// A row of exemptions.csv.
#[derive(Clone, Copy, Debug)]
pub(in crate::import) struct ExemptionRow {
    pub(in crate::import) unit: Symbol,
    pub(in crate::import) from: Day,
    /// The day after the last day.
    pub(in crate::import) to: Day,
    pub(in crate::import) reason: Symbol,
    pub(in crate::import) agreed_by: Option<Symbol>,
}

/// Returns the column of a number.
const fn column(number: PolicyNumber) -> Policy {
    match number {
        PolicyNumber::StaffPerSupporter => Policy::StaffPerSupporter,
        PolicyNumber::MinSupporters => Policy::MinSupporters,
        PolicyNumber::CertificateMonths => Policy::CertificateMonths,
        PolicyNumber::ApprovalMonths => Policy::ApprovalMonths,
        PolicyNumber::AwayDays => Policy::AwayDays,
        PolicyNumber::Level1Target => Policy::Level1Target,
        PolicyNumber::MinChampions => Policy::MinChampions,
        PolicyNumber::SupportersPerTrainer => Policy::SupportersPerTrainer,
        PolicyNumber::HorizonDays => Policy::HorizonDays,
        PolicyNumber::TrainerCertificateMonths => Policy::TrainerCertificateMonths,
        PolicyNumber::MinTrainers => Policy::MinTrainers,
        PolicyNumber::StaleDays => Policy::StaleDays,
    }
}

pub(super) fn policy(cells: &mut Cells<'_>) -> Result<PolicyRow, Fault> {
    let (unit, in_force_from) = (cells.required_key(Policy::Unit)?, cells.required_day(Policy::InForceFrom)?);
    let mut terms = PolicyTerms::default();
    for number in PolicyNumber::ALL {
        if let Some(value) = cells.whole(column(*number), number.range())? {
            terms.set_number(*number, value);
        }
    }
    if let Some(level) = cells.text(Policy::TrainerLevel)? {
        terms.trainer_level = cells.words.get(level).to_owned();
    }
    if !cells.mapped(Policy::ApproverOffice)?.is_empty() {
        terms.approver_office = cells.one_of(Policy::ApproverOffice, vocabulary::approver_office)?;
    }
    terms.mix = rules(cells, Policy::MustMix, true)?;
    terms.mix.extend(rules(cells, Policy::ShouldMix, false)?);
    Ok(PolicyRow { unit, in_force_from, terms })
}

/// Parses mix rules in the policy's own notation.
fn rules(cells: &Cells<'_>, column: Policy, must: bool) -> Result<Vec<Rule>, Fault> {
    let rules = cell::text(cells.undamaged(column)?);
    mix::parse(rules, must).map_err(|error| cells.fault(column, error.to_string()))
}

pub(super) fn exemption(cells: &mut Cells<'_>) -> Result<ExemptionRow, Fault> {
    let unit = cells.required_key(Exemption::Unit)?;
    let from = cells.required_day(Exemption::From)?;
    let to = match cells.end_day(Exemption::Until)? {
        Some(EndDay::Day(until)) => Validity::from_last(Some(from), Some(until)).to,
        // The table needs a day: the last one that both engines can store.
        Some(EndDay::ForEver | EndDay::NoEnd) => Day::new(9999, 12, 31),
        None => return Err(cells.blank(Exemption::Until)),
    };
    match to.filter(|to| *to > from) {
        Some(to) => Ok(ExemptionRow {
            unit,
            from,
            to,
            reason: cells.required_text(Exemption::Reason)?,
            agreed_by: cells.text(Exemption::AgreedBy)?,
        }),
        None => Err(cells.fault(Exemption::Until, "This date is before From")),
    }
}
