//! Recording an assessment.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::{Framework, PersonIx};
use entity::id::AssessmentId;
use entity::period::Day;
use entity::register::framework::{
    GivenResult, LEVELS, ResultsRefusal, SIGN_OFF_LEVEL, check_results, is_active_trainer,
};
use entity::store::register::change::Object;
use entity::store::register::framework::{self as store, NewAssessment};
use entity::store::register::text::{self, NewText, StoredText};
use entity::value::command::Command;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::super::text::check_length;
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::framework::{Assessment, AssessmentSight, StatementOutcome};
use crate::graphql::scalar::Date;

/// The outcome of one statement.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct StatementResultInput {
    /// The statement's code.
    code: String,
    /// The outcome.
    outcome: StatementOutcome,
}

/// An assessment to record.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct RecordAssessmentInput {
    /// The ID of the person: not the caller.
    person_id: ID,
    /// The level: 1, 2 or 3. Level 2 is that of Peer Supporters.
    level: i32,
    /// The ID of the version of the competence framework. Defaults to the one in force on the day.
    framework_id: Option<ID>,
    /// The outcome of each statement of the level, once each.
    results: Vec<StatementResultInput>,
    /// The evidence, in at most 500 characters. The person, the assessor, the managers who approve the person, and coordinators
    /// can read it.
    evidence: Option<String>,
    /// The day: at most 7 days back, or 31 for a coordinator, and not in the future. Defaults to today.
    day: Option<Date>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// The result of recording an assessment.
#[derive(Debug, SimpleObject)]
pub(crate) struct AssessmentPayload {
    /// The assessment. Null if it was refused, in a trial, and if the command was sent again with the same key.
    assessment: Option<Assessment>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl AssessmentPayload {
    const fn nothing() -> Self {
        Self { assessment: None, refusals: Vec::new() }
    }

    fn refused(refusal: CommandRefusal) -> Self {
        Self { assessment: None, refusals: vec![refusal] }
    }

    async fn done(ctx: &Context<'_>, id: AssessmentId, sight: AssessmentSight) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        Ok(Self { assessment: Assessment::find(ctx, id, sight).await?, refusals: Vec::new() })
    }
}

pub(super) async fn record(ctx: &Context<'_>, input: RecordAssessmentInput) -> Result<AssessmentPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::RecordAssessment, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(_) => {
            show_result(ctx).await?;
            return Ok(AssessmentPayload::nothing());
        }
        Begun::Refused(refusal) => return Ok(AssessmentPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Assess)?;
    let person = assessed_person(&command, &input.person_id)?;
    let CheckedAssessment { framework, on, evidence } = match check(&command, person, &input) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(AssessmentPayload::refused(refusal)),
    };
    let statements = store::statements(command.txn.connection(), framework.id, input.level).await?;
    let is_met = |outcome: StatementOutcome| outcome == StatementOutcome::Met;
    let given = input.results.iter().map(|row| GivenResult { code: row.code.clone(), met: is_met(row.outcome) });
    let given: Vec<_> = given.collect();
    let results = match check_results(&statements, &given) {
        Ok(results) => results,
        Err(refusal) => return Ok(AssessmentPayload::refused(refusal.into())),
    };
    if input.preview {
        return Ok(AssessmentPayload::nothing());
    }
    let (person_id, assessor, level) = (command.id_of(person), command.actor(), input.level);
    let evidence = match evidence {
        Some(text) => {
            let text = NewText { person: person_id, author: assessor, text };
            Some(text::store(command.txn.connection(), text).await?)
        }
        None => None,
    };
    let codes = |met: bool| {
        let rows = statements.iter().filter(|statement| results.get(&statement.id) == Some(&met));
        rows.map(|statement| statement.code.clone()).collect::<Vec<_>>()
    };
    let mut change = command.change();
    // What was not met yet is for the person and coordinators to look up.
    change.private = true;
    change.effective_on = on;
    change.objects = [Object::person(person_id), Object::framework(framework.id)].into();
    if level == SIGN_OFF_LEVEL {
        change.people = [person_id].into();
    }
    let mut after = json!({
        "framework": framework.id, "level": level, "assessedOn": on, "met": codes(true), "notYet": codes(false),
        "evidence": evidence.as_ref().map(StoredText::as_json),
    });
    let evidence = evidence.map(|text| text.id);
    let new = NewAssessment { person: person_id, assessor, framework: framework.id, level, on, results, evidence };
    let id = store::record(&mut command.txn, new).await?;
    after["assessment"] = json!(id);
    change.after = Some(after);
    command.finish(change).await?;
    AssessmentPayload::done(ctx, id, AssessmentSight::All).await
}

