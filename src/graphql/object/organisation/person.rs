//! People as the API shows them: a name and an employer, never an employee number or an address.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::coverage::standing::Standing;

use super::{Person, Supporter, Team};
use crate::graphql::access::Scope;
use crate::graphql::day_view::{DayScope, known};
use crate::graphql::directory::Appointed;
use crate::graphql::error::ApiError;
use crate::graphql::history::{self, VisibleChange};
use crate::graphql::id::NodeId;
use crate::graphql::loader::Rows;
use crate::graphql::loader::people::TitleOf;
use crate::graphql::object::enums::AppointmentRole;
use crate::graphql::page::Listed;
use crate::graphql::request_state::today;
use crate::graphql::scalar::Date;

/// The most allocations that a person shows.
const MOST_ALLOCATIONS: usize = 50;

impl Person {
    /// Whether the viewer may see more of them than the name on a record.
    async fn is_seen(self, ctx: &Context<'_>) -> Result<bool, ApiError> {
        Ok(Scope::from_context(ctx).await?.sees_person(self.id, today(ctx)?))
    }
}

/// A person.
#[Object]
impl Person {
    /// Opaque. Distinguishes people with the same name, and finds the person with `node`, as of today.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Person(self.id).encode()
    }

    /// The job title of their first counting post with a title, on the requested date. Null if none has one, or if the viewer
    /// sees the person only through an old record.
    async fn job_title(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        if !self.is_seen(ctx).await? {
            return Ok(None);
        }
        let on = self.on.map_or_else(|| today(ctx), Ok)?;
        Rows::from_context(ctx)?.load_one(TitleOf { person: self.id, on }).await
    }

    /// First and last name as given in the board's files. Null if not on file.
    async fn display_name(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        let row = Rows::from_context(ctx)?.load_one(self.id).await?;
        Ok(row.and_then(|row| row.name()))
    }

    /// Their allocations as a Peer Supporter that have not ended on the requested date: only those whose records the viewer
    /// sees, by unit code, then by first day; at most 50. Empty if there are none.
    async fn allocations(&self, ctx: &Context<'_>) -> Result<Vec<Supporter>, ApiError> {
        let day_scope = DayScope::on(ctx, self.on.map(Date)).await?;
        let Some(person) = day_scope.known.person_by_id(self.id) else { return Ok(Vec::new()) };
        let own = day_scope.index().allocations_of(person);
        let own =
            own.filter(|own| !own.validity.ended_by(day_scope.as_of.day) && day_scope.scope().sees_allocation(own));
        let mut own: Vec<_> = own.collect();
        if own.is_empty() {
            return Ok(Vec::new());
        }
        own.sort_by_key(|own| (&day_scope.facts(own.unit).code, own.validity.from, own.id));
        let view = day_scope.clone().with_coverage(ctx).await?;
        let roster = view.index().roster();
        let found = own.into_iter().take(MOST_ALLOCATIONS).filter_map(|own| {
            // A role that begins later has no row of a team yet if no one works there today.
            let team = Team::new(&view, view.team_place(own.unit)?);
            let of = |standing: &Standing| roster.allocations[standing.allocation as usize].id == own.id;
            let place = team.row().standings.iter().position(of)?;
            Some(Supporter { team, place })
        });
        Ok(found.collect())
    }

    /// Their employer. Null if the person is no longer on file, or if the viewer sees them only through an old record.
    async fn employer(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        if !self.is_seen(ctx).await? {
            return Ok(None);
        }
        Ok(Rows::from_context(ctx)?.load_one(self.id).await?.map(|row| row.employer.clone()))
    }

    /// What was changed about them in the register, newest first: only what the viewer may see. Empty if there is nothing.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Listed<VisibleChange>, ApiError> {
        let (known, _) = known(ctx).await?;
        history::list(ctx, &history::of_person(known, self.id), first, after).await
    }
}

/// A dated appointment of a person who is responsible for a unit.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct Appointment {
    /// Identifies the appointment in commands that end or replace it.
    id: ID,
    /// The role in which they are responsible for it.
    role: AppointmentRole,
    /// The person.
    person: Person,
    /// First day of the appointment. Null if it has no start date.
    first_day: Option<Date>,
    /// Last day of the appointment. Null if it has no end date.
    last_day: Option<Date>,
    /// The deputy on the requested date. Null if there is none, or if the viewer may not see that person.
    delegate: Option<Person>,
}

impl Appointment {
    /// The appointment as of the view's day. `None` if the viewer may not see the person.
    pub(crate) fn on(view: &DayScope, row: &Appointed) -> Option<Self> {
        let Appointed { id, role, person, validity, delegate, delegate_validity } = row;
        let day = view.as_of.day;
        Some(Self {
            id: NodeId::Appointment(*id).encode(),
            role: (*role).into(),
            person: Person::seen(view, *person)?,
            first_day: validity.from.map(Date),
            last_day: validity.last().map(Date),
            delegate: delegate.filter(|_| delegate_validity.holds_on(day)).and_then(|id| Person::seen(view, id)),
        })
    }
}
