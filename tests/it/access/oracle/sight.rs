//! What one viewer may see, worked out from the rows on file and the text of the table of rights.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Weekday};
use entity::id::{PersonId, UnitId};
use entity::period::Day;
use entity::table::{allocation, unit};
use entity::value::{AccessRole, AppointmentRole, Role};
use psn::access::Viewer;

use super::facts::{Facts, holds};

/// What one viewer may see.
pub(super) struct Sight<'f> {
    pub(super) facts: &'f Facts,
    pub(super) viewer: Viewer,
    pub(super) me: Option<PersonId>,
    pub(super) roles: BTreeSet<AccessRole>,
    pub(super) answered: Vec<UnitId>,
    pub(super) supported: Vec<UnitId>,
    pub(super) managed: Vec<PersonId>,
    /// Units in which they are the line manager of a counting post.
    managed_units: Vec<UnitId>,
    pub(super) given: Vec<UnitId>,
}

impl<'f> Sight<'f> {
    pub(super) fn new(facts: &'f Facts, viewer: &Viewer) -> Self {
        let me = viewer.person_id();
        let mut sight = Self {
            facts,
            viewer: viewer.clone(),
            me,
            roles: viewer.granted().iter().copied().collect(),
            answered: Vec::new(),
            supported: Vec::new(),
            managed: Vec::new(),
            managed_units: Vec::new(),
            given: viewer.units().to_vec(),
        };
        let Some(me) = me else { return sight };
        if !facts.has_posts(me) {
            sight.roles.clear();
            return sight;
        }
        if facts.counts(me) {
            sight.answered = facts.answers_for(me, Some(AppointmentRole::SeniorManager));
        }
        sight.supported = facts.role_in(me, Role::PeerSupporter);
        sight.managed = facts.manages(me);
        sight.managed_units = facts.manages_in(me);
        sight.roles.insert(AccessRole::Staff);
        for (holds, role) in [
            (!sight.answered.is_empty(), AccessRole::SeniorManager),
            (!sight.supported.is_empty(), AccessRole::Supporter),
            (!sight.managed.is_empty(), AccessRole::LineManager),
            (!facts.role_in(me, Role::Trainer).is_empty(), AccessRole::Trainer),
        ] {
            if holds {
                sight.roles.insert(role);
            }
        }
        sight
    }

    pub(super) fn is(&self, role: AccessRole) -> bool {
        self.roles.contains(&role)
    }

    /// Whether they are a person with a post, who may give commands of the register.
    pub(super) fn is_staff(&self) -> bool {
        self.me.is_some() && self.is(AccessRole::Staff)
    }

    /// Whether they are a coordinator who has signed in.
    pub(super) fn takes_coordinators_steps(&self) -> bool {
        self.is_staff() && self.is(AccessRole::Coordinator)
    }

    /// Whether they are a Trainer or a coordinator who has signed in.
    pub(super) fn assesses(&self) -> bool {
        self.is_staff() && (self.is(AccessRole::Coordinator) || self.is(AccessRole::Trainer))
    }

    /// Whether they see the nomination of person 41 by person 8, which waits for person 41.
    pub(super) fn sees_nomination(&self) -> bool {
        self.is_staff() && (self.is(AccessRole::Coordinator) || self.me.is_some_and(|me| [8, 41].contains(&me.0)))
    }

    /// Whether they take the steps of a person's role: the person and coordinators do.
    pub(super) fn steps_for(&self, person: PersonId) -> bool {
        self.is_staff() && (self.is(AccessRole::Coordinator) || self.me == Some(person))
    }

    /// Whether they see the role of person 59 as a Peer Supporter, which has ended.
    pub(super) fn sees_ended_role(&self) -> bool {
        let row = self.facts.allocations.iter().find(|row| row.id.0 == 22).expect("the role");
        self.is_staff() && (self.steps_for(row.person_id) || self.record(row))
    }

    /// Whether they see the role of person 9 as a Wellbeing Champion of N2.
    pub(super) fn sees_champion(&self) -> bool {
        let row = self.facts.allocations.iter().find(|row| row.id.0 == 33).expect("the role");
        let sees = self.person(row.person_id) && self.figures(row.unit_id);
        self.is_staff() && (self.steps_for(row.person_id) || sees)
    }

