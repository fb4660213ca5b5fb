//! Change records: what was changed in the register, by which command and when.

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use entity::id::PersonId;
use entity::value::{command, register};
use serde_json::Value as Json;

use super::organisation::Person;
use super::roll_up::hundredths;
use crate::graphql::access::Scope;
use crate::graphql::error::ApiError;
use crate::graphql::history::VisibleChange;
use crate::graphql::id::NodeId;
use crate::graphql::request_state::today;
use crate::graphql::scalar::{Date, Instant};

/// A command of the register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "Command", remote = "command::Command")]
pub(crate) enum CommandName {
    /// A person was nominated.
    Nominate,
    /// The nominee accepted or declined.
    RespondToNomination,
    /// A line or senior manager decided, or asked a question.
    DecideNomination,
    /// A manager's question was answered.
    AnswerNomination,
    /// The nominee or the nominator took a nomination back.
    WithdrawNomination,
    /// A manager's approval was renewed.
    RenewApproval,
    /// A manager's approval was withdrawn.
    WithdrawApproval,
    /// A share, protected time or the end of an allocation were lowered.
    ChangeAllocation,
    /// A Peer Supporter paused the role.
    Pause,
    /// A pause ended.
    Resume,
    /// A person gave a role up.
    StandDown,
    /// A Peer Supporter's entry in the directory was set.
    SetDirectoryEntry,
    /// An information pack or agreement was published.
    PublishDocument,
    /// A person confirmed that they read a document.
    AcknowledgeDocument,
    /// A Peer Supporter signed the agreement.
    SignAgreement,
    /// A version of the competence framework was published.
    PublishFramework,
    /// A person was assessed against the competence framework.
    RecordAssessment,
    /// A policy was published.
    PublishPolicy,
    /// A unit was exempted.
    ExemptUnit,
    /// A person was appointed.
    Appoint,
    /// An appointment was ended.
    EndAppointment,
    /// A delegate was named.
    Delegate,
    /// An acting line manager was appointed.
    AppointActingLineManager,
    /// Allocations were carried over to another unit.
    CarryOver,
    /// Two numbers were recorded as one person, or no longer.
    LinkPeople,
    /// A difference between file and register was settled.
    SettleDifference,
    /// A person disputed a step that was recorded from paper.
    DisputeRecord,
    /// A dispute about a step recorded from paper was settled.
    SettleRecord,
    /// A change was undone.
    Undo,
}

/// Why a coordinator undid a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "register::UndoReason")]
pub(crate) enum UndoReason {
    /// Another person was meant.
    WrongPerson,
    /// Another unit was meant.
    WrongUnit,
    /// Another day was meant.
    WrongDay,
    /// Another value was meant, for example of a share.
    WrongValue,
    /// It was entered twice.
    EnteredTwice,
    /// It was not agreed.
    NotAgreed,
    /// Another reason.
    Other,
}

/// A value before and after a change.
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub(crate) struct ChangedValue {
    /// The name of the value, as in the input of the command: share, lastDay, decision.
    name: String,
    /// The value before, as text. Null if there was none.
    before: Option<String>,
    /// The value after, as text. Null if there is none.
    after: Option<String>,
}

/// A change that was made in the register.
#[Object(name = "RegisterChange")]
impl VisibleChange {
    /// Opaque; names the change in `undo`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Change(self.stored.row.id).encode()
    }

    /// When it was made.
    async fn at(&self) -> Instant {
        Instant(self.stored.row.at)
    }

    /// The command.
    async fn command(&self) -> CommandName {
        self.stored.row.command.into()
    }

    /// The person who gave the command. Null if the viewer may not see that person.
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<Person>, ApiError> {
        self.party(ctx, self.stored.row.actor_id).await
    }

    /// The manager that a delegate stood in for. Null unless a delegate gave the command, and if the viewer may not see that
    /// manager.
    async fn on_behalf_of(&self, ctx: &Context<'_>) -> Result<Option<Person>, ApiError> {
        match self.stored.row.principal_id {
            Some(principal) => self.party(ctx, principal).await,
            None => Ok(None),
        }
    }

    /// The day on which it took effect.
    async fn effective_on(&self) -> Date {
        Date(self.stored.row.effective_on)
    }

    /// The values before and after: codes, numbers and days, without people and without texts. Empty if there are none.
    async fn values(&self) -> Vec<ChangedValue> {
        self.changed_values()
    }

    /// The ID of the change that undid it. Null unless it was undone.
    async fn undone_by(&self) -> Option<ID> {
        self.stored.row.undone_by.map(|id| NodeId::Change(id).encode())
    }

    /// The ID of the change that it undid. Null for other commands than UNDO.
    async fn undoes(&self) -> Option<ID> {
        self.stored.undid.as_ref().map(|row| NodeId::Change(row.id).encode())
    }
}

