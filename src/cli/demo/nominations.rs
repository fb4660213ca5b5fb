//! Some forty made-up nominations of the demonstration, in every state. They are written as commands would write them, with
//! earlier days.

use std::collections::BTreeSet;

use entity::coverage::Index;
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::id::{NominationId, PersonId};
use entity::period::Day;
use entity::register::approvers::approvers;
use entity::register::checklist::{Nominee, hard_failures};
use entity::register::facts::{DecisionFacts, NominationFacts};
use entity::register::terms::RegisterTerms;
use entity::store::register::change::{CommandContext, Object};
use entity::store::register::kept::{self, Wish};
use entity::store::register::role::{self, NewApproval, NewRole};
use entity::store::register::text::{self, NewText};
use entity::store::register::{NewChange, Transaction};
use entity::store::roster;
use entity::table::{nomination, nomination_decision};
use entity::value::command::Command;
use entity::value::register::{DecisionKind, DeclineReason, NominationEnd};
use entity::value::{ApproverCapacity, Role};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::{DbErr, EntityTrait as _, PaginatorTrait as _};

use super::failed;
use crate::app::App;
use crate::error::ExitError;

/// What has become of a nomination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// The nominee has not answered.
    AwaitingNominee,
    /// The nominee has accepted, and no manager has decided.
    AwaitingBoth,
    /// The line manager has accepted.
    LineAccepted,
    /// The senior manager has accepted.
    SeniorAccepted,
    /// The line manager has asked a question.
    Question,
    /// The line manager has declined.
    DeclinedByManager,
    /// The nominee has declined.
    DeclinedByNominee,
    /// The nominee took it back.
    Withdrawn,
    /// The nominee never answered.
    Lapsed,
    /// Both managers have accepted: the role began.
    Approved,
}

/// How many nominations of each outcome, and how many days ago the first of them was made; each next one is a day older.
const PLAN: [(Outcome, u32, i64); 10] = [
    (Outcome::AwaitingNominee, 6, 1),
    (Outcome::AwaitingBoth, 8, 3),
    (Outcome::LineAccepted, 5, 6),
    (Outcome::SeniorAccepted, 3, 9),
    (Outcome::Question, 3, 12),
    (Outcome::DeclinedByManager, 3, 20),
    (Outcome::DeclinedByNominee, 3, 25),
    (Outcome::Withdrawn, 2, 30),
    (Outcome::Lapsed, 3, 95),
    (Outcome::Approved, 5, 15),
];

const STATEMENTS: [&str; 4] = [
    "Colleagues go to her when a shift was hard.",
    "He listens well and keeps things to himself.",
    "She has supported new starters on the team for years.",
    "He asked how he could help after the incident in spring.",
];

/// A nomination that can be made on the board.
struct Candidate {
    facts: NominationFacts,
    line: PersonIx,
    senior: PersonIx,
}

/// Makes the nominations, unless there are any.
///
/// # Errors
///
/// [`ExitError::Failed`] if the database failed.
pub(super) async fn make(app: &App, today: Day) -> Result<(), ExitError> {
    let failed = || failed::<DbErr>("the nominations could not be made");
    if nomination::Entity::find().count(&app.db).await.map_err(failed())? > 0 {
        return Ok(());
    }
    let loaded = roster::load(&app.db).await.map_err(super::failed("the board could not be read"))?;
    let wanted: usize = PLAN.iter().map(|row| row.1 as usize).sum();
    let mut candidates = candidates(&loaded.index, today, wanted).into_iter();
    for (outcome, number, first) in PLAN {
        for (nth, candidate) in (0..i64::from(number)).zip(candidates.by_ref()) {
            let opened_on = today.plus_days(-first - nth);
            make_one(app, &loaded.index, candidate, outcome, opened_on, today).await.map_err(failed())?;
        }
    }
    Ok(())
}

