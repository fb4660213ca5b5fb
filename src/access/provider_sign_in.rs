//! Sign-in through the identity provider.

use axum::http::HeaderMap;
use chrono::{DateTime, Utc};
use entity::id::PersonId;
use entity::store::access::{Holder, person};
use entity::store::{begin_write, retry_read};

use super::Authenticator;
use super::authenticator::AuthError;
use super::oidc::{Identity, Unmatched};
use super::session::SignInMethod;

impl Authenticator {
    /// Returns the person on file with a post today who matches the provider's identity.
    pub(super) async fn find_person(&self, identity: &Identity, now: DateTime<Utc>) -> Result<PersonId, Unmatched> {
        let known = self.provider().ok_or(Unmatched::NoClaim)?.lookup_key(identity)?;
        let find = || person::find(self.db(), &known, self.day(now));
        retry_read(find).await?.ok_or(Unmatched::NotOne)
    }

    /// Begins a session for the person signed in by the provider, and returns the `Set-Cookie` value. The previous
    /// session of the browser is ended. Success and failure are recorded.
    ///
    /// # Errors
    ///
    /// [`Unmatched`] if no person on file matches.
    pub async fn sign_in_by_provider(
        &self,
        identity: &Identity,
        headers: &HeaderMap,
        request: &str,
    ) -> Result<String, Unmatched> {
        let signed_in = self.sign_in_person(identity, headers, request).await;
        if matches!(signed_in, Err(Unmatched::NoClaim | Unmatched::NotOne)) {
            self.note_refusal(request);
        }
        signed_in
    }

    async fn sign_in_person(
        &self,
        identity: &Identity,
        headers: &HeaderMap,
        request: &str,
    ) -> Result<String, Unmatched> {
        let id = self.find_person(identity, self.now()).await?;
        let txn = begin_write(self.db()).await?;
        match self.begin(&txn, Holder::Person(id), SignInMethod::Provider, headers, request).await {
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