    /// Admin, coordinator and auditor see the whole network.
    pub(super) fn whole(&self) -> bool {
        [AccessRole::Admin, AccessRole::Coordinator, AccessRole::Auditor].iter().any(|role| self.is(*role))
    }

    fn in_answered(&self, unit: UnitId) -> bool {
        self.facts.is_in(unit, &self.answered)
    }

    fn in_given(&self, unit: UnitId) -> bool {
        self.is(AccessRole::Dashboard) && self.facts.is_in(unit, &self.given)
    }

    pub(super) fn figures(&self, unit: UnitId) -> bool {
        self.whole() || self.in_answered(unit) || self.in_given(unit) || self.alone(unit)
    }

    /// Units that are visible without those below them.
    fn alone(&self, unit: UnitId) -> bool {
        self.supported.contains(&unit) || self.managed_units.contains(&unit)
    }

    /// Figures over everything below a unit, which a supporter or a line manager in the unit itself may not see.
    pub(super) fn all_below(&self, unit: UnitId) -> bool {
        let is_leaf = !self.facts.parents.values().any(|above| *above == unit);
        self.whole() || self.in_answered(unit) || self.in_given(unit) || (is_leaf && self.alone(unit))
    }

    /// People who are visible because of where they work, and records because of their unit.
    pub(super) fn people_of(&self, unit: UnitId) -> bool {
        self.whole() || self.in_answered(unit) || (self.viewer.sees_names() && self.in_given(unit))
    }

    /// Whether they may see every record behind the figures of a team, including those of its cover group.
    pub(super) fn all_records(&self, unit: UnitId) -> bool {
        let group = self.facts.unit(unit).and_then(|unit| unit.cover_group.clone());
        let mut with = self.facts.units.iter().filter(|other| group.is_some() && other.cover_group == group);
        self.people_of(unit) && with.all(|other| self.people_of(other.id))
    }

    /// Whether every viewer of a team gets its figures of a day: today's, and those of past Mondays.
    fn is_published(&self, day: Day) -> bool {
        day == self.facts.today || (day < self.facts.today && day.date().weekday() == Weekday::Mon)
    }

    /// The same for every team at or below a unit.
    pub(super) fn all_records_below(&self, unit: UnitId) -> bool {
        let mut below = self.facts.units.iter().filter(|below| self.facts.is_in(below.id, &[unit]));
        below.all(|below| self.all_records(below.id))
    }

    /// Figures of a team on a day.
    pub(super) fn team_on(&self, unit: UnitId, day: Day) -> bool {
        self.figures(unit) && (self.is_published(day) || self.all_records(unit))
    }

    /// Figures over everything below a unit on a day.
    pub(super) fn all_below_on(&self, unit: UnitId, day: Day) -> bool {
        self.all_below(unit) && (self.is_published(day) || self.all_records_below(unit))
    }

    pub(super) fn record(&self, row: &allocation::Model) -> bool {
        let own = self.is(AccessRole::Supporter) && self.me == Some(row.person_id);
        self.people_of(row.unit_id) || own || self.managed.contains(&row.person_id)
    }

    /// Whether they may know the state of a person as a Peer Supporter on every day, and not only because of the unit of a
    /// record.
    pub(super) fn every_day_of(&self, person: PersonId) -> bool {
        let own = self.is(AccessRole::Supporter) && self.me == Some(person);
        self.whole() || own || self.managed.contains(&person)
    }

    pub(super) fn person(&self, person: PersonId) -> bool {
        let myself = self.me == Some(person) && self.is(AccessRole::Staff);
        let has_not_ended = |row: &&allocation::Model| row.valid_to.is_none_or(|to| to > self.facts.today);
        let mut roles = self.facts.allocations.iter();
        self.whole()
            || myself
            || self.managed.contains(&person)
            || self.facts.posts_today(person).any(|post| self.people_of(post.unit_id))
            || self.facts.answers_for(person, None).into_iter().any(|unit| self.people_of(unit))
            || roles.any(|row| {
                row.role == Role::PeerSupporter && row.person_id == person && has_not_ended(&row) && self.record(row)
            })
    }

    /// Whether they may see any figures, and so the list of snapshots.
    pub(super) fn snapshots(&self) -> bool {
        self.reports() || self.is(AccessRole::Supporter) || self.is(AccessRole::LineManager)
    }

