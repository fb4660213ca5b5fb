//! Numbers that belong to one person (COVERAGE.md section 10): psn proposes pairs, and a coordinator links or unlinks them
//! after seeing what that changes.

use std::collections::BTreeSet;

use async_graphql::{Context, Enum, ID, InputObject, SimpleObject};
use entity::coverage::roster::UnitIx;
use entity::coverage::{Coverage, Index, Question, compute};
use entity::id::PersonId;
use entity::register::nomination::state;
use entity::store::audit;
use entity::store::links::{self, LinkRefusal};
use entity::store::register::change::{CommandContext, Object};
use entity::store::register::link::{complete_open, link, reopen, unlink, withdraw_repeated};
use entity::store::register::nomination::StoredNomination;
use entity::store::register::{NewChange, Transaction};
use entity::store::roster::LoadError;
use entity::value::Action;
use entity::value::command::Command;
use entity::value::register::NominationState;
use serde_json::json;

use super::super::access::Scope;
use super::super::audit::event;
use super::super::cache::turns::run;
use super::super::day_view::DayView;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::nominations::{facts_of, terms_of};
use super::super::object::enums::TeamStatus;
use super::super::object::organisation::Person;
use super::super::page::{Listed, Page, Total, cut};
use super::super::request_state::{cache, caller, db, now, today};
use crate::access::Right;
use crate::request_id::RequestId;

/// The most teams that are listed as changed.
const LISTED: usize = 100;

/// Two numbers of one person, or of two.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct LinkPeopleInput {
    /// One of the two people.
    person_id: ID,
    /// The other person.
    same_as_id: ID,
    /// Whether this is a trial: nothing is written, and the response shows what would change.
    #[graphql(default = false)]
    dry_run: bool,
}

/// A team whose coverage changes.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LinkedTeam {
    /// The team's code.
    unit_code: String,
    /// The status before.
    status_before: TeamStatus,
    /// The status after. Null if it is no longer a team.
    status_after: Option<TeamStatus>,
    /// Headcount before.
    headcount_before: u32,
    /// Headcount after.
    headcount_after: u32,
    /// Whole Peer Supporters short before. Null without a policy or without staff.
    gap_before: Option<u32>,
    /// Whole Peer Supporters short after. Null without a policy or without staff.
    gap_after: Option<u32>,
}

/// Why nothing was changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum LinkPeopleRefusalCode {
    /// At least one of the two people is not on file.
    PersonUnknown,
    /// The two are already one person, or the same number was given twice.
    AlreadyLinked,
    /// No link joins the two directly.
    NotLinked,
    /// Their shares as a Peer Supporter would add up to more than 100 percent.
    SharesTooLarge,
}

/// Why nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct LinkPeopleRefusal {
    /// The code, for programs.
    code: LinkPeopleRefusalCode,
    /// What is wrong and what to do, in a sentence for people.
    sentence: String,
}

/// What linking or unlinking two numbers changes, or why it was refused.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct LinkPeoplePayload {
    /// Whether the change was written. False for a trial and for a refusal.
    done: bool,
    /// Teams whose status, headcount or gap of today changes, by code; at most 100.
    teams: Vec<LinkedTeam>,
    /// How many such teams there are. Null if it was refused.
    teams_changed: Option<u32>,
    /// Why nothing was changed. Null if it was not refused.
    refusal: Option<LinkPeopleRefusal>,
}

/// Two people who may be one person.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PossibleLink(PersonId, PersonId);

/// Two people with the same work e-mail, who may be one person. They are not linked until a coordinator links them.
#[async_graphql::Object]
impl PossibleLink {
    /// One of the two people.
    async fn person(&self) -> Person {
        Person { id: self.0, on: None }
    }

    /// The other person.
    async fn same_as(&self) -> Person {
        Person { id: self.1, on: None }
    }
}

#[derive(Debug, Default)]
pub(crate) struct LinkQuery;

#[async_graphql::Object]
impl LinkQuery {
    /// Pairs of people with the same work e-mail who are not linked. Empty if there are none, or if the viewer does not have
    /// the right LINK_PEOPLE.
    async fn possible_links(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
        #[graphql(desc = "At most this many from the end, 1 to 100; instead of first.")] last: Option<i32>,
        #[graphql(desc = "End before this cursor.")] before: Option<String>,
    ) -> Result<Listed<PossibleLink>, ApiError> {
        let page = Page::new(ctx, first, after, last, before)?;
        let pairs = match Scope::from_context(ctx).await?.all(Right::LinkPeople) {
            true => links::proposals(db(ctx)?).await?,
            false => Vec::new(),
        };
        let total = Total::Known(pairs.len());
        let slice = cut(&page, "possibleLinks", pairs, |(a, b)| (a.0, b.0))?;
        Ok(slice.listed(total, |(a, b)| PossibleLink(a, b)))
    }
}

