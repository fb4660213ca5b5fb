//! Finds when covered teams lose their cover (COVERAGE.md section 5, AT_RISK). It assesses later days with every fact
//! on file and no new event. The result can change only on days on which a dated fact begins or ends, so only those
//! days are assessed.

use std::collections::BTreeSet;

use super::assessment::{Assessment, assess, len};
use super::colleagues::CoverScope;
use super::governing::WhatIf;
use super::index::Index;
use super::mix::Verdict;
use super::policy::{PolicyNumber, PolicyTerms};
use super::risk::{Cause, Risk};
use super::roster::{Disputed, PersonIx};
use crate::period::{Day, Validity};
use crate::value::Status;

/// Finds the first later day on which a unit or cover group that is COVERED today is not. Returns `None` if it stays
/// COVERED through the horizon of today's policy.
///
/// In a cover group the group is assessed, for each of today's members: also for a unit that will have no staff left by
/// then and would be NOT_APPLICABLE on its own. Assessing units on their own would call the group covered a little
/// longer.
pub(super) fn find_risk(
    index: &Index,
    scope: CoverScope,
    today: Day,
    what_if: Option<&WhatIf>,
    plain: &Assessment<'_>,
) -> Option<Risk> {
    let horizon = today.plus_days(i64::from(plain.governing.as_ref()?.policy.horizon_days));
    days_of_change(index, scope, today, horizon, what_if).into_iter().find_map(|day| {
        let later = assess(index, scope, day, what_if);
        match later.status {
            Status::Covered | Status::NotApplicable | Status::Exempt => None,
            Status::Unknown | Status::None | Status::Partial | Status::MixGap | Status::AtRisk => {
                Some(Risk { day, status: later.status, causes: causes(index, plain, &later) })
            }
        }
    })
}

/// Returns the days after `today`, up to and including `horizon`, on which a fact that affects the result begins or
/// ends.
pub(crate) fn days_of_change(
    index: &Index,
    scope: CoverScope,
    today: Day,
    horizon: Day,
    what_if: Option<&WhatIf>,
) -> BTreeSet<Day> {
    let mut days = Days { today, horizon, days: BTreeSet::new() };
    let roster = index.roster();
    let defaults = PolicyTerms::default();
    let mut policies = vec![&defaults];
    let mut people: Vec<PersonIx> = Vec::new();
    // A unit that moves comes under other policies, and so does every unit below it.
    days.add(what_if.and_then(|asked| asked.filed_from));
    let moves: Vec<_> = index.moves().filter(|(day, _)| today < *day && *day <= horizon).collect();
    moves.iter().for_each(|(day, _)| days.add(Some(*day)));
    let trees: Vec<_> = std::iter::once(index.tree(today)).chain(moves.into_iter().map(|(_, tree)| tree)).collect();
    for unit in scope.units(index) {
        for filed in trees.iter().flat_map(|tree| tree.ancestors(*unit)).flat_map(|above| index.policies_of(above)) {
            days.add(Some(filed.from));
            policies.push(&filed.policy);
        }
        for exemption in index.exemptions_of(*unit) {
            days.add_validity(exemption.validity);
        }
        days.add_validity(roster.units[unit.at()].validity);
        // Mix rules use all posts of the team's people, in any unit.
        people.extend(index.posts_in(*unit).map(|post| post.person));
        for place in index.allocations_to(*unit) {
            people.push(roster.allocations[*place as usize].person);
        }
    }
    people.sort_unstable();
    people.dedup();
    // A certificate expires by the policy of the assessed day, so each policy that may govern by then is considered.
    let asked = |number: PolicyNumber| -> BTreeSet<u32> {
        let tried = what_if.and_then(|asked| asked.change.number(number));
        policies.iter().map(|policy| policy.number(number)).chain(tried).collect()
    };
    let certificate_months = asked(PolicyNumber::CertificateMonths);
    let approval_months = asked(PolicyNumber::ApprovalMonths);

    for agreement in index.agreements() {
        days.add(Some(agreement.from));
        days.add(Some(agreement.sign_by.plus_days(1)));
    }
    for framework in index.frameworks() {
        days.add(Some(framework.transition_until.plus_days(1)));
    }
    for person in &people {
        for post in index.posts_of(*person) {
            days.add_validity(post.validity);
            days.add_validity(roster.units[post.unit.at()].validity);
        }
        let mut supports = false;
        for allocation in index.allocations_of(*person) {
            supports = true;
            days.add_validity(allocation.validity);
            if let Some(Disputed { since, registered: _, lower_share: _, before_start }) = allocation.disputed {
                days.add(Some(since));
                before_start.iter().for_each(|waits| days.add_validity(*waits));
            }
            allocation.signed_off.iter().for_each(|on| days.add(Some(*on)));
            allocation.pauses.iter().for_each(|pause| days.add_validity(*pause));
            allocation.terms.iter().for_each(|terms| days.add(terms.from));
            for approval in allocation.line.iter().chain(&allocation.senior) {
                days.add(Some(approval.on));
                days.add(approval.withdrawn_on);
                approval_months.iter().for_each(|months| days.add(Some(approval.on.plus_months(*months))));
            }
        }
        if supports {
            days.add(index.level1_on(*person));
            index.assessments_of(*person).iter().for_each(|assessed| days.add(Some(assessed.on)));
            index.signatures_of(*person).iter().for_each(|signature| days.add(Some(signature.on)));
            index.away(*person).iter().for_each(|spell| days.add_validity(*spell));
            for pass in index.passes_of(*person) {
                days.add(Some(pass.on));
                days.add(pass.expires);
                certificate_months.iter().for_each(|months| days.add(Some(pass.on.plus_months(*months))));
            }
        }
    }
    days.days
}

