//! Signing in those for whom the identity provider has vouched.

use chrono::{DateTime, Utc};
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::{Holder, person, session};
use entity::store::audit::{self, Event};
use entity::store::begin_write;
use entity::value::Action;
use sea_orm::DbErr;
use serde_json::json;

use super::Gate;
use super::oidc::{Identity, Unmatched};
use super::secret::{Kind, Secret};

impl Gate {
    /// The person on file whom the provider means, when they have a post today.
    pub(super) async fn vouched_for(&self, identity: &Identity, now: DateTime<Utc>) -> Result<PersonId, Unmatched> {
        let known = self.provider().ok_or(Unmatched::NoClaim)?.known_by(identity)?;
        person::find(self.db(), &known, self.day(now)).await?.ok_or(Unmatched::NotOne)
    }

    /// Begins a session for the person whom the provider means: the line that gives the browser its cookie. Whether it was
    /// begun or refused is on record.
    ///
    /// # Errors
    ///
    /// [`Unmatched`] when nobody on file is meant.
    pub async fn sign_in_by_provider(&self, identity: &Identity, request: &str) -> Result<String, Unmatched> {
        let now = self.now();
        let found = match self.vouched_for(identity, now).await {
            Err(Unmatched::Database(cause)) => return Err(cause.into()),
            found => found,
        };
        let secret = Secret::new(Kind::Session).map_err(|cause| DbErr::Custom(cause.to_string()))?;
        let whole = self.session_limits().whole;
        let txn = begin_write(self.db()).await?;
        let mut event = Event {
            at: now,
            actor: Actor::Anonymous,
            action: Action::SignInRefused,
            object: None,
            before: None,
            after: Some(json!({ "by": "provider" })),
            request_id: Some(request.to_owned()),
        };
        if let Ok(id) = found {
            let session = session::begin(&txn, Holder::Person(id), secret.hash(), (now, now + whole)).await?;
            event.actor = Actor::Person(id);
            event.action = Action::SignIn;
            event.object = Some(format!("session:{}", session.id));
        }
        audit::record(&txn, &event).await?;
        txn.commit().await?;
        found.map(|_| self.cookie().set(&secret, whole.num_seconds()))
    }
}
