//! From what a request shows to who asks. Everything is looked up with each request: what was revoked, withdrawn or ended a
//! moment ago opens nothing now.

use std::sync::Arc;

use axum::http::HeaderMap;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use entity::clock::{Clock, day_of};
use entity::id::{ApiTokenId, PersonId, UnitId};
use entity::period::Day;
use entity::store::access::{Holder, person, session, sign_in_key, token};
use entity::store::retry_read;
use entity::table::api_token;
use sea_orm::{DatabaseConnection, DbErr};
use tokio::sync::OnceCell;

use super::Viewer;
use super::credential::{CookieName, Credential, Jwt};
use super::look::{Look, Sent};
use super::oidc::{Fault, Oidc, SealingKey, Unmatched};
use super::reads::ReadLog;
use super::refusals::Refusals;
use super::secret::Secret;
use super::uses::{Used, Uses};
use crate::config::SessionSettings;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// At most, however much it is used.
    pub whole: TimeDelta,
    /// Without being used.
    pub idle: TimeDelta,
}

impl From<&SessionSettings> for SessionLimits {
    fn from(settings: &SessionSettings) -> Self {
        Self {
            whole: TimeDelta::minutes(settings.session_minutes),
            idle: TimeDelta::minutes(settings.session_idle_minutes),
        }
    }
}

/// Finds out who sends a request. Clones share everything.
#[derive(Clone, Debug)]
pub struct Authenticator(Arc<Inner>);

#[derive(Clone, Debug)]
struct Inner {
    db: DatabaseConnection,
    clock: Clock,
    zone: Tz,
    cookie: CookieName,
    sessions: SessionLimits,
    provider: Option<Oidc>,
    sealing_key: OnceCell<SealingKey>,
    links: bool,
    cookies: bool,
    uses: Uses,
    refusals: Refusals,
    reads: ReadLog,
}

/// The sender of a request, who is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// Who it is.
    pub viewer: Viewer,
    /// Whether a cookie said so: a browser sends it whoever made the request.
    pub by_cookie: bool,
    /// What was newest when they were looked up. None for an access token of the identity provider.
    pub look: Option<Look>,
}

/// Why the sender of a request is not known.
#[derive(Debug)]
pub enum AuthError {
    /// The request has no credentials.
    MissingCredentials,
    /// The credentials are unknown, malformed, expired, revoked, or those of a person who has left. The answer never says which.
    InvalidCredentials,
    /// The identity provider's keys are needed to tell, and it is away.
    ProviderUnreachable,
    /// It could not be looked up.
    Database(DbErr),
}

impl From<DbErr> for AuthError {
    fn from(cause: DbErr) -> Self {
        Self::Database(cause)
    }
}

impl Authenticator {
    /// Over a database. `zone` says on which day grants and posts hold.
    #[must_use]
    pub fn new(
        db: DatabaseConnection,
        (clock, zone): (Clock, Tz),
        cookie: CookieName,
        sessions: SessionLimits,
    ) -> Self {
        let (uses, refusals) = (Uses::default(), Refusals::default());
        let reads = ReadLog::new(db.clone(), clock.clone());
        Self(Arc::new(Inner {
            db,
            clock,
            zone,
            cookie,
            sessions,
            provider: None,
            sealing_key: OnceCell::new(),
            links: false,
            cookies: true,
            uses,
            refusals,
            reads,
        }))
    }

