//! The app with its hands tied: a database of its own for each test, and a clock that stands still.

use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use chrono::{DateTime, TimeDelta, Utc};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::id::{PersonId, UnitId};
use entity::period::Day;
use entity::store::access::token::NewToken;
use entity::store::access::{Holder, session, token};
use entity::value::AccessRole;
use psn::access::Authenticator;
use psn::access::authenticator::SessionLimits;
use psn::access::credential::CookieName;
use psn::access::secret::{Kind, Secret};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

/// The engine that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

/// What one test stands on: a migrated, empty database and a clock at Monday 2026-11-16 09:00 UTC.
pub(crate) struct World {
    pub(crate) engine: Engine,
    pub(crate) url: String,
    pub(crate) db: DatabaseConnection,
    pub(crate) clock: Clock,
    /// What an ADMIN shows at the gate.
    pub(crate) admin: Pass,
    /// A folder that goes with the test.
    pub(crate) folder: tempfile::TempDir,
}

/// Declares a test that runs once on each engine: `both!(async fn a_sentence(world: World) { … });`
///
/// The half on PostgreSQL is ignored by default, so that the sum of `cargo test` counts it among the tests that did not run.
/// A test program cannot decide that when it runs, only when it is built, and a build script that reads `PSN_TEST_POSTGRES`
/// would build everything again whenever the variable changes.
macro_rules! both {
    ($(#[$attr:meta])* async fn $name:ident($world:ident: World) $body:block) => {
        mod $name {
            use super::*;

            async fn test($world: crate::harness::World) $body

            $(#[$attr])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                test(crate::harness::World::new(crate::harness::Engine::Sqlite).await).await;
            }

            $(#[$attr])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            #[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
            async fn on_postgresql() {
                test(crate::harness::World::new(crate::harness::Engine::Postgres).await).await;
            }
        }
    };
}
pub(crate) use both;

impl World {
    /// A fresh world. On PostgreSQL it fails without `PSN_TEST_POSTGRES`: a test that needs it is ignored unless asked for.
    pub(crate) async fn new(engine: Engine) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = match engine {
            Engine::Sqlite => format!("sqlite:{}", folder.path().join("psn.db").display()),
            Engine::Postgres => postgres_database().await,
        };
        Self::over(engine, url, folder).await
    }

    /// A fresh world on SQLite whose database is in this folder.
    pub(crate) async fn on_disk(place: &Path) -> Self {
        let url = format!("sqlite:{}", place.join("psn.db").display());
        Self::over(Engine::Sqlite, url, tempfile::tempdir().expect("a temporary folder")).await
    }

    async fn over(engine: Engine, url: String, folder: tempfile::TempDir) -> Self {
        let db = entity::store::connect(&url).await.expect("the database opens");
        migration::migrate(&db).await.expect("the tables are made");
        let clock = Clock::fixed(instant("2026-11-16T09:00:00Z"));
        let admin = token_pass(&db, AccessRole::Admin, &[], true).await;
        Self { engine, url, db, clock, admin, folder }
    }

    /// The gate over the world's database and clock, in Glasgow.
    pub(crate) fn gate(&self) -> Authenticator {
        gate(&self.db, &self.clock)
    }

    /// What a new API token shows at the gate.
    pub(crate) async fn token(&self, role: AccessRole, units: &[i64], names: bool) -> Pass {
        token_pass(&self.db, role, units, names).await
    }

    /// What the browser of a person who has just signed in shows at the gate.
    pub(crate) async fn person(&self, id: i64) -> Pass {
        let (secret, now) = (Secret::new(Kind::Session).expect("randomness"), self.clock.now());
        let limits = (now, now + SESSIONS.whole);
        let begun = session::begin(&self.db, Holder::Person(PersonId(id)), secret.hash(), limits).await;
        begun.expect("a session begins");
        Pass::session(&secret)
    }
}

/// How long sessions last in tests: the defaults.
pub(crate) const SESSIONS: SessionLimits = SessionLimits { whole: TimeDelta::hours(12), idle: TimeDelta::hours(1) };

/// A gate over any database, in Glasgow.
pub(crate) fn gate(db: &DatabaseConnection, clock: &Clock) -> Authenticator {
    Authenticator::new(db.clone(), (clock.clone(), chrono_tz::Europe::London), CookieName::Plain, SESSIONS)
}

/// What somebody shows at the gate: a header of each of their requests.
#[derive(Clone, Debug)]
pub(crate) struct Pass(pub(crate) HeaderName, pub(crate) HeaderValue);

impl Pass {
    pub(crate) fn token(secret: &Secret) -> Self {
        let value = format!("Bearer {}", secret.reveal());
        Self(header::AUTHORIZATION, HeaderValue::from_str(&value).expect("a header"))
    }

    pub(crate) fn session(secret: &Secret) -> Self {
        let value = format!("{}={}", CookieName::Plain.word(), secret.reveal());
        Self(header::COOKIE, HeaderValue::from_str(&value).expect("a header"))
    }

    /// The router as the holder of this pass meets it.
    pub(crate) fn with(&self, router: Router) -> Router {
        let Self(name, value) = self.clone();
        router.layer(axum::middleware::map_request(move |mut request: Request| {
            request.headers_mut().append(name.clone(), value.clone());
            std::future::ready(request)
        }))
    }
}

/// What a new API token in any migrated database shows at the gate.
pub(crate) async fn token_pass(db: &DatabaseConnection, role: AccessRole, units: &[i64], names: bool) -> Pass {
    let secret = Secret::new(Kind::Token).expect("randomness");
    let units = units.iter().copied().map(UnitId).collect();
    let expires_at = instant("2100-01-01T00:00:00Z");
    let new = NewToken { name: format!("the tests' {role}"), role, units, names, explore: false, expires_at };
    let made = (Actor::Operator, instant("2026-11-01T00:00:00Z"));
    token::make(db, new, secret.hash(), made).await.expect("a token is made");
    Pass::token(&secret)
}

/// A database of this test's own on the server that `PSN_TEST_POSTGRES` names.
async fn postgres_database() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("PSN_TEST_POSTGRES");
    let server = server.expect("set PSN_TEST_POSTGRES to a server's address, or run .ci/run");
    let name = format!("psn_test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let admin = entity::store::connect(&server).await.expect("PSN_TEST_POSTGRES is a database URL");
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name}")).await.expect("PostgreSQL answers");
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.expect("PostgreSQL makes a database");
    admin.close().await.expect("the connection closes");
    let (base, _) = server.rsplit_once('/').expect("the URL ends in a database name");
    format!("{base}/{name}")
}

/// Says aloud that a test is skipped, and why. In CI a skip is a failure.
pub(crate) fn skipped(reason: &str) {
    assert!(std::env::var_os("CI").is_none(), "{reason}: in CI a skipped test is a failure");
    // Not eprintln: the test harness would swallow it, and a skip must be seen.
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

/// An instant in RFC 3339.
pub(crate) fn instant(text: &str) -> DateTime<Utc> {
    text.parse().expect("an instant")
}

/// A day as `yyyy-mm-dd`.
pub(crate) fn day(text: &str) -> Day {
    text.parse().expect("a day")
}
