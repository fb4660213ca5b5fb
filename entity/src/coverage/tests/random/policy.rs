//! Policies of units.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

use super::{any_day, any_unit, early_day};
use crate::coverage::PolicyTerms;
use crate::coverage::mix::{self, Rule};
use crate::coverage::roster::{FiledPolicy, UnitIx};
use crate::value::ApproverOffice;

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let texts: &[&str] =
        &["2 different job_family", "1 from RED of band", "2 from green of site", "2 different employer"];
    let rule = (prop::sample::select(texts), any::<bool>());
    vec(rule, 0..3).prop_map(|rules| {
        rules.into_iter().flat_map(|(text, must)| mix::parse(text, must).expect("a mix rule")).collect()
    })
}

pub(in crate::coverage::tests) fn policy() -> impl Strategy<Value = PolicyTerms> {
    let people = prop_oneof![4 => Just(1u32), 1 => Just(2u32)];
    let months = (12u32..48, 12u32..48, 12u32..48);
    let trainers = (prop::sample::select(&["Service", "RED ", "service"][..]), 0u32..3, 0u32..3);
    let office = prop_oneof![2 => Just(ApproverOffice::Shown), 1 => Just(ApproverOffice::Required)];
    let records = (office, (prop::bool::weighted(0.4), prop::bool::weighted(0.4)));
    (2u32..9, people, months, (5u32..40, 0u32..100, 0u32..500), trainers, records, rules()).prop_map(
        |(staff, people, months, days, trainers, (approver_office, required), mix)| PolicyTerms {
            staff_per_supporter: staff,
            min_supporters: people,
            certificate_months: months.0,
            approval_months: months.1,
            trainer_certificate_months: months.2,
            away_days: days.0,
            horizon_days: days.1,
            stale_days: days.2,
            trainer_level: trainers.0.to_owned(),
            min_trainers: trainers.1,
            min_champions: trainers.2,
            approver_office,
            agreement_required: required.0,
            framework_transition_gates: required.1,
            mix,
            ..PolicyTerms::default()
        },
    )
}

/// A policy of the root in nearly every roster, and some more; of one unit never two from the same day, as on file.
pub(super) fn policies() -> impl Strategy<Value = Vec<FiledPolicy>> {
    let root = weighted(0.9, (Just(UnitIx(0)), early_day(), policy()));
    (root, vec((any_unit(), any_day(), policy()), 0..5)).prop_map(|(root, more)| {
        let rows = root.into_iter().chain(more).map(|(unit, from, policy)| FiledPolicy { unit, from, policy });
        let mut filed: Vec<FiledPolicy> = rows.collect();
        let mut seen = std::collections::HashSet::new();
        filed.retain(|filed| seen.insert((filed.unit, filed.from)));
        filed
    })
}
