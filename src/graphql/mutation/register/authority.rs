//! What coordinators decide about units: who is responsible for them, which are exempt, and which policy applies. A person
//! with an office also names their own delegate.

mod acting;
mod appoint;
mod delegate;
mod exempt;
mod publish;
mod register_terms;

use async_graphql::{Context, ID, Object};
use entity::coverage::roster::{PersonIx, UnitIx};
use entity::register::authority::{AuthorityRefusal, DAYS_AHEAD, EXEMPTION_MONTHS};
use entity::store::access::person::{self, KnownBy};

use self::acting::{ActingLineManagerPayload, AppointActingLineManagerInput};
use self::appoint::{AppointInput, AppointmentPayload, EndAppointmentInput};
use self::delegate::{DelegateInput, DelegationPayload};
use self::exempt::{ExemptUnitInput, ExemptionPayload};
use self::publish::{PublishPolicyInput, PublishPolicyPayload};
use super::command::RegisterCommand;
use super::refusal::{CommandRefusal, RefusalCode};
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;

#[derive(Debug, Default)]
pub(crate) struct AuthorityMutation;

#[Object]
impl AuthorityMutation {
    /// Appoints a person to be responsible for a unit. It ends no other appointment, except one that it replaces.
    async fn appoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The appointment.")] input: AppointInput,
    ) -> Result<AppointmentPayload, ApiError> {
        appoint::appoint(ctx, input).await
    }

    /// Ends an appointment.
    async fn end_appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The appointment and its last day.")] input: EndAppointmentInput,
    ) -> Result<AppointmentPayload, ApiError> {
        appoint::end(ctx, input).await
    }

    /// Names a delegate, who acts for a senior manager, coordinator or line manager on some days. The person themselves or a
    /// coordinator does this; a delegate cannot delegate on. On these days no other delegate of the same office stands in; they
    /// keep their days before and after.
    async fn delegate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The delegate.")] input: DelegateInput,
    ) -> Result<DelegationPayload, ApiError> {
        delegate::delegate(ctx, input).await
    }

    /// Appoints an acting line manager for a person on some days, as a coordinator: only if an approval of a line manager waits
    /// that no line manager is there to give. On these days no other acting line manager of the person stands in.
    async fn appoint_acting_line_manager(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The acting line manager.")] input: AppointActingLineManagerInput,
    ) -> Result<ActingLineManagerPayload, ApiError> {
        acting::appoint(ctx, input).await
    }

    /// Exempts a unit from coverage for some days, with the agreement of another person.
    async fn exempt_unit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The exemption.")] input: ExemptUnitInput,
    ) -> Result<ExemptionPayload, ApiError> {
        exempt::exempt(ctx, input).await
    }

    /// Publishes a policy for a unit and everything below it that has none of its own, and returns what it changes.
    async fn publish_policy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The policy.")] input: PublishPolicyInput,
    ) -> Result<PublishPolicyPayload, ApiError> {
        publish::publish(ctx, input).await
    }
}

/// How a command names a person.
#[derive(Clone, Copy)]
struct NamedPerson<'a> {
    /// By ID.
    id: Option<&'a ID>,
    /// By work address.
    work_email: Option<&'a str>,
}

impl RegisterCommand {
    /// Finds the person that a command names.
    ///
    /// # Errors
    ///
    /// [`ApiError::bad_input`] unless exactly one of ID and address is given; otherwise database errors.
    async fn named_person(&self, named: NamedPerson<'_>) -> Result<Result<PersonIx, CommandRefusal>, ApiError> {
        let (id, field) = match (named.id, named.work_email) {
            (Some(id), None) => (NodeId::decode_person(id), "personId"),
            (None, Some(address)) => {
                let by = KnownBy::WorkEmail(address.to_owned());
                (person::find(self.txn.connection(), &by, self.today).await?, "workEmail")
            }
            (Some(_), Some(_)) | (None, None) => {
                return Err(ApiError::bad_input("input", "Name the person either by `personId` or by `workEmail`."));
            }
        };
        Ok(id.and_then(|id| self.known.person_by_id(id)).ok_or_else(|| {
            let sentence = "No person on file is meant, or several could be. Check the person's ID or work address.";
            CommandRefusal::about(RefusalCode::PersonUnknown, field, sentence)
        }))
    }

    /// Finds the open unit with a code.
    fn open_unit(&self, code: &str) -> Result<UnitIx, CommandRefusal> {
        let is_open = |unit: &UnitIx| self.index().roster().units[unit.at()].validity.holds_on(self.today);
        self.known.unit_by_code(code).filter(is_open).ok_or_else(|| {
            let sentence = "No open unit has this code. Check `unitCode`.";
            CommandRefusal::about(RefusalCode::UnitUnknown, "unitCode", sentence)
        })
    }
}

impl From<AuthorityRefusal> for CommandRefusal {
    fn from(refusal: AuthorityRefusal) -> Self {
        let out_of_range = |field: &str, sentence: String| Self::about(RefusalCode::DayOutOfRange, field, sentence);
        match refusal {
            AuthorityRefusal::OwnCase => {
                let sentence = "No one takes this step for themselves. Another person must take part.";
                Self::new(RefusalCode::OwnCase, sentence)
            }
            AuthorityRefusal::BeforeToday => {
                out_of_range("from", "This cannot reach back before today. Choose today or a later day.".to_owned())
            }
            AuthorityRefusal::TooFarAhead => {
                out_of_range("from", format!("`from` must be at most {DAYS_AHEAD} days ahead."))
            }
            AuthorityRefusal::EndsBeforeStart => out_of_range("until", "`until` must not be before `from`.".to_owned()),
            AuthorityRefusal::TooLong => {
                out_of_range("until", format!("An exemption must end within {EXEMPTION_MONTHS} months from today."))
            }
            AuthorityRefusal::Already => {
                Self::new(RefusalCode::AlreadyDone, "This is on file already for some of these days.")
            }
            AuthorityRefusal::NotReplaceable => {
                let sentence = "The appointment to replace must be for the same unit and role, and hold on the day before \
                                `from`.";
                Self::about(RefusalCode::NotReplaceable, "replaces", sentence)
            }
            AuthorityRefusal::EndsEarlier => Self::about(
                RefusalCode::NothingToChange,
                "lastDay",
                "The appointment ends on this day already, or before.",
            ),
            AuthorityRefusal::NoOffice => {
                let sentence = "The person is not responsible for this unit, or is not the line manager of anyone, on \
                                these days. A delegate cannot delegate on.";
                Self::new(RefusalCode::NoOffice, sentence)
            }
            AuthorityRefusal::UnitNeeded => {
                let sentence = "The person has an appointment. Name its unit in `unitCode`.";
                Self::about(RefusalCode::Missing, "unitCode", sentence)
            }
            AuthorityRefusal::NotNeeded => {
                let sentence = "No approval of a line manager waits for this person, or a line manager or their delegate is \
                                there to give it. Ask that manager.";
                Self::new(RefusalCode::NotNeeded, sentence)
            }
            AuthorityRefusal::BothApprovals => {
                let sentence = "This person takes part in the senior manager's approval, or is the only one left who can give \
                                it. Choose another person.";
                Self::new(RefusalCode::BothApprovals, sentence)
            }
            AuthorityRefusal::OutsideAppointment => {
                out_of_range("until", "The appointment does not hold on all of these days.".to_owned())
            }
        }
    }
}
