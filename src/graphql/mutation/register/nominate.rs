//! Nominating a person for a role in the network.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::NominationId;
use entity::period::Day;
use entity::register::checklist::{Nominee, hard_failures};
use entity::register::nomination::{may_come_again_on, state};
use entity::register::paper::could_nominate;
use entity::register::terms::RegisterTerms;
use entity::store::access::person::{self, KnownBy};
use entity::store::register::change::Object;
use entity::store::register::nomination as store;
use entity::store::register::text::{self, NewText};
use entity::table::nomination;
use entity::value::command::{Command, ObjectKind};
use entity::value::register::{NominationEnd, NominationState, PaperStep};
use entity::value::{AppointmentRole, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{ColumnTrait as _, Condition};
use serde_json::json;

use super::command::{Begun, RegisterCommand, show_result};
use super::paper::{Paper, PaperInput, RecordedStep, Step};
use super::refusal::{CommandRefusal, RefusalCode};
use super::text::check_length;
use crate::access::Right;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::{VisibleNomination, facts_of};
use crate::graphql::object::enums::NetworkRole;
use crate::graphql::scalar::Date;

/// The most items of one command.
pub(super) const MOST_ITEMS: usize = 100;
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

/// The result of one item.
#[derive(Debug, SimpleObject)]
pub(crate) struct NominationResult {
    /// The nomination now. Null if it was refused, in a trial, and if the viewer may not see it.
    nomination: Option<VisibleNomination>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

/// The results of a command about several nominations, in the order of its items.
#[derive(Debug, SimpleObject)]
pub(crate) struct NominationsPayload {
    /// One result per item.
    results: Vec<NominationResult>,
}

/// What became of an item, before its nomination is read again.
pub(super) type ItemResult = Result<Option<NominationId>, Vec<CommandRefusal>>;

/// Checks the number of items.
///
/// # Errors
///
/// [`ApiError::bad_input`] unless it is 1 to 100.
pub(super) fn check_number(items: usize) -> Result<(), ApiError> {
    match items {
        1..=MOST_ITEMS => Ok(()),
        _ => Err(ApiError::bad_input("items", format!("`items` must have 1 to {MOST_ITEMS} entries."))),
    }
}

/// Reads the nominations again, as the viewer may see them now.
pub(super) async fn payload(ctx: &Context<'_>, items: Vec<ItemResult>) -> Result<NominationsPayload, ApiError> {
    show_result(ctx).await?;
    let mut results = Vec::with_capacity(items.len());
    for item in items {
        results.push(match item {
            Ok(None) => NominationResult { nomination: None, refusals: Vec::new() },
            Ok(Some(id)) => {
                NominationResult { nomination: VisibleNomination::find(ctx, id).await?, refusals: Vec::new() }
            }
            Err(refusals) => NominationResult { nomination: None, refusals },
        });
    }
    Ok(NominationsPayload { results })
}

/// The nomination among the objects that a repeated command changed.
pub(super) fn repeated(objects: &[entity::store::register::key::ChangedObject]) -> Option<NominationId> {
    objects.iter().find(|object| object.kind == ObjectKind::Nomination).map(|object| NominationId(object.id))
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

/// How the person who nominates stands to the unit and the nominee.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nominator {
    /// The nominee.
    Themselves,
    /// A coordinator.
    Coordinator,
    /// A line manager in the unit.
    LineManager,
    /// A colleague in the unit, its senior manager, or a Trainer.
    Other,
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

/// How the caller stands to the unit. `None` if they may not nominate for it.
fn nominator(command: &RegisterCommand, nominee: Option<PersonIx>, role: Role, unit: UnitIx) -> Option<Nominator> {
    let (index, me, today) = (command.index(), command.me, command.today);
    if nominee == Some(me) {
        return Some(Nominator::Themselves);
    }
    if command.scope.all(Right::Register) {
        return Some(Nominator::Coordinator);
    }
    if command.scope.managed_units().contains(&unit) {
        return Some(Nominator::LineManager);
    }
    let works_there = || index.counting_posts_of(me, today).any(|post| post.unit == unit);
    let tree = index.tree(today);
    let is_senior_manager = || {
        tree.ancestors(unit)
            .flat_map(|above| index.appointments_for(above))
            .any(|appointment| appointment.role == AppointmentRole::SeniorManager && appointment.is_held_by(me, today))
    };
    let serves_as_trainer = || {
        let roles = index.roster().trainers.iter();
        let mut own = roles.filter(|role| role.person == me && role.validity.holds_on(today));
        role == Role::Champion && own.any(|role| tree.is_at_or_below(unit, role.unit))
    };
    (works_there() || is_senior_manager() || serves_as_trainer()).then_some(Nominator::Other)
}

/// The number of the caller's nominations that wait for their nominees.
async fn waiting(command: &RegisterCommand, terms: &RegisterTerms) -> Result<usize, ApiError> {
    let numbers = command.numbers_of(command.me);
    let condition = Condition::all()
        .add(nomination::Column::NominatorId.is_in(numbers))
        .add(nomination::Column::AcceptedOn.is_null())
        .add(nomination::Column::EndedAs.is_null());
    let own = store::matching(command.txn.connection(), condition).await?;
    let is_open = |stored: &store::StoredNomination| {
        facts_of(&command.known, stored).is_some_and(|facts| {
            state(command.index(), &facts, terms, command.today) == NominationState::AwaitingNominee
        })
    };
    Ok(own.iter().filter(|stored| is_open(stored)).count())
}

/// A nominee, and the unit that the role is for.
#[derive(Clone, Copy)]
struct Place {
    nominee: PersonIx,
    unit: UnitIx,
}

/// Checks what only the nominee and coordinators are told.
async fn check_nominee(
    command: &RegisterCommand,
    item: &NominateItem,
    place: Place,
    step: Step,
    terms: &RegisterTerms,
) -> Result<Option<CommandRefusal>, ApiError> {
    let Place { nominee, unit } = place;
    let (index, today) = (command.index(), command.today);
    let role: Role = item.role.into();
    let earlier = store::of_person(command.txn.connection(), &command.numbers_of(nominee)).await?;
    for stored in earlier.iter().filter(|stored| stored.row.role == role) {
        let Some(facts) = facts_of(&command.known, stored) else { continue };
        let state = state(index, &facts, terms, today);
        let same_unit = facts.unit == unit;
        if same_unit && facts.ended.is_none() && state != NominationState::Lapsed {
            let sentence = "There is an open nomination for this person, role and unit already.";
            return Ok(Some(CommandRefusal::new(RefusalCode::AlreadyDone, sentence)));
        }
        let is_by_approver = facts.ended.is_some_and(|ended| ended.how == NominationEnd::DeclinedByApprover);
        let Some(again) = may_come_again_on(index, &facts, terms, step.by, today) else { continue };
        if is_by_approver && same_unit {
            let sentence = format!("A manager declined this nomination. It can be made again from {again}.");
            return Ok(Some(CommandRefusal::new(RefusalCode::CannotBeNominated, sentence)));
        }
        if !is_by_approver {
            let sentence = format!(
                "This person did not take up a nomination for this role. Until {again} only they can put themselves forward."
            );
            return Ok(Some(CommandRefusal::new(RefusalCode::CannotBeNominated, sentence)));
        }
    }
    let nominee = Nominee {
        person: nominee,
        role,
        unit,
        share: if role == Role::PeerSupporter { u32::try_from(item.share).unwrap_or(0) } else { 1000 },
        outside_team: item.outside_team,
        day: item.wished_start.map_or(step.on, |Date(day)| day),
    };
    Ok(hard_failures(index, &nominee, terms)
        .first()
        .map(|failure| CommandRefusal::new(RefusalCode::ChecklistNotMet, failure.item.sentence.clone())))
}
