//! Loads what the mails of a day are made from, as plain data.

use std::collections::{BTreeSet, HashMap};

use entity::coverage::Index;
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::{NominationId, PersonId, UnitId};
use entity::period::Day;
use entity::register::digest::{KnownNomination, LastTold, Told};
use entity::register::due_renewal::ToldRenewals;
use entity::register::facts::{EndedNomination, NominationFacts};
use entity::register::lapse::{ApprovalLapse, capacity_lapses};
use entity::store::access::grant;
use entity::store::register::mailing::{self, UnmailedChange};
use entity::store::register::nomination::{self, StoredNomination};
use entity::store::register::role;
use entity::store::roster::{self, LoadError};
use entity::table::{nomination as nominations, person};
use entity::value::command::{Command, ObjectKind};
use entity::value::register::{DecisionKind, DeclineReason, NominationEnd};
use entity::value::{AccessRole, AppointmentRole};
use sea_orm::{ColumnTrait as _, Condition, DatabaseConnection, DbErr, EntityTrait as _, QueryFilter as _};

use crate::report::recipients::Contact;

/// A change whose mails are due.
#[derive(Clone, Debug)]
pub(super) struct MailedChange {
    pub(super) change: UnmailedChange,
    /// Everyone who had a mail about the change that it undid.
    pub(super) told_before: Vec<PersonIx>,
}

/// The facts of a day.
#[derive(Debug)]
pub(super) struct DayFacts {
    pub(super) index: Index,
    pub(super) today: Day,
    /// Open nominations, those that their nominees ended without an answer to the nominator, and those of the changes, by key.
    pub(super) nominations: HashMap<NominationId, KnownNomination>,
    /// Why a manager declined a nomination of a change.
    pub(super) reasons: HashMap<NominationId, DeclineReason>,
    pub(super) told: Told,
    /// The approvals that lapse soon, each with its role as the rules about approvers see it.
    pub(super) lapses: Vec<(ApprovalLapse, NominationFacts)>,
    pub(super) told_renewals: ToldRenewals,
    pub(super) changes: Vec<MailedChange>,
    pub(super) coordinators: BTreeSet<PersonIx>,
    people: HashMap<PersonId, PersonIx>,
    units: HashMap<UnitId, UnitIx>,
}

impl DayFacts {
    pub(super) async fn load(db: &DatabaseConnection, today: Day) -> Result<Self, LoadError> {
        // Before the facts, so that these are at least as new.
        let changes = mailing::unmailed(db).await?;
        let index = roster::load(db).await?.index;
        let mut facts = Self {
            people: numbers(&index),
            units: (0..).zip(&index.roster().units).map(|(place, unit)| (unit.id, UnitIx(place))).collect(),
            index,
            today,
            nominations: HashMap::new(),
            reasons: HashMap::new(),
            told: Told::new(),
            lapses: Vec::new(),
            told_renewals: ToldRenewals::new(),
            changes: Vec::new(),
            coordinators: BTreeSet::new(),
        };
        facts.load_nominations(db, &changes).await?;
        facts.load_lapses(db).await?;
        facts.load_coordinators(db).await?;
        for change in changes {
            let is_undo = change.row.command == Command::Undo;
            let told = if is_undo { mailing::told_of_undone(db, change.row.id).await? } else { BTreeSet::new() };
            let told_before = told.into_iter().filter_map(|id| facts.person(id)).collect();
            facts.changes.push(MailedChange { change, told_before });
        }
        Ok(facts)
    }

    /// A person by any of their numbers. `None` if they are no longer on file.
    pub(super) fn person(&self, id: PersonId) -> Option<PersonIx> {
        self.people.get(&id).copied()
    }

    /// A unit. `None` if it is no longer on file.
    pub(super) fn unit(&self, id: UnitId) -> Option<UnitIx> {
        self.units.get(&id).copied()
    }

    /// The nomination in whose history a change appears.
    pub(super) fn nomination_of(&self, change: &UnmailedChange) -> Option<&KnownNomination> {
        let mut ids = keys(change, ObjectKind::Nomination);
        ids.find_map(|id| self.nominations.get(&NominationId(id)))
    }

