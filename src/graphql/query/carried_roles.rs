//! Roles that were carried over to another unit and that its managers must still confirm.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::roster::PersonIx;
use entity::register::approvers::approvers;
use entity::register::facts::{NominationFacts, capacities};
use entity::store::register::carry_over::{self, CarriedRole as Carried};
use entity::table::allocation;

use super::super::day_view::known;
use super::super::directory::ReferenceData;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::nominations::viewer_of;
use super::super::object::enums::NetworkRole;
use super::super::object::organisation::Person;
use super::super::request_state::{db, today};
use super::super::scalar::Date;

/// A role that was carried over to another unit with the post, and ends unless the managers there confirm it.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct CarriedRole {
    /// The allocation's ID, for `renewApproval`.
    allocation_id: ID,
    /// Who holds the role.
    person: Person,
    /// The role.
    role: NetworkRole,
    /// Code of the unit from which it was carried over.
    from_unit_code: String,
    /// Code of the unit that it serves now.
    unit_code: String,
    /// Last day on which it may be confirmed.
    confirm_by: Date,
    /// Whether the line manager has confirmed.
    line_confirmed: bool,
    /// Whether the senior manager has confirmed, or need not.
    senior_confirmed: bool,
}

#[derive(Debug, Default)]
pub(crate) struct CarriedRoleQuery;

#[Object]
impl CarriedRoleQuery {
    /// Roles that were carried over to another unit and are not confirmed yet: one's own, those that one may confirm, and for
    /// coordinators all. Empty if there are none, or if the viewer does not have the right NOMINATIONS, as API tokens do not.
    async fn carried_roles(&self, ctx: &Context<'_>) -> Result<Vec<CarriedRole>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let Some(viewer) = viewer_of(scope) else { return Ok(Vec::new()) };
        let (db, today) = (db(ctx)?, today(ctx)?);
        let mut found = Vec::new();
        for (carried, held) in carry_over::awaiting(db, today).await? {
            let Some(facts) = facts(known, &held) else { continue };
            let is_seen = viewer.is_coordinator
                || viewer.person == facts.person
                || capacities(facts.role).iter().any(|capacity| {
                    let all = approvers(&known.facts.index, *capacity, &facts, today);
                    all.iter().any(|approver| approver.decider == viewer.person)
                });
            if is_seen {
                found.extend(shown(known, &carried, &facts));
            }
        }
        Ok(found)
    }
}

/// The role as a nomination on which no one has decided: those who might decide on it may confirm it.
fn facts(known: &ReferenceData, row: &allocation::Model) -> Option<NominationFacts> {
    let begun = row.valid_from?;
    let person: PersonIx = known.person_by_id(row.person_id)?;
    Some(NominationFacts {
        person,
        role: row.role,
        unit: known.unit_by_id(row.unit_id)?,
        share: u32::try_from(row.share).unwrap_or(0),
        outside_team: false,
        nominator: person,
        opened_on: begun,
        counted_from: begun,
        accepted_on: Some(begun),
        wished_start: None,
        ended: None,
        in_dispute: false,
        decisions: Vec::new(),
    })
}

fn shown(known: &ReferenceData, carried: &Carried, facts: &NominationFacts) -> Option<CarriedRole> {
    let units = &known.facts.index.roster().units;
    let from = known.unit_by_id(carried.moved.from_unit_id)?;
    Some(CarriedRole {
        allocation_id: NodeId::Allocation(carried.row.allocation_id).encode(),
        person: Person { id: known.facts.index.roster().people[facts.person.at()].id, on: None },
        role: facts.role.into(),
        from_unit_code: units[from.at()].code.clone(),
        unit_code: units[facts.unit.at()].code.clone(),
        confirm_by: Date(carried.moved.confirm_by),
        line_confirmed: carried.row.line_confirmed,
        senior_confirmed: carried.row.senior_confirmed,
    })
}