    /// The same, where an identity provider vouches for people too.
    #[must_use]
    pub fn with_provider(self, provider: Oidc) -> Self {
        Self(Arc::new(Inner { provider: Some(provider), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The identity provider that vouches for people, where there is one.
    #[must_use]
    pub fn provider(&self) -> Option<&Oidc> {
        self.0.provider.as_ref()
    }

    /// The key that seals what browsers keep while their sign-ins are under way, read from the database once.
    ///
    /// # Errors
    ///
    /// What the database said.
    pub async fn sealing_key(&self) -> Result<&SealingKey, DbErr> {
        let read = async || sign_in_key::secret(&self.0.db).await.map(|secret| SealingKey::new(&secret));
        self.0.sealing_key.get_or_try_init(read).await
    }

    /// The same, that links which sign in once open too: for the demonstration, on this machine only.
    #[must_use]
    pub fn with_links(self) -> Self {
        Self(Arc::new(Inner { links: true, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The same, where only API tokens get in: a session of another address, or of before, opens nothing.
    #[must_use]
    pub fn with_tokens_only(self) -> Self {
        Self(Arc::new(Inner { cookies: false, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Whether links that sign in once open it.
    #[must_use]
    pub fn links(&self) -> bool {
        self.0.links
    }

    /// Returns who sends a request with these headers. Invalid credentials are noted with the id of the request.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn authenticate(&self, headers: &HeaderMap, request: &str) -> Result<Authenticated, AuthError> {
        let identified = self.identify(headers, true).await;
        if matches!(identified, Err(AuthError::InvalidCredentials)) {
            self.note_refusal(request);
        }
        identified
    }

    /// Returns who sent a request with these headers, as of now, for a request that is still being answered. This does not count as
    /// a use of the credentials: a session whose page is left open, waiting for events, still ends when it is idle.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn authenticate_again(&self, headers: &HeaderMap) -> Result<Authenticated, AuthError> {
        self.identify(headers, false).await
    }

    async fn identify(&self, headers: &HeaderMap, used: bool) -> Result<Authenticated, AuthError> {
        let credential = Credential::of(headers, self.0.cookie).map_err(|_| AuthError::InvalidCredentials)?;
        let now = self.now();
        match credential {
            None => Err(AuthError::MissingCredentials),
            Some(Credential::Token(secret)) => {
                let (hash, sent) = (secret.hash(), Sent::now(self.clock()));
                let shown =
                    retry_read(|| token::by_hash(&self.0.db, &hash)).await?.ok_or(AuthError::InvalidCredentials)?;
                let look = Some(Look { newest: shown.newest, sent });
                let viewer = self.token(shown.token, shown.units, now, used)?;
                Ok(Authenticated { viewer, by_cookie: false, look })
            }
            Some(Credential::Jwt(jwt)) => {
                Ok(Authenticated { viewer: self.bearer(&jwt, now).await?, by_cookie: false, look: None })
            }
            Some(Credential::Session(_)) if !self.0.cookies => Err(AuthError::InvalidCredentials),
            Some(Credential::Session(secret)) => {
                let (viewer, look) = self.session(&secret, now, used).await?;
                Ok(Authenticated { viewer, by_cookie: true, look: Some(look) })
            }
        }
    }

    /// What those who were let in have read, as the audit log tells it.
    #[must_use]
    pub fn reads(&self) -> &ReadLog {
        &self.0.reads
    }

    /// Returns when the uses of tokens and sessions, the refusals and the repeated reads so far are written: before the database
    /// is closed.
    pub async fn settle(&self) {
        let Inner { db, uses, refusals, reads, .. } = &*self.0;
        uses.settle().await;
        refusals.settle(db).await;
        reads.settle().await;
    }

    /// Has it recorded that somebody did not come in, by the request with this id.
    pub(crate) fn note_refusal(&self, request: &str) {
        self.0.refusals.note(&self.0.db, &self.0.clock, request);
    }

    pub(super) fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    /// What time it is.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    pub(super) fn day(&self, at: DateTime<Utc>) -> Day {
        day_of(at, self.0.zone)
    }

    /// The name of the session's cookie.
    #[must_use]
    pub fn cookie(&self) -> CookieName {
        self.0.cookie
    }

    pub(super) fn session_limits(&self) -> SessionLimits {
        self.0.sessions
    }

    fn token(
        &self,
        token: api_token::Model,
        units: Vec<UnitId>,
        now: DateTime<Utc>,
        used: bool,
    ) -> Result<Viewer, AuthError> {
        let Inner { db, uses, .. } = &*self.0;
        if !token.is_valid(now) {
            return Err(AuthError::InvalidCredentials);
        }
        if used {
            uses.note(db, Used::Token(token.id), token.last_used_at, now);
        }
        let viewer = Viewer::token(token.id, token.role, units, token.names);
        Ok(if token.explore { viewer.with_exploring() } else { viewer })
    }

    async fn token_by_id(&self, id: ApiTokenId, now: DateTime<Utc>, used: bool) -> Result<Viewer, AuthError> {
        let token = token::by_id(&self.0.db, id).await?.ok_or(AuthError::InvalidCredentials)?;
        let units = token::units_of(&self.0.db, &[id]).await?.into_iter().map(|given| given.unit_id).collect();
        self.token(token, units, now, used)
    }

    async fn session(&self, secret: &Secret, now: DateTime<Utc>, used: bool) -> Result<(Viewer, Look), AuthError> {
        let Inner { db, sessions, uses, .. } = &*self.0;
        let (hash, sent) = (secret.hash(), Sent::now(self.clock()));
        let (session, newest) =
            retry_read(|| session::by_hash(db, &hash)).await?.ok_or(AuthError::InvalidCredentials)?;
        let holds =
            session.ended_at.is_none() && now < session.expires_at && now - session.last_used_at < sessions.idle;
        if !holds {
            return Err(AuthError::InvalidCredentials);
        }
        let viewer = match session.holder().ok_or(AuthError::InvalidCredentials)? {
            Holder::Person(id) => self.person(id, now).await?,
            Holder::Token(id) => self.token_by_id(id, now, used).await?,
        };
        if used {
            uses.note(db, Used::Session(session.id), Some(session.last_used_at), now);
        }
        Ok((viewer, Look { newest, sent }))
    }

    /// A person with a post today, and the roles that they were given.
    async fn person(&self, id: PersonId, now: DateTime<Utc>) -> Result<Viewer, AuthError> {
        let roles = person::given_roles(&self.0.db, id, self.day(now)).await?.ok_or(AuthError::InvalidCredentials)?;
        Ok(Viewer::person(id, roles))
    }

    /// A bearer that is none of our tokens: an access token of the identity provider, where there is one.
    async fn bearer(&self, jwt: &Jwt, now: DateTime<Utc>) -> Result<Viewer, AuthError> {
        let provider = self.0.provider.as_ref().ok_or(AuthError::InvalidCredentials)?;
        let identity = provider.bearer(jwt.reveal()).await.map_err(|fault| match fault {
            Fault::Away(_) => AuthError::ProviderUnreachable,
            fault => refused(&fault),
        })?;
        let id = self.vouched_for(&identity, now).await.map_err(|unmatched| match unmatched {
            Unmatched::Database(cause) => AuthError::Database(cause),
            unmatched => refused(&unmatched),
        })?;
        self.person(id, now).await
    }
}

/// An access token that is refused. Why is told by the log line of its request, of which there are no more than the log can
/// hold, and not by a line of its own.
fn refused(why: &impl std::fmt::Display) -> AuthError {
    tracing::Span::current().record("why", tracing::field::display(why));
    AuthError::InvalidCredentials
}