/// One candidate per unit, in the order of units, whose nomination two managers can approve.
fn candidates(index: &Index, today: Day, wanted: usize) -> Vec<Candidate> {
    let units = (0u32..).map(UnitIx).take(index.roster().units.len());
    let all: Vec<_> = units.filter_map(|unit| candidate(index, unit, today)).collect();
    // Spread over the board.
    let step = (all.len() / wanted.max(1)).max(1);
    all.into_iter().step_by(step).take(wanted).collect()
}

fn candidate(index: &Index, unit: UnitIx, today: Day) -> Option<Candidate> {
    let mut people: Vec<_> = index.counting_posts_in(unit, today).map(|post| post.person).collect();
    people.sort_unstable();
    people.dedup();
    people.iter().find_map(|person| {
        let nominator = people.iter().copied().find(|other| other != person)?;
        let facts = NominationFacts {
            person: *person,
            role: Role::PeerSupporter,
            unit,
            share: 1000,
            outside_team: false,
            nominator,
            opened_on: today,
            counted_from: today,
            accepted_on: Some(today),
            wished_start: None,
            ended: None,
            in_dispute: false,
            decisions: Vec::new(),
        };
        let nominee = Nominee { person: *person, role: facts.role, unit, share: 1000, outside_team: false, day: today };
        if !hard_failures(index, &nominee, &RegisterTerms::default()).is_empty() {
            return None;
        }
        let line = approvers(index, ApproverCapacity::Line, &facts, today).first()?.decider;
        let mut accepted = facts.clone();
        accepted.decisions.push(DecisionFacts {
            capacity: ApproverCapacity::Line,
            kind: DecisionKind::Accept,
            on: today,
            decider: line,
            principal: line,
            recorder: None,
            protected_hours: None,
            answered: true,
        });
        let senior = approvers(index, ApproverCapacity::Senior, &accepted, today).first()?.decider;
        Some(Candidate { facts, line, senior })
    })
}

