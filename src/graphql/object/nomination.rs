//! A nomination as its viewer may see it: its state, the checklist item by item, and who may decide on it now and why.

mod words;

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::id::{PersonId, RegisterTextId};
use entity::register::approvers::{Approver, ApproverBecause, approvers};
use entity::register::checklist::{ChecklistItem as Item, Nominee, checklist};
use entity::register::facts::capacities;
use entity::register::nomination::{lapses_on, state};
use entity::register::sight::{NominationSight, did_not_go_ahead};
use entity::store::register::change;
use entity::table::{nomination_decision, register_text};
use entity::value::{self, register};
use sea_orm::EntityTrait as _;

pub(crate) use self::words::{
    ApproverCapacity, ChecklistCode, ChecklistResult, DeciderBecause, DecisionKind, DeclineReason, NominationState,
};
use super::enums::NetworkRole;
use super::organisation::Person;
use super::paper_record::PaperRecord;
use super::roll_up::hundredths;
use crate::graphql::error::ApiError;
use crate::graphql::history::{self, VisibleChange};
use crate::graphql::id::NodeId;
use crate::graphql::nominations::VisibleNomination;
use crate::graphql::page::Listed;
use crate::graphql::request_state::db;
use crate::graphql::scalar::Date;

/// An item of the checklist with its result today.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ChecklistItem {
    /// The item.
    code: ChecklistCode,
    /// Its result.
    result: ChecklistResult,
    /// Whether the nomination cannot go on unless it is met. Otherwise a manager may accept and acknowledge it.
    required: bool,
    /// The result in a sentence.
    sentence: String,
}

impl From<Item> for ChecklistItem {
    fn from(item: Item) -> Self {
        let Item { code, result, hard, sentence } = item;
        Self { code: code.into(), result: result.into(), required: hard, sentence }
    }
}

/// A person who may decide on a nomination now.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PossibleDecider {
    /// In this capacity.
    capacity: ApproverCapacity,
    /// The person.
    person: Person,
    /// The manager whose approval it is; the same person unless they are a delegate.
    on_behalf_of: Person,
    /// Why.
    because: DeciderBecause,
    /// Code of the unit of the appointment. Null for line managers.
    unit_code: Option<String>,
}

/// A manager's decision about a nomination, as its viewer may see it.
#[derive(Clone, Debug)]
pub(crate) struct NominationDecision {
    row: nomination_decision::Model,
    shows_reason: bool,
}

/// A manager's decision about a nomination.
#[Object]
impl NominationDecision {
    /// In this capacity.
    async fn capacity(&self) -> ApproverCapacity {
        self.row.capacity.into()
    }

    /// The decision.
    async fn decision(&self) -> DecisionKind {
        self.row.kind.into()
    }

    /// The day of the decision.
    async fn decided_on(&self) -> Date {
        Date(self.row.decided_on)
    }

    /// The person who decided.
    async fn decided_by(&self) -> Person {
        today_person(self.row.decider_id)
    }

    /// The manager whose approval it is; the same person unless their delegate decided.
    async fn on_behalf_of(&self) -> Person {
        today_person(self.row.principal_id)
    }

    /// Protected time that was agreed, in hours per month. Null unless accepted.
    async fn protected_hours(&self) -> Option<f64> {
        self.row.protected_hours.map(|hours| hundredths(i64::from(hours)))
    }

    /// Why it was declined. Null unless it was, and for everyone except the nominee and coordinators.
    async fn reason(&self) -> Option<DeclineReason> {
        self.row.reason.filter(|_| self.shows_reason).map(DeclineReason::from)
    }

    /// The question. Null unless one was asked.
    async fn question(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        text(ctx, self.row.question_id).await
    }

    /// The answer. Null until it is answered.
    async fn answer(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        text(ctx, self.row.answer_id).await
    }
}

/// A person as of today.
const fn today_person(id: PersonId) -> Person {
    Person { id, on: None }
}

/// Reads a text of the register.
async fn text(ctx: &Context<'_>, id: Option<RegisterTextId>) -> Result<Option<String>, ApiError> {
    let Some(id) = id else { return Ok(None) };
    Ok(register_text::Entity::find_by_id(id).one(db(ctx)?).await?.map(|row| row.text))
}

