//! Converts policies between rows of the table and the terms of the rules.

use crate::coverage::PolicyTerms;
use crate::coverage::mix::{self, MixError, Rule};
use crate::coverage::policy::PolicyNumber;
use crate::id::{PolicyId, UnitId};
use crate::period::Day;
use crate::table::policy;

/// A stored policy whose mix rules this program cannot read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("policy {policy}: {source}")]
pub struct UnreadableMix {
    /// Its id.
    pub policy: PolicyId,
    /// The error.
    pub source: MixError,
}

/// Returns the column of a number.
const fn number(row: &policy::Model, which: PolicyNumber) -> i32 {
    match which {
        PolicyNumber::StaffPerSupporter => row.staff_per_supporter,
        PolicyNumber::MinSupporters => row.min_supporters,
        PolicyNumber::CertificateMonths => row.certificate_months,
        PolicyNumber::ApprovalMonths => row.approval_months,
        PolicyNumber::AwayDays => row.away_days,
        PolicyNumber::Level1Target => row.level1_target,
        PolicyNumber::MinChampions => row.min_champions,
        PolicyNumber::SupportersPerTrainer => row.supporters_per_trainer,
        PolicyNumber::HorizonDays => row.horizon_days,
        PolicyNumber::TrainerCertificateMonths => row.trainer_certificate_months,
        PolicyNumber::MinTrainers => row.min_trainers,
        PolicyNumber::StaleDays => row.stale_days,
    }
}

/// Returns the terms of a stored policy. Numbers are clamped to their ranges.
///
/// # Errors
///
/// [`UnreadableMix`] if its mix rules cannot be read.
pub fn terms(row: &policy::Model) -> Result<PolicyTerms, UnreadableMix> {
    let rules = |text: &str, must| mix::parse(text, must).map_err(|source| UnreadableMix { policy: row.id, source });
    let mut mix = rules(&row.must_mix, true)?;
    mix.extend(rules(&row.should_mix, false)?);
    let mut terms = PolicyTerms {
        trainer_level: row.trainer_level.clone(),
        approver_office: row.approver_office,
        mix,
        ..PolicyTerms::default()
    };
    for which in PolicyNumber::ALL {
        terms.set_number(*which, u32::try_from(number(row, *which)).unwrap_or(0));
    }
    Ok(terms)
}

/// Returns the row of a policy.
#[must_use]
pub fn row(id: PolicyId, unit_id: UnitId, in_force_from: Day, terms: &PolicyTerms) -> policy::Model {
    let number = |which| i32::try_from(terms.number(which)).unwrap_or(i32::MAX);
    let rules = |must: bool| {
        let of_kind = terms.mix.iter().filter(|rule| rule.must == must).map(|rule: &Rule| rule.text.as_str());
        of_kind.collect::<Vec<_>>().join("; ")
    };
    policy::Model {
        id,
        unit_id,
        in_force_from,
        staff_per_supporter: number(PolicyNumber::StaffPerSupporter),
        min_supporters: number(PolicyNumber::MinSupporters),
        certificate_months: number(PolicyNumber::CertificateMonths),
        approval_months: number(PolicyNumber::ApprovalMonths),
        away_days: number(PolicyNumber::AwayDays),
        level1_target: number(PolicyNumber::Level1Target),
        min_champions: number(PolicyNumber::MinChampions),
        supporters_per_trainer: number(PolicyNumber::SupportersPerTrainer),
        horizon_days: number(PolicyNumber::HorizonDays),
        trainer_certificate_months: number(PolicyNumber::TrainerCertificateMonths),
        min_trainers: number(PolicyNumber::MinTrainers),
        stale_days: number(PolicyNumber::StaleDays),
        trainer_level: terms.trainer_level.clone(),
        approver_office: terms.approver_office,
        must_mix: rules(true),
        should_mix: rules(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_survives_its_row() {
        let mut mix = mix::parse("2 different job_family; 1 from Nursing & Midwifery of job_family", true).unwrap();
        mix.extend(mix::parse("2 different band", false).unwrap());
        let mut filed = PolicyTerms { mix, trainer_level: "Directorate".to_owned(), ..PolicyTerms::default() };
        for (value, which) in (2..).zip(PolicyNumber::ALL) {
            filed.set_number(*which, value);
        }
        let from = Day::new(2026, 4, 1).unwrap();
        assert_eq!(terms(&row(PolicyId(1), UnitId(2), from, &filed)), Ok(filed));
    }
}
