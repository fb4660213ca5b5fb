//! How the two engines are opened, and how a writing transaction begins.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::sqlx::postgres::{PgConnectOptions, PgSslMode};
use sea_orm::sqlx::sqlite::{SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{Connection as _, Error};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    EntityTrait as _, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

use crate::table::write_probe;

/// How long a SQLite writer waits for the one before it, and a caller for a free connection to SQLite.
const WAIT: Duration = Duration::from_secs(10);

/// How long a caller waits for a connection to PostgreSQL. Well below a query's limit of time, so that a client learns
/// that the database is away, and not that the query took too long.
const WAIT_FOR_SERVER: Duration = Duration::from_secs(5);

/// A connection that was idle for this long is tested before it is used again: firewalls drop those that say nothing.
const LONG_IDLE: Duration = Duration::from_secs(30);

/// SQLite looks at the clock once in so many of its steps while a statement has a limit; a step takes well below a
/// microsecond.
const STEPS: i32 = 10_000;

/// How a database is opened, besides where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opening {
    /// The certificate of an authority that PostgreSQL servers are trusted by, besides the public ones: a file in PEM.
    pub ca_file: Option<PathBuf>,
    /// Whether a PostgreSQL server on another machine may be reached as weakly as its URL's `sslmode` says. Otherwise the
    /// connection is encrypted and the server's certificate and name are verified, or there is no connection.
    pub unverified: bool,
    /// How long one statement may take before the database gives it up.
    pub statement_limit: Option<Duration>,
    /// Whether a connection to PostgreSQL is used without a round trip that tests it first. Then a broken one is found when
    /// it is used, so that the first statement of each piece of work goes through [`retry_read`](super::retry_read). From
    /// there on every connection that was idle at that moment is tested before it is used.
    pub untested: bool,
}

/// How much later than it was measured an idle time may be looked at, on a machine that is busy.
const SLACK: Duration = Duration::from_secs(1);

/// When a statement last failed, in a pool whose connections are not tested each time.
#[derive(Clone, Debug, Default)]
struct Doubt(Arc<Mutex<Option<Instant>>>);

impl Doubt {
    /// A statement has failed: its connection may have been broken, and with it all that were idle.
    fn raise(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that was idle for this long is to be tested.
    fn covers(&self, idle_for: Duration) -> bool {
        let raised = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle_for >= LONG_IDLE || raised.is_some_and(|raised| idle_for + SLACK >= raised.elapsed())
    }
}

/// How well the way to a database is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A file, a socket or a loopback address: no other machine sees it.
    Inside,
    /// To another machine, encrypted, and the server is known to be the right one.
    Verified,
    /// To another machine, and the URL's `sslmode` (or `PGSSLMODE`) asks for less.
    Weaker,
}

/// How well the way to the database at `url` is protected, if [`Opening::unverified`] lets the URL have its way. Where it
/// says nothing of `sslmode` the way is [`Way::Verified`].
///
/// # Errors
///
/// A URL that cannot be read.
pub fn way(url: &str) -> Result<Way, DbErr> {
    if url.starts_with("sqlite:") {
        return Ok(Way::Inside);
    }
    PgConnectOptions::from_str(url).map(|options| way_of(&options)).map_err(|_| {
        // Its own words may hold the password.
        DbErr::Custom("the URL of the database cannot be read".to_owned())
    })
}

fn way_of(options: &PgConnectOptions) -> Way {
    let host = options.get_host();
    let loopback = || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if options.get_socket().is_some() || host.starts_with('/') || host.eq_ignore_ascii_case("localhost") || loopback() {
        return Way::Inside;
    }
    match options.get_ssl_mode() {
        // The driver's own default, which encrypts where the server offers it and verifies nothing: made verified below.
        PgSslMode::Prefer | PgSslMode::VerifyFull => Way::Verified,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Require | PgSslMode::VerifyCa => Way::Weaker,
    }
}

/// Opens the database that `url` names: `sqlite:` with a path (made when absent; `sqlite::memory:` is private to this
/// process) or `postgres:`. Opening does not fail because a PostgreSQL server is away: each use does, until it is back.
///
/// # Errors
///
/// What the engine said: a URL that names neither engine, or a file that cannot be opened.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    open(url, &Opening::default()).await
}

/// As [`connect`], in a way of its own.
///
/// # Errors
///
/// As [`connect`].
pub async fn open(url: &str, opening: &Opening) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(WAIT).connect_timeout(WAIT);
    if url.starts_with("sqlite:") {
        if url.contains(":memory:") {
            // Each connection to :memory: is a database of its own, gone when it closes.
            options.max_connections(1).min_connections(1).idle_timeout(None::<Duration>).max_lifetime(None::<Duration>);
        } else {
            options.max_connections(8);
        }
        options.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Normal)
                .busy_timeout(WAIT)
                .foreign_keys(true)
                // What was erased is overwritten in the file, too.
                .pragma("secure_delete", "ON")
        });
        let limit = opening.statement_limit;
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            let pool = pool.after_release(|connection, _| Box::pin(is_outside_transaction(connection)));
            match limit {
                Some(limit) => pool.after_connect(move |connection, _| Box::pin(interrupt_after(connection, limit))),
                None => pool,
            }
        });
        if let Some(limit) = limit {
            // A connection is taken for each statement, and for each transaction as a whole.
            options.map_sqlx_sqlite_before_acquire(move |connection, _| {
                Box::pin(async move { interrupt_after(connection, limit).await.map(|()| true) })
            });
        }
    } else {
        let Opening { ca_file, unverified, statement_limit, untested } = opening.clone();
        if let Some(limit) = statement_limit {
            options.statement_timeout(limit);
        }
        options.map_sqlx_postgres_opts(move |mut server| {
            if let Some(file) = &ca_file {
                server = server.ssl_root_cert(file);
            }
            if unverified || way_of(&server) == Way::Inside { server } else { server.ssl_mode(PgSslMode::VerifyFull) }
        });
        options
            .max_connections(16)
            .connect_lazy(true)
            .acquire_timeout(WAIT_FOR_SERVER)
            .connect_timeout(WAIT_FOR_SERVER);
        if untested {
            let doubt = Doubt::default();
            let tested = doubt.clone();
            options.test_before_acquire(false).map_sqlx_postgres_before_acquire(move |connection, idle| {
                let doubtful = tested.covers(idle.idle_for);
                Box::pin(async move {
                    if doubtful {
                        connection.ping().await?;
                    }
                    Ok(true)
                })
            });
            let mut db = Database::connect(options).await?;
            db.set_metric_callback(move |info| {
                if info.failed {
                    doubt.raise();
                }
            });
            return Ok(db);
        }
    }
    Database::connect(options).await
}

