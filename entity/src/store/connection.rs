//! Opens databases of the two engines, and begins writing transactions.

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

/// Maximum time that a SQLite writer waits for the write lock, and a caller for a free connection to SQLite.
const WAIT: Duration = Duration::from_secs(10);

/// Maximum time that a caller waits for a connection to PostgreSQL. Well below the time limit of a query, so that a
/// client learns that the database is unreachable, and not that the query took too long.
const WAIT_FOR_SERVER: Duration = Duration::from_secs(5);

/// A connection that was idle for this long is tested before it is used again: firewalls drop idle connections.
const LONG_IDLE: Duration = Duration::from_secs(30);

/// SQLite checks the time limit once per this number of its steps. A step takes well below a microsecond.
const STEPS: i32 = 10_000;

/// Options for opening a database, besides its URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseOptions {
    /// PEM file with a certificate authority to trust for PostgreSQL servers, in addition to the public ones.
    pub ca_file: Option<PathBuf>,
    /// Whether the URL's `sslmode` may weaken the connection to a PostgreSQL server on another machine. If false, the
    /// connection is encrypted and the server's certificate and name are verified, or it fails.
    pub unverified: bool,
    /// Time limit of one statement, after which the database cancels it. No limit by default.
    pub statement_limit: Option<Duration>,
    /// Whether a connection to PostgreSQL is used without a round trip that tests it first. A broken one is then only
    /// found when it is used, so the first statement of each piece of work must go through
    /// [`retry_read`](super::retry_read). After a failure, every connection that was idle at that moment is tested
    /// before it is used.
    pub untested: bool,
}

/// Tolerance for the delay, on a busy machine, between measuring an idle time and checking it.
const SLACK: Duration = Duration::from_secs(1);

/// The last failure of a statement, in a pool whose connections are not tested each time.
#[derive(Clone, Debug, Default)]
struct Doubt(Arc<Mutex<Option<Instant>>>);

impl Doubt {
    /// Records that a statement failed: its connection may be broken, and so may all that were idle.
    fn raise(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    /// Whether a connection that was idle for this long must be tested.
    fn covers(&self, idle_for: Duration) -> bool {
        let raised = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        idle_for >= LONG_IDLE || raised.is_some_and(|raised| idle_for + SLACK >= raised.elapsed())
    }
}

/// How well the connection to a database is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportSecurity {
    /// A file, a socket or a loopback address: the data does not leave this machine.
    Local,
    /// To another machine, encrypted, and the server's identity is verified.
    Verified,
    /// To another machine, and the URL's `sslmode` (or `PGSSLMODE`) requires less than that.
    Unverified,
}

/// Returns how well the connection to the database at `url` is protected, if [`DatabaseOptions::unverified`] is set.
/// Without an `sslmode` in the URL it is [`TransportSecurity::Verified`].
///
/// # Errors
///
/// If the URL is invalid.
pub fn transport_security(url: &str) -> Result<TransportSecurity, DbErr> {
    if url.starts_with("sqlite:") {
        return Ok(TransportSecurity::Local);
    }
    PgConnectOptions::from_str(url).map(|options| transport_security_of(&options)).map_err(|_| {
        // The driver's error may contain the password.
        DbErr::Custom("the URL of the database is not valid".to_owned())
    })
}

fn transport_security_of(options: &PgConnectOptions) -> TransportSecurity {
    let host = options.get_host();
    let loopback = || host.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if options.get_socket().is_some() || host.starts_with('/') || host.eq_ignore_ascii_case("localhost") || loopback() {
        return TransportSecurity::Local;
    }
    match options.get_ssl_mode() {
        // The driver's default, which encrypts if the server offers it and verifies nothing; replaced below by full
        // verification.
        PgSslMode::Prefer | PgSslMode::VerifyFull => TransportSecurity::Verified,
        PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Require | PgSslMode::VerifyCa => {
            TransportSecurity::Unverified
        }
    }
}

/// Opens the database at `url`: `sqlite:` with a path (created if it does not exist; `sqlite::memory:` is private to
/// this process) or `postgres:`. Opening does not fail if a PostgreSQL server is unreachable: each use fails until it
/// is back.
///
/// # Errors
///
/// The engine's error: if the URL names neither engine, or the file cannot be opened.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    connect_with(url, &DatabaseOptions::default()).await
}