async fn make_one(
    app: &App,
    index: &Index,
    candidate: Candidate,
    outcome: Outcome,
    opened_on: Day,
    today: Day,
) -> Result<(), DbErr> {
    let Candidate { facts, line, senior } = candidate;
    let id_of = |person: PersonIx| index.roster().people[person.at()].id;
    let (person, nominator) = (id_of(facts.person), id_of(facts.nominator));
    let mut txn = Transaction::begin(&app.db).await.map_err(|error| DbErr::Custom(error.to_string()))?;
    let statement = STATEMENTS[facts.unit.at() % STATEMENTS.len()].to_owned();
    let statement = text::store(txn.connection(), NewText { person, author: nominator, text: statement }).await?;
    let accepted = !matches!(outcome, Outcome::AwaitingNominee | Outcome::DeclinedByNominee | Outcome::Lapsed);
    let decided_on = opened_on.plus_days(1).min(today);
    let ended_as = match outcome {
        Outcome::DeclinedByManager => Some(NominationEnd::DeclinedByApprover),
        Outcome::DeclinedByNominee => Some(NominationEnd::DeclinedByNominee),
        Outcome::Withdrawn => Some(NominationEnd::Withdrawn),
        Outcome::Approved => Some(NominationEnd::Approved),
        Outcome::AwaitingNominee
        | Outcome::AwaitingBoth
        | Outcome::LineAccepted
        | Outcome::SeniorAccepted
        | Outcome::Question
        | Outcome::Lapsed => None,
    };
    let unit = &index.roster().units[facts.unit.at()];
    let begun = match outcome {
        Outcome::Approved => {
            let approvals = [(ApproverCapacity::Line, line), (ApproverCapacity::Senior, senior)];
            let approvals = approvals.map(|(capacity, approver)| NewApproval {
                capacity,
                decided_on,
                decider: id_of(approver),
                principal: id_of(approver),
                protected_hours: Some(400),
            });
            let new = NewRole {
                person,
                role: facts.role,
                unit: unit.id,
                share: 1000,
                outside_team: false,
                first_day: decided_on,
                protected_hours: Some(400),
                approvals: approvals.into(),
            };
            Some(role::begin(&mut txn, new).await?.row)
        }
        _ => None,
    };
    let row = nomination::ActiveModel {
        id: NotSet,
        person_id: Set(person),
        role: Set(facts.role),
        unit_id: Set(unit.id),
        share: Set(1000),
        outside_team: Set(false),
        nominator_id: Set(nominator),
        opened_on: Set(opened_on),
        accepted_on: Set(accepted.then_some(opened_on)),
        wished_start: Set(None),
        ended_as: Set(ended_as),
        ended_on: Set(ended_as.map(|_| decided_on)),
        statement_id: Set(Some(statement.id)),
        allocation_id: Set(begun.as_ref().map(|begun| begun.id)),
        version: Set(1),
    };
    let row = txn.insert::<nomination::Entity, _>(row).await?;
    let decisions: &[(ApproverCapacity, PersonIx, DecisionKind)] = match outcome {
        Outcome::LineAccepted => &[(ApproverCapacity::Line, line, DecisionKind::Accept)],
        Outcome::SeniorAccepted => &[(ApproverCapacity::Senior, senior, DecisionKind::Accept)],
        Outcome::Question => &[(ApproverCapacity::Line, line, DecisionKind::Ask)],
        Outcome::DeclinedByManager => &[(ApproverCapacity::Line, line, DecisionKind::Decline)],
        Outcome::Approved => &[
            (ApproverCapacity::Line, line, DecisionKind::Accept),
            (ApproverCapacity::Senior, senior, DecisionKind::Accept),
        ],
        Outcome::AwaitingNominee
        | Outcome::AwaitingBoth
        | Outcome::DeclinedByNominee
        | Outcome::Withdrawn
        | Outcome::Lapsed => &[],
    };
    for (capacity, decider, kind) in decisions {
        decide(&mut txn, row.id, person, *capacity, id_of(*decider), *kind, decided_on).await?;
    }
    if matches!(outcome, Outcome::Approved | Outcome::DeclinedByNominee | Outcome::Withdrawn) {
        let wish = if outcome == Outcome::Approved { Wish::Other } else { Wish::Own };
        kept::keep(&mut txn, person, facts.role, wish, decided_on).await?;
    }
    let context = CommandContext { at: app.clock.now(), actor: nominator, request_id: None, by_link: None };
    let mut change = NewChange::new(context, Command::Nominate, opened_on);
    change.objects = BTreeSet::from([Object::person(person), Object::nomination(row.id)]);
    change.people = BTreeSet::from([person]);
    change.after = Some(serde_json::json!({ "person": person, "role": facts.role, "unit": unit.id }));
    txn.commit(change).await.map(drop)
}

async fn decide(
    txn: &mut Transaction,
    nomination: NominationId,
    nominee: PersonId,
    capacity: ApproverCapacity,
    decider: PersonId,
    kind: DecisionKind,
    on: Day,
) -> Result<(), DbErr> {
    let question = match kind {
        DecisionKind::Ask => {
            let text = "Which days would suit the ward?".to_owned();
            Some(text::store(txn.connection(), NewText { person: nominee, author: decider, text }).await?.id)
        }
        DecisionKind::Accept | DecisionKind::Decline => None,
    };
    let accepts = kind == DecisionKind::Accept;
    let said = (accepts && capacity == ApproverCapacity::Line).then_some(true);
    let row = nomination_decision::ActiveModel {
        id: NotSet,
        nomination_id: Set(nomination),
        capacity: Set(capacity),
        kind: Set(kind),
        decided_on: Set(on),
        decider_id: Set(decider),
        principal_id: Set(decider),
        protected_hours: Set(accepts.then_some(400)),
        reason: Set((kind == DecisionKind::Decline).then_some(DeclineReason::TalkToMe)),
        acknowledged: Set(String::new()),
        skills: Set(said),
        experience: Set(said),
        question_id: Set(question),
        answer_id: Set(None),
    };
    txn.insert::<nomination_decision::Entity, _>(row).await.map(drop)
}