/// The values that a history shows. What is not here names people, texts or rows.
const SHOWN: &[&str] = &[
    "role",
    "unit",
    "share",
    "outsideTeam",
    "acceptedOn",
    "wishedStart",
    "endedAs",
    "capacity",
    "decision",
    "protectedHours",
    "agreedHours",
    "acknowledged",
    "lastDay",
    "from",
    "until",
    "pauses",
    "approvals",
    "withdrawnOn",
    "endsRole",
    "listed",
    "removed",
    "linked",
    "reason",
    "inForceFrom",
    "staffPerSupporter",
    "minSupporters",
    "certificateMonths",
    "approvalMonths",
    "awayDays",
    "level1Target",
    "minChampions",
    "supportersPerTrainer",
    "horizonDays",
    "trainerCertificateMonths",
    "minTrainers",
    "staleDays",
    "trainerLevel",
    "approverOffice",
    "mix",
    "nominationDays",
    "silenceDays",
    "againDays",
    "monthsInPost",
    "monthsActive",
    "waitingPerNominator",
    "endedMonths",
    "bandOrder",
    "rule",
    "must",
    "decidedOn",
];

impl VisibleChange {
    /// A person who took part in it. `None` if the viewer may not see them.
    async fn party(&self, ctx: &Context<'_>, id: PersonId) -> Result<Option<Person>, ApiError> {
        let scope = Scope::from_context(ctx).await?;
        let is_me = || scope.me().is_some() && self.known.person_by_id(id) == scope.me();
        let seen = self.shows_parties || is_me() || scope.sees_person(id, today(ctx)?);
        Ok(seen.then_some(Person { id, on: None }))
    }

    fn changed_values(&self) -> Vec<ChangedValue> {
        let (before, after) = (self.stored.row.before.as_ref(), self.stored.row.after.as_ref());
        let value = |name: &str| {
            let side = |values: Option<&Json>| values.and_then(|values| self.text(name, values.get(name)?));
            let (before, after) = (side(before), side(after));
            let is_there = before.is_some() || after.is_some();
            is_there.then(|| ChangedValue { name: name.to_owned(), before, after })
        };
        SHOWN.iter().filter_map(|name| value(name)).collect()
    }

    /// A value as text. `None` for null, and for what names a row.
    fn text(&self, name: &str, value: &Json) -> Option<String> {
        match (name, value) {
            ("unit", Json::Number(id)) => {
                let unit = self.known.unit_by_id(entity::id::UnitId(id.as_i64()?))?;
                Some(self.known.facts.index.roster().units[unit.at()].code.clone())
            }
            // The key of a decision whose question was answered.
            ("decision", Json::Number(_)) => None,
            ("protectedHours" | "agreedHours", Json::Number(hours)) => Some(hundredths(hours.as_i64()?).to_string()),
            (_, Json::Null) => None,
            (_, Json::String(text)) => Some(text.clone()),
            (_, Json::Number(number)) => Some(number.to_string()),
            (_, Json::Bool(is_so)) => Some(is_so.to_string()),
            (_, Json::Array(items)) => {
                let items: Vec<_> = items.iter().filter_map(|item| self.text(name, item)).collect();
                (!items.is_empty()).then(|| items.join(", "))
            }
            (_, Json::Object(fields)) => {
                let shown = fields.iter().filter(|(name, _)| SHOWN.contains(&name.as_str()));
                let fields: Vec<_> =
                    shown.filter_map(|(name, value)| Some(format!("{name} {}", self.text(name, value)?))).collect();
                (!fields.is_empty()).then(|| fields.join(" "))
            }
        }
    }
}
