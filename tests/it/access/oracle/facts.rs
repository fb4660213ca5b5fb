//! The rows on file that decide who sees what, with simple queries on them. Written a second time from COVERAGE.md and the
//! table of rights; nothing here uses the service's own code.

use std::collections::HashMap;

use entity::id::{PersonId, UnitId};
use entity::period::Day;
use entity::table::{allocation, appointment, audit_event, delivery, post, unit, unit_parent};
use entity::value::{AppointmentRole, DeliveryKind, Role};
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _, QuerySelect as _};

use crate::harness::instant;

/// The data that matters, and today.
pub(super) struct Facts {
    pub(super) today: Day,
    pub(super) units: Vec<unit::Model>,
    /// The unit above each; the tree of these tests never changes.
    pub(super) parents: HashMap<UnitId, UnitId>,
    pub(super) posts: Vec<post::Model>,
    pub(super) allocations: Vec<allocation::Model>,
    pub(super) appointments: Vec<appointment::Model>,
    pub(super) people: Vec<PersonId>,
    /// Each mail with the manager who may read it: for a copy the owner of the report, for a run summary no one.
    pub(super) mails: Vec<(i64, Option<PersonId>)>,
    /// The events of the audit log from before the first query.
    pub(super) events: Vec<i64>,
}

/// Whether a period with this first day and this day after the last contains a day.
pub(super) fn holds(from: Option<Day>, to: Option<Day>, day: Day) -> bool {
    from.is_none_or(|from| from <= day) && to.is_none_or(|to| day < to)
}

impl Facts {
    pub(super) async fn read(db: &DatabaseConnection, today: Day) -> Self {
        let mails = delivery::Entity::find().order_by_asc(delivery::Column::Id).all(db).await.unwrap();
        let events = audit_event::Entity::find().order_by_asc(audit_event::Column::Id).all(db).await.unwrap();
        let old = |row: &audit_event::Model| row.at < instant(super::world::LOGGED_UNTIL);
        Self {
            today,
            events: events.into_iter().filter(old).map(|row| row.id.0).collect(),
            units: unit::Entity::find().order_by_asc(unit::Column::Code).all(db).await.unwrap(),
            parents: unit_parent::Entity::find()
                .all(db)
                .await
                .unwrap()
                .into_iter()
                .filter_map(|row| Some((row.unit_id, row.parent_id?)))
                .collect(),
            posts: post::Entity::find().all(db).await.unwrap(),
            allocations: allocation::Entity::find().all(db).await.unwrap(),
            appointments: appointment::Entity::find().all(db).await.unwrap(),
            people: entity::table::person::Entity::find()
                .select_only()
                .column(entity::table::person::Column::Id)
                .order_by_asc(entity::table::person::Column::Id)
                .into_tuple()
                .all(db)
                .await
                .unwrap(),
            mails: mails
                .into_iter()
                .filter_map(|row| match row.kind {
                    DeliveryKind::Report => Some((row.id.0, row.person_id)),
                    DeliveryKind::Copy => Some((row.id.0, row.owner_id)),
                    DeliveryKind::RunSummary => Some((row.id.0, None)),
                    // No viewer sees it.
                    DeliveryKind::Register => None,
                })
                .collect(),
        }
    }

    pub(super) fn unit(&self, id: UnitId) -> Option<&unit::Model> {
        self.units.iter().find(|unit| unit.id == id)
    }

    /// The unit with a code; every code in an answer belongs to one.
    pub(super) fn coded(&self, code: &str) -> UnitId {
        self.units.iter().find(|unit| unit.code == code).map(|unit| unit.id).unwrap_or_else(|| panic!("no unit {code}"))
    }

    /// The unit and those above it.
    pub(super) fn upwards(&self, id: UnitId) -> Vec<UnitId> {
        let mut line = vec![id];
        while let Some(above) = line.last().and_then(|last| self.parents.get(last)) {
            line.push(*above);
        }
        line
    }

    pub(super) fn is_in(&self, unit: UnitId, tops: &[UnitId]) -> bool {
        self.upwards(unit).iter().any(|above| tops.contains(above))
    }

    pub(super) fn has_posts(&self, person: PersonId) -> bool {
        self.posts_today(person).next().is_some()
    }

    pub(super) fn posts_today(&self, person: PersonId) -> impl Iterator<Item = &post::Model> {
        self.posts
            .iter()
            .filter(move |post| post.person_id == person && holds(post.valid_from, post.valid_to, self.today))
    }

    /// Whether a person has a counting post: not on a Bank contract, and in an open unit.
    pub(super) fn counts(&self, person: PersonId) -> bool {
        self.posts_today(person).any(|post| self.post_counts(post))
    }

    /// Whether a post of today counts: not on a Bank contract, and in an open unit.
    fn post_counts(&self, post: &post::Model) -> bool {
        let open = self.unit(post.unit_id).is_some_and(|unit| holds(unit.valid_from, unit.valid_to, self.today));
        !post.bank && open
    }

    /// The units for which a person is responsible today, by appointment or as a delegate.
    pub(super) fn answers_for(&self, person: PersonId, role: Option<AppointmentRole>) -> Vec<UnitId> {
        let own = self.appointments.iter().filter(|row| role.is_none_or(|role| row.role == role));
        let own = own.filter(|row| {
            let stands_in = row.delegate_id == Some(person) && holds(row.delegate_from, row.delegate_to, self.today);
            holds(row.valid_from, row.valid_to, self.today) && (row.person_id == person || stands_in)
        });
        own.map(|row| row.unit_id).collect()
    }

    fn managed_posts(&self, manager: PersonId) -> impl Iterator<Item = &post::Model> {
        let named =
            self.posts.iter().filter(move |post| post.line_manager_id == Some(manager) && post.person_id != manager);
        named.filter(|post| holds(post.valid_from, post.valid_to, self.today))
    }

    pub(super) fn manages(&self, manager: PersonId) -> Vec<PersonId> {
        let mut people: Vec<_> = self.managed_posts(manager).map(|post| post.person_id).collect();
        people.sort_unstable();
        people.dedup();
        people
    }

    /// The units in which a person is the line manager of a counting post.
    pub(super) fn manages_in(&self, manager: PersonId) -> Vec<UnitId> {
        let counts = self.managed_posts(manager).filter(|post| self.post_counts(post));
        counts.map(|post| post.unit_id).collect()
    }

    /// The units in which a person has a role today.
    pub(super) fn role_in(&self, person: PersonId, role: Role) -> Vec<UnitId> {
        let own = self.allocations.iter().filter(|row| row.person_id == person && row.role == role);
        own.filter(|row| holds(row.valid_from, row.valid_to, self.today)).map(|row| row.unit_id).collect()
    }
}
