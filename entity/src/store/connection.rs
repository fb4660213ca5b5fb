//! How the two engines are opened, and how a writing transaction begins.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DatabaseTransaction, DbErr,
    RuntimeErr, SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

/// How long a SQLite writer waits for the one before it, and a caller for a free connection to SQLite.
const WAIT: Duration = Duration::from_secs(10);

/// How long a caller waits for a connection to PostgreSQL. Well below a query's limit of time, so that a client is told
/// that the database is away, and not that the query took too long.
const WAIT_FOR_SERVER: Duration = Duration::from_secs(5);

/// Opens the database that `url` names: `sqlite:` with a path (made when absent; `sqlite::memory:` is private to this
/// process) or `postgres:`. Opening does not fail because a PostgreSQL server is away: each use does, until it is back.
///
/// # Errors
///
/// What the engine said: a URL that names neither engine, or a file that cannot be opened.
pub async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
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
        });
    } else {
        options
            .max_connections(16)
            .connect_lazy(true)
            .acquire_timeout(WAIT_FOR_SERVER)
            .connect_timeout(WAIT_FOR_SERVER);
    }
    Database::connect(options).await
}

/// Whether `error` says that the database is away (not reached, shutting down, no connection free) and not that it
/// disliked a statement: the same work may succeed when it is back.
#[must_use]
pub fn is_away(error: &DbErr) -> bool {
    use sea_orm::sqlx::Error;
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
            Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => true,
            // PostgreSQL's classes 08 (connection), 53 (too many connections, disk full) and 57P (shutting down).
            Error::Database(said) => {
                said.code().is_some_and(|code| ["08", "53", "57P"].iter().any(|class| code.starts_with(class)))
            }
            _ => false,
        },
        _ => false,
    }
}

/// Begins a transaction that will write. On SQLite it takes the write lock at once: a transaction that reads first and
/// takes the lock later fails with "database is locked" whenever another writer came in between.
///
/// # Errors
///
/// What the database said.
pub async fn begin_write(
    db: &impl TransactionTrait<Transaction = DatabaseTransaction>,
) -> Result<DatabaseTransaction, DbErr> {
    db.begin_with_options(TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    })
    .await
}

/// Whether the other end is PostgreSQL (else SQLite).
#[must_use]
pub fn is_postgres(db: &impl ConnectionTrait) -> bool {
    db.get_database_backend() == DatabaseBackend::Postgres
}
