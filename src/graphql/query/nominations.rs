//! Nominations by what they wait for, unit, state and age.

use std::collections::BTreeSet;

use async_graphql::{Context, ID, InputObject, Object};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::period::Day;
use entity::register::approvers::approvers;
use entity::register::facts::capacities;
use entity::register::nomination::state;
use entity::table::{nomination, nomination_decision};
use entity::value::Role;
use entity::value::register::{DecisionKind, NominationState as State};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait as _, Condition};

use super::super::day_view::known;
use super::super::directory::ReferenceData;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::nominations::{VisibleNomination, viewer_of};
use super::super::object::enums::NetworkRole;
use super::super::object::nomination::NominationState;
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::{db, today};

/// Which nominations to list. By default all that the viewer may see.
#[derive(Clone, Debug, Default, InputObject)]
struct NominationFilter {
    /// Only nominations for this unit and all below it, by the unit's code.
    under_code: Option<String>,
    /// Only nominations in one of these states.
    state: Option<Vec<NominationState>>,
    /// Only nominations for this role.
    role: Option<NetworkRole>,
    /// Only nominations that wait for the viewer: as nominee, or as a manager who may decide now.
    waiting_for_me: Option<bool>,
    /// Only nominations that were made more than this many days ago, 0 to 10,000.
    older_than_days: Option<i32>,
}

/// The most units by which rows are narrowed in the database.
const MOST_UNITS: usize = 5_000;

#[derive(Debug, Default)]
pub(crate) struct NominationQuery;

#[Object]
impl NominationQuery {
    /// Nominations, oldest first: one's own, those that one made, those that one may decide on, and for coordinators all.
    /// Empty if there are none, or if the viewer does not have the right NOMINATIONS, as API tokens do not.
    async fn nominations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which nominations to list.")] filter: Option<NominationFilter>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<VisibleNomination>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let found = matching(ctx, filter.unwrap_or_default()).await?;
        let total = Total::Known(found.len());
        let slice = cut(&page, "nominations", found, |seen| seen.stored.row.id.0)?;
        Ok(slice.listed(total, |seen| seen))
    }

    /// A nomination. Null, with the error NOT_FOUND, if there is none or the viewer may not see it.
    async fn nomination(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The nomination's ID.")] id: ID,
    ) -> Result<Option<VisibleNomination>, ApiError> {
        let found = match NodeId::decode_nomination(&id) {
            Some(key) => VisibleNomination::find(ctx, key).await?,
            None => None,
        };
        found.map(Some).ok_or_else(|| ApiError::not_found("nomination", "id", id.as_str()))
    }
}

async fn matching(ctx: &Context<'_>, filter: NominationFilter) -> Result<Vec<VisibleNomination>, ApiError> {
    let NominationFilter { under_code, state: states, role, waiting_for_me, older_than_days } = filter;
    let (known, scope) = known(ctx).await?;
    let Some(viewer) = viewer_of(scope) else { return Ok(Vec::new()) };
    let today = today(ctx)?;
    let index = &known.facts.index;
    let mut condition = Condition::all();
    if let Some(role) = role {
        condition = condition.add(nomination::Column::Role.eq(Role::from(role)));
    }
    if let Some(days) = older_than_days {
        if !(0..=10_000).contains(&days) {
            return Err(ApiError::bad_input("olderThanDays", "`olderThanDays` must be between 0 and 10,000."));
        }
        condition = condition.add(nomination::Column::OpenedOn.lt(today.plus_days(-i64::from(days))));
    }
    let top: Option<UnitIx> = match &under_code {
        // A unit that does not exist has no nominations: the answer for one whose nominations are hidden.
        Some(code) => match known.unit_by_code(code) {
            Some(unit) => Some(unit),
            None => return Ok(Vec::new()),
        },
        None => None,
    };
    if !viewer.is_coordinator {
        condition = condition.add(concerned(known, viewer.person, today));
    }
    let tree = index.tree(today);
    let mut found = VisibleNomination::matching(db(ctx)?, known, viewer, today, condition).await?;
    found.retain(|seen| top.is_none_or(|top| tree.is_at_or_below(seen.facts.unit, top)));
    if let Some(states) = states {
        found.retain(|seen| states.contains(&seen.shown_state()));
    }
    if let Some(waiting) = waiting_for_me {
        found.retain(|seen| waits_for(seen, viewer.person, today) == waiting);
    }
    Ok(found)
}

/// Narrows the rows that are read to those that may concern a person: as nominee or nominator, or in units at which they may
/// decide. What they may see of each is decided afterwards.
fn concerned(known: &ReferenceData, person: PersonIx, today: Day) -> Condition {
    let roster = known.facts.index.roster();
    let ids = |person: PersonIx| {
        let person = &roster.people[person.at()];
        person.linked.iter().copied().chain([person.id])
    };
    let own: Vec<_> = ids(person).collect();
    let principals = known.principals_of(person, today);
    let managed = principals.iter().flat_map(|principal| known.managed_by(*principal, today));
    let managed: Vec<_> = managed.chain(known.acted_for(person, today)).flat_map(ids).collect();
    let tree = known.facts.index.tree(today);
    let answered = principals
        .iter()
        .flat_map(|principal| known.facts.index.appointments_of(*principal).filter(|row| row.validity.holds_on(today)));
    let below = answered.flat_map(|row| &tree.preorder()[tree.subtree(row.unit)]);
    let units: BTreeSet<_> = below.map(|unit| roster.units[unit.at()].id).collect();
    if units.len() > MOST_UNITS {
        // A person who is responsible for a nation sees most of them anyway, and no database takes so many values.
        return Condition::all();
    }
    let decided = Query::select()
        .column(nomination_decision::Column::NominationId)
        .from(nomination_decision::Entity)
        .cond_where(
            Condition::any()
                .add(nomination_decision::Column::DeciderId.is_in(own.iter().copied()))
                .add(nomination_decision::Column::PrincipalId.is_in(own.iter().copied())),
        )
        .take();
    Condition::any()
        .add(nomination::Column::PersonId.is_in(own.iter().copied()))
        .add(nomination::Column::NominatorId.is_in(own.iter().copied()))
        .add(nomination::Column::PersonId.is_in(managed))
        .add(nomination::Column::UnitId.is_in(units))
        .add(nomination::Column::Id.in_subquery(decided))
}

/// Whether the nomination waits for a person.
fn waits_for(seen: &VisibleNomination, person: PersonIx, today: Day) -> bool {
    let (index, facts) = (&seen.known.facts.index, &seen.facts);
    let has_question = |kind: DecisionKind, answered: bool| kind == DecisionKind::Ask && !answered;
    match state(index, facts, &seen.terms, today) {
        State::AwaitingNominee => facts.person == person,
        State::AwaitingApproval | State::Question | State::Blocked | State::NoApprover => {
            let questions = capacities(facts.role).iter().filter_map(|capacity| facts.last_decision(*capacity));
            let asked = questions.filter(|last| has_question(last.kind, last.answered)).count() > 0;
            let decides = capacities(facts.role).iter().any(|capacity| {
                let last = facts.last_decision(*capacity);
                let is_open =
                    !facts.is_accepted(*capacity) && !last.is_some_and(|last| has_question(last.kind, last.answered));
                is_open && approvers(index, *capacity, facts, today).iter().any(|approver| approver.decider == person)
            });
            (asked && facts.person == person) || decides
        }
        State::Approved | State::Declined | State::Withdrawn | State::Lapsed => false,
    }
}