    async fn load_nominations(&mut self, db: &DatabaseConnection, changes: &[UnmailedChange]) -> Result<(), DbErr> {
        let of_changes = changes.iter().flat_map(|change| keys(change, ObjectKind::Nomination)).map(NominationId);
        // The nominator hears of these when they would have lapsed.
        let ended_silently = Condition::all()
            .add(nominations::Column::AcceptedOn.is_null())
            .add(nominations::Column::EndedAs.is_in([NominationEnd::DeclinedByNominee, NominationEnd::Withdrawn]));
        let wanted = Condition::any()
            .add(nominations::Column::EndedAs.is_null())
            .add(ended_silently)
            .add(nominations::Column::Id.is_in(of_changes.collect::<BTreeSet<_>>()));
        let stored = nomination::matching(db, wanted).await?;
        let withdrawn = stored.iter().filter(|stored| stored.row.ended_as == Some(NominationEnd::Withdrawn));
        let withdrawn: Vec<_> = withdrawn.map(|stored| stored.row.id).collect();
        let withdrawn_by = nomination::withdrawn_by(db, &withdrawn).await?;
        for stored in stored {
            let Some(mut facts) = stored.facts(|id| self.person(id), |id| self.unit(id)) else { continue };
            // A nominee who takes a nomination back without having accepted it declines it.
            if facts.accepted_on.is_none()
                && let Some(ended) = facts.ended
                && withdrawn_by.get(&stored.row.id).and_then(|id| self.person(*id)) == Some(facts.person)
            {
                facts.ended = Some(EndedNomination { how: NominationEnd::DeclinedByNominee, ..ended });
            }
            // As for its viewers, the numbers of the day on which it was opened hold for a nomination.
            let terms = self.index.register_terms(facts.unit, facts.opened_on);
            let id = stored.row.id;
            self.reasons.extend(reason(&stored).map(|reason| (id, reason)));
            self.nominations.insert(id, KnownNomination { id, facts, terms });
        }
        let open: Vec<_> = self.nominations.keys().copied().collect();
        for mailing::ToldOf { person, nomination, stage, on } in mailing::told(db, &open).await? {
            let Some(person) = self.person(person) else { continue };
            let last = self.told.entry(person).or_default().entry(nomination).or_insert(LastTold { stage, on });
            *last = LastTold { stage: stage.max(last.stage), on: on.max(last.on) };
        }
        Ok(())
    }

    async fn load_lapses(&mut self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let lapses = capacity_lapses(&self.index, self.today);
        let allocations: BTreeSet<_> = lapses.iter().map(|lapse| lapse.allocation).collect();
        let allocations: Vec<_> = allocations.into_iter().collect();
        let roles = role::find_all(db, &allocations).await?;
        let roles: HashMap<_, _> = roles.into_iter().map(|role| (role.row.id, role)).collect();
        let with_role = |lapse: ApprovalLapse| {
            let role = roles.get(&lapse.allocation)?;
            Some((lapse, role.as_nomination(&self.index, lapse.person, lapse.unit, self.today)))
        };
        self.lapses = lapses.into_iter().filter_map(with_role).collect();
        for mailing::ToldRenewal { person, approval, within } in mailing::told_renewals(db, &allocations).await? {
            let Some(person) = self.person(person) else { continue };
            let last = self.told_renewals.entry(person).or_default().entry(approval).or_insert(within);
            *last = within.min(*last);
        }
        Ok(())
    }

    async fn load_coordinators(&mut self, db: &DatabaseConnection) -> Result<(), DbErr> {
        let granted = grant::holders(db, AccessRole::Coordinator, self.today).await?;
        let appointed = self.index.roster().appointments.iter().filter(|appointment| {
            appointment.role == AppointmentRole::Coordinator && appointment.validity.holds_on(self.today)
        });
        let appointed = appointed.map(|appointment| appointment.person);
        self.coordinators = granted.into_iter().filter_map(|id| self.person(id)).chain(appointed).collect();
        Ok(())
    }

    /// Whether a person has a counting post.
    pub(super) fn is_here(&self, person: PersonIx) -> bool {
        self.index.counting_posts_of(person, self.today).next().is_some()
    }

    /// Every number of a person.
    pub(super) fn numbers_of(&self, person: PersonIx) -> impl Iterator<Item = PersonId> {
        let entity::coverage::roster::Person { id, linked, .. } = &self.index.roster().people[person.at()];
        linked.iter().copied().chain([*id])
    }

    /// Returns the contacts of those of `people` who have a counting post and a work address.
    pub(super) async fn contacts(
        &self,
        db: &DatabaseConnection,
        people: BTreeSet<PersonIx>,
    ) -> Result<HashMap<PersonIx, Contact>, DbErr> {
        let here = people.into_iter().filter(|person| self.is_here(*person));
        let numbers = here.flat_map(|person| self.numbers_of(person));
        let mut rows = Vec::new();
        for chunk in numbers.collect::<Vec<_>>().chunks(500) {
            let some = person::Entity::find().filter(person::Column::Id.is_in(chunk.iter().copied()));
            rows.extend(some.all(db).await?);
        }
        // If a person has several employee numbers, the first with an address decides.
        rows.sort_unstable_by_key(|row| row.id);
        let mut contacts = HashMap::new();
        for row in rows {
            let (id, contact) = (self.person(row.id), Contact::from(row));
            if let Some(person) = id.filter(|_| contact.address.is_some()) {
                contacts.entry(person).or_insert(contact);
            }
        }
        Ok(contacts)
    }
}

/// The keys of the objects of a kind in whose history a change appears.
pub(super) fn keys(change: &UnmailedChange, kind: ObjectKind) -> impl Iterator<Item = i64> {
    change.objects.iter().filter(move |object| object.kind == kind).map(|object| object.object_id)
}

/// Everyone by each of their numbers.
fn numbers(index: &Index) -> HashMap<PersonId, PersonIx> {
    let people = (0..).zip(&index.roster().people);
    let of_person = |(place, person): (u32, &entity::coverage::roster::Person)| {
        let all: Vec<_> = person.linked.iter().copied().chain([person.id]).collect();
        all.into_iter().map(move |id| (id, PersonIx(place)))
    };
    people.flat_map(of_person).collect()
}

fn reason(stored: &StoredNomination) -> Option<DeclineReason> {
    let declined = stored.decisions.iter().rfind(|decision| decision.kind == DecisionKind::Decline);
    declined.and_then(|decision| decision.reason)
}
