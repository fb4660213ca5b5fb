//! The roles that a person has today by the imported data.

use std::sync::Arc;

use entity::coverage::roster::{Allocation, NetworkRole, PersonIx, UnitIx};
use entity::value::{AccessRole, AppointmentRole, Role};

use super::Scope;

impl Scope {
    /// Adds the roles that a person has today by the imported data.
    pub(super) fn learn(&mut self, place: PersonIx) {
        let (known, today) = (Arc::clone(&self.known), self.today);
        let index = &known.facts.index;
        let id = index.roster().people[place.at()].id;
        if !index.posts_of(place).any(|post| post.validity.holds_on(today)) {
            // A person who has left has no role, whatever else is on file or was granted.
            self.roles.clear();
            return;
        }
        self.roles.push(AccessRole::Staff);
        // As for the weekly mail: an appointment without a counting post is a vacant post.
        if index.counting_posts_of(place, today).next().is_some() {
            let units = known.directory.answered_by(id, today);
            let units = units.filter(|(_, role)| *role == AppointmentRole::SeniorManager);
            self.answered = units.filter_map(|(unit, _)| known.unit_by_id(unit)).collect();
        }
        self.managed = known.managed_by(place, today);
        self.managed_units = known.units_managed_by(place, today);
        let held = |allocation: &&Allocation| allocation.validity.holds_on(today);
        self.supported = index.allocations_of(place).filter(held).map(|allocation| allocation.unit).collect();
        self.learn_network_roles(place);
        let trains = self.network_roles.iter().any(|(role, _)| *role == Role::Trainer);
        let learnt = [
            (!self.answered.is_empty(), AccessRole::SeniorManager),
            (!self.managed.is_empty(), AccessRole::LineManager),
            (!self.supported.is_empty(), AccessRole::Supporter),
            (trains, AccessRole::Trainer),
        ];
        self.roles.extend(learnt.into_iter().filter(|(holds, _)| *holds).map(|(_, role)| role));
        self.roles.sort_unstable();
        self.roles.dedup();
    }

    /// Adds the roles in the network that a person holds today.
    fn learn_network_roles(&mut self, place: PersonIx) {
        let roster = self.known.facts.index.roster();
        let held = |role: Role, all: &[NetworkRole]| {
            let own = all.iter().filter(|own| own.person == place && own.validity.holds_on(self.today));
            own.map(|own| (role, own.unit)).collect::<Vec<_>>()
        };
        let mut roles: Vec<_> = self.supported.iter().map(|unit| (Role::PeerSupporter, *unit)).collect();
        roles.extend(held(Role::Trainer, &roster.trainers));
        roles.extend(held(Role::Champion, &roster.champions));
        let code = |unit: UnitIx| &roster.units[unit.at()].code;
        roles.sort_by(|(a, at_a), (b, at_b)| a.cmp(b).then_with(|| code(*at_a).cmp(code(*at_b))));
        roles.dedup();
        self.network_roles = roles;
    }
}
