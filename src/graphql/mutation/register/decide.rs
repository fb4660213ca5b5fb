//! A line or senior manager's decision about a nomination. The last approval begins the role.

use async_graphql::{Context, ID, InputObject};
use entity::coverage::roster::PersonIx;
use entity::id::NominationId;
use entity::register::approvers::may_decide;
use entity::register::checklist::checklist;
use entity::store::register::text::{self, NewText};
use entity::table::nomination_decision;
use entity::value::command::Command;
use entity::value::register::{self, CannotDecide, ChecklistResult, NominationEnd, PaperStep};
use entity::value::{self, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::begin::complete;
use super::command::RegisterCommand;
use super::items::{ItemResult, NominationsPayload, check_number, payload};
use super::opened::{Opened, objects, open};
use super::paper::{Paper, PaperInput, RecordedStep, Step, day_too_early};
use super::refusal::{CommandRefusal, RefusalCode};
use super::text::check_length;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::VisibleNomination;
use crate::graphql::object::nomination::{ApproverCapacity, ChecklistCode, DecisionKind, DeclineReason};

/// Protected time that may be agreed, in hundredths of an hour per month.
const HOURS: std::ops::RangeInclusive<i32> = 50..=4_000;

/// One decision.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DecisionItem {
    /// The nomination's ID.
    nomination_id: ID,
    /// As line or as senior manager.
    capacity: ApproverCapacity,
    /// The manager whose delegate the person who decides is, if they are a delegate of several. Defaults to the only one.
    on_behalf_of: Option<ID>,
    /// The decision.
    decision: DecisionKind,
    /// Protected time, 0.5 to 40 hours per month. Needed to accept a nomination for Peer Supporter; defaults to that of the
    /// whole command.
    protected_hours: Option<f64>,
    /// Why it is declined. Needed to decline; only the nominee and coordinators see it.
    reason: Option<DeclineReason>,
    /// The question, at most 500 characters. Needed to ask.
    question: Option<String>,
    /// Items of the checklist that are not met and that the manager knows of.
    #[graphql(default)]
    acknowledged: Vec<ChecklistCode>,
    /// Whether the nominee has the skills. Line managers say it when they accept.
    skills: Option<bool>,
    /// Whether the nominee has the experience. Line managers say it when they accept.
    experience: Option<bool>,
    /// The paper, if a coordinator records the decision for the person who made it. Defaults to that of the whole command.
    paper: Option<PaperInput>,
    /// The version that the caller has seen. Refused if there is a newer one.
    expected_version: Option<i32>,
    /// A key of the client's choice, 1 to 64 characters: sending the item again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// Decisions, at most 100.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DecideNominationInput {
    /// The decisions. Each is made or refused by itself.
    items: Vec<DecisionItem>,
    /// Protected time for every item that gives none, 0.5 to 40 hours per month.
    protected_hours: Option<f64>,
    /// The paper of every item, if a coordinator records decisions for the people who made them.
    paper: Option<PaperInput>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
}

pub(super) async fn decide(ctx: &Context<'_>, input: DecideNominationInput) -> Result<NominationsPayload, ApiError> {
    let DecideNominationInput { items, protected_hours, paper, preview } = input;
    check_number(items.len())?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let own = PaperInput::merged(item.paper.clone(), paper.as_ref());
        let item = DecisionItem { protected_hours: item.protected_hours.or(protected_hours), paper: own, ..item };
        results.push(decide_one(ctx, item, preview).await?);
    }
    payload(ctx, results).await
}

async fn decide_one(ctx: &Context<'_>, item: DecisionItem, preview: bool) -> Result<ItemResult, ApiError> {
    let (version, key) = (item.expected_version, item.idempotency_key.clone());
    let opened = open(ctx, Command::DecideNomination, &item.nomination_id, version, key, &item).await?;
    let (command, nomination) = match opened {
        Opened::Command(command, nomination) => (command, nomination),
        Opened::Ended(payload) => return Ok(payload.into_item()),
    };
    let decision = match check(&command, &nomination, &item) {
        Ok(decision) => decision,
        Err(refusal) => return Ok(Err(vec![refusal])),
    };
    if preview {
        return Ok(Ok(None));
    }
    store(*command, &nomination, decision, item.question).await.map(|stored| stored.map(Some))
}

/// A decision that may be made.
struct Decision {
    capacity: value::ApproverCapacity,
    kind: register::DecisionKind,
    principal: PersonIx,
    protected_hours: Option<i32>,
    reason: Option<register::DeclineReason>,
    acknowledged: Vec<register::ChecklistCode>,
    skills: Option<bool>,
    experience: Option<bool>,
    paper: Option<Paper>,
}