/// Opens the database at `url` like [`connect`], with these options.
///
/// # Errors
///
/// As [`connect`].
pub async fn connect_with(url: &str, settings: &DatabaseOptions) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(WAIT).connect_timeout(WAIT);
    if url.starts_with("sqlite:") {
        if url.contains(":memory:") {
            // Each connection to :memory: is a separate database, which is lost when it closes.
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
                // Erased data is also overwritten in the file.
                .pragma("secure_delete", "ON")
        });
        let limit = settings.statement_limit;
        options.map_sqlx_sqlite_pool_opts(move |pool| {
            let pool = pool.after_release(|connection, _| Box::pin(is_outside_transaction(connection)));
            match limit {
                Some(limit) => pool.after_connect(move |connection, _| Box::pin(interrupt_after(connection, limit))),
                None => pool,
            }
        });
        if let Some(limit) = limit {
            // A connection is acquired for each statement, and for each transaction as a whole.
            options.map_sqlx_sqlite_before_acquire(move |connection, _| {
                Box::pin(async move { interrupt_after(connection, limit).await.map(|()| true) })
            });
        }
    } else {
        let DatabaseOptions { ca_file, unverified, statement_limit, untested } = settings.clone();
        if let Some(limit) = statement_limit {
            options.statement_timeout(limit);
        }
        options.map_sqlx_postgres_opts(move |mut server| {
            if let Some(file) = &ca_file {
                server = server.ssl_root_cert(file);
            }
            if unverified || transport_security_of(&server) == TransportSecurity::Local {
                server
            } else {
                server.ssl_mode(PgSslMode::VerifyFull)
            }
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

/// Whether a connection that is returned to the pool may be used again. If not, the pool closes it, and SQLite then
/// rolls back its open transaction and releases the write lock.
///
/// If a statement fails because the disk is full, the file cannot be written, memory is short or its time limit is
/// over, SQLite itself rolls the transaction back. The ROLLBACK that follows then fails ("no transaction is active"),
/// and the driver still counts the transaction as open. On such a connection the next BEGIN would be a savepoint, whose
/// rollback leaves the transaction open: the write lock would be held until the process ends, and nothing would ever be
/// committed.
async fn is_outside_transaction(connection: &mut SqliteConnection) -> Result<bool, Error> {
    if !connection.is_in_transaction() {
        return Ok(true);
    }
    // The ROLLBACK of a dropped transaction may still be queued; the driver works through its queue in order.
    connection.ping().await?;
    let outside = !connection.is_in_transaction();
    if !outside {
        tracing::warn!("database connection returned with an open transaction that could not be ended; closing it");
    }
    Ok(outside)
}

/// Cancels whatever this connection runs once `limit` has passed from now.
async fn interrupt_after(connection: &mut SqliteConnection, limit: Duration) -> Result<(), Error> {
    let end = Instant::now() + limit;
    connection.lock_handle().await?.set_progress_handler(STEPS, move || Instant::now() < end);
    Ok(())
}

/// Begins a transaction that will write. On SQLite it takes the write lock at once: a transaction that reads first and
/// takes the lock later fails with "database is locked" if another writer came in between.
pub async fn begin_write(
    db: &impl TransactionTrait<Transaction = DatabaseTransaction>,
) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Commits a small write, to prove that the database accepts writes. A transaction that is rolled back would never
/// touch the disk.
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

/// Whether the database is PostgreSQL; otherwise it is SQLite.
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
        // Returned to the pool after the failure, so it is known to work.
        let ten_seconds_ago = Instant::now().checked_sub(Duration::from_secs(10)).unwrap();
        *doubt.0.lock().unwrap() = Some(ten_seconds_ago);
        assert!(!doubt.covers(Duration::from_secs(9)));
    }

    #[test]
    fn remote_connections_are_verified_by_default() {
        for (url, expected) in [
            ("sqlite:psn-data/psn.db", TransportSecurity::Local),
            ("postgres://psn@localhost/psn?sslmode=disable", TransportSecurity::Local),
            ("postgres://psn@127.0.0.1:5432/psn", TransportSecurity::Local),
            ("postgres://psn@[::1]/psn", TransportSecurity::Local),
            ("postgres://%2Frun%2Fpostgresql/psn", TransportSecurity::Local),
            ("postgres://psn@localhost/psn?host=/run/postgresql", TransportSecurity::Local),
            ("postgres://psn@db.example/psn", TransportSecurity::Verified),
            ("postgres://psn@db.example/psn?sslmode=verify-full", TransportSecurity::Verified),
            ("postgres://psn@db.example/psn?sslmode=disable", TransportSecurity::Unverified),
            ("postgres://psn@db.example/psn?sslmode=require", TransportSecurity::Unverified),
            ("postgres://psn@db.example/psn?sslmode=verify-ca", TransportSecurity::Unverified),
            // Looks like this machine, but is not.
            ("postgres://psn@localhost/psn?host=db.example&sslmode=disable", TransportSecurity::Unverified),
            ("postgres://psn@localhost/psn?hostaddr=10.0.0.1&sslmode=require", TransportSecurity::Unverified),
            ("postgres://psn@127.0.0.1.evil.example/psn?sslmode=disable", TransportSecurity::Unverified),
        ] {
            assert_eq!(transport_security(url).unwrap(), expected, "{url}");
        }
        assert!(!transport_security("postgres://psn:s3cret@[::1/psn").unwrap_err().to_string().contains("s3cret"));
    }
}
