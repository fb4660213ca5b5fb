//! The Trainer layer (COVERAGE.md section 5): whether there are enough Trainers, and whether they are embedded in
//! services.

use super::Question;
use super::governing::governing;
use super::index::Index;
use super::policy::PolicyTerms;
use super::rollup::distinct_people;
use super::roster::{Certificate, NetworkRole, PersonIx, UnitIx};
use super::tree::Tree;
use crate::period::Day;

/// The Trainers embedded in a unit, and how many it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embedded {
    /// Distinct active Trainers whose role names the unit or one below it.
    pub trainers: u32,
    /// Number that the governing policy requires.
    pub needed: u32,
}

impl Embedded {
    /// Whether there are as many as needed.
    #[must_use]
    pub const fn is_met(self) -> bool {
        self.trainers >= self.needed
    }
}

/// The roles of Trainers that are active on a day.
pub(super) struct ActiveTrainers(Vec<(PersonIx, UnitIx)>);

/// Whether a Trainer's role is active: it is valid, and the person has a counting post and a Level 3 certificate that
/// is valid under the policy governing the role's unit. A refresher alone is not a pass.
#[must_use]
pub fn is_active(index: &Index, role: &NetworkRole, question: &Question<'_>) -> bool {
    let day = question.day;
    role.validity.holds_on(day)
        && index.counting_posts_of(role.person, day).next().is_some()
        && certificate_ends(index, role, question).is_some_and(|ends| day < ends)
}

/// Returns the first day on which a Trainer's Level 3 certificate is no longer valid, under the policy governing the
/// role's unit. `None` without a Level 3 pass on or before the day.
#[must_use]
pub fn certificate_ends(index: &Index, role: &NetworkRole, question: &Question<'_>) -> Option<Day> {
    let day = question.day;
    index.last_pass(role.person, &[Certificate::Level3], day)?;
    let months = governing(index, role.unit, day, question.what_if).map_or_else(
        || PolicyTerms::default().trainer_certificate_months,
        |found| found.policy.trainer_certificate_months,
    );
    index.certificate_ends(role.person, &[Certificate::Level3, Certificate::Level3Refresher], day, months)
}

impl ActiveTrainers {
    pub(super) fn find(index: &Index, question: &Question<'_>) -> Self {
        let active = index.roster().trainers.iter().filter(|role| is_active(index, role, question));
        Self(active.map(|role| (role.person, role.unit)).collect())
    }

    /// Returns the number of distinct Trainers at or below each unit, by preorder index.
    pub(super) fn at_or_below(&self, tree: &Tree) -> Vec<u32> {
        distinct_people(tree, self.0.clone())
    }

    /// Returns the number of distinct Trainers at, below or above each unit, by preorder index: a Trainer belongs to a
    /// unit and everything below it.
    pub(super) fn serving(&self, tree: &Tree) -> Vec<u32> {
        let mut roles = self.0.clone();
        roles.sort_unstable_by_key(|(person, unit)| (*person, tree.preorder_index(*unit)));
        // A role below another role of the same person adds nothing: its ancestors and everything below it are already
        // served.
        roles.dedup_by(|next, kept| next.0 == kept.0 && tree.is_at_or_below(next.1, kept.1));
        // Each role's unit and its ancestors, counting a person once each ...
        let mut serving: Vec<_> = distinct_people(tree, roles.clone()).into_iter().map(i64::from).collect();
        // ... and, as ranges of preorder indices, the units strictly below it.
        let mut changes = vec![0i64; serving.len() + 1];
        for (_, unit) in roles {
            let below = tree.subtree(unit);
            changes[below.start() + 1] += 1;
            changes[below.end() + 1] -= 1;
        }
        let mut running = 0;
        for (figure, change) in serving.iter_mut().zip(changes) {
            running += change;
            *figure += running;
        }
        serving.into_iter().map(|trainers| u32::try_from(trainers).unwrap_or(0)).collect()
    }
}

/// Returns the Trainers embedded in `unit`, which has `headcount` people and `trainers` active Trainers at or below it.
/// `None` unless it is open, its level is the one in which Trainers are embedded, and people work at or below it.
pub(super) fn embedded(
    index: &Index,
    question: &Question<'_>,
    unit: UnitIx,
    headcount: u32,
    trainers: u32,
) -> Option<Embedded> {
    let facts = &index.roster().units[unit.at()];
    let level = facts.level.filter(|_| headcount > 0 && facts.validity.holds_on(question.day))?;
    let defaults = PolicyTerms::default();
    let found = governing(index, unit, question.day, question.what_if);
    let policy = found.as_ref().map_or(&defaults, |found| found.policy.as_ref());
    let is_asked = index.roster().words.find(&policy.trainer_level) == Some(level);
    is_asked.then_some(Embedded { trainers, needed: policy.min_trainers })
}
