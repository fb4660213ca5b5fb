//! Signing in those for whom the identity provider has vouched.

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use entity::id::PersonId;
use entity::store::access::{Holder, person};
use entity::store::{begin_write, retry_read};

use super::Authenticator;
use super::authenticator::AuthError;
use super::oidc::{Identity, Unmatched};
use super::session::Way;

impl Authenticator {
    /// The person on file whom the provider means, when they have a post today.
    pub(super) async fn vouched_for(&self, identity: &Identity, now: DateTime<Utc>) -> Result<PersonId, Unmatched> {
        let known = self.provider().ok_or(Unmatched::NoClaim)?.known_by(identity)?;
        let find = || person::find(self.db(), &known, self.day(now));
        retry_read(find).await?.ok_or(Unmatched::NotOne)
    }

    /// Begins a session for the person whom the provider means: the line that gives the browser its cookie. The session that
    /// the browser had is over. Whether it was begun or refused is on record.
    ///
    /// # Errors
    ///
    /// [`Unmatched`] when nobody on file is meant.
    pub async fn sign_in_by_provider(
        &self,
        identity: &Identity,
        headers: &HeaderMap,
        request: &str,
    ) -> Result<String, Unmatched> {
        let signed_in = self.vouched(identity, headers, request).await;
        if matches!(signed_in, Err(Unmatched::NoClaim | Unmatched::NotOne)) {
            self.note_refusal(request);
        }
        signed_in
    }

    async fn vouched(&self, identity: &Identity, headers: &HeaderMap, request: &str) -> Result<String, Unmatched> {
        let id = self.vouched_for(identity, self.now()).await?;
        let txn = begin_write(self.db()).await?;
        match self.begin(&txn, (Holder::Person(id), Way::Provider), headers, request).await {
            Ok(cookie) => {
                txn.commit().await?;
                Ok(cookie)
            }
            Err(AuthError::Database(cause)) => Err(cause.into()),
            Err(AuthError::MissingCredentials | AuthError::InvalidCredentials | AuthError::ProviderUnreachable) => {
                Err(Unmatched::NotOne)
            }
        }
    }
}
