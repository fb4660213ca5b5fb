//! Authentication of requests. Credentials are looked up for every request, so that a token, session or grant that was revoked,
//! withdrawn or ended a moment ago no longer works.

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
use super::data_state::{DataState, StatementTime};
use super::failed_sign_ins::FailedSignInLog;
use super::last_used::{LastUsedRecorder, Used};
use super::oidc::{Oidc, OidcError, SealingKey, Unmatched};
use super::reads::ReadLog;
use crate::config::SessionSettings;
use entity::secret::Secret;

/// How long a session lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionLimits {
    /// The longest time, however much the session is used.
    pub whole: TimeDelta,
    /// The longest time without a use.
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

/// Authenticates requests. Clones share everything.
#[derive(Clone, Debug)]
pub struct Authenticator(Arc<AuthenticatorInner>);

#[derive(Clone, Debug)]
struct AuthenticatorInner {
    db: DatabaseConnection,
    clock: Clock,
    zone: Tz,
    cookie: CookieName,
    sessions: SessionLimits,
    provider: Option<Oidc>,
    sealing_key: OnceCell<SealingKey>,
    links: bool,
    cookies: bool,
    uses: LastUsedRecorder,
    refusals: FailedSignInLog,
    reads: ReadLog,
}

/// The authenticated sender of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    /// The person or token.
    pub viewer: Viewer,
    /// Whether a session cookie was used. A browser sends it whichever site's page made the request.
    pub by_cookie: bool,
    /// The newest data at the time of authentication. `None` for an access token of the identity provider.
    pub data_state: Option<DataState>,
}

/// Why a request was not authenticated.
#[derive(Debug)]
pub enum AuthError {
    /// The request has no credentials.
    MissingCredentials,
    /// The credentials are unknown, malformed, expired, revoked, or those of a person who has left. The answer never says
    /// which.
    InvalidCredentials,
    /// The identity provider's keys are needed and it cannot be reached.
    ProviderUnreachable,
    /// The lookup failed.
    Database(DbErr),
}

impl From<DbErr> for AuthError {
    fn from(cause: DbErr) -> Self {
        Self::Database(cause)
    }
}

