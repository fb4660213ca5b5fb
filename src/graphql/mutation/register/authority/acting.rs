//! Appointing an acting line manager for a person whose approval no line manager is there to give.

use async_graphql::{Context, ID, InputObject, SimpleObject};
use entity::coverage::roster::PersonIx;
use entity::id::{AllocationId, PersonId};
use entity::period::{Day, Validity};
use entity::register::authority::WishedDays;
use entity::register::delegation::{NewActing, check_acting, waits_for_line};
use entity::register::facts::NominationFacts;
use entity::register::renewal::{Renewable, renewable};
use entity::store::register::change::Object;
use entity::store::register::{nomination, role};
use entity::value::ApproverCapacity;
use entity::value::command::{Command, ObjectKind};
use entity::value::register::DelegationKind;
use serde_json::json;

use super::super::command::{Begun, RegisterCommand, show_result};
use super::super::refusal::{CommandRefusal, RefusalCode};
use super::NamedPerson;
use super::delegate::{note_replaced, stand_in_as};
use crate::access::Right;
use crate::graphql::day_view::DayScope;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::nominations::{facts_of, terms_of};
use crate::graphql::object::organisation::Person;
use crate::graphql::scalar::Date;

/// An acting line manager to appoint.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AppointActingLineManagerInput {
    /// The ID of the person who has no line manager: a nominee, or a Peer Supporter whose approval may be renewed.
    for_person_id: ID,
    /// The ID of the acting line manager. Give this or `workEmail`.
    person_id: Option<ID>,
    /// The work address of the acting line manager.
    work_email: Option<String>,
    /// First day, from today to a year ahead.
    from: Date,
    /// Last day.
    until: Date,
    /// Whether this is a trial: nothing is stored, and the response shows what would be refused.
    #[graphql(default = false)]
    preview: bool,
    /// A key of the client's choice, 1 to 64 characters: sending the command again with it changes nothing twice.
    idempotency_key: Option<String>,
}

/// A person who acts as line manager of another on some days.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ActingLineManager {
    /// The acting line manager. Null if the viewer may not see that person.
    person: Option<Person>,
    /// The person who has no line manager. Null if the viewer may not see that person.
    for_person: Option<Person>,
    /// First day.
    first_day: Date,
    /// Last day.
    last_day: Date,
}

/// The result of appointing an acting line manager.
#[derive(Debug, SimpleObject)]
pub(crate) struct ActingLineManagerPayload {
    /// The acting line manager. Null if it was refused, and in a trial.
    acting_line_manager: Option<ActingLineManager>,
    /// Why nothing was changed. Empty if it was not refused.
    refusals: Vec<CommandRefusal>,
}

impl ActingLineManagerPayload {
    fn refused(refusal: impl Into<CommandRefusal>) -> Self {
        Self { acting_line_manager: None, refusals: vec![refusal.into()] }
    }
}

pub(super) async fn appoint(
    ctx: &Context<'_>,
    input: AppointActingLineManagerInput,
) -> Result<ActingLineManagerPayload, ApiError> {
    let key = input.idempotency_key.clone();
    let mut command = match RegisterCommand::begin(ctx, Command::AppointActingLineManager, key, &input).await? {
        Begun::New(command) => *command,
        Begun::Repeated(objects) => {
            let people = objects.iter().filter(|object| object.kind == ObjectKind::Person);
            return shown(ctx, &input, &people.map(|object| PersonId(object.id)).collect::<Vec<_>>()).await;
        }
        Begun::Refused(refusal) => return Ok(ActingLineManagerPayload::refused(refusal)),
    };
    command.scope.require_of_person(Right::Register)?;
    let new = match find(&command, &input).await? {
        Ok(new) => new,
        Err(refusal) => return Ok(ActingLineManagerPayload::refused(refusal)),
    };
    let cases = cases(&command, new.for_person, new.days.from).await?;
    let validity = match check_acting(command.index(), &cases, &new, command.me, command.today) {
        Ok(validity) => validity,
        Err(refusal) => return Ok(ActingLineManagerPayload::refused(refusal)),
    };
    if input.preview {
        return Ok(ActingLineManagerPayload { acting_line_manager: None, refusals: Vec::new() });
    }
    let (for_person, acting) = (command.id_of(new.for_person), command.id_of(new.acting));
    let mut change = command.change();
    change.effective_on = input.from.0;
    // It tells that the person has been nominated, or needs an approval.
    change.private = true;
    change.objects = [Object::person(for_person), Object::person(acting)].into();
    change.people = [for_person, acting].into();
    let people = (new.for_person, new.acting);
    let replaced = stand_in_as(&mut command, DelegationKind::Acting, people, validity).await?;
    note_replaced(&mut change, &replaced);
    let after = json!({ "forPerson": for_person, "acting": acting, "from": input.from.0, "until": input.until.0 });
    change.after = Some(after);
    command.finish(change).await?;
    shown(ctx, &input, &[for_person, acting]).await
}