fn check(
    command: &RegisterCommand,
    nomination: &VisibleNomination,
    item: &DecisionItem,
) -> Result<Decision, CommandRefusal> {
    let paper = command.paper(item.paper.as_ref())?;
    command.check_open(nomination)?;
    nomination.check_undisputed()?;
    let facts = &nomination.facts;
    if paper.is_some() {
        command.check_other_case(facts.person)?;
    }
    if facts.accepted_on.is_none() {
        let sentence = "The nominee has not accepted yet.";
        return Err(CommandRefusal::new(RefusalCode::NotAccepted, sentence));
    }
    let capacity: value::ApproverCapacity = item.capacity.into();
    let principal = match &item.on_behalf_of {
        None => None,
        Some(id) => Some(
            NodeId::decode_person(id)
                .and_then(|id| command.known.person_by_id(id))
                .ok_or_else(|| cannot_decide(CannotDecide::NotApprover))?,
        ),
    };
    let Step { by, on } = command.step(paper.as_ref());
    if paper.is_some() {
        command.check_other_recorder(facts, capacity, &nomination.stored.records)?;
        let last = facts.last_decision(capacity).map(|last| last.on);
        let earliest = last.max(Some(facts.opened_on)).unwrap_or(facts.opened_on);
        if on < earliest {
            return Err(day_too_early(earliest));
        }
    }
    let approver = may_decide(command.index(), capacity, facts, by, principal, on).map_err(cannot_decide)?;
    if paper.is_some() {
        command.check_other_case(approver.principal)?;
    }
    if facts.is_accepted(capacity) {
        let sentence = "This approval has been given already.";
        return Err(CommandRefusal::new(RefusalCode::AlreadyDone, sentence));
    }
    let is_waiting =
        facts.last_decision(capacity).is_some_and(|last| last.kind == register::DecisionKind::Ask && !last.answered);
    let kind: register::DecisionKind = item.decision.into();
    // With a paper, the answer is on the paper.
    if is_waiting && kind != register::DecisionKind::Decline && paper.is_none() {
        let sentence = "A question is open. Wait until the nominee has answered it.";
        return Err(CommandRefusal::new(RefusalCode::QuestionOpen, sentence));
    }
    let decision = Decision {
        capacity,
        kind,
        principal: approver.principal,
        protected_hours: None,
        reason: None,
        acknowledged: Vec::new(),
        skills: None,
        experience: None,
        paper,
    };
    let missing = |field: &str, sentence: &str| Err(CommandRefusal::about(RefusalCode::Missing, field, sentence));
    match kind {
        register::DecisionKind::Accept => check_acceptance(command, nomination, item, decision),
        register::DecisionKind::Decline => match item.reason {
            Some(reason) => Ok(Decision { reason: Some(reason.into()), ..decision }),
            None => missing("reason", "Give a `reason` to decline."),
        },
        register::DecisionKind::Ask if decision.paper.is_some() => {
            let sentence = "A question cannot be recorded from paper. Record the answer to it with the decision.";
            Err(CommandRefusal::about(RefusalCode::PaperInvalid, "paper", sentence))
        }
        register::DecisionKind::Ask => match item.question.as_deref().map(str::trim) {
            None | Some("") => missing("question", "Give a `question` to ask."),
            Some(_) => check_length("question", item.question.as_deref()).map(|()| decision),
        },
    }
}

fn check_acceptance(
    command: &RegisterCommand,
    nomination: &VisibleNomination,
    item: &DecisionItem,
    decision: Decision,
) -> Result<Decision, CommandRefusal> {
    let nominee = nomination.nominee_from(command.step(decision.paper.as_ref()).on);
    command.check_hard_items(nomination, &nominee)?;
    let acknowledged: Vec<register::ChecklistCode> = item.acknowledged.iter().copied().map(Into::into).collect();
    let items = checklist(command.index(), &nominee, &nomination.terms);
    let unmet = items
        .iter()
        .find(|item| !item.hard && item.result == ChecklistResult::NotMet && !acknowledged.contains(&item.code));
    if let Some(unmet) = unmet {
        let sentence = format!("{} To accept all the same, name {} in `acknowledged`.", unmet.sentence, unmet.code);
        return Err(CommandRefusal::about(RefusalCode::NotAcknowledged, "acknowledged", sentence));
    }
    let is_line = decision.capacity == value::ApproverCapacity::Line;
    if is_line && (item.skills.is_none() || item.experience.is_none()) {
        let sentence = "Say in `skills` and `experience` whether the nominee has the skills and the experience.";
        return Err(CommandRefusal::about(RefusalCode::Missing, "skills", sentence));
    }
    let protected_hours = match (nomination.facts.role, item.protected_hours) {
        (Role::PeerSupporter, Some(hours)) => Some(hundredths(hours)?),
        (Role::PeerSupporter, None) => {
            let sentence = "Give the protected time in `protectedHours`, 0.5 to 40 hours per month.";
            return Err(CommandRefusal::about(RefusalCode::HoursOutOfRange, "protectedHours", sentence));
        }
        (Role::Trainer | Role::Champion, _) => None,
    };
    let (skills, experience) = (item.skills.filter(|_| is_line), item.experience.filter(|_| is_line));
    Ok(Decision { protected_hours, acknowledged, skills, experience, ..decision })
}

