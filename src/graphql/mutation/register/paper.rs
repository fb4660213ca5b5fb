//! Steps that a coordinator records from paper for the people who took them: what is given about the paper, and who may.

use async_graphql::{ID, InputObject};
use entity::coverage::roster::PersonIx;
use entity::id::{DecisionId, NominationId};
use entity::period::Day;
use entity::register::facts::NominationFacts;
use entity::register::paper::{is_possible_day, is_reference};
use entity::store::register::NewChange;
use entity::store::register::change::Object;
use entity::store::register::paper::{self, NewPaperRecord};
use entity::store::register::role::is_own_wish;
use entity::table::paper_record;
use entity::value::register::{PaperOutcome, PaperStep};
use entity::value::{ApproverCapacity, Role};
use serde_json::json;

use super::command::RegisterCommand;
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::scalar::Date;

/// The paper from which a coordinator records a step for the person who took it. Of several items, each takes what it does
/// not give from the paper of the whole command. Every rule is checked for that person, on the day of the paper.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct PaperInput {
    /// The ID of the person who took the step. Needed.
    person_id: Option<ID>,
    /// The day of the paper, at most five years back. Needed.
    day: Option<Date>,
    /// The code under which the paper is filed: 1 to 40 letters, digits, hyphens, slashes, full stops and spaces. Needed.
    reference: Option<String>,
    /// Whether the nominee has signed the form. Needed to record an acceptance.
    signed_form: Option<bool>,
}

impl PaperInput {
    /// What is given for an item, and for the rest what is given for the whole command. `None` if nothing is.
    pub(super) fn merged(item: Option<Self>, whole: Option<&Self>) -> Option<Self> {
        let Some(whole) = whole else { return item };
        let Self { person_id, day, reference, signed_form } = item.unwrap_or_default();
        Some(Self {
            person_id: person_id.or_else(|| whole.person_id.clone()),
            day: day.or(whole.day),
            reference: reference.or_else(|| whole.reference.clone()),
            signed_form: signed_form.or(whole.signed_form),
        })
    }
}

/// A paper that may be recorded.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    person: PersonIx,
    day: Day,
    reference: String,
    signed_form: bool,
}

/// The person whose step it is, and the day on which they took it: the caller today, unless it is recorded from paper.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) by: PersonIx,
    pub(super) on: Day,
}

/// What a record is about.
pub(super) struct RecordedStep {
    pub(super) step: PaperStep,
    pub(super) capacity: Option<ApproverCapacity>,
    pub(super) nomination: Option<NominationId>,
    pub(super) decision: Option<DecisionId>,
}

impl Paper {
    /// Refuses an acceptance without the nominee's signed form.
    pub(super) fn check_signed(&self) -> Result<(), CommandRefusal> {
        if self.signed_form {
            return Ok(());
        }
        let sentence =
            "An acceptance is only recorded from the nominee's signed form. Say in `signedForm` that you have it.";
        Err(CommandRefusal::about(RefusalCode::FormNotSigned, "paper", sentence))
    }
}

/// The capacity of the other approval.
pub(super) const fn other(capacity: ApproverCapacity) -> ApproverCapacity {
    match capacity {
        ApproverCapacity::Line => ApproverCapacity::Senior,
        ApproverCapacity::Senior => ApproverCapacity::Line,
    }
}

/// A paper whose day is before an earlier step, or before what it is about.
pub(super) fn day_too_early(earliest: Day) -> CommandRefusal {
    let sentence =
        format!("The `day` of the paper must be {earliest} or later: an earlier step was taken on that day.");
    CommandRefusal::about(RefusalCode::DayOutOfRange, "paper", sentence)
}

