//! A line or senior manager's decision about a nomination: accepted, declined, or a question.

use sea_orm::entity::prelude::*;

use crate::id::{DecisionId, NominationId, PersonId, RegisterTextId};
use crate::period::Day;
use crate::value::ApproverCapacity;
use crate::value::register::{DecisionKind, DeclineReason};

/// A line or senior manager's decision about a nomination: accepted, declined, or a question.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "nomination_decision")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: DecisionId,
    /// The nomination.
    pub nomination_id: NominationId,
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
    /// The decision.
    pub kind: DecisionKind,
    /// The day of the decision.
    pub decided_on: Day,
    /// The person who decided.
    pub decider_id: PersonId,
    /// The manager whose approval it is; the same person unless a delegate decided.
    pub principal_id: PersonId,
    /// Protected time that was agreed, in hundredths of an hour per month. `None` unless accepted for a Peer Supporter.
    pub protected_hours: Option<i32>,
    /// Why it was declined. `None` unless declined.
    pub reason: Option<DeclineReason>,
    /// Items of the checklist that were not met and that the approver acknowledged, separated by commas.
    pub acknowledged: String,
    /// Whether the line manager says that the nominee has the skills. `None` unless the line manager accepted.
    pub skills: Option<bool>,
    /// Whether the line manager says that the nominee has the experience. `None` unless the line manager accepted.
    pub experience: Option<bool>,
    /// The question. `None` unless a question was asked, or after it was erased.
    pub question_id: Option<RegisterTextId>,
    /// The answer. `None` until it is answered, or after it was erased.
    pub answer_id: Option<RegisterTextId>,
}

impl ActiveModelBehavior for ActiveModel {}
