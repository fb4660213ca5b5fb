//! Mails, each to one recipient, and their outcomes.

use async_graphql::{Context, ID, Object, SimpleObject};
use entity::json_column::MailUnit;

use super::super::audit::Reads;
use super::super::error::ApiError;
use super::super::id::NodeId;
use super::super::loader::Rows;
use super::super::loader::children::{DeliveryRow, TextOf};
use super::super::scalar::Instant;
use super::enums::{DeliveryKind, DeliveryState};
use super::organisation::Person;

/// One mail to one recipient.
#[derive(Clone, Debug)]
pub(crate) struct Delivery(pub(crate) DeliveryRow);

/// One mail to one recipient, as it was rendered, and its outcome.
#[Object]
impl Delivery {
    /// Opaque; finds the delivery again with `node`.
    pub(crate) async fn id(&self) -> ID {
        NodeId::Delivery(self.0.id).encode()
    }

    /// The kind of mail.
    async fn kind(&self) -> DeliveryKind {
        self.0.kind.into()
    }

    /// The state of the mail.
    async fn state(&self) -> DeliveryState {
        self.0.state.into()
    }

    /// The recipient. Null if there is none.
    async fn recipient(&self) -> Option<Person> {
        // A viewer who may see the mail may see its recipient.
        self.0.person_id.map(|id| Person { id, on: None })
    }

    /// The address, with all but the first letter of the name and the domain hidden. Null if there is no address.
    async fn masked_address(&self) -> Option<String> {
        self.0.address.as_deref().map(masked)
    }

    /// The units that it is about, and why the recipient receives each.
    async fn units(&self) -> Vec<DeliveryUnit> {
        self.0.units.0.iter().map(DeliveryUnit::from).collect()
    }

    /// Subject line.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The Message-ID without its angle brackets; the same for every attempt, so that a mail server's log can be searched.
    async fn message_id(&self) -> &str {
        &self.0.message_id
    }

    /// The number of attempts.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When the next attempt is made. Null if there is none.
    async fn next_attempt_at(&self) -> Option<Instant> {
        self.0.next_attempt_at.map(Instant)
    }

    /// When the mail server accepted it. Null if it has not.
    async fn accepted_at(&self) -> Option<Instant> {
        self.0.accepted_at.map(Instant)
    }

    /// The error of the last attempt, in one sentence. Null if no attempt has failed.
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// The plain-text part as it was rendered; it is as complete as the other parts. Null if it is no longer stored.
    async fn text_part(&self, ctx: &Context<'_>) -> Result<Option<String>, ApiError> {
        Reads::note_text(ctx, self.0.id)?;
        Rows::from_context(ctx)?.load_one(TextOf(self.0.id)).await
    }
}

/// A unit that a mail is about.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DeliveryUnit {
    /// The unit's code.
    code: String,
    /// The unit's name when the mail was made.
    name: String,
    /// Why the recipient receives the mail about this unit, in words.
    why: String,
}

impl From<&MailUnit> for DeliveryUnit {
    fn from(unit: &MailUnit) -> Self {
        let MailUnit { code, name, why } = unit.clone();
        Self { code, name, why }
    }
}

/// `m…@nhs.example`.
fn masked(address: &str) -> String {
    match (address.chars().next(), address.rsplit_once('@')) {
        (Some(first), Some((_, domain))) => format!("{first}…@{domain}"),
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn an_address_shows_its_first_letter_and_its_domain() {
        assert_eq!(masked("mary.smith@nhs.example"), "m…@nhs.example");
        assert_eq!(masked("nonsense"), "…");
        assert_eq!(masked(""), "…");
    }
}
