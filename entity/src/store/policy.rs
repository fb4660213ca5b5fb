//! Converts policies between rows of the table and the terms of the rules.

use crate::coverage::PolicyTerms;
use crate::coverage::mix::{self, MixError, Rule};
use crate::coverage::policy::PolicyNumber;
use crate::id::{PolicyId, UnitId};
use crate::period::Day;
use crate::register::terms::RegisterTerms;
use crate::table::{policy, policy_register_terms};

/// Separates the pay bands of a stored order.
pub const BETWEEN_BANDS: char = ';';

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

/// Returns the terms of a policy with what only the register sets. Files have no column for it, so an import of the same
/// policy leaves it as it is.
#[must_use]
pub fn with_register(terms: PolicyTerms, stored: Option<&policy_register_terms::Model>) -> PolicyTerms {
    let agreement_required = stored.and_then(|row| row.agreement_required).unwrap_or(terms.agreement_required);
    let gates = stored.and_then(|row| row.framework_transition_gates).unwrap_or(terms.framework_transition_gates);
    PolicyTerms { agreement_required, framework_transition_gates: gates, ..terms }
}

/// Returns the terms of a stored policy, without what only the register sets. Numbers are clamped to their ranges.
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

/// Returns the numbers of the register that a stored policy sets; nulls are defaults.
#[must_use]
pub fn register_terms(row: &policy_register_terms::Model) -> RegisterTerms {
    let policy_register_terms::Model {
        policy_id: _,
        nomination_days,
        silence_days,
        again_days,
        months_in_post,
        months_active,
        waiting_per_nominator,
        ended_months,
        band_order,
        agreement_required: _,
        framework_transition_gates: _,
    } = row;
    let defaults = RegisterTerms::default();
    let number =
        |stored: Option<i32>, default: u32| stored.and_then(|number| u32::try_from(number).ok()).unwrap_or(default);
    let bands = |text: &String| text.split(BETWEEN_BANDS).map(|band| band.trim().to_owned()).collect();
    RegisterTerms {
        nomination_days: number(*nomination_days, defaults.nomination_days),
        silence_days: number(*silence_days, defaults.silence_days),
        again_days: number(*again_days, defaults.again_days),
        months_in_post: number(*months_in_post, defaults.months_in_post),
        months_active: number(*months_active, defaults.months_active),
        waiting_per_nominator: number(*waiting_per_nominator, defaults.waiting_per_nominator),
        ended_months: number(*ended_months, defaults.ended_months),
        band_order: band_order.as_ref().map_or(defaults.band_order, bands),
    }
}

/// Returns the row of what the register sets for a policy: its numbers, and the parts of the policy that no file has.
#[must_use]
pub fn register_terms_row(
    policy_id: PolicyId,
    terms: &RegisterTerms,
    policy: &PolicyTerms,
) -> policy_register_terms::Model {
    let RegisterTerms {
        nomination_days,
        silence_days,
        again_days,
        months_in_post,
        months_active,
        waiting_per_nominator,
        ended_months,
        band_order,
    } = terms;
    let number = |number: u32| Some(i32::try_from(number).unwrap_or(i32::MAX));
    policy_register_terms::Model {
        policy_id,
        nomination_days: number(*nomination_days),
        silence_days: number(*silence_days),
        again_days: number(*again_days),
        months_in_post: number(*months_in_post),
        months_active: number(*months_active),
        waiting_per_nominator: number(*waiting_per_nominator),
        ended_months: number(*ended_months),
        band_order: Some(band_order.join("; ")),
        agreement_required: Some(policy.agreement_required),
        framework_transition_gates: Some(policy.framework_transition_gates),
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

    #[test]
    fn register_terms_survive_their_row() {
        let terms = RegisterTerms {
            nomination_days: 1,
            silence_days: 2,
            again_days: 3,
            months_in_post: 4,
            months_active: 5,
            waiting_per_nominator: 6,
            ended_months: 7,
            band_order: vec!["Band 5".to_owned(), "Band 6".to_owned()],
        };
        let policy =
            PolicyTerms { agreement_required: true, framework_transition_gates: true, ..PolicyTerms::default() };
        let row = register_terms_row(PolicyId(1), &terms, &policy);
        assert_eq!(register_terms(&row), terms);
        assert_eq!(with_register(PolicyTerms::default(), Some(&row)), policy);
        assert_eq!(with_register(policy.clone(), None), policy);
        let none = policy_register_terms::Model {
            policy_id: PolicyId(1),
            nomination_days: None,
            silence_days: None,
            again_days: None,
            months_in_post: None,
            months_active: None,
            waiting_per_nominator: None,
            ended_months: None,
            band_order: None,
            agreement_required: None,
            framework_transition_gates: None,
        };
        assert_eq!(register_terms(&none), RegisterTerms::default());
    }
}
