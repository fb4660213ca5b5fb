//! Nominating a person for a role in the network.

mod nominator;
mod nominee;

use async_graphql::{Context, ID, InputObject};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::period::Day;
use entity::register::paper::could_nominate;
use entity::store::access::person::{self, KnownBy};
use entity::store::register::change::Object;
use entity::store::register::text::{self, NewText};
use entity::table::nomination;
use entity::value::Role;
use entity::value::command::Command;
use entity::value::register::PaperStep;
use sea_orm::ActiveValue::{NotSet, Set};
use serde_json::json;

use super::command::{Begun, RegisterCommand};
use super::items::{ItemResult, NominationsPayload, check_number, payload, repeated};
use super::paper::{Paper, PaperInput, RecordedStep, Step};
use super::refusal::{CommandRefusal, RefusalCode};
use super::text::check_length;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::object::enums::NetworkRole;
use crate::graphql::scalar::Date;
use nominator::{Nominator, nominator, waiting};
use nominee::{Place, check_nominee};

/// How many days ahead a role may begin.
pub(super) const DAYS_AHEAD: i64 = 365;

/// One nomination to make.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct NominateItem {
    /// The nominee's ID. Give this or `workEmail`; neither for a person who puts themselves forward.
    person_id: Option<ID>,
    /// The nominee's work address.
    work_email: Option<String>,
    /// The role.
    role: NetworkRole,
    /// Code of the unit that the role is for.
    unit_code: String,
    /// The part of the nominee's time, in thousandths: 1 to 1000. Only used for Peer Supporters.
    #[graphql(default = 1000)]
    share: i32,
    /// Whether the nominee would support a team in which they do not work.
    #[graphql(default = false)]
    outside_team: bool,
    /// Why, in at most 500 characters. Read by the nominee, the managers who decide, and coordinators.
    statement: Option<String>,
    /// First day of the role, from today, or from the day of the paper, to a year ahead. Defaults to as soon as possible.
    wished_start: Option<Date>,
    /// The paper, if a coordinator records the nomination for the person who made it. Defaults to that of the whole command.
    paper: Option<PaperInput>,
    /// A key of the client's choice, 1 to 64 characters: sending the item again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// Nominations to make, at most 100.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct NominateInput {
    /// The nominations. Each is made or refused by itself.
    items: Vec<NominateItem>,
    /// The paper of every item, if a coordinator records nominations for the people who made them.
    paper: Option<PaperInput>,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
}

pub(super) async fn nominate(ctx: &Context<'_>, input: NominateInput) -> Result<NominationsPayload, ApiError> {
    let NominateInput { items, paper, preview } = input;
    check_number(items.len())?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        let own = PaperInput::merged(item.paper.clone(), paper.as_ref());
        results.push(nominate_one(ctx, NominateItem { paper: own, ..item }, preview).await?);
    }
    payload(ctx, results).await
}

async fn nominate_one(ctx: &Context<'_>, item: NominateItem, preview: bool) -> Result<ItemResult, ApiError> {
    let key = item.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::Nominate, key, &item).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => return Ok(Ok(repeated(&objects))),
        Begun::Refused(refusal) => return Ok(Err(vec![refusal])),
    };
    let wish = match check(&command, &item).await? {
        Ok(wish) => wish,
        Err(refusal) => return Ok(Err(vec![refusal])),
    };
    if preview {
        return Ok(Ok(None));
    }
    let NominateItem { role, share, outside_team, statement, .. } = item;
    let role: Role = role.into();
    let Wish { nominee, unit, wished_start, paper } = wish;
    let Step { by, on } = command.step(paper.as_ref());
    let (person, nominator) = (command.id_of(nominee), command.id_of(by));
    let statement = match statement.filter(|text| !text.trim().is_empty()) {
        Some(text) => {
            let new = NewText { person, author: nominator, text };
            Some(text::store(command.txn.connection(), new).await?)
        }
        None => None,
    };
    let unit_id = command.index().roster().units[unit.at()].id;
    let row = nomination::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        role: Set(role),
        unit_id: Set(unit_id),
        share: Set(if role == Role::PeerSupporter { share } else { 1000 }),
        outside_team: Set(outside_team),
        nominator_id: Set(nominator),
        opened_on: Set(on),
        accepted_on: Set((nominee == by).then_some(on)),
        wished_start: Set(wished_start),
        ended_as: Set(None),
        ended_on: Set(None),
        statement_id: Set(statement.as_ref().map(|text| text.id)),
        allocation_id: Set(None),
        version: Set(1),
    };
    let row = command.txn.insert::<nomination::Entity, _>(row).await?;
    let mut change = command.change();
    change.objects = [Object::person(person), Object::nomination(row.id)].into();
    change.after = Some(json!({
        "person": person, "role": role, "unit": unit_id, "share": row.share, "outsideTeam": outside_team,
        "acceptedOn": row.accepted_on, "wishedStart": wished_start,
        "statement": statement.map(|text| text.as_json()),
    }));
    if let Some(paper) = &paper {
        let of = RecordedStep { step: PaperStep::Nomination, capacity: None, nomination: Some(row.id), decision: None };
        command.record(paper, of, &mut change).await?;
    }
    command.finish(change).await?;
    Ok(Ok(Some(row.id)))
}