/// The person to assess. Trainers find themselves and people who are, or will be, Peer Supporters; coordinators everyone.
fn assessed_person(command: &RegisterCommand, id: &ID) -> Result<PersonIx, ApiError> {
    let found = NodeId::decode_person(id).and_then(|id| command.known.person_by_id(id));
    let is_supporter =
        |person: PersonIx| command.index().allocations_of(person).any(|own| !own.validity.ended_by(command.today));
    found
        .filter(|person| command.is_coordinator() || *person == command.me || is_supporter(*person))
        .ok_or_else(|| ApiError::not_found("person", "personId", id.as_str()))
}

/// The parts of an assessment that need no statements.
struct CheckedAssessment {
    framework: Framework,
    on: Day,
    evidence: Option<String>,
}

fn check(
    command: &RegisterCommand,
    person: PersonIx,
    input: &RecordAssessmentInput,
) -> Result<CheckedAssessment, CommandRefusal> {
    let today = command.today;
    if person == command.me {
        let sentence = "No one assesses themselves. Ask a Trainer or another coordinator.";
        return Err(CommandRefusal::new(RefusalCode::OwnCase, sentence));
    }
    let (is_coordinator, on) = (command.is_coordinator(), input.day.map_or(today, |Date(day)| day));
    let back = if is_coordinator { 31 } else { 7 };
    if on < today.plus_days(-back) || today < on {
        let sentence = format!("`day` must be between {} and today.", today.plus_days(-back));
        return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "day", sentence));
    }
    let is_trainer = |day: Day| is_active_trainer(command.index(), command.me, day);
    let is_active_trainer = is_trainer(today) && is_trainer(on);
    if !is_coordinator && !is_active_trainer {
        let sentence =
            "Only Trainers who are active today and on the day of the assessment, and coordinators, assess people.";
        return Err(CommandRefusal::new(RefusalCode::NotYourStep, sentence));
    }
    if !LEVELS.contains(&input.level) {
        let sentence = "`level` must be 1, 2 or 3.";
        return Err(CommandRefusal::about(RefusalCode::StatementUnknown, "level", sentence));
    }
    let framework = framework_on(command, input.framework_id.as_ref(), on)?;
    let evidence = input.evidence.as_ref().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    check_length("evidence", evidence.as_deref())?;
    Ok(CheckedAssessment { framework, on, evidence })
}

/// The version of the framework that is meant, which must be in force on the day, or in its transition to a later one.
fn framework_on(command: &RegisterCommand, given: Option<&ID>, on: Day) -> Result<Framework, CommandRefusal> {
    let about = |code, sentence: &str| CommandRefusal::about(code, "frameworkId", sentence);
    let all = command.index().frameworks();
    let Some(given) = given else {
        let in_force = all.iter().filter(|known| known.from <= on).max_by_key(|known| known.from);
        let sentence = "No version of the competence framework is in force on this day.";
        return in_force.copied().ok_or_else(|| about(RefusalCode::Missing, sentence));
    };
    let id = NodeId::decode_framework(given);
    let found = all.iter().copied().find(|known| Some(known.id) == id);
    let found = found.ok_or_else(|| {
        about(
            RefusalCode::StatementUnknown,
            "There is no such version of the competence framework. Check `frameworkId`.",
        )
    })?;
    if on < found.from {
        return Err(about(RefusalCode::DayOutOfRange, "This version is not in force on this day yet."));
    }
    let is_replaced = all.iter().any(|known| found.from < known.from && known.from <= on);
    if is_replaced && command.index().transition_ends(found.id).is_some_and(|ends| ends <= on) {
        let sentence = "The transition from this version to a later one has ended. Assess against the later one.";
        return Err(about(RefusalCode::DocumentReplaced, sentence));
    }
    Ok(found)
}

impl From<ResultsRefusal> for CommandRefusal {
    fn from(refusal: ResultsRefusal) -> Self {
        let about = |code, sentence: String| Self::about(code, "results", sentence);
        match refusal {
            ResultsRefusal::NoStatements => Self::about(
                RefusalCode::StatementUnknown,
                "level",
                "This version of the competence framework has no statement of this level.",
            ),
            ResultsRefusal::Unknown(code) => about(
                RefusalCode::StatementUnknown,
                format!("'{code:.30}' is not a statement of this level, or is given twice. Give each statement once."),
            ),
            ResultsRefusal::Missing(code) => about(
                RefusalCode::Missing,
                format!("The outcome of statement '{code}' is missing. Give each statement once."),
            ),
        }
    }
}
