//! From what a request shows to who asks. Everything is looked up with each request: what was revoked, withdrawn or ended a
//! moment ago opens nothing now.

use std::sync::Arc;

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::actor::Actor;
use entity::clock::{Clock, day_of};
use entity::id::{ApiTokenId, PersonId};
use entity::store::access::{Holder, person, session, token};
use entity::store::audit::{self, Event};
use entity::store::begin_write;
use entity::table::api_token;
use entity::value::Action;
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::json;

use super::Viewer;
use super::credential::{CookieName, Credential, Jwt};
use super::oidc::{Fault, Identity, Oidc, Unmatched};
use super::secret::{Kind, Secret};
use super::uses::{Used, Uses};

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// At most, however much it is used.
    pub whole: TimeDelta,
    /// Without being used.
    pub idle: TimeDelta,
}

/// Who may come in. Clones share everything.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    db: DatabaseConnection,
    clock: Clock,
    zone: Tz,
    cookie: CookieName,
    sessions: SessionLimits,
    provider: Option<Oidc>,
    uses: Uses,
}

/// Somebody who may come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admitted {
    /// Who it is.
    pub viewer: Viewer,
    /// Whether a cookie said so: a browser sends it whoever made the request.
    pub by_cookie: bool,
}

/// Why somebody may not come in.
#[derive(Debug)]
pub enum Denied {
    /// They show nothing.
    Nobody,
    /// What they show opens nothing: unknown, malformed, expired, revoked, or of somebody who has left. Which of these is
    /// nobody's business.
    Refused,
    /// The identity provider's keys are needed to tell, and it is away.
    ProviderAway,
    /// It could not be looked up.
    Failed(DbErr),
}

impl From<DbErr> for Denied {
    fn from(cause: DbErr) -> Self {
        Self::Failed(cause)
    }
}

impl Gate {
    /// Over a database. `zone` says on which day grants and posts hold; `provider` vouches for people, where there is one.
    #[must_use]
    pub fn new(
        db: DatabaseConnection,
        (clock, zone): (Clock, Tz),
        (cookie, sessions): (CookieName, SessionLimits),
        provider: Option<Oidc>,
    ) -> Self {
        Self(Arc::new(Inner { db, clock, zone, cookie, sessions, provider, uses: Uses::default() }))
    }

    /// The identity provider that vouches for people, where there is one.
    #[must_use]
    pub fn provider(&self) -> Option<&Oidc> {
        self.0.provider.as_ref()
    }

    /// The name of the session's cookie.
    #[must_use]
    pub fn cookie(&self) -> CookieName {
        self.0.cookie
    }

    /// Begins a session for somebody for whom the provider has vouched: what makes their browser keep it, as a `Set-Cookie`.
    ///
    /// # Errors
    ///
    /// [`Unmatched`] when nobody on file is meant.
    pub async fn sign_in(&self, identity: &Identity, request_id: String) -> Result<String, Unmatched> {
        let Inner { db, clock, sessions, cookie, .. } = &*self.0;
        let now = clock.now();
        let found = self.vouched_for(identity, now).await;
        let secret = Secret::new(Kind::Session).map_err(|cause| DbErr::Custom(cause.to_string()))?;
        let txn = begin_write(db).await?;
        let mut event = Event {
            at: now,
            actor: Actor::Anonymous,
            action: Action::SignInRefused,
            object: None,
            before: None,
            after: Some(json!({ "by": "OIDC" })),
            request_id: Some(request_id),
        };
        if let Ok(id) = found {
            event.actor = Actor::Person(id);
            event.action = Action::SignIn;
            session::begin(&txn, Holder::Person(id), secret.hash(), (now, now + sessions.whole)).await?;
        } else if let Err(Unmatched::Database(_)) = found {
            return found.map(|_| String::new());
        }
        audit::record(&txn, &event).await?;
        txn.commit().await?;
        found.map(|_| cookie.set(&secret, sessions.whole.num_seconds()))
    }