/// A nomination that may be made.
struct Wish {
    nominee: PersonIx,
    unit: UnitIx,
    wished_start: Option<Day>,
    paper: Option<Paper>,
}

/// What a nominator who is not the nominee is told, whatever the reason.
fn not_just_now() -> CommandRefusal {
    let sentence = "This person cannot be nominated for this team just now.";
    CommandRefusal::new(RefusalCode::CannotBeNominated, sentence)
}

async fn check(command: &RegisterCommand, item: &NominateItem) -> Result<Result<Wish, CommandRefusal>, ApiError> {
    let today = command.today;
    let role: Role = item.role.into();
    let paper = match command.paper(item.paper.as_ref()) {
        Ok(paper) => paper,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let step = command.step(paper.as_ref());
    if let Err(refusal) = check_form(item, role, step.on, today) {
        return Ok(Err(refusal));
    }
    let is_open = |unit: &UnitIx, day: Day| command.index().roster().units[unit.at()].validity.holds_on(day);
    let open = |unit: &UnitIx| is_open(unit, today) && is_open(unit, step.on);
    let Some(unit) = command.known.unit_by_code(&item.unit_code).filter(open) else {
        let sentence = "No open unit has this code. Check `unitCode`.";
        return Ok(Err(CommandRefusal::about(RefusalCode::UnitUnknown, "unitCode", sentence)));
    };
    let nominee = find_nominee(command, item, step.by).await?;
    let nominator = if let Some(paper) = &paper {
        if let Err(refusal) = check_on_paper(command, paper, nominee) {
            return Ok(Err(refusal));
        }
        could_nominate(command.index(), step.by, nominee, role, unit, step.on).then_some(Nominator::Coordinator)
    } else {
        nominator(command, nominee, role, unit)
    };
    let Some(nominator) = nominator else {
        let sentence = "You can put yourself forward, and nominate colleagues for a team in which you work or that you \
                        manage. Ask a coordinator to nominate for other teams.";
        return Ok(Err(CommandRefusal::new(RefusalCode::NotYourStep, sentence)));
    };
    let terms = command.index().register_terms(unit, step.on);
    if nominator == Nominator::Other && waiting(command, &terms).await? >= terms.waiting_per_nominator as usize {
        let sentence = format!(
            "At most {} of your nominations may wait for an answer at a time. Wait for one, or withdraw one.",
            terms.waiting_per_nominator
        );
        return Ok(Err(CommandRefusal::new(RefusalCode::TooManyWaiting, sentence)));
    }
    let Some(nominee) = nominee else { return Ok(Err(not_just_now())) };
    let wished_start = item.wished_start.map(|Date(day)| day);
    let mut refusal = check_nominee(command, item, Place { nominee, unit }, step, &terms).await?;
    if refusal.is_none() && paper.is_some() && nominee == step.by {
        refusal = command.check_own_wish(nominee, role, step.on).await?;
    }
    let is_told = matches!(nominator, Nominator::Themselves | Nominator::Coordinator);
    Ok(match refusal {
        None => Ok(Wish { nominee, unit, wished_start, paper }),
        Some(refusal) if is_told => Err(refusal),
        Some(_) => Err(not_just_now()),
    })
}

/// Refuses a coordinator's own case, and a person who puts themselves forward without a signed form.
fn check_on_paper(command: &RegisterCommand, paper: &Paper, nominee: Option<PersonIx>) -> Result<(), CommandRefusal> {
    let Some(nominee) = nominee else { return Ok(()) };
    command.check_other_case(nominee)?;
    if nominee == command.step(Some(paper)).by { paper.check_signed() } else { Ok(()) }
}

/// Checks what does not depend on any person. `on` is the day of the nomination.
fn check_form(item: &NominateItem, role: Role, on: Day, today: Day) -> Result<(), CommandRefusal> {
    if role == Role::PeerSupporter && !(1..=1000).contains(&item.share) {
        let sentence = "`share` must be between 1 and 1000 thousandths.";
        return Err(CommandRefusal::about(RefusalCode::ShareOutOfRange, "share", sentence));
    }
    check_length("statement", item.statement.as_deref())?;
    let in_range = |day: Day| on <= day && day <= today.plus_days(DAYS_AHEAD);
    if item.wished_start.is_some_and(|Date(day)| !in_range(day)) {
        let sentence = "`wishedStart` must be between the day of the nomination and a year ahead.";
        return Err(CommandRefusal::about(RefusalCode::DayOutOfRange, "wishedStart", sentence));
    }
    Ok(())
}

/// The nominee. `None` if no one on file is meant.
async fn find_nominee(
    command: &RegisterCommand,
    item: &NominateItem,
    nominator: PersonIx,
) -> Result<Option<PersonIx>, ApiError> {
    let id = match (&item.person_id, &item.work_email) {
        (None, None) => return Ok(Some(nominator)),
        (Some(id), None) => NodeId::decode_person(id),
        (None, Some(address)) => {
            person::find(command.txn.connection(), &KnownBy::WorkEmail(address.clone()), command.today).await?
        }
        (Some(_), Some(_)) => {
            return Err(ApiError::bad_input("items", "Name the nominee either by `personId` or by `workEmail`."));
        }
    };
    Ok(id.and_then(|id| command.known.person_by_id(id)))
}
