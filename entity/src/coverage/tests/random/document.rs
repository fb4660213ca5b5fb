//! Agreements with their signatures, and versions of the framework with assessments against them.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{PEOPLE, any_day, early_day};
use crate::coverage::roster::{Agreement, Framework, PersonAssessment, PersonIx, Signature};
use crate::id::{AssessmentId, DocumentId, FrameworkId};
use crate::period::Day;

/// The most versions of the agreement.
const AGREEMENTS: usize = 3;

/// Versions of the agreement, never two from the same day, as on file. Their ids run against their days.
pub(super) fn agreements() -> impl Strategy<Value = Vec<Agreement>> {
    let row = (prop_oneof![2 => early_day(), 1 => any_day()], 0i64..200);
    vec(row, 0..=AGREEMENTS).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows = (0..).zip(rows).filter(|(_, (from, _))| seen.insert(*from));
        rows.map(|(id, (from, days))| Agreement { id: DocumentId(id), from, sign_by: from.plus_days(days) }).collect()
    })
}

/// A signature of any version, mostly an early one.
pub(super) fn signature(person: impl Strategy<Value = PersonIx>) -> impl Strategy<Value = Signature> {
    let agreement = (0..i64::try_from(AGREEMENTS).unwrap()).prop_map(DocumentId);
    let on = prop_oneof![3 => early_day(), 1 => any_day()];
    (person, agreement, on).prop_map(|(person, agreement, on)| Signature { person, agreement, on })
}

/// Most people have signed most versions.
pub(super) fn signatures() -> impl Strategy<Value = Vec<Signature>> {
    let each: Vec<_> = (0..PEOPLE).map(|person| vec(signature(Just(PersonIx(person))), 1..6)).collect();
    each.prop_map(|rows| rows.into_iter().flatten().collect())
}

/// The most versions of the competence framework.
const FRAMEWORKS: usize = 3;

/// Versions of the competence framework, never two from the same day, as on file.
pub(super) fn frameworks() -> impl Strategy<Value = Vec<Framework>> {
    let row = (prop_oneof![2 => early_day(), 1 => any_day()], 0i64..300);
    vec(row, 0..=FRAMEWORKS).prop_map(|rows| {
        let mut seen = std::collections::HashSet::new();
        let rows = (0..).zip(rows).filter(|(_, (from, _))| seen.insert(*from));
        rows.map(|(id, (from, days))| Framework { id: FrameworkId(id), from, transition_until: from.plus_days(days) })
            .collect()
    })
}

/// An assessment against any version, mostly met, on one of a few days so that some are on the same one.
pub(super) fn assessed(person: impl Strategy<Value = PersonIx>) -> impl Strategy<Value = PersonAssessment> {
    let framework = (0..i64::try_from(FRAMEWORKS).unwrap()).prop_map(FrameworkId);
    let on = prop_oneof![3 => early_day(), 2 => any_day(), 1 => Just(Day::new(2026, 3, 2).unwrap())];
    (person, framework, on, prop::bool::weighted(0.7), 0i64..1_000_000).prop_map(|(person, framework, on, met, id)| {
        PersonAssessment { id: AssessmentId(id), person, framework, on, met }
    })
}

/// Assessments with different ids, as on file.
pub(super) fn numbered(mut rows: Vec<PersonAssessment>) -> Vec<PersonAssessment> {
    let mut seen = std::collections::HashSet::new();
    rows.retain(|row| seen.insert(row.id));
    rows
}
