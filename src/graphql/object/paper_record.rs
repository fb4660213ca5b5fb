//! A step that a coordinator recorded from paper, as its viewer may see it.

use async_graphql::{Context, Enum, ID, Object};
use entity::id::{PaperRecordId, PersonId};
use entity::period::Day;
use entity::register::paper::last_day_to_dispute;
use entity::register::sight::NominationViewer;
use entity::store::register::paper as store;
use entity::table::paper_record;
use entity::value::register;
use sea_orm::{ColumnTrait as _, Condition};

use super::nomination::ApproverCapacity;
use super::organisation::Person;
use crate::graphql::day_view::known;
use crate::graphql::directory::ReferenceData;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::viewer_of;
use crate::graphql::request_state::{db, today};
use crate::graphql::scalar::Date;

/// A step that can be recorded from paper.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "register::PaperStep")]
pub(crate) enum PaperStep {
    /// The person nominated someone, or put themselves forward.
    Nomination,
    /// The nominee accepted.
    Acceptance,
    /// The nominee declined.
    Decline,
    /// A manager accepted or declined a nomination.
    Decision,
    /// A manager renewed an approval.
    Renewal,
}

/// How a dispute about a step recorded from paper is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "register::PaperOutcome")]
pub(crate) enum PaperOutcome {
    /// The person took the step: it counts again.
    Stands,
    /// The person did not take the step: it never counts.
    Wrong,
}

/// A record that the viewer may see.
#[derive(Clone, Debug)]
pub(crate) struct PaperRecord {
    pub(crate) row: paper_record::Model,
    /// Whether the viewer is the person who is said to have taken the step.
    is_mine: bool,
    today: Day,
}

impl PaperRecord {
    /// Whether a viewer may see a record: the person who is said to have taken the step, and coordinators.
    pub(crate) fn is_visible(known: &ReferenceData, row: &paper_record::Model, viewer: NominationViewer) -> bool {
        viewer.is_coordinator || known.person_by_id(row.person_id) == Some(viewer.person)
    }

    /// The record as a viewer may see it. `None` if it is hidden from them.
    fn seen(known: &ReferenceData, row: paper_record::Model, viewer: NominationViewer, today: Day) -> Option<Self> {
        let is_mine = known.person_by_id(row.person_id) == Some(viewer.person);
        Self::is_visible(known, &row, viewer).then_some(Self { row, is_mine, today })
    }

    /// Returns a record by its key. `None` if there is none, or it is hidden from the viewer.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn find(ctx: &Context<'_>, id: PaperRecordId) -> Result<Option<Self>, ApiError> {
        let row = store::find(db(ctx)?, id).await?;
        Ok(Self::visible(ctx, row.into_iter().collect()).await?.pop())
    }

    /// Returns those of the rows that the viewer may see.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn visible(ctx: &Context<'_>, rows: Vec<paper_record::Model>) -> Result<Vec<Self>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let Some(viewer) = viewer_of(scope) else { return Ok(Vec::new()) };
        let today = today(ctx)?;
        Ok(rows.into_iter().filter_map(|row| Self::seen(known, row, viewer, today)).collect())
    }

    /// Returns the records that the viewer may see, by key: with `disputed` only those whose dispute is open, or the others.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub(crate) async fn list(ctx: &Context<'_>, disputed: Option<bool>) -> Result<Vec<Self>, ApiError> {
        let (known, scope) = known(ctx).await?;
        let Some(viewer) = viewer_of(scope) else { return Ok(Vec::new()) };
        let mut condition = Condition::all();
        if !viewer.is_coordinator {
            let person = &known.facts.index.roster().people[viewer.person.at()];
            let numbers = person.linked.iter().copied().chain([person.id]);
            condition = condition.add(paper_record::Column::PersonId.is_in(numbers));
        }
        let is_open = |row: &paper_record::Model| row.disputed_on.is_some() && row.settled_on.is_none();
        let mut rows = store::matching(db(ctx)?, condition).await?;
        rows.retain(|row| disputed.is_none_or(|wanted| is_open(row) == wanted));
        Self::visible(ctx, rows).await
    }

    fn last_day_to_dispute(&self) -> Option<Day> {
        self.row.disputed_on.is_none().then(|| last_day_to_dispute(self.row.recorded_on))
    }
}

const fn today_person(id: PersonId) -> Person {
    Person { id, on: None }
}

/// A step that a coordinator recorded from paper for the person who took it. It is seen by that person and by coordinators.
#[Object]
impl PaperRecord {
    /// Opaque.
    pub(crate) async fn id(&self) -> ID {
        NodeId::PaperRecord(self.row.id).encode()
    }

    /// The step.
    async fn step(&self) -> PaperStep {
        self.row.step.into()
    }

    /// As line or as senior manager. Null unless it is a manager's step.
    async fn capacity(&self) -> Option<ApproverCapacity> {
        self.row.capacity.map(ApproverCapacity::from)
    }

    /// The person who is said to have taken the step.
    async fn person(&self) -> Person {
        today_person(self.row.person_id)
    }

    /// The coordinator who recorded it.
    async fn recorded_by(&self) -> Person {
        today_person(self.row.recorder_id)
    }

    /// The day on which it was recorded.
    async fn recorded_on(&self) -> Date {
        Date(self.row.recorded_on)
    }

    /// The day of the paper, on which the step counts as taken.
    async fn day(&self) -> Date {
        Date(self.row.day)
    }

    /// The code under which the paper is filed. Null after an erasure.
    async fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }

    /// The nomination's ID. Null for the renewal of an approval.
    async fn nomination_id(&self) -> Option<ID> {
        self.row.nomination_id.map(|id| NodeId::Nomination(id).encode())
    }

    /// Whether the step counts: it is not disputed, or a coordinator has found that it stands.
    async fn counts(&self) -> bool {
        self.row.counts()
    }

    /// Whether the viewer may dispute it now.
    async fn may_dispute(&self) -> bool {
        self.is_mine && self.last_day_to_dispute().is_some_and(|last| self.today <= last)
    }

    /// The last day on which the person may dispute it. Null once it has been disputed.
    async fn disputable_until(&self) -> Option<Date> {
        self.last_day_to_dispute().map(Date)
    }

    /// The day on which the person disputed it. Null unless they did.
    async fn disputed_on(&self) -> Option<Date> {
        self.row.disputed_on.map(Date)
    }

    /// The day on which the dispute was settled. Null until then.
    async fn settled_on(&self) -> Option<Date> {
        self.row.settled_on.map(Date)
    }

    /// How the dispute was settled. Null until then.
    async fn outcome(&self) -> Option<PaperOutcome> {
        self.row.settled_as.map(PaperOutcome::from)
    }
}
