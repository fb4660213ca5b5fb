//! Sections 4, 5 and 7: Champions and Trainers, and a unit's figures about them.

use std::collections::BTreeSet;

use super::Oracle;
use crate::coverage::PolicyTerms;
use crate::coverage::roster::{Certificate, NetworkRole, PersonIx, UnitIx};
use crate::spelling;

impl<'a> Oracle<'a> {
    /// The people who count as Champion for the team of a unit, or for its group.
    pub(in super::super) fn champions_of_team(self, unit: UnitIx) -> BTreeSet<PersonIx> {
        let members = self.members(unit);
        let people = self.people(&members);
        let counts = |role: &&NetworkRole| {
            self.holds(role.validity) && members.contains(&role.unit) && people.contains(&role.person)
        };
        self.roster.champions.iter().filter(counts).map(|role| role.person).collect()
    }

    /// Distinct people who count as Champion for a team at or below a unit.
    pub(in super::super) fn champions(self, unit: UnitIx) -> usize {
        let teams = self.below(unit).into_iter().filter(|team| self.is_team(*team));
        teams.flat_map(|team| self.champions_of_team(team)).collect::<BTreeSet<_>>().len()
    }

    /// Of the teams at or below a unit with staff and a policy: the number that have the Champions they need, and the
    /// number of all.
    pub(in super::super) fn champion_teams(self, unit: UnitIx) -> (usize, usize) {
        let teams = self.below(unit).into_iter().filter(|team| self.is_team(*team));
        let asked: Vec<_> = teams
            .filter_map(|team| {
                let (_, _, policy) = self.policy(&self.members(team))?;
                Some(self.champions_of_team(team).len() >= usize::try_from(policy.min_champions).unwrap())
            })
            .collect();
        (asked.iter().filter(|met| **met).count(), asked.len())
    }

    fn is_active_trainer(self, role: &NetworkRole) -> bool {
        let policy = self.policy_of_unit(role.unit).map(|(_, _, policy)| policy.clone()).unwrap_or_default();
        let both = [Certificate::Level3, Certificate::Level3Refresher];
        let ends = self.certificate_ends(role.person, &both, policy.trainer_certificate_months);
        self.holds(role.validity)
            && !self.has_left(role.person)
            && self.certificate_ends(role.person, &[Certificate::Level3], 0).is_some()
            && ends.is_some_and(|ends| self.day < ends)
    }

    fn active_trainers(self, at: impl Fn(UnitIx) -> bool) -> usize {
        let roles = self.roster.trainers.iter().filter(|role| at(role.unit) && self.is_active_trainer(role));
        roles.map(|role| role.person).collect::<BTreeSet<_>>().len()
    }

    /// Active Trainers that serve a unit: at, below or above it.
    pub(in super::super) fn trainers(self, unit: UnitIx) -> usize {
        self.active_trainers(|at| self.path(unit).contains(&at) || self.path(at).contains(&unit))
    }

    /// Trainers embedded in a unit and how many it needs, if it is one of those in which they are embedded.
    pub(in super::super) fn embedded(self, unit: UnitIx) -> Option<(usize, u32)> {
        let policy = self.policy_of_unit(unit).map_or_else(PolicyTerms::default, |(_, _, policy)| policy.clone());
        let level = self.roster.words.get(self.roster.units[unit.at()].level?);
        let is_asked = self.is_open(unit)
            && spelling::value(level) == spelling::value(&policy.trainer_level)
            && !self.people(&self.below(unit)).is_empty();
        is_asked.then(|| (self.active_trainers(|at| self.path(at).contains(&unit)), policy.min_trainers))
    }

    /// Units at or below this one in which Trainers are to be embedded: the number that have enough, and the number of
    /// all.
    pub(in super::super) fn trainer_units(self, unit: UnitIx) -> (usize, usize) {
        let asked: Vec<_> = self.below(unit).into_iter().filter_map(|below| self.embedded(below)).collect();
        (asked.iter().filter(|(trainers, needed)| u32::try_from(*trainers).unwrap() >= *needed).count(), asked.len())
    }
}