impl VisibleNomination {
    fn shows(&self, least: NominationSight) -> bool {
        self.sight >= least
    }

    /// Its state as the viewer is told.
    pub(crate) fn shown_state(&self) -> NominationState {
        let state = state(&self.known.facts.index, &self.facts, &self.terms, self.today);
        if !self.shows(NominationSight::Reasons) && did_not_go_ahead(&self.facts, state) {
            return NominationState::DidNotGoAhead;
        }
        match state {
            register::NominationState::AwaitingNominee => NominationState::AwaitingNominee,
            // What blocks it is for those who see the checklist.
            register::NominationState::Blocked
            | register::NominationState::NoApprover
            | register::NominationState::Question
                if !self.shows(NominationSight::Content) =>
            {
                match self.facts.accepted_on {
                    None => NominationState::AwaitingNominee,
                    Some(_) => NominationState::AwaitingApproval,
                }
            }
            register::NominationState::AwaitingApproval => NominationState::AwaitingApproval,
            register::NominationState::Question => NominationState::Question,
            register::NominationState::Blocked => NominationState::Blocked,
            register::NominationState::NoApprover => NominationState::NoApprover,
            register::NominationState::Approved => NominationState::Approved,
            register::NominationState::Declined => NominationState::Declined,
            register::NominationState::Withdrawn => NominationState::Withdrawn,
            register::NominationState::Lapsed => NominationState::Lapsed,
        }
    }

    fn decider(&self, capacity: value::ApproverCapacity, approver: Approver) -> PossibleDecider {
        let roster = self.known.facts.index.roster();
        let Approver { decider, principal, why } = approver;
        let person = |place: entity::coverage::roster::PersonIx| today_person(roster.people[place.at()].id);
        let (because, unit) = match why {
            ApproverBecause::LineManager => (DeciderBecause::LineManager, None),
            ApproverBecause::LineManagerDelegate => (DeciderBecause::LineManagerDelegate, None),
            ApproverBecause::ActingLineManager => (DeciderBecause::ActingLineManager, None),
            ApproverBecause::SeniorManager(unit) => (DeciderBecause::SeniorManager, Some(unit)),
            ApproverBecause::SeniorManagerDelegate(unit) => (DeciderBecause::SeniorManagerDelegate, Some(unit)),
        };
        PossibleDecider {
            capacity: capacity.into(),
            person: person(decider),
            on_behalf_of: person(principal),
            because,
            unit_code: unit.map(|unit| roster.units[unit.at()].code.clone()),
        }
    }

    /// The nominee, as the checklist asks about them today.
    pub(crate) fn nominee(&self) -> Nominee {
        Nominee {
            person: self.facts.person,
            role: self.facts.role,
            unit: self.facts.unit,
            share: self.facts.share,
            outside_team: self.facts.outside_team,
            day: self.facts.wished_start.map_or(self.today, |start| start.max(self.today)),
        }
    }
}

