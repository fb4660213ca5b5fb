//! The history of an object: its change records as the viewer of a request may see them. What is hidden is left out before pages
//! and totals are made, so that neither reveals it.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, OutputType};
use entity::id::{AllocationId, NominationId, PersonId, UnitId};
use entity::period::Day;
use entity::register::sight::NominationSight;
use entity::store::register::change::Object;
use entity::store::register::history::{self as store, StoredChange};
use entity::table::{allocation, nomination, register_change};
use entity::value::Role;
use entity::value::command::{Command, ObjectKind};
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};

use super::access::Scope;
use super::day_view::known;
use super::directory::ReferenceData;
use super::error::ApiError;
use super::nominations::{VisibleNomination, viewer_of};
use super::page::{Listed, Page, Total, cut};
use super::request_state::{db, today};
use crate::access::Right;

/// A change as its viewer may see it.
#[derive(Clone, Debug)]
pub(crate) struct VisibleChange {
    pub(crate) known: Arc<ReferenceData>,
    pub(crate) stored: StoredChange,
    /// Whether the viewer sees who took the step, as in the nomination itself, even if they may not see that person elsewhere.
    pub(crate) shows_parties: bool,
}

/// The objects that a person is, under each of their numbers.
pub(crate) fn of_person(known: &ReferenceData, id: PersonId) -> Vec<Object> {
    let person = known.person_by_id(id).map(|person| &known.facts.index.roster().people[person.at()]);
    let numbers = person.map(|person| person.linked.iter().copied().chain([person.id]).collect::<Vec<_>>());
    numbers.unwrap_or_default().into_iter().map(Object::person).collect()
}

/// Returns a page of the history of objects, newest first.
///
/// # Errors
///
/// [`ApiError::bad_input`] for an invalid page; otherwise database errors.
pub(crate) async fn list(
    ctx: &Context<'_>,
    objects: &[Object],
    first: Option<i32>,
    after: Option<String>,
) -> Result<Listed<VisibleChange>, ApiError>
where
    VisibleChange: OutputType,
{
    let page = Page::new(ctx, first, after, None, None)?;
    let (known, scope) = known(ctx).await?;
    // Nothing is read for viewers without any history.
    let stored = if sees_any(scope) { store::of_objects(db(ctx)?, objects).await? } else { Vec::new() };
    let seen = visible(db(ctx)?, known, scope, today(ctx)?, stored).await?;
    let total = Total::Known(seen.len());
    let slice = cut(&page, "history", seen, |change| Reverse(change.stored.row.id.0))?;
    Ok(slice.listed(total, |change| change))
}

/// Whether the viewer sees any history at all. API tokens see none.
fn sees_any(scope: &Scope) -> bool {
    !scope.extent(Right::History).is_empty() && scope.me().is_some()
}

/// Returns those of the changes that the viewer may see, in the same order.
///
/// # Errors
///
/// Database errors.
pub(crate) async fn visible(
    db: &impl ConnectionTrait,
    known: &Arc<ReferenceData>,
    scope: &Scope,
    today: Day,
    changes: Vec<StoredChange>,
) -> Result<Vec<VisibleChange>, ApiError> {
    if changes.is_empty() || !sees_any(scope) {
        return Ok(Vec::new());
    }
    let ids = |kind: ObjectKind| {
        let objects = changes.iter().flat_map(|change| &change.objects).filter(move |object| object.kind == kind);
        objects.map(|object| object.id).collect::<std::collections::BTreeSet<_>>()
    };
    let nominations = ids(ObjectKind::Nomination).into_iter().map(NominationId);
    let allocations = ids(ObjectKind::Allocation).into_iter().map(AllocationId);
    let mut sights = HashMap::new();
    if let Some(viewer) = viewer_of(scope) {
        let named = nomination::Column::Id.is_in(nominations);
        for seen in VisibleNomination::matching(db, known, viewer, today, named.into()).await? {
            sights.insert(seen.stored.row.id, seen.sight);
        }
    }
    let rows = allocation::Entity::find().filter(allocation::Column::Id.is_in(allocations)).all(db).await?;
    let roles = rows.into_iter().map(|row| (row.id, row)).collect();
    let sight = ChangeSight { known, scope, today, sights, roles };
    let seen = changes.into_iter().filter_map(|stored| sight.of(stored));
    Ok(seen.collect())
}

