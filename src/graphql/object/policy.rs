//! What a team is asked for, and where that comes from (COVERAGE.md section 3).

use std::sync::Arc;

use async_graphql::{InputObject, Object, SimpleObject};
use entity::coverage::mix::{self, Rule};
use entity::coverage::policy::Policy as Filed;
use entity::coverage::roster::UnitIx;
use entity::coverage::{Governing, PolicyChange};
use entity::period::Day;

use super::super::error::ApiError;
use super::super::moment::Moment;
use super::super::scalar::Date;
use super::unit::Unit;

/// The policy that governs a unit or team.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) at: Arc<Moment>,
    pub(crate) unit: Option<UnitIx>,
    pub(crate) from: Option<Day>,
    pub(crate) filed: Filed,
}

impl Policy {
    pub(crate) fn governing(at: &Arc<Moment>, found: Governing<'_>) -> Self {
        let Governing { unit, from, policy } = found;
        Self { at: Arc::clone(at), unit, from, filed: policy.into_owned() }
    }
}

/// The policy that governs a unit or team: that of the nearest unit at or above it that has one in force, and of that unit's
/// the latest. Policies replace each other, they do not merge.
#[Object]
impl Policy {
    /// The unit whose policy it is. Null where the viewer does not see that unit.
    async fn unit(&self) -> Option<Unit> {
        self.unit.filter(|unit| self.at.sees(*unit)).map(|unit| self.at.unit_object(unit))
    }

    /// First day on which it is in force.
    async fn in_force_from(&self) -> Option<Date> {
        self.from.map(Date)
    }

    /// One Peer Supporter for this many staff, or part thereof.
    async fn staff_per_supporter(&self) -> u32 {
        self.filed.staff_per_supporter
    }

    /// People that a team needs as Peer Supporters whatever its size.
    async fn min_supporters(&self) -> u32 {
        self.filed.min_supporters
    }

    /// Months that a Level 2 pass or refresher lasts.
    async fn certificate_months(&self) -> u32 {
        self.filed.certificate_months
    }

    /// Months that a manager's approval lasts.
    async fn approval_months(&self) -> u32 {
        self.filed.approval_months
    }

    /// Days; an absence longer than this takes a supporter out of the count.
    async fn away_days(&self) -> u32 {
        self.filed.away_days
    }

    /// The share of staff with Level 1 that is asked for, in percent.
    async fn level1_target(&self) -> u32 {
        self.filed.level1_target
    }

    /// Wellbeing Champions that a team needs.
    async fn min_champions(&self) -> u32 {
        self.filed.min_champions
    }

    /// One Trainer for this many active Peer Supporters, or part thereof.
    async fn supporters_per_trainer(&self) -> u32 {
        self.filed.supporters_per_trainer
    }

    /// Days that AT_RISK looks ahead.
    async fn horizon_days(&self) -> u32 {
        self.filed.horizon_days
    }

    /// Rules about the mix of supporters, MUST before SHOULD.
    async fn mix(&self) -> Vec<MixRule> {
        self.filed.mix.iter().map(MixRule::from).collect()
    }
}

/// A rule about what kinds of people a team's Peer Supporters should be.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MixRule {
    /// The policy's own words.
    rule: String,
    /// Whether failing it makes a team a MIX_GAP; otherwise it is only shown.
    must: bool,
}

impl From<&Rule> for MixRule {
    fn from(rule: &Rule) -> Self {
        Self { rule: rule.text.clone(), must: rule.must }
    }
}