/// Hours as hundredths.
pub(super) fn hundredths(hours: f64) -> Result<i32, CommandRefusal> {
    let scaled = (hours * 100.0).round();
    #[expect(clippy::cast_possible_truncation, reason = "checked to be in range")]
    let in_range = (f64::from(*HOURS.start())..=f64::from(*HOURS.end())).contains(&scaled).then_some(scaled as i32);
    in_range.ok_or_else(|| {
        let sentence = "`protectedHours` must be between 0.5 and 40 hours per month.";
        CommandRefusal::about(RefusalCode::HoursOutOfRange, "protectedHours", sentence)
    })
}

pub(super) fn cannot_decide(cause: CannotDecide) -> CommandRefusal {
    let (code, sentence) = match cause {
        CannotDecide::OwnCase => {
            (RefusalCode::OwnCase, "This is your own nomination. Another person must decide on it.")
        }
        CannotDecide::BothApprovals => (
            RefusalCode::BothApprovals,
            "The two approvals must be given and recorded by different people. You, or the manager whose delegate you are, took part in the other.",
        ),
        CannotDecide::NotApprover => (
            RefusalCode::NotApprover,
            "You may not decide on this nomination in this capacity. See `possibleDeciders` for who may.",
        ),
        CannotDecide::WouldNotCount => (
            RefusalCode::WouldNotCount,
            "This approval would not count, because you approved as line manager before. Another senior manager must decide.",
        ),
    };
    CommandRefusal::new(code, sentence)
}

/// Stores a decision, and begins the role if it was the last approval.
async fn store(
    mut command: RegisterCommand,
    nomination: &VisibleNomination,
    decision: Decision,
    question: Option<String>,
) -> Result<Result<NominationId, Vec<CommandRefusal>>, ApiError> {
    let step = command.step(decision.paper.as_ref());
    let (row, decider) = (&nomination.stored.row, command.id_of(step.by));
    let principal = command.id_of(decision.principal);
    let question = match (decision.kind, question) {
        (register::DecisionKind::Ask, Some(text)) => {
            let new = NewText { person: row.person_id, author: decider, text };
            Some(text::store(command.txn.connection(), new).await?)
        }
        _ => None,
    };
    let acknowledged: Vec<_> = decision.acknowledged.iter().map(|code| code.as_str()).collect();
    let decided = nomination_decision::ActiveModel {
        id: NotSet,
        nomination_id: Set(row.id),
        capacity: Set(decision.capacity),
        kind: Set(decision.kind),
        decided_on: Set(step.on),
        decider_id: Set(decider),
        principal_id: Set(principal),
        protected_hours: Set(decision.protected_hours),
        reason: Set(decision.reason),
        acknowledged: Set(acknowledged.join(",")),
        skills: Set(decision.skills),
        experience: Set(decision.experience),
        question_id: Set(question.as_ref().map(|text| text.id)),
        answer_id: Set(None),
    };
    let decided = command.txn.insert::<nomination_decision::Entity, _>(decided).await?;
    let mut change = command.change();
    change.principal = Some(principal);
    change.objects = objects(row);
    // The reason is for the nominee and coordinators, who read it in the decision itself.
    change.after = Some(json!({
        "capacity": decision.capacity, "decision": decision.kind, "principal": principal,
        "protectedHours": decision.protected_hours,
        "acknowledged": acknowledged, "question": question.map(|text| text.as_json()),
    }));
    let mut stored = nomination.stored.clone();
    if let Some(paper) = &decision.paper {
        let of = RecordedStep {
            step: PaperStep::Decision,
            capacity: Some(decision.capacity),
            nomination: Some(row.id),
            decision: Some(decided.id),
        };
        stored.records.push(command.record(paper, of, &mut change).await?);
    }
    stored.decisions.push(decided);
    if decision.kind == register::DecisionKind::Decline {
        stored.row.ended_as = Some(NominationEnd::DeclinedByApprover);
        stored.row.ended_on = Some(step.on);
    }
    let after = match complete(&mut command, &stored, &mut change).await? {
        Ok(after) => after,
        Err(refusal) => return Ok(Err(vec![refusal])),
    };
    let id = row.id;
    command.write(row, after).await?;
    command.finish(change).await?;
    Ok(Ok(id))
}