impl Authenticator {
    /// Creates an authenticator over `db`. `zone` decides on which day grants and posts are valid.
    #[must_use]
    pub fn new(db: DatabaseConnection, clock: Clock, zone: Tz, cookie: CookieName, sessions: SessionLimits) -> Self {
        let (uses, refusals) = (LastUsedRecorder::default(), FailedSignInLog::default());
        let reads = ReadLog::new(db.clone(), clock.clone());
        Self(Arc::new(AuthenticatorInner {
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

    /// Also accepts people authenticated by an identity provider.
    #[must_use]
    pub fn with_provider(self, provider: Oidc) -> Self {
        Self(Arc::new(AuthenticatorInner { provider: Some(provider), ..Arc::unwrap_or_clone(self.0) }))
    }

    /// The identity provider, if one is set up.
    #[must_use]
    pub fn provider(&self) -> Option<&Oidc> {
        self.0.provider.as_ref()
    }

    /// Returns the key that encrypts the state of pending sign-ins in browsers. It is read from the database once.
    ///
    /// # Errors
    ///
    /// Database errors.
    pub async fn sealing_key(&self) -> Result<&SealingKey, DbErr> {
        let read = async || sign_in_key::secret(&self.0.db).await.map(|secret| SealingKey::new(&secret));
        self.0.sealing_key.get_or_try_init(read).await
    }

    /// Also accepts single-use sign-in links: for the demonstration, on this machine only.
    #[must_use]
    pub fn with_links(self) -> Self {
        Self(Arc::new(AuthenticatorInner { links: true, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Accepts API tokens only: sessions of another address, or from before, are invalid.
    #[must_use]
    pub fn with_tokens_only(self) -> Self {
        Self(Arc::new(AuthenticatorInner { cookies: false, ..Arc::unwrap_or_clone(self.0) }))
    }

    /// Whether single-use sign-in links are accepted.
    #[must_use]
    pub fn links(&self) -> bool {
        self.0.links
    }

    /// Returns the sender of a request with these headers. Invalid credentials are recorded in the audit log with the id of the
    /// request.
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

    /// Authenticates again a request that is still being answered, as of now. This does not count as a use of the credentials:
    /// a session whose page is left open, waiting for events, still ends when it is idle.
    ///
    /// # Errors
    ///
    /// [`AuthError`].
    pub async fn authenticate_again(&self, headers: &HeaderMap) -> Result<Authenticated, AuthError> {
        self.identify(headers, false).await
    }

    async fn identify(&self, headers: &HeaderMap, used: bool) -> Result<Authenticated, AuthError> {
        let credential = Credential::from_headers(headers, self.0.cookie).map_err(|_| AuthError::InvalidCredentials)?;
        let now = self.now();
        match credential {
            None => Err(AuthError::MissingCredentials),
            Some(Credential::Token(secret)) => {
                let (hash, sent) = (secret.hash(), StatementTime::now(self.clock()));
                let shown =
                    retry_read(|| token::by_hash(&self.0.db, &hash)).await?.ok_or(AuthError::InvalidCredentials)?;
                let data_state = Some(DataState { newest: shown.newest, sent });
                let viewer = self.token(shown.token, shown.units, now, used)?;
                Ok(Authenticated { viewer, by_cookie: false, data_state })
            }
            Some(Credential::Jwt(jwt)) => {
                Ok(Authenticated { viewer: self.bearer(&jwt, now).await?, by_cookie: false, data_state: None })
            }
            Some(Credential::Session(_)) if !self.0.cookies => Err(AuthError::InvalidCredentials),
            Some(Credential::Session(secret)) => {
                let (viewer, data_state) = self.session(&secret, now, used).await?;
                Ok(Authenticated { viewer, by_cookie: true, data_state: Some(data_state) })
            }
        }
    }

    /// The audit log of reads.
    #[must_use]
    pub fn reads(&self) -> &ReadLog {
        &self.0.reads
    }

    /// Waits until all uses of tokens and sessions, failed sign-ins and repeated reads are written. Call it before the database
    /// is closed.
    pub async fn flush(&self) {
        let AuthenticatorInner { db, uses, refusals, reads, .. } = &*self.0;
        uses.flush().await;
        refusals.flush(db).await;
        reads.flush().await;
    }

    /// Records a failed sign-in in the request with this id.
    pub(crate) fn note_refusal(&self, request: &str) {
        self.0.refusals.note(&self.0.db, &self.0.clock, request);
    }

    pub(super) fn db(&self) -> &DatabaseConnection {
        &self.0.db
    }

    /// The clock that decides what is valid now.
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

    /// The name of the session cookie.
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
        let AuthenticatorInner { db, uses, .. } = &*self.0;
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

    async fn session(&self, secret: &Secret, now: DateTime<Utc>, used: bool) -> Result<(Viewer, DataState), AuthError> {
        let AuthenticatorInner { db, sessions, uses, .. } = &*self.0;
        let (hash, sent) = (secret.hash(), StatementTime::now(self.clock()));
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
        Ok((viewer, DataState { newest, sent }))
    }

    /// Returns a person with a post today and their granted roles.
    pub(super) async fn person(&self, id: PersonId, now: DateTime<Utc>) -> Result<Viewer, AuthError> {
        let roles = person::given_roles(&self.0.db, id, self.day(now)).await?.ok_or(AuthError::InvalidCredentials)?;
        Ok(Viewer::person(id, roles))
    }

    /// Authenticates a bearer token that is not ours: an access token of the identity provider, if one is set up.
    async fn bearer(&self, jwt: &Jwt, now: DateTime<Utc>) -> Result<Viewer, AuthError> {
        let provider = self.0.provider.as_ref().ok_or(AuthError::InvalidCredentials)?;
        let identity = provider.bearer(jwt.reveal()).await.map_err(|fault| match fault {
            OidcError::Unreachable(_) => AuthError::ProviderUnreachable,
            fault => refused(&fault),
        })?;
        let id = self.find_person(&identity, now).await.map_err(|unmatched| match unmatched {
            Unmatched::Database(cause) => AuthError::Database(cause),
            unmatched => refused(&unmatched),
        })?;
        self.person(id, now).await
    }
}

/// Refuses an access token. The reason is a field of the request's log line, and not a line of its own: request lines are
/// limited to what the log can hold.
fn refused(why: &impl std::fmt::Display) -> AuthError {
    tracing::Span::current().record("why", tracing::field::display(why));
    AuthError::InvalidCredentials
}