/// Whether a connection that is given back may be used again. The pool closes one that may not, and SQLite then rolls back
/// what it had open and lets go of the write lock.
///
/// When a statement fails because the disk is full, the file cannot be written, memory is short or its time is over, SQLite
/// itself rolls the transaction back. The ROLLBACK that follows then fails ("no transaction is active"), and the driver goes
/// on counting the transaction as open. On such a connection the next BEGIN would be a savepoint, whose rollback leaves the
/// transaction open: the write lock would be held until the process ends, and nothing that is written would be committed.
async fn is_outside_transaction(connection: &mut SqliteConnection) -> Result<bool, Error> {
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // The ROLLBACK of a transaction that was dropped may still be queued; the driver works its queue off in order.
    connection.ping().await?;
    let outside = !connection.is_in_transaction();
    if !outside {
        tracing::warn!(
            "a database connection was given back within a transaction that could not be ended; it is closed"
        );
    }
    Ok(outside)
}

/// From now on, what this connection runs is given up when `limit` is over.
async fn interrupt_after(connection: &mut SqliteConnection, limit: Duration) -> Result<(), Error> {
    let end = Instant::now() + limit;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < end);
    Ok(())
}

/// Begins a transaction that will write. On SQLite it takes the write lock at once: a transaction that reads first and
/// takes the lock later fails with "database is locked" whenever another writer came in between.
pub async fn begin_write(
    db: &impl TransactionTrait<Transaction = DatabaseTransaction>,
) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Commits a small write, which proves that the database takes what is written: a transaction that is rolled back would
/// never touch the disk.
///
/// # Errors
///
/// The database error; see [`is_busy`](super::is_busy).
pub async fn prove_writing(db: &DatabaseConnection) -> Result<(), DbErr> {
    let txn = begin_write(db).await?;
    let row = write_probe::ActiveModel { id: Set(1), writes: Set(1) };
    let more = Expr::col((write_probe::Entity, write_probe::Column::Writes)).add(1);
    let again = OnConflict::column(write_probe::Column::Id).value(write_probe::Column::Writes, more).to_owned();
    write_probe::Entity::insert(row).on_conflict(again).exec_without_returning(&txn).await?;
    txn.commit().await
}

/// Whether the other end is PostgreSQL (else SQLite).
#[must_use]
pub fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DatabaseBackend::Postgres
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_idle_since_before_a_failure_are_tested() {
        let doubt = Doubt::default();
        assert!(!doubt.covers(Duration::ZERO));
        assert!(doubt.covers(LONG_IDLE));
        doubt.raise();
        assert!(doubt.covers(Duration::from_secs(10)), "idle since before the failure");
        // Returned to the pool after the failure, and so known to be good.
        let ten_seconds_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        *doubt.0.lock().unwrap() = Some(ten_seconds_ago);
        assert!(!doubt.covers(Duration::from_secs(9)));
    }

    #[test]
    fn the_way_to_another_machine_is_verified_unless_its_url_asks_for_less() {
        for (url, expected) in [
            ("sqlite:psn-data/psn.db", Way::Inside),
            ("postgres://psn@localhost/psn?sslmode=disable", Way::Inside),
            ("postgres://psn@127.0.0.1:5432/psn", Way::Inside),
            ("postgres://psn@[::1]/psn", Way::Inside),
            ("postgres://%2Frun%2Fpostgresql/psn", Way::Inside),
            ("postgres://psn@localhost/psn?host=/run/postgresql", Way::Inside),
            ("postgres://psn@db.example/psn", Way::Verified),
            ("postgres://psn@db.example/psn?sslmode=verify-full", Way::Verified),
            ("postgres://psn@db.example/psn?sslmode=disable", Way::Weaker),
            ("postgres://psn@db.example/psn?sslmode=require", Way::Weaker),
            ("postgres://psn@db.example/psn?sslmode=verify-ca", Way::Weaker),
            // What looks like this machine and is not.
            ("postgres://psn@localhost/psn?host=db.example&sslmode=disable", Way::Weaker),
            ("postgres://psn@localhost/psn?hostaddr=10.0.0.1&sslmode=require", Way::Weaker),
            ("postgres://psn@127.0.0.1.evil.example/psn?sslmode=disable", Way::Weaker),
        ] {
            assert_eq!(way(url).unwrap(), expected, "{url}");
        }
        assert!(!way("postgres://psn:s3cret@[::1/psn").unwrap_err().to_string().contains("s3cret"));
    }
}
