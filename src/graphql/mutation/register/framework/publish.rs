//! Publishing a version of the competence framework.

use async_graphql::{Context, InputObject, SimpleObject};
use entity::id::FrameworkId;
use entity::register::framework::{
    self, FrameworkRefusal, LONGEST_CODE, LONGEST_NAME, LONGEST_STATEMENT, MOST_STATEMENTS, NewFramework, NewStatement,
};
use entity::store::register::change::Object;
use entity::store::register::framework as store;
use entity::value::command::{Command, ObjectKind};
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::object::framework::Framework;
use crate::graphql::scalar::Date;

/// A version of the competence framework to publish.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PublishFrameworkInput {
    /// The board's word for the version, at most 30 characters. No other version may have it.
    version: String,
    /// First day in force, from today to a year ahead.
    in_force_from: Date,
    /// Last day of the transition: until then people are still assessed against the version before, and if the policy says so,
    /// sign-offs against earlier versions stop counting after it. At most five years after the first day in force.
    transition_until: Date,
    /// The governance body that approved it, in at most 200 characters. It must name no person.
    approved_by: String,
    /// The day of the approval, today or earlier.
    approved_on: Date,
    /// The statements, 1 to 300.
    statements: Vec<FrameworkStatementInput>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// A statement of a version of the competence framework.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct FrameworkStatementInput {
    /// Its code, at most 30 characters, once per version.
    code: String,
    /// The level: 1, 2 or 3.
    level: i32,
    /// The domain, at most 200 characters. Psychological First Aid has coping, immediate needs, social support, information, and
    /// connecting on.
    domain: String,
    /// What a person of this level is able to do, in at most 1,000 characters.
    text: String,
}

/// The result of publishing a version of the competence framework.
#[derive(Debug, SimpleObject)]
pub(crate) struct FrameworkPayload {
    /// The version. Null if it was refused, and in a trial.
    framework: Option<Framework>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl FrameworkPayload {
    fn refused(refusal: CommandRefusal) -> Self {
        Self { framework: None, refusals: vec![refusal] }
    }

    async fn done(ctx: &Context<'_>, id: Option<FrameworkId>) -> Result<Self, ApiError> {
        show_result(ctx).await?;
        let all = Framework::all(ctx).await?;
        let framework = all.into_iter().find(|framework| Some(framework.stored.row.id) == id);
        Ok(Self { framework, refusals: Vec::new() })
    }
}

pub(super) async fn publish(ctx: &Context<'_>, input: PublishFrameworkInput) -> Result<FrameworkPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::PublishFramework, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => {
            let done = objects.iter().find(|object| object.kind == ObjectKind::Framework);
            return FrameworkPayload::done(ctx, done.map(|object| FrameworkId(object.id))).await;
        }
        Begun::Refused(refusal) => return Ok(FrameworkPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let PublishFrameworkInput {
        version,
        in_force_from: Date(in_force_from),
        transition_until: Date(transition_until),
        approved_by,
        approved_on: Date(approved_on),
        statements,
        preview,
        idempotency_key: _,
    } = input;
    let statement = |given: FrameworkStatementInput| {
        let FrameworkStatementInput { code, level, domain, text } = given;
        NewStatement { code, level, domain, text }
    };
    let statements = statements.into_iter().map(statement).collect();
    let new = NewFramework { version, in_force_from, transition_until, approved_by, approved_on, statements };
    let checked = match framework::check(new, command.index().frameworks(), command.today) {
        Ok(checked) => checked,
        Err(refusal) => return Ok(FrameworkPayload::refused(refusal.into())),
    };
    if store::has_version(command.txn.connection(), &checked.version).await? {
        return Ok(FrameworkPayload::refused(FrameworkRefusal::Already.into()));
    }
    if preview {
        return Ok(FrameworkPayload { framework: None, refusals: Vec::new() });
    }
    let (version, count) = (checked.version.clone(), checked.statements.len());
    let id = store::publish(&mut command.txn, checked).await?;
    let mut change = command.change();
    change.effective_on = in_force_from;
    change.objects = [Object::framework(id)].into();
    change.after = Some(json!({
        "framework": id, "version": version, "inForceFrom": in_force_from, "transitionUntil": transition_until,
        "approvedOn": approved_on, "statements": count,
    }));
    // Whose sign-off counts may change for everyone.
    command.finish_for_everyone(change).await?;
    FrameworkPayload::done(ctx, Some(id)).await
}

impl From<FrameworkRefusal> for CommandRefusal {
    fn from(refusal: FrameworkRefusal) -> Self {
        let length = |field: &str, longest: usize| {
            let sentence = format!("`{field}` must have 1 to {longest} characters.");
            Self::about(RefusalCode::TextTooLong, field, sentence)
        };
        let day = |field: &str, sentence: &str| Self::about(RefusalCode::DayOutOfRange, field, sentence);
        let statements = |code, sentence: String| Self::about(code, "statements", sentence);
        match refusal {
            FrameworkRefusal::Version => length("version", LONGEST_CODE),
            FrameworkRefusal::ApprovedBy => length("approvedBy", LONGEST_NAME),
            FrameworkRefusal::ApprovedOn => day("approvedOn", "`approvedOn` must not be in the future."),
            FrameworkRefusal::InForceFrom(refusal) => {
                let path = vec!["input".to_owned(), "inForceFrom".to_owned()];
                Self { path, ..refusal.into() }
            }
            FrameworkRefusal::TransitionUntil => day(
                "transitionUntil",
                "`transitionUntil` must not be before `inForceFrom`, and at most five years after it.",
            ),
            FrameworkRefusal::Statements => {
                statements(RefusalCode::Missing, format!("Give 1 to {MOST_STATEMENTS} statements."))
            }
            FrameworkRefusal::StatementText => statements(
                RefusalCode::TextTooLong,
                format!(
                    "A statement has a code of 1 to {LONGEST_CODE} characters, a domain of 1 to {LONGEST_NAME} and a text of \
                     1 to {LONGEST_STATEMENT}."
                ),
            ),
            FrameworkRefusal::Level => {
                statements(RefusalCode::StatementUnknown, "`level` must be 1, 2 or 3.".to_owned())
            }
            FrameworkRefusal::CodeTwice => {
                statements(RefusalCode::AlreadyDone, "Two statements have the same code. Give each its own.".to_owned())
            }
            FrameworkRefusal::Already => Self::new(
                RefusalCode::AlreadyDone,
                "A version with this name, or with this first day in force, is on file already. Choose another.",
            ),
        }
    }
}