/// Finds the people who are meant.
async fn find(
    command: &RegisterCommand,
    input: &AppointActingLineManagerInput,
) -> Result<Result<NewActing, CommandRefusal>, ApiError> {
    let for_person = NodeId::decode_person(&input.for_person_id).and_then(|id| command.known.person_by_id(id));
    let Some(for_person) = for_person else {
        let sentence = "No person on file has this ID. Check `forPersonId`.";
        return Ok(Err(CommandRefusal::about(RefusalCode::PersonUnknown, "forPersonId", sentence)));
    };
    let named = NamedPerson { id: input.person_id.as_ref(), work_email: input.work_email.as_deref() };
    let days = WishedDays { from: input.from.0, until: Some(input.until.0) };
    Ok(command.named_person(named).await?.map(|acting| NewActing { for_person, acting, days }))
}

/// A person's nominations that wait for a line manager's approval, and their roles of which it may be renewed on `day`.
async fn cases(command: &RegisterCommand, person: PersonIx, day: Day) -> Result<Vec<NominationFacts>, ApiError> {
    let (index, db, today) = (command.index(), command.txn.connection(), command.today);
    let stored = nomination::of_person(db, &command.numbers_of(person)).await?;
    let facts = stored.iter().filter_map(|stored| facts_of(&command.known, stored));
    let waits = |facts: &NominationFacts| waits_for_line(index, facts, &terms_of(&command.known, facts), today);
    let mut cases: Vec<_> = facts.filter(waits).collect();
    let held = index.allocations_of(person).filter(|held| held.validity.holds_on(day));
    let due = held.filter(|held| renewable(index, held, ApproverCapacity::Line, day) == Renewable::Now);
    let due: Vec<AllocationId> = due.map(|held| held.id).collect();
    for role in role::find_all(db, &due).await? {
        let unit = command.known.unit_by_id(role.row.unit_id);
        cases.extend(unit.map(|unit| role.as_nomination(index, person, unit, day)));
    }
    Ok(cases)
}

/// Reads the acting line manager again, as the viewer may see both people now.
async fn shown(
    ctx: &Context<'_>,
    input: &AppointActingLineManagerInput,
    people: &[PersonId],
) -> Result<ActingLineManagerPayload, ApiError> {
    show_result(ctx).await?;
    let day_scope = DayScope::on(ctx, None).await?;
    let wanted = Validity::from_last(Some(input.from.0), Some(input.until.0));
    let people: Vec<PersonIx> = people.iter().filter_map(|id| day_scope.known.person_by_id(*id)).collect();
    let (index, roster) = (day_scope.index(), day_scope.index().roster());
    let mut rows = people.iter().flat_map(|person| index.acting_managers_of(*person));
    let found = rows.find(|row| row.validity == wanted && people.contains(&row.delegate));
    let seen = |person: PersonIx| Person::seen(&day_scope, roster.people[person.at()].id);
    let acting_line_manager = found.map(|row| ActingLineManager {
        person: seen(row.delegate),
        for_person: seen(row.principal),
        first_day: input.from,
        last_day: input.until,
    });
    Ok(ActingLineManagerPayload { acting_line_manager, refusals: Vec::new() })
}
