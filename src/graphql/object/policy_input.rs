//! Changes to a policy, as the caller writes them.

use async_graphql::InputObject;
use entity::coverage::PolicyChange;
use entity::coverage::mix::{self, Rule};
use entity::coverage::policy::PolicyNumber;

use super::enums::ApproverOffice;
use crate::graphql::error::ApiError;

/// Changes to a policy. Fields that are left out keep the governing policy's values; a team without a policy gets the default
/// policy first.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PolicyInput {
    /// One Peer Supporter for this many staff, or part thereof; 1 to 1,000,000.
    staff_per_supporter: Option<i32>,
    /// Minimum number of Peer Supporters per team, whatever its size; 1 to 1,000,000.
    min_supporters: Option<i32>,
    /// Months for which a Level 2 pass or refresher is valid; 1 to 1,200.
    certificate_months: Option<i32>,
    /// Months for which a manager's approval is valid; 1 to 1,200.
    approval_months: Option<i32>,
    /// The limit of days away: a supporter with a longer absence does not count; 0 to 3,660.
    away_days: Option<i32>,
    /// The required share of staff with Level 1, in percent; 0 to 100.
    level1_target: Option<i32>,
    /// Wellbeing Champions required per team; 0 to 1,000,000.
    min_champions: Option<i32>,
    /// One Trainer for this many active Peer Supporters, or part thereof; 1 to 1,000,000.
    supporters_per_trainer: Option<i32>,
    /// How many days AT_RISK looks ahead; 0 to 3,660.
    horizon_days: Option<i32>,
    /// Months for which a Level 3 pass or refresher of a Trainer is valid; 1 to 1,200.
    trainer_certificate_months: Option<i32>,
    /// The level of the units that must have embedded Trainers, in the board's own word.
    trainer_level: Option<String>,
    /// Trainers required per such unit; 0 to 1,000,000.
    min_trainers: Option<i32>,
    /// How approvals count if the approver did not hold the office on the day of the decision.
    approver_office: Option<ApproverOffice>,
    /// Whether people count only if they have signed the agreement in force. Files cannot set it.
    agreement_required: Option<bool>,
    /// Whether sign-offs against an earlier version of the competence framework stop counting after the transition to a later
    /// one. Files cannot set it.
    framework_transition_gates: Option<bool>,
    /// Staff lists that are older than this many days cannot show that a team is covered; 0 to 3,660.
    stale_days: Option<i32>,
    /// Rules about the mix that a team must meet, otherwise it is a MIX_GAP, separated by ';': '2 different job_family; 1 from
    /// Nursing of job_family'. Rules that are given, here or in `shouldMix`, replace all of the policy's rules.
    must_mix: Option<String>,
    /// Rules about the mix that are only shown, in the same format.
    should_mix: Option<String>,
}

/// The most rules of a policy; each is checked for every team.
const RULES: usize = 20;

impl PolicyInput {
    /// Returns the change to the policy.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] that names the field, its range, or the invalid rule.
    pub(crate) fn change(self) -> Result<PolicyChange, ApiError> {
        let Self {
            staff_per_supporter,
            min_supporters,
            certificate_months,
            approval_months,
            away_days,
            level1_target,
            min_champions,
            supporters_per_trainer,
            horizon_days,
            trainer_certificate_months,
            trainer_level,
            min_trainers,
            approver_office,
            agreement_required,
            framework_transition_gates,
            stale_days,
            must_mix,
            should_mix,
        } = self;
        let asked = [
            ("staffPerSupporter", PolicyNumber::StaffPerSupporter, staff_per_supporter),
            ("minSupporters", PolicyNumber::MinSupporters, min_supporters),
            ("certificateMonths", PolicyNumber::CertificateMonths, certificate_months),
            ("approvalMonths", PolicyNumber::ApprovalMonths, approval_months),
            ("awayDays", PolicyNumber::AwayDays, away_days),
            ("level1Target", PolicyNumber::Level1Target, level1_target),
            ("minChampions", PolicyNumber::MinChampions, min_champions),
            ("supportersPerTrainer", PolicyNumber::SupportersPerTrainer, supporters_per_trainer),
            ("horizonDays", PolicyNumber::HorizonDays, horizon_days),
            ("trainerCertificateMonths", PolicyNumber::TrainerCertificateMonths, trainer_certificate_months),
            ("minTrainers", PolicyNumber::MinTrainers, min_trainers),
            ("staleDays", PolicyNumber::StaleDays, stale_days),
        ];
        let mut numbers = Vec::new();
        for (field, number, value) in asked {
            numbers.extend(within(field, number, value)?.map(|value| (number, value)));
        }
        Ok(PolicyChange {
            numbers,
            trainer_level,
            approver_office: approver_office.map(Into::into),
            agreement_required,
            framework_transition_gates,
            mix: rules(must_mix.as_deref(), should_mix.as_deref())?,
        })
    }
}

fn within(field: &str, number: PolicyNumber, value: Option<i32>) -> Result<Option<u32>, ApiError> {
    let range = number.range();
    let (least, most) = (range.start(), range.end());
    let Some(value) = value else { return Ok(None) };
    let allowed = u32::try_from(value).ok().filter(|value| range.contains(value));
    let sentence = || format!("`{field}` must be between {least} and {most}, and {value} is not.");
    allowed.map(Some).ok_or_else(|| ApiError::bad_input(field, sentence()))
}

fn rules(must: Option<&str>, should: Option<&str>) -> Result<Option<Vec<Rule>>, ApiError> {
    if must.is_none() && should.is_none() {
        return Ok(None);
    }
    let read = |field, text: Option<&str>, must| {
        mix::parse(text.unwrap_or(""), must).map_err(|error| ApiError::bad_input(field, error.to_string()))
    };
    let mut rules = read("mustMix", must, true)?;
    rules.extend(read("shouldMix", should, false)?);
    if rules.len() > RULES {
        return Err(ApiError::bad_input("mustMix", format!("A policy has at most {RULES} rules about the mix.")));
    }
    Ok(Some(rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_range_is_refused_by_name() {
        let zero = PolicyInput { staff_per_supporter: Some(0), ..PolicyInput::default() };
        assert!(zero.change().unwrap_err().sentence().starts_with("`staffPerSupporter` must be between 1 and"));
        let much = PolicyInput { level1_target: Some(101), ..PolicyInput::default() };
        assert!(much.change().unwrap_err().sentence().starts_with("`level1Target` must be between 0 and 100"));
    }

    #[test]
    fn rules_replace_all_rules_and_an_invalid_one_is_named() {
        let none = PolicyInput::default().change().unwrap();
        assert_eq!(none, PolicyChange::default());
        let cleared = PolicyInput { must_mix: Some(String::new()), ..PolicyInput::default() }.change().unwrap();
        assert_eq!(cleared.mix, Some(Vec::new()));
        let wrong = PolicyInput { should_mix: Some("two nurses".to_owned()), ..PolicyInput::default() };
        assert!(wrong.change().unwrap_err().sentence().contains("'two nurses' is not a mix rule"));
    }
}