/// What would be different in a policy. What is left out stays as the governing policy has it; a team without any policy is
/// given the defaults first.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PolicyInput {
    /// One Peer Supporter for this many staff, or part thereof; 1 or more.
    staff_per_supporter: Option<i32>,
    /// People that a team needs as Peer Supporters whatever its size; 0 or more.
    min_supporters: Option<i32>,
    /// Months that a Level 2 pass or refresher lasts; 0 to 1200.
    certificate_months: Option<i32>,
    /// Months that a manager's approval lasts; 0 to 1200.
    approval_months: Option<i32>,
    /// Days; an absence longer than this takes a supporter out of the count; 0 to 3660.
    away_days: Option<i32>,
    /// The share of staff with Level 1 that is asked for, in percent; 0 to 100.
    level1_target: Option<i32>,
    /// Wellbeing Champions that a team needs; 0 or more.
    min_champions: Option<i32>,
    /// One Trainer for this many active Peer Supporters, or part thereof; 1 or more.
    supporters_per_trainer: Option<i32>,
    /// Days that AT_RISK looks ahead; 0 to 3660.
    horizon_days: Option<i32>,
    /// Rules about the mix whose failing makes a team a MIX_GAP, ';' between them: '2 different job_family; 1 from Nursing of
    /// job_family'. Rules that are given, here or in shouldMix, replace all of the policy's rules.
    must_mix: Option<String>,
    /// Rules about the mix that are only shown, written likewise.
    should_mix: Option<String>,
}

/// More than any organisation has.
const MANY: u32 = 1_000_000;
/// A hundred years.
const MONTHS: u32 = 1200;
/// Ten years; the look ahead asks every day of change within it.
const DAYS: u32 = 3660;
/// More rules than a policy can sensibly have; each is asked of every team.
const RULES: usize = 20;

impl PolicyInput {
    /// The change that it asks for.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] that names the field, its range, or the rule that is none.
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
            must_mix,
            should_mix,
        } = self;
        Ok(PolicyChange {
            staff_per_supporter: within("staffPerSupporter", staff_per_supporter, 1, MANY)?,
            min_supporters: within("minSupporters", min_supporters, 0, MANY)?,
            certificate_months: within("certificateMonths", certificate_months, 0, MONTHS)?,
            approval_months: within("approvalMonths", approval_months, 0, MONTHS)?,
            away_days: within("awayDays", away_days, 0, DAYS)?,
            level1_target: within("level1Target", level1_target, 0, 100)?,
            min_champions: within("minChampions", min_champions, 0, MANY)?,
            supporters_per_trainer: within("supportersPerTrainer", supporters_per_trainer, 1, MANY)?,
            horizon_days: within("horizonDays", horizon_days, 0, DAYS)?,
            mix: rules(must_mix.as_deref(), should_mix.as_deref())?,
        })
    }
}

fn within(field: &str, value: Option<i32>, least: u32, most: u32) -> Result<Option<u32>, ApiError> {
    value
        .map(|value| {
            let number = u32::try_from(value).ok().filter(|number| (least..=most).contains(number));
            number
                .ok_or_else(|| ApiError::bad_input(field, format!("{field} is {least} to {most}, and {value} is not")))
        })
        .transpose()
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
        return Err(ApiError::bad_input("mustMix", format!("A policy has at most {RULES} rules about the mix")));
    }
    Ok(Some(rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_out_of_range_is_refused_by_name() {
        let zero = PolicyInput { staff_per_supporter: Some(0), ..PolicyInput::default() };
        assert!(zero.change().unwrap_err().sentence().starts_with("staffPerSupporter is 1 to"));
        let much = PolicyInput { level1_target: Some(101), ..PolicyInput::default() };
        assert!(much.change().unwrap_err().sentence().starts_with("level1Target is 0 to 100"));
    }

    #[test]
    fn rules_replace_all_rules_and_a_text_that_is_none_is_named() {
        let none = PolicyInput::default().change().unwrap();
        assert_eq!(none, PolicyChange::default());
        let cleared = PolicyInput { must_mix: Some(String::new()), ..PolicyInput::default() }.change().unwrap();
        assert_eq!(cleared.mix, Some(Vec::new()));
        let wrong = PolicyInput { should_mix: Some("two nurses".to_owned()), ..PolicyInput::default() };
        assert!(wrong.change().unwrap_err().sentence().contains("'two nurses' is not a mix rule"));
    }
}