impl RegisterCommand {
    /// Checks what is given about a paper. `None` if the caller takes the step themselves.
    pub(super) fn paper(&self, input: Option<&PaperInput>) -> Result<Option<Paper>, CommandRefusal> {
        let Some(PaperInput { person_id, day, reference, signed_form }) = input else { return Ok(None) };
        if !self.is_coordinator() {
            let sentence = "Only coordinators may record a step from paper.";
            return Err(CommandRefusal::about(RefusalCode::NotYourStep, "paper", sentence));
        }
        let (Some(person_id), Some(Date(day)), Some(reference)) = (person_id, *day, reference) else {
            let sentence =
                "Give `personId`, `day` and `reference` of the paper, for the item or for the whole command.";
            return Err(CommandRefusal::about(RefusalCode::Missing, "paper", sentence));
        };
        if !is_possible_day(day, self.today) {
            let sentence = "The `day` of the paper must be at most five years back, and not ahead.";
            return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "paper", sentence));
        }
        if !is_reference(reference) {
            let sentence = "The `reference` of the paper must have 1 to 40 letters, digits, hyphens, slashes, full stops \
                            and spaces.";
            return Err(CommandRefusal::about(RefusalCode::PaperInvalid, "paper", sentence));
        }
        let Some(person) = NodeId::decode_person(person_id).and_then(|id| self.known.person_by_id(id)) else {
            let sentence = "No person on file has the `personId` of the paper.";
            return Err(CommandRefusal::about(RefusalCode::PersonUnknown, "paper", sentence));
        };
        self.check_other_case(person)?;
        Ok(Some(Paper { person, day, reference: reference.clone(), signed_form: *signed_form == Some(true) }))
    }

    /// Refuses a coordinator who would record a step of their own, or about themselves.
    pub(super) fn check_other_case(&self, person: PersonIx) -> Result<(), CommandRefusal> {
        if person != self.me {
            return Ok(());
        }
        let sentence = "This is your own case. Another coordinator must do this.";
        Err(CommandRefusal::new(RefusalCode::OwnCase, sentence))
    }

    /// Refuses a coordinator who records one approval of a nomination and takes part in the other, or has recorded it.
    pub(super) fn check_other_recorder<'a>(
        &self,
        facts: &NominationFacts,
        capacity: ApproverCapacity,
        records: impl IntoIterator<Item = &'a paper_record::Model>,
    ) -> Result<(), CommandRefusal> {
        let other = other(capacity);
        let numbers = self.numbers_of(self.me);
        let takes_part = facts.accepts(other).any(|accept| accept.is_party(self.me));
        // A disputed record may yet stand.
        let has_recorded = records.into_iter().any(|record| {
            record.capacity == Some(other)
                && record.settled_as != Some(PaperOutcome::Wrong)
                && numbers.contains(&record.recorder_id)
        });
        if !takes_part && !has_recorded {
            return Ok(());
        }
        let sentence = "You gave or recorded the other approval. Another coordinator must record this one.";
        Err(CommandRefusal::new(RefusalCode::OneRecorder, sentence))
    }

    /// The person whose step it is, and its day.
    pub(super) fn step(&self, paper: Option<&Paper>) -> Step {
        paper.map_or(Step { by: self.me, on: self.today }, |paper| Step { by: paper.person, on: paper.day })
    }

    /// Refuses an acceptance on a paper that is older than what the person has since decided for themselves: no coordinator
    /// overrides that.
    pub(super) async fn check_own_wish(
        &self,
        nominee: PersonIx,
        role: Role,
        day: Day,
    ) -> Result<Option<CommandRefusal>, ApiError> {
        let numbers = self.numbers_of(nominee);
        let db = self.txn.connection();
        if !is_own_wish(db, &numbers, role).await? {
            return Ok(None);
        }
        let last = paper::last_own_step(db, &numbers).await?;
        let is_later = last.is_none_or(|last| last < day);
        let sentence = "After the day of the paper this person declined, paused or gave up the role themselves. Only they \
                        can change that, or a form that they signed later.";
        Ok((!is_later).then(|| CommandRefusal::about(RefusalCode::OwnWish, "paper", sentence)))
    }

    /// Stores what a paper is evidence of, and names in the change record the person who took the step. The person's mail
    /// begins here: the change names them as its principal.
    pub(super) async fn record(
        &mut self,
        paper: &Paper,
        of: RecordedStep,
        change: &mut NewChange,
    ) -> Result<paper_record::Model, ApiError> {
        let Paper { person, day, reference, signed_form: _ } = paper.clone();
        let RecordedStep { step, capacity, nomination, decision } = of;
        let (person, recorder, recorded_on) = (self.id_of(person), self.actor(), self.today);
        let new =
            NewPaperRecord { step, capacity, person, recorder, day, reference, recorded_on, nomination, decision };
        let record = paper::record(&mut self.txn, new).await?;
        change.principal = Some(person);
        change.effective_on = day;
        change.objects.insert(Object::person(person));
        let told = json!({ "record": record.id, "person": person, "day": day });
        match change.after.as_mut().and_then(serde_json::Value::as_object_mut) {
            Some(after) => drop(after.insert("paper".to_owned(), told)),
            None => change.after = Some(json!({ "paper": told })),
        }
        Ok(record)
    }
}
