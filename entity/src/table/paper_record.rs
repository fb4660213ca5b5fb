//! A step that a coordinator recorded from paper for the person who took it.

use sea_orm::entity::prelude::*;

use crate::id::{DecisionId, NominationId, PaperRecordId, PersonId};
use crate::period::Day;
use crate::value::ApproverCapacity;
use crate::value::register::{PaperOutcome, PaperStep};

/// A step that a coordinator recorded from paper for the person who took it. The change record of the command holds the
/// row, so that it is found from either.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "paper_record")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: PaperRecordId,
    /// The step.
    pub step: PaperStep,
    /// As line or as senior manager. `None` unless it is a manager's step.
    pub capacity: Option<ApproverCapacity>,
    /// The person who took the step on paper, and who may dispute it.
    pub person_id: PersonId,
    /// The coordinator who recorded it.
    pub recorder_id: PersonId,
    /// The day of the paper.
    pub day: Day,
    /// The code under which the paper is filed. `None` after an erasure.
    pub reference: Option<String>,
    /// The day on which it was recorded.
    pub recorded_on: Day,
    /// The nomination. `None` for a renewal. No foreign key, so that the record outlives it.
    pub nomination_id: Option<NominationId>,
    /// The decision. `None` unless it is a manager's decision. No foreign key, so that the record outlives it.
    pub decision_id: Option<DecisionId>,
    /// The day on which the person disputed it. `None` unless they did.
    pub disputed_on: Option<Day>,
    /// The day on which the dispute was settled. `None` until then.
    pub settled_on: Option<Day>,
    /// How the dispute was settled. `None` until then.
    pub settled_as: Option<PaperOutcome>,
    /// The coordinator who settled it. `None` until then.
    pub settled_by: Option<PersonId>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Whether the step counts: it was not disputed, or stands.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.disputed_on.is_none() || self.settled_as == Some(PaperOutcome::Stands)
    }
}