#[derive(Debug, Default)]
pub(crate) struct LinkMutation;

#[async_graphql::Object]
impl LinkMutation {
    /// Records that two numbers are one person, on every day. Returns the teams that change; with `dryRun` nothing is written.
    async fn link_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two people.")] input: LinkPeopleInput,
    ) -> Result<LinkPeoplePayload, ApiError> {
        change(ctx, input, Action::PeopleLinked).await
    }

    /// Removes the link between two numbers. Returns the teams that change; with `dryRun` nothing is written.
    async fn unlink_people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The two people.")] input: LinkPeopleInput,
    ) -> Result<LinkPeoplePayload, ApiError> {
        change(ctx, input, Action::PeopleUnlinked).await
    }
}

async fn change(ctx: &Context<'_>, input: LinkPeopleInput, action: Action) -> Result<LinkPeoplePayload, ApiError> {
    Scope::from_context(ctx).await?.require(Right::LinkPeople)?;
    let LinkPeopleInput { person_id, same_as_id, dry_run } = input;
    let (Some(a), Some(b)) = (NodeId::decode_person(&person_id), NodeId::decode_person(&same_as_id)) else {
        return Ok(refused(LinkRefusal::Unknown));
    };
    let (view, cache, caller) = (DayView::on(ctx, None).await?, cache(ctx)?, caller(ctx)?);
    // Before the transaction, so that no other writer waits for a processor.
    let turns = cache.turns(caller).await?;
    let mut txn = Transaction::begin(db(ctx)?).await?;
    let linked = action == Action::PeopleLinked;
    let done = if linked { link(&mut txn, a, b).await? } else { unlink(&mut txn, a, b).await? };
    if let Err(refusal) = done {
        return Ok(refused(refusal));
    }
    let mut change = effects(ctx, &mut txn, &view, Linked { a, b, linked }).await?;
    let (mut facts, mut txn) = txn.load().await.map_err(unreadable)?;
    if !linked && complete_separated(ctx, &mut txn, &facts.index, &numbers_of(&view, a, b), &mut change).await? {
        (facts, txn) = txn.load().await.map_err(unreadable)?;
    }
    let (day, today) = (view.as_of.day, Some(view.today()));
    let after = run(turns, move || {
        let coverage = compute(&facts.index, &Question { day, today, what_if: None });
        Codes::from_coverage(&coverage, |unit| facts.index.roster().units[unit.at()].code.clone())
    });
    let after = after.await?;
    let before = Codes::from_coverage(&view.coverage, |unit| view.facts(unit).code.clone());
    let mut teams = before.changes(&after);
    let teams_changed = Some(u32::try_from(teams.len()).unwrap_or(u32::MAX));
    teams.truncate(LISTED);
    if dry_run {
        return Ok(LinkPeoplePayload { done: false, teams, teams_changed, refusal: None });
    }
    let record = audit::Event {
        object: Some(format!("person:{a}")),
        after: Some(json!({ "person": a.0, "sameAs": b.0 })),
        ..event(ctx, action)?
    };
    txn.commit_reloading(change, &record).await?;
    cache.changed_by(caller);
    Ok(LinkPeoplePayload { done: true, teams, teams_changed, refusal: None })
}

/// Two numbers that a command links or unlinks.
#[derive(Clone, Copy)]
struct Linked {
    a: PersonId,
    b: PersonId,
    linked: bool,
}

fn unreadable(error: LoadError) -> ApiError {
    match error {
        LoadError::Database(error) => error.into(),
        LoadError::Mix(_) => ApiError::internal(error),
    }
}

