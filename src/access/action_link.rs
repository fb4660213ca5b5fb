//! Single-use links by which people without an account take the steps that a mail asks them for.
//!
//! A link is no session: with it the pages execute their own operations about the steps of the mail, and nothing else.

use entity::period::Day;
use entity::register::action_link::lapses_on;
use entity::secret::{Secret, SecretKind};
use entity::store::access::action_link::{self, FoundLink, OfferedStep};
use entity::store::retry_read;

use super::authenticator::AuthError;
use super::{Authenticator, Viewer};

/// A valid link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionLink {
    /// The recipient of the mail, without granted roles.
    pub viewer: Viewer,
    /// What the mail asks for, in its order.
    pub steps: Vec<OfferedStep>,
    /// The last day on which the link is valid.
    pub until: Day,
}

impl Authenticator {
    /// Returns the link with this secret. A secret that is not valid is recorded like a failed sign-in.
    ///
    /// # Errors
    ///
    /// [`AuthError::InvalidCredentials`] for a link that is unknown or has lapsed, and for that of a person who has left;
    /// [`AuthError::Database`].
    pub async fn action_link(&self, secret: &str, request: &str) -> Result<ActionLink, AuthError> {
        let found = match Secret::read(SecretKind::ActionLink, secret) {
            Some(secret) => self.valid_link(&secret).await,
            None => Err(AuthError::InvalidCredentials),
        };
        if matches!(found, Err(AuthError::InvalidCredentials)) {
            self.note_refusal(request);
        }
        found
    }

    async fn valid_link(&self, secret: &Secret) -> Result<ActionLink, AuthError> {
        let (hash, now) = (secret.hash(), self.now());
        let found = retry_read(|| action_link::find(self.db(), &hash)).await?;
        let FoundLink { person, day, steps } = found.ok_or(AuthError::InvalidCredentials)?;
        let lapses_on = lapses_on(day);
        if self.day(now) >= lapses_on {
            return Err(AuthError::InvalidCredentials);
        }
        // They must be here, and their granted roles are not needed: who may decide follows from the facts.
        self.person(person, now).await?;
        Ok(ActionLink { viewer: Viewer::person(person, Vec::new()), steps, until: lapses_on.plus_days(-1) })
    }
}