/// What the viewer may see of changes.
struct ChangeSight<'a> {
    known: &'a Arc<ReferenceData>,
    scope: &'a Scope,
    today: Day,
    /// The nominations that the viewer may see.
    sights: HashMap<NominationId, NominationSight>,
    /// The roles that the changes are about.
    roles: HashMap<AllocationId, allocation::Model>,
}

impl ChangeSight<'_> {
    /// The change as the viewer may see it. `None` if it is hidden from them.
    fn of(&self, stored: StoredChange) -> Option<VisibleChange> {
        let least = self.keys(&stored, ObjectKind::Nomination).map(NominationId);
        let least = least.map(|id| self.sights.get(&id).copied().unwrap_or(NominationSight::Hidden)).min();
        self.sees(&stored, least).then(|| VisibleChange {
            known: Arc::clone(self.known),
            shows_parties: least >= Some(NominationSight::Content),
            stored,
        })
    }

    fn keys<'c>(&self, stored: &'c StoredChange, kind: ObjectKind) -> impl Iterator<Item = i64> + use<'c> {
        stored.objects.iter().filter(move |object| object.kind == kind).map(|object| object.id)
    }

    fn is_me(&self, id: PersonId) -> bool {
        self.scope.me().is_some() && self.known.person_by_id(id) == self.scope.me()
    }

    /// Whether the viewer sees a change. `least` is what they see of its nominations, if it is about any.
    fn sees(&self, stored: &StoredChange, least: Option<NominationSight>) -> bool {
        let is_subject = self.keys(stored, ObjectKind::Person).any(|id| self.is_me(PersonId(id)));
        if is_subject || self.scope.has_for_everything(Right::Register) {
            return true;
        }
        if stored.row.private {
            return false;
        }
        if is_about_links(stored) {
            return self.scope.all(Right::LinkPeople);
        }
        if self.is_me(stored.row.actor_id) {
            return true;
        }
        if let Some(least) = least {
            return least >= NominationSight::Content && (least >= NominationSight::Reasons || !is_taken_back(stored));
        }
        self.sees_objects(stored)
    }

    /// Whether the viewer sees the roles, units or people that a change is about.
    fn sees_objects(&self, stored: &StoredChange) -> bool {
        let mut allocations = self.keys(stored, ObjectKind::Allocation).peekable();
        if allocations.peek().is_some() {
            return allocations.any(|id| self.sees_role(AllocationId(id)));
        }
        let units = self.keys(stored, ObjectKind::Unit).chain(self.keys(stored, ObjectKind::Policy));
        let mut units = units.filter_map(|id| self.known.unit_by_id(UnitId(id))).peekable();
        if units.peek().is_some() {
            return units.all(|unit| self.scope.sees_unit(Right::Figures, unit));
        }
        let mut people = self.keys(stored, ObjectKind::Person).peekable();
        people.peek().is_some() && people.all(|id| self.scope.sees_person(PersonId(id), self.today))
    }

    fn sees_role(&self, id: AllocationId) -> bool {
        let Some(row) = self.roles.get(&id) else { return false };
        let index = &self.known.facts.index;
        let Some(person) = self.known.person_by_id(row.person_id) else { return false };
        match row.role {
            Role::PeerSupporter => {
                index.allocations_of(person).any(|own| own.id == id && self.scope.sees_allocation(own))
            }
            Role::Champion | Role::Trainer => {
                self.scope.sees_person(row.person_id, self.today)
                    && self.known.unit_by_id(row.unit_id).is_some_and(|unit| self.scope.sees_unit(Right::Figures, unit))
            }
        }
    }
}

/// The command that a change is about: of an undo, the one that it undid.
fn meant(stored: &StoredChange) -> &register_change::Model {
    stored.undid.as_ref().unwrap_or(&stored.row)
}

fn is_about_links(stored: &StoredChange) -> bool {
    meant(stored).command == Command::LinkPeople
}

/// Whether a nomination was declined by its nominee or taken back: only the nominee and coordinators are told which.
fn is_taken_back(stored: &StoredChange) -> bool {
    let row = meant(stored);
    let ended = row.after.as_ref().and_then(|after| after.get("endedAs")).is_some_and(|ended| !ended.is_null());
    match row.command {
        Command::WithdrawNomination => true,
        Command::RespondToNomination => ended,
        _ => false,
    }
}