/// Every number of two people, before the change.
fn numbers_of(view: &DayView, a: PersonId, b: PersonId) -> Vec<PersonId> {
    let people = [a, b].into_iter().filter_map(|id| view.known.person_by_id(id));
    let mut numbers: Vec<PersonId> = people.flat_map(|person| view.known.numbers_of(person)).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// Completes the open nominations that have both approvals once two numbers are two people again: no one would give them
/// another one. One of which an item of the checklist fails stays open. Returns whether any role has begun.
async fn complete_separated(
    ctx: &Context<'_>,
    txn: &mut Transaction,
    index: &Index,
    numbers: &[PersonId],
    change: &mut Option<NewChange>,
) -> Result<bool, ApiError> {
    let begun = complete_open(txn, index, numbers, today(ctx)?).await?;
    if let Some(change) = change {
        for row in &begun {
            change.people.insert(row.person_id);
            change.objects.insert(Object::nomination(row.id));
            change.objects.extend(row.allocation_id.map(Object::allocation));
        }
        if let Some(after) = change.after.as_mut() {
            after["completed"] = begun.iter().map(|row| row.id.0).collect();
        }
    }
    Ok(!begun.is_empty())
}

/// Writes what a link changes about nominations, and returns the change record. `None` for a token, which gives no command of
/// the register: the audit log names it.
async fn effects(
    ctx: &Context<'_>,
    txn: &mut Transaction,
    view: &DayView,
    Linked { a, b, linked }: Linked,
) -> Result<Option<NewChange>, ApiError> {
    let known = &view.known;
    // The board's day once the locks are held.
    let today = today(ctx)?;
    let roster = view.index().roster();
    let numbers = numbers_of(view, a, b);
    let (mut withdrawn, mut reopened) = (BTreeSet::new(), BTreeSet::new());
    if linked {
        let has_lapsed = |stored: &StoredNomination| {
            facts_of(known, stored).is_none_or(|facts| {
                state(view.index(), &facts, &terms_of(known, &facts), today) == NominationState::Lapsed
            })
        };
        withdrawn = withdraw_repeated(txn, &numbers, has_lapsed, today).await?;
        reopened = reopen(txn, &numbers).await?;
    }
    let Some(actor) = view.scope().me().filter(|_| view.scope().viewer().person_id().is_some()) else {
        return Ok(None);
    };
    let context = CommandContext {
        at: now(ctx)?,
        actor: roster.people[actor.at()].id,
        request_id: ctx.data_opt::<RequestId>().map(RequestId::to_string),
        by_link: None,
    };
    let mut change = NewChange::new(context, Command::LinkPeople, today);
    change.people = numbers.into_iter().collect();
    change.objects = [Object::person(a), Object::person(b)].into();
    change.objects.extend(withdrawn.iter().chain(&reopened).copied().map(Object::nomination));
    change.before = Some(json!({ "linked": !linked }));
    change.after =
        Some(json!({ "person": a, "sameAs": b, "linked": linked, "withdrawn": withdrawn, "reopened": reopened }));
    Ok(Some(change))
}

/// The figures of each team that a link can change, by code.
struct Codes(Vec<(String, TeamFigures)>);

#[derive(Clone, Copy, PartialEq, Eq)]
struct TeamFigures {
    status: entity::value::Status,
    headcount: u32,
    gap: Option<u32>,
}

impl Codes {
    fn from_coverage(coverage: &Coverage, code: impl Fn(UnitIx) -> String) -> Self {
        let figures = |row: &entity::coverage::TeamRow| TeamFigures {
            status: row.status,
            headcount: row.headcount,
            gap: row.gap,
        };
        Self(coverage.teams.iter().map(|row| (code(row.unit), figures(row))).collect())
    }

    /// The teams that differ afterwards. Both are in order of code.
    fn changes(&self, after: &Self) -> Vec<LinkedTeam> {
        let find = |code: &String| {
            let place = after.0.binary_search_by(|(other, _)| other.cmp(code)).ok()?;
            Some(after.0[place].1)
        };
        let changed = self.0.iter().map(|(code, before)| (code, before, find(code)));
        changed
            .filter(|(_, before, after)| Some(**before) != *after)
            .map(|(code, before, after)| LinkedTeam {
                unit_code: code.clone(),
                status_before: before.status.into(),
                status_after: after.map(|after| after.status.into()),
                headcount_before: before.headcount,
                headcount_after: after.map_or(0, |after| after.headcount),
                gap_before: before.gap,
                gap_after: after.and_then(|after| after.gap),
            })
            .collect()
    }
}

fn refused(refusal: LinkRefusal) -> LinkPeoplePayload {
    let (code, sentence) = match refusal {
        LinkRefusal::Unknown => {
            (LinkPeopleRefusalCode::PersonUnknown, "At least one of the two is not on file. Check both ids.".to_owned())
        }
        LinkRefusal::AlreadyOne => (LinkPeopleRefusalCode::AlreadyLinked, "The two are already one person.".to_owned()),
        LinkRefusal::NotLinked => (
            LinkPeopleRefusalCode::NotLinked,
            "No link joins the two directly. If they are linked through a third number, unlink that one.".to_owned(),
        ),
        LinkRefusal::SharesTooLarge(day) => {
            let from = day.map_or_else(String::new, |day| format!(" from {day}"));
            let sentence = format!(
                "Their shares as Peer Supporter would add up to more than 100 percent{from}. Correct the shares first."
            );
            (LinkPeopleRefusalCode::SharesTooLarge, sentence)
        }
    };
    LinkPeoplePayload { refusal: Some(LinkPeopleRefusal { code, sentence }), ..LinkPeoplePayload::default() }
}