struct Days {
    today: Day,
    horizon: Day,
    days: BTreeSet<Day>,
}

impl Days {
    fn add(&mut self, day: Option<Day>) {
        self.days.extend(day.filter(|day| self.today < *day && *day <= self.horizon));
    }

    fn add_validity(&mut self, validity: Validity) {
        self.add(validity.from);
        self.add(validity.to);
    }
}

fn causes(index: &Index, today: &Assessment<'_>, later: &Assessment<'_>) -> Vec<Cause> {
    let mut causes = lost(index, today, later);
    match (&today.governing, &later.governing) {
        (_, None) => causes.push(Cause::NoPolicy),
        (Some(before), Some(after)) if before.policy != after.policy => causes.extend(after.unit.map(Cause::Policy)),
        (_, Some(_)) => {}
    }
    let unmet = later.mix.iter().filter(|outcome| outcome.rule.must && outcome.verdict == Verdict::Unmet);
    causes.extend(unmet.map(|outcome| Cause::Mix(outcome.rule.text.clone())));
    // More people need more supporters. Fewer people cannot end a team's cover, unless there is no other cause.
    let heads = (len(&today.people), len(&later.people));
    if heads.0 < heads.1 || (heads.0 != heads.1 && causes.is_empty()) {
        causes.push(Cause::Headcount(heads.0, heads.1));
    }
    causes
}

/// Returns the causes for people who count today and will not count, by reason.
fn lost(index: &Index, today: &Assessment<'_>, later: &Assessment<'_>) -> Vec<Cause> {
    let mut reasons = Vec::new();
    let mut emptied = Vec::new();
    for standing in today.standings.iter().filter(|standing| standing.reasons.is_active()) {
        let person = index.roster().allocations[standing.allocation as usize].person;
        match later.standings.iter().find(|then| then.allocation == standing.allocation) {
            Some(then) => reasons.extend(then.reasons.headline_for_team().map(|reason| (reason, person))),
            None => emptied.push(person),
        }
    }
    reasons.sort_unstable();
    reasons.dedup();
    emptied.sort_unstable();
    emptied.dedup();
    let mut lost: Vec<_> =
        reasons.chunk_by(|a, b| a.0 == b.0).map(|chunk| Cause::Lost(chunk[0].0, len(chunk))).collect();
    lost.extend((!emptied.is_empty()).then(|| Cause::Emptied(len(&emptied))));
    lost
}
