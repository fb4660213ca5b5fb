//! The environment of every test: its own migrated database, a fixed clock and a time limit.

mod limit;
mod mails;
mod postgres;
mod sqlite;

use std::io::Write as _;
use std::path::Path;

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::id::{PersonId, UnitId};
use entity::period::Day;
use entity::secret::{Secret, SecretKind};
use entity::store::access::token::NewToken;
use entity::store::access::{Holder, session, token};
use entity::value::AccessRole;
use jobs::mail::{Mailer, Memory};
use psn::access::Authenticator;
use psn::access::authenticator::SessionLimits;
use psn::access::credential::CookieName;
use sea_orm::DatabaseConnection;
use tokio::runtime::Builder;

pub(crate) use limit::within;
use mails::Mails;
use postgres::TestDatabase;

/// The engine that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// The environment of one test: a migrated, empty database and a clock at Monday 2026-11-16 09:00 UTC.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    pub(crate) db: DatabaseConnection,
    pub(crate) clock: Clock,
    /// The credentials of an ADMIN.
    pub(crate) admin: Pass,
    /// A folder that is removed with the test.
    pub(crate) folder: tempfile::TempDir,
    /// The mails that the test must read.
    pub(crate) mails: Mails,
    /// The database on PostgreSQL, which is removed with the test as well.
    pub(crate) _database: Option<TestDatabase>,
}

/// Declares a test that runs once on each engine: `both!(async fn a_sentence(world: World) { … });`
///
/// The PostgreSQL half is ignored by default, so that `cargo test` counts it among the tests that did not run. A test program
/// can decide this only when it is built, and a build script that reads `PSN_TEST_POSTGRES` would rebuild everything whenever
/// the variable changes.
macro_rules! both {
    ($(#[$attr:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        mod $name {
            use super::*;

            async fn test($world: crate::harness::World) $body

            $(#[$attr])*
            #[test]
            fn on_sqlite() {
                crate::harness::run(crate::harness::Engine::Sqlite, test);
            }

            $(#[$attr])*
            #[test]
            #[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
            fn on_postgresql() {
                crate::harness::run(crate::harness::Engine::Postgres, test);
            }
        }
    };
}
pub(crate) use both;

/// Runs a test of [`both!`] in a new world. A test that does not end within its time limit fails.
pub(crate) fn run<F: Future<Output = ()>>(engine: Engine, test: impl FnOnce(World) -> F + Send + 'static) {
    limit::limited(limit::TEST, move || {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async { test(World::new(engine).await).await });
    });
}

impl World {
    /// A new world. On PostgreSQL it fails without `PSN_TEST_POSTGRES`: a test that needs it is ignored by default.
    pub(crate) async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (url, database) = match engine {
            Engine::Sqlite => (sqlite::copy_into(folder.path()).await, None),
            Engine::Postgres => {
                let database = TestDatabase::create().await;
                (database.url.clone(), Some(database))
            }
        };
        Self::over(engine, url, folder, database).await
    }

    /// A new world on SQLite whose database is in this folder.
    pub(crate) async fn on_disk(place: &Path) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self::over(Engine::Sqlite, sqlite::copy_into(place).await, folder, None).await
    }

    async fn over(engine: Engine, url: String, folder: tempfile::TempDir, database: Option<TestDatabase>) -> Self {
        let db = entity::store::connect(&url).await.expect("the database opens");
        let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
        let admin = token_pass(&db, AccessRole::Admin, &[], true).await;
        Self { engine, url, db, clock, admin, folder, mails: Mails::default(), _database: database }
    }

    /// Returns a mailer that stores mails in memory, and the memory to read them from. A test that leaves one unread fails.
    ///
    /// A test that is not about the content of mails may use `Mailer::memory` instead.
    pub(crate) fn mailer(&self) -> (Mailer, Memory) {
        self.mails.mailer()
    }

    /// Returns the authenticator over the world's database and clock, in Glasgow.
    pub(crate) fn authenticator(&self) -> Authenticator {
        authenticator(&self.db, &self.clock)
    }

    /// Returns the credentials of a new API token.
    pub(crate) async fn token(&self, role: AccessRole, units: &[i64], names: bool) -> Pass {
        token_pass(&self.db, role, units, names).await
    }

    /// Returns the credentials of a person who has just signed in.
    pub(crate) async fn person(&self, id: i64) -> Pass {
        let (secret, now) = (Secret::new(SecretKind::Session).expect("randomness"), self.clock.now());
        let holder = Holder::Person(PersonId(id));
        let begun = session::begin(&self.db, holder, secret.hash(), now, now + SESSIONS.whole).await;
        begun.expect("a session begins");
        Pass::session(&secret)
    }
}

/// The session limits in tests: the defaults.
pub(crate) const SESSIONS: SessionLimits = SessionLimits { whole: TimeDelta::hours(12), idle: TimeDelta::hours(1) };

/// Returns an authenticator over any database, in Glasgow.
pub(crate) fn authenticator(db: &DatabaseConnection, clock: &Clock) -> Authenticator {
    Authenticator::new(db.clone(), clock.clone(), chrono_tz::Europe::London, CookieName::Plain, SESSIONS)
}

/// Credentials of a caller: a header of each request.
#[derive(Clone, Debug)]
pub(crate) struct Pass(pub(crate) HeaderName, pub(crate) HeaderValue);

impl Pass {
    pub(crate) fn token(secret: &Secret) -> Self {
        let value = format!("Bearer {}", secret.reveal());
        Self(header::AUTHORIZATION, HeaderValue::from_str(&value).expect("a header"))
    }

    pub(crate) fn session(secret: &Secret) -> Self {
        let value = format!("{}={}", CookieName::Plain.as_str(), secret.reveal());
        Self(header::COOKIE, HeaderValue::from_str(&value).expect("a header"))
    }

    /// Returns the router with these credentials on each request.
    pub(crate) fn with(&self, router: Router) -> Router {
        let Self(name, value) = self.clone();
        router.layer(axum::middleware::map_request(move |mut request: Request| {
            request.headers_mut().append(name.clone(), value.clone());
            std::future::ready(request)
        }))
    }
}

/// Returns the credentials of a new API token in any migrated database.
pub(crate) async fn token_pass(db: &DatabaseConnection, role: AccessRole, units: &[i64], names: bool) -> Pass {
    let secret = Secret::new(SecretKind::Token).expect("randomness");
    let units = units.iter().copied().map(UnitId).collect();
    let expires_at = instant("2100-01-01T00:00:00Z");
    let new = NewToken { name: format!("the tests' {role}"), role, units, names, explore: false, expires_at };
    let now = instant("2026-11-01T00:00:00Z");
    token::create(db, new, secret.hash(), Actor::Operator, now).await.expect("a token is made");
    Pass::token(&secret)
}

/// Prints that a test is skipped, and why. In CI a skip is a failure.
pub(crate) fn skipped(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}: in CI a skipped test is a failure");
    // Not eprintln: the test harness would hide it, and a skip must be seen.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// Parses an instant in RFC 3339.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// Parses a date as `yyyy-mm-dd`.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}