/// A nomination of a person for a role in the network. It is seen by the nominee, by the person who made it, by coordinators
/// and, once the nominee has accepted, by the managers who may decide on it.
#[Object(name = "Nomination")]
impl VisibleNomination {
    /// Opaque.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Nomination(self.stored.row.id).encode()
    }

    /// Incremented by each change; for `expectedVersion`.
    async fn version(&self) -> i32 {
        self.stored.row.version
    }

    /// The nominee.
    async fn person(&self) -> Person {
        today_person(self.known.facts.index.roster().people[self.facts.person.at()].id)
    }

    /// The role.
    async fn role(&self) -> NetworkRole {
        self.stored.row.role.into()
    }

    /// Code of the unit that the role is for.
    async fn unit_code(&self) -> &str {
        &self.known.facts.index.roster().units[self.facts.unit.at()].code
    }

    /// Name of the unit that the role is for.
    async fn unit_name(&self) -> &str {
        &self.known.facts.index.roster().units[self.facts.unit.at()].name
    }

    /// The part of the nominee's time, in thousandths: 1000 is all of it. Only used for Peer Supporters.
    async fn share(&self) -> u32 {
        self.facts.share
    }

    /// Whether the nominee would support a team in which they do not work.
    async fn outside_team(&self) -> bool {
        self.facts.outside_team
    }

    /// The person who made the nomination; the nominee if they put themselves forward.
    async fn nominated_by(&self) -> Person {
        today_person(self.known.facts.index.roster().people[self.facts.nominator.at()].id)
    }

    /// The day of the nomination.
    async fn opened_on(&self) -> Date {
        Date(self.stored.row.opened_on)
    }

    /// The day on which the nominee accepted. Null until then.
    async fn accepted_on(&self) -> Option<Date> {
        self.stored.row.accepted_on.map(Date)
    }

    /// First day of the role that was asked for. Null for as soon as possible.
    async fn wished_start(&self) -> Option<Date> {
        self.stored.row.wished_start.map(Date)
    }

    /// Its state today.
    async fn state(&self) -> NominationState {
        self.shown_state()
    }

    /// The day on which it lapses if nothing is decided. Null once it has ended.
    async fn lapses_on(&self) -> Option<Date> {
        let is_open = self.facts.ended.is_none() && self.shown_state() != NominationState::DidNotGoAhead;
        is_open.then(|| Date(lapses_on(&self.known.facts.index, &self.facts, &self.terms, self.today)))
    }

    /// The day on which it ended. Null while it is open or if it has lapsed, and for a nominator who is only told that it did
    /// not go ahead.
    async fn ended_on(&self) -> Option<Date> {
        self.stored.row.ended_on.filter(|_| self.shown_state() != NominationState::DidNotGoAhead).map(Date)
    }

    /// The statement. Null without one, and for a nominator who did not write it.
    async fn statement(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        if !self.shows(NominationSight::Content) {
            return Ok(None);
        }
        text(ctx, self.stored.row.statement_id).await
    }

    /// The checklist today, item by item. Empty for a nominator, and once the nomination has ended.
    async fn checklist(&self) -> Vec<ChecklistItem> {
        if !self.shows(NominationSight::Content) || self.facts.ended.is_some() {
            return Vec::new();
        }
        let items = checklist(&self.known.facts.index, &self.nominee(), &self.terms);
        items.into_iter().map(ChecklistItem::from).collect()
    }

    /// The decisions about it, oldest first. Those recorded from paper are left out while they are disputed, and if they were
    /// wrong. Empty for a nominator.
    async fn decisions(&self) -> Vec<NominationDecision> {
        if !self.shows(NominationSight::Content) {
            return Vec::new();
        }
        let shows_reason = self.shows(NominationSight::Reasons);
        let rows = self.stored.decisions.iter().cloned();
        rows.map(|row| NominationDecision { row, shows_reason }).collect()
    }

    /// Its steps that coordinators recorded from paper, oldest first: for coordinators all, otherwise those that the viewer is
    /// said to have taken.
    async fn paper_records(&self, ctx: &Context<'_>) -> Result<Vec<PaperRecord>, ApiError> {
        PaperRecord::visible(ctx, self.stored.records.clone()).await
    }

    /// Who may decide on it now, and why. Empty until the nominee has accepted, for a nominator, and once it has ended.
    async fn possible_deciders(&self) -> Vec<PossibleDecider> {
        let is_open = self.facts.accepted_on.is_some() && self.facts.ended.is_none();
        if !self.shows(NominationSight::Content) || !is_open {
            return Vec::new();
        }
        let index = &self.known.facts.index;
        let open = capacities(self.facts.role).iter().filter(|capacity| !self.facts.is_accepted(**capacity));
        let all = open.flat_map(|capacity| {
            let found = approvers(index, *capacity, &self.facts, self.today);
            found.into_iter().map(|approver| self.decider(*capacity, approver))
        });
        all.collect()
    }
    /// What was done about it, newest first: only what the viewer may see. Empty if there is nothing.
    async fn history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "At most this many from the start, 1 to 100.", default = 20)] first: Option<i32>,
        #[graphql(desc = "Begin after this cursor.")] after: Option<String>,
    ) -> Result<Listed<VisibleChange>, ApiError> {
        history::list(ctx, &[change::Object::nomination(self.stored.row.id)], first, after).await
    }
}