    /// Who sends a request with these headers.
    ///
    /// # Errors
    ///
    /// [`Denied`].
    pub async fn admit(&self, headers: &HeaderMap) -> Result<Admitted, Denied> {
        let credential = Credential::of(headers, self.0.cookie).map_err(|_| Denied::Refused)?;
        let now = self.0.clock.now();
        match credential {
            None => Err(Denied::Nobody),
            Some(Credential::Token(secret)) => {
                let token = token::by_hash(&self.0.db, &secret.hash()).await?.ok_or(Denied::Refused)?;
                Ok(Admitted { viewer: self.token(token, now).await?, by_cookie: false })
            }
            Some(Credential::Jwt(jwt)) => Ok(Admitted { viewer: self.bearer(&jwt, now).await?, by_cookie: false }),
            Some(Credential::Session(secret)) => {
                Ok(Admitted { viewer: self.session(&secret, now).await?, by_cookie: true })
            }
        }
    }

    /// Returns when the uses of tokens and sessions so far are written: before the database is closed.
    pub async fn settle(&self) {
        self.0.uses.settle().await;
    }

    async fn token(&self, token: api_token::Model, now: DateTime<Utc>) -> Result<Viewer, Denied> {
        let Inner { db, uses, .. } = &*self.0;
        if !token.is_good(now) {
            return Err(Denied::Refused);
        }
        let units = token::units_of(db, &[token.id]).await?.into_iter().map(|given| given.unit_id).collect();
        uses.note(db, Used::Token(token.id), token.last_used_at, now);
        Ok(Viewer::token(token.id, token.role, units, token.names))
    }

    async fn token_by_id(&self, id: ApiTokenId, now: DateTime<Utc>) -> Result<Viewer, Denied> {
        let token = token::by_id(&self.0.db, id).await?.ok_or(Denied::Refused)?;
        self.token(token, now).await
    }

    async fn session(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Viewer, Denied> {
        let Inner { db, sessions, uses, .. } = &*self.0;
        let session = session::by_hash(db, &secret.hash()).await?.ok_or(Denied::Refused)?;
        let holds =
            session.ended_at.is_none() && now < session.expires_at && now - session.last_used_at < sessions.idle;
        if !holds {
            return Err(Denied::Refused);
        }
        let viewer = match session.holder().ok_or(Denied::Refused)? {
            Holder::Person(id) => self.person(id, now).await?,
            Holder::Token(id) => self.token_by_id(id, now).await?,
        };
        uses.note(db, Used::Session(session.id), Some(session.last_used_at), now);
        Ok(viewer)
    }

    /// A person with a post today, and the roles that they were given.
    async fn person(&self, id: PersonId, now: DateTime<Utc>) -> Result<Viewer, Denied> {
        let today = day_of(now, self.0.zone);
        let roles = person::given_roles(&self.0.db, id, today).await?.ok_or(Denied::Refused)?;
        Ok(Viewer::person(id, roles))
    }

    /// A bearer that is none of our tokens: an access token of the identity provider, where there is one.
    async fn bearer(&self, jwt: &Jwt, now: DateTime<Utc>) -> Result<Viewer, Denied> {
        let provider = self.0.provider.as_ref().ok_or(Denied::Refused)?;
        let identity = provider.bearer(jwt.reveal()).await.map_err(|fault| match fault {
            Fault::Away(_) => Denied::ProviderAway,
            fault => {
                tracing::info!(%fault, "an access token is refused");
                Denied::Refused
            }
        })?;
        let id = self.vouched_for(&identity, now).await.map_err(|unmatched| match unmatched {
            Unmatched::Database(cause) => Denied::Failed(cause),
            unmatched => {
                tracing::info!(%unmatched, "an access token is refused");
                Denied::Refused
            }
        })?;
        self.person(id, now).await
    }

    /// The person on file whom the provider means, when they have a post today.
    async fn vouched_for(&self, identity: &Identity, now: DateTime<Utc>) -> Result<PersonId, Unmatched> {
        let known = self.0.provider.as_ref().ok_or(Unmatched::NoClaim)?.known_by(identity)?;
        let found = person::find(&self.0.db, &known, day_of(now, self.0.zone)).await?;
        found.ok_or(Unmatched::NotOne)
    }
}