    pub(super) fn reports(&self) -> bool {
        self.whole() || self.is(AccessRole::SeniorManager) || self.is(AccessRole::Dashboard)
    }

    pub(super) fn report_on(&self, unit: UnitId) -> bool {
        self.whole() || self.in_answered(unit) || self.in_given(unit)
    }

    /// A Peer Supporter sees the figures of their team and is not responsible for it.
    pub(super) fn level1_counts(&self, unit: UnitId) -> bool {
        self.whole() || self.in_answered(unit) || self.in_given(unit) || self.managed_units.contains(&unit)
    }

    pub(super) fn mail(&self, id: i64) -> bool {
        let to = self.facts.mails.iter().find(|mail| mail.0 == id).and_then(|mail| mail.1);
        self.whole() || (self.is(AccessRole::SeniorManager) && to.is_some() && to == self.me)
    }

    pub(super) fn directory(&self) -> bool {
        self.whole() || self.is(AccessRole::Staff)
    }

    pub(super) fn tries(&self, unit: UnitId) -> bool {
        self.whole() || self.in_answered(unit)
    }

    /// Whether they may see every Trainer of a unit and of those below it today.
    pub(super) fn all_trainers(&self, unit: UnitId) -> bool {
        let trainers = self.facts.allocations.iter().filter(|row| row.role == Role::Trainer);
        let mut here = trainers.filter(|row| {
            holds(row.valid_from, row.valid_to, self.facts.today) && self.facts.is_in(row.unit_id, &[unit])
        });
        here.all(|row| self.person(row.person_id))
    }

    /// Absences and posts of Peer Supporters are visible to those who run the network.
    pub(super) fn tries_what_no_record_shows(&self) -> bool {
        self.is(AccessRole::Admin) || self.is(AccessRole::Coordinator)
    }

    /// Whose data they may export: an admin that of anyone, everyone else their own.
    pub(super) fn document_of(&self, person: PersonId) -> bool {
        self.is(AccessRole::Admin) || (self.is(AccessRole::Staff) && self.me == Some(person))
    }

    /// Whose weekly report they may set; no token may set any.
    pub(super) fn sets_report_of(&self, person: PersonId) -> bool {
        let all = self.is(AccessRole::Admin) || self.is(AccessRole::Coordinator);
        self.me.is_some() && (all || (self.is(AccessRole::SeniorManager) && self.me == Some(person)))
    }

    /// Tokens may do nothing that cannot be undone.
    pub(super) fn erases(&self) -> bool {
        self.is(AccessRole::Admin) && self.me.is_some()
    }

    /// Whether the viewer is a person who has signed in, and not an API token.
    pub(super) fn is_person(&self) -> bool {
        self.me.is_some()
    }

    pub(super) fn links_people(&self) -> bool {
        self.is(AccessRole::Admin) || self.is(AccessRole::Coordinator)
    }

    pub(super) fn requests_runs(&self) -> bool {
        self.is(AccessRole::Admin) || self.is(AccessRole::Coordinator)
    }

    /// A token never manages tokens and grants, whatever its role.
    pub(super) fn manages_access(&self) -> bool {
        self.is(AccessRole::Admin) && self.me.is_some()
    }

    /// The code of the highest visible unit, of several equally high the first; one with everything below it comes before the
    /// others.
    pub(super) fn top(&self) -> Option<&'f str> {
        let seen = self.facts.units.iter().filter(|unit| self.figures(unit.id));
        seen.min_by_key(|unit| (!self.all_below(unit.id), self.facts.upwards(unit.id).len(), &unit.code))
            .map(|unit| unit.code.as_str())
    }

    /// The units that are the viewer's own, by code.
    pub(super) fn own_units(&self) -> Vec<UnitId> {
        let own = |unit: &&unit::Model| self.answered.contains(&unit.id) || self.given.contains(&unit.id);
        self.facts.units.iter().filter(own).map(|unit| unit.id).collect()
    }

    /// The units in which they are the line manager of a counting post.
    pub(super) fn units_of_people(&self) -> Vec<UnitId> {
        self.facts.units.iter().filter(|unit| self.managed_units.contains(&unit.id)).map(|unit| unit.id).collect()
    }

    pub(super) fn supported_units(&self) -> Vec<UnitId> {
        self.facts.units.iter().filter(|unit| self.supported.contains(&unit.id)).map(|unit| unit.id).collect()
    }
}
