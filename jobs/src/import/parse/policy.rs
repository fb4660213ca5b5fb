//! policies.csv and exemptions.csv.

use std::ops::RangeInclusive;

use entity::coverage::{self, mix};
use entity::period::{Day, Validity};

use super::super::cell::{self, Written};
use super::super::findings::Fault;
use super::super::layout::{ExemptionColumn as Exemption, PolicyColumn as Policy};
use super::super::words::Text;
use super::Cells;

/// More than a lifetime of months, and of days.
const MOST_MONTHS: i32 = 1_200;
const MOST_DAYS: i32 = 36_600;
/// More people than any organisation has.
const MOST_PEOPLE: i32 = 10_000_000;

/// A row of policies.csv; a blank cell has taken its default.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct PolicyRow {
    pub(in super::super) unit: Text,
    pub(in super::super) in_force_from: Day,
    pub(in super::super) staff_per_supporter: i32,
    pub(in super::super) min_supporters: i32,
    pub(in super::super) certificate_months: i32,
    pub(in super::super) approval_months: i32,
    pub(in super::super) away_days: i32,
    pub(in super::super) level1_target: i32,
    pub(in super::super) min_champions: i32,
    pub(in super::super) supporters_per_trainer: i32,
    pub(in super::super) horizon_days: i32,
    pub(in super::super) must_mix: Text,
    pub(in super::super) should_mix: Text,
}

/// A row of exemptions.csv.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ExemptionRow {
    pub(in super::super) unit: Text,
    pub(in super::super) from: Day,
    /// First day after it.
    pub(in super::super) to: Day,
    pub(in super::super) reason: Text,
    pub(in super::super) agreed_by: Option<Text>,
}

pub(super) fn policy(cells: &mut Cells<'_>) -> Result<PolicyRow, Fault> {
    let people = |least: i32| least..=MOST_PEOPLE;
    let default = coverage::Policy::default();
    Ok(PolicyRow {
        unit: cells.required_key(Policy::Unit)?,
        in_force_from: cells.required_day(Policy::InForceFrom)?,
        staff_per_supporter: number(cells, Policy::StaffPerSupporter, people(1), default.staff_per_supporter)?,
        min_supporters: number(cells, Policy::MinSupporters, people(0), default.min_supporters)?,
        certificate_months: number(cells, Policy::CertificateMonths, 1..=MOST_MONTHS, default.certificate_months)?,
        approval_months: number(cells, Policy::ApprovalMonths, 1..=MOST_MONTHS, default.approval_months)?,
        away_days: number(cells, Policy::AwayDays, 0..=MOST_DAYS, default.away_days)?,
        level1_target: number(cells, Policy::Level1Target, 0..=100, default.level1_target)?,
        min_champions: number(cells, Policy::MinChampions, people(0), default.min_champions)?,
        supporters_per_trainer: number(cells, Policy::SupportersPerTrainer, people(1), default.supporters_per_trainer)?,
        horizon_days: number(cells, Policy::HorizonDays, 0..=MOST_DAYS, default.horizon_days)?,
        must_mix: rules(cells, Policy::MustMix)?,
        should_mix: rules(cells, Policy::ShouldMix)?,
    })
}

/// A whole number within `bounds`; blank takes `default`, which is COVERAGE.md section 3's.
fn number(cells: &Cells<'_>, column: Policy, bounds: RangeInclusive<i32>, default: u32) -> Result<i32, Fault> {
    Ok(cells.whole(column, bounds)?.unwrap_or_else(|| i32::try_from(default).unwrap_or(i32::MAX)))
}

/// Mix rules in the policy's own words, each of which must be a rule.
fn rules(cells: &mut Cells<'_>, column: Policy) -> Result<Text, Fault> {
    let rules = cell::text(cells.sound(column)?);
    mix::parse(rules, false).map_err(|error| cells.fault(column, error.to_string()))?;
    Ok(cells.words.text(rules))
}

pub(super) fn exemption(cells: &mut Cells<'_>) -> Result<ExemptionRow, Fault> {
    let unit = cells.required_key(Exemption::Unit)?;
    let from = cells.required_day(Exemption::From)?;
    let to = match cells.written(Exemption::Until)? {
        Some(Written::Day(until)) => Validity::from_last(Some(from), Some(until)).to,
        // The table wants a day: the last one that both engines can keep.
        Some(Written::ForEver | Written::NoEnd) => Day::new(9999, 12, 31),
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
        None => Err(cells.fault(Exemption::Until, "This day is before From")),
    }
}
