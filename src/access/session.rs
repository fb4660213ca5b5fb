//! Signing in and out: how a browser gets its session, and how it loses it.
//!
//! The crate `tower-sessions` is not used: a session is a row with the hash of its secret, which every request looks up again,
//! which is revoked in the transaction that records why, and which the audit log names.

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use entity::actor::Actor;
use entity::store::access::{Holder, link, person, session, token};
use entity::store::audit::{self, Event};
use entity::store::begin_write;
use entity::value::Action;
use sea_orm::{DatabaseTransaction, DbErr};
use serde_json::json;

use super::Authenticator;
use super::authenticator::AuthError;
use super::credential::Credential;
use entity::secret::{Secret, SecretKind};

/// How long a sign-in link is valid.
pub const LINK_LIFE: TimeDelta = TimeDelta::hours(1);

/// How a user signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SignInMethod {
    /// By a sign-in link of the demonstration.
    Link,
    /// Through the identity provider.
    Provider,
}

impl SignInMethod {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Provider => "provider",
        }
    }
}

impl Authenticator {
    /// Makes a single-use link for `holder` that is valid for an hour, and returns its secret.
    ///
    /// # Errors
    ///
    /// [`AuthError::Database`], and [`AuthError::InvalidCredentials`] if links are disabled.
    pub async fn make_link(&self, holder: Holder) -> Result<Secret, AuthError> {
        if !self.links() {
            return Err(AuthError::InvalidCredentials);
        }
        let secret = new_secret(SecretKind::SignInLink)?;
        link::create(self.db(), holder, secret.hash(), self.now() + LINK_LIFE).await?;
        Ok(secret)
    }

    /// Signs in the holder of a link, and returns the `Set-Cookie` value. The previous session of the browser is ended.
    ///
    /// # Errors
    ///
    /// [`AuthError`]: a link that is unknown, used or expired, or whose holder has left.
    pub async fn sign_in_by_link(&self, secret: &str, headers: &HeaderMap, request: &str) -> Result<String, AuthError> {
        let secret = Secret::read(SecretKind::SignInLink, secret).filter(|_| self.links());
        let signed_in = match secret {
            Some(secret) => self.redeem_link(&secret, headers, request).await,
            None => Err(AuthError::InvalidCredentials),
        };
        if matches!(signed_in, Err(AuthError::InvalidCredentials)) {
            self.note_refusal(request);
        }
        signed_in
    }

    async fn redeem_link(&self, secret: &Secret, headers: &HeaderMap, request: &str) -> Result<String, AuthError> {
        let txn = begin_write(self.db()).await?;
        let holder = link::redeem(&txn, &secret.hash(), self.now()).await?.ok_or(AuthError::InvalidCredentials)?;
        let cookie = self.begin(&txn, holder, SignInMethod::Link, headers, request).await?;
        txn.commit().await?;
        Ok(cookie)
    }

    /// Begins a session with a new secret, and ends the previous session of the browser: if an attacker planted that one, they
    /// gain nothing from the new one.
    pub(super) async fn begin(
        &self,
        txn: &DatabaseTransaction,
        holder: Holder,
        method: SignInMethod,
        headers: &HeaderMap,
        request: &str,
    ) -> Result<String, AuthError> {
        let now = self.now();
        if !self.is_there(txn, holder, now).await? {
            return Err(AuthError::InvalidCredentials);
        }
        if let Ok(Some(Credential::Session(old))) = Credential::from_headers(headers, self.cookie()) {
            session::end(txn, &old.hash(), now).await?;
        }
        let secret = new_secret(SecretKind::Session)?;
        let whole = self.session_limits().whole;
        let session = session::begin(txn, holder, secret.hash(), now, now + whole).await?;
        let event = Event {
            at: now,
            actor: holder.into(),
            action: Action::SignIn,
            object: Some(format!("session:{}", session.id)),
            before: None,
            after: Some(json!({ "by": method.as_str() })),
            request_id: Some(request.to_owned()),
        };
        audit::record(txn, &event).await?;
        Ok(self.cookie().set(&secret, whole.num_seconds()))
    }

    /// Ends the session in a request's cookie at once, and returns the `Set-Cookie` value that deletes the cookie.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn sign_out(&self, headers: &HeaderMap, request: &str) -> Result<String, DbErr> {
        if let Ok(Some(Credential::Session(secret))) = Credential::from_headers(headers, self.cookie()) {
            let (now, txn) = (self.now(), begin_write(self.db()).await?);
            if let Some(ended) = session::end(&txn, &secret.hash(), now).await? {
                let event = Event {
                    at: now,
                    actor: ended.holder().map_or(Actor::Anonymous, Actor::from),
                    action: Action::SignOut,
                    object: Some(format!("session:{}", ended.id)),
                    before: None,
                    after: None,
                    request_id: Some(request.to_owned()),
                };
                audit::record(&txn, &event).await?;
            }
            txn.commit().await?;
        }
        Ok(self.cookie().clear())
    }

    async fn is_there(&self, txn: &DatabaseTransaction, holder: Holder, now: DateTime<Utc>) -> Result<bool, DbErr> {
        Ok(match holder {
            Holder::Person(id) => person::given_roles(txn, id, self.day(now)).await?.is_some(),
            Holder::Token(id) => token::by_id(txn, id).await?.is_some_and(|token| token.is_valid(now)),
        })
    }
}

fn new_secret(kind: SecretKind) -> Result<Secret, DbErr> {
    Secret::new(kind).map_err(|cause| DbErr::Custom(format!("the operating system returned no random bytes: {cause}")))
}
