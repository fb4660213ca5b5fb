//! Classifies database errors of both engines.

use sea_orm::sqlx::Error;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr};

/// Whether `error` says that a statement was cancelled because it exceeded its time limit.
#[must_use]
pub fn is_timeout(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            // PostgreSQL's query_canceled, and SQLite's SQLITE_INTERRUPT.
            matches!(cause.as_ref(), Error::Database(said) if said.code().is_some_and(|code| code == "57014" || code == "9"))
        }
        _ => false,
    }
}

/// Whether `error` says that the database is unavailable (unreachable, shutting down, no free connection, disk full)
/// and not that the statement was wrong: the same work may succeed later.
#[must_use]
pub fn is_unavailable(error: &DbErr) -> bool {
    match error {
        DbErr::ConnectionAcquire(_) => true,
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
            Error::Io(_) | Error::PoolTimedOut | Error::PoolClosed | Error::WorkerCrashed => true,
            Error::Database(said) => match sqlite_code(said.as_ref()) {
                // SQLITE_IOERR, SQLITE_FULL and SQLITE_CANTOPEN.
                Some(code) => [10, 13, 14].contains(&code),
                // PostgreSQL's classes 08 (connection), 53 (too many connections, disk full) and 57P (shutting down).
                None => said.code().is_some_and(|code| ["08", "53", "57P"].iter().any(|class| code.starts_with(class))),
            },
            _ => false,
        },
        _ => false,
    }
}

/// Returns the column whose stored value `error` says is malformed. Reading the row again would fail again.
#[must_use]
pub fn malformed_column(error: &DbErr) -> Option<&str> {
    match error {
        DbErr::Query(RuntimeErr::SqlxError(cause)) => match cause.as_ref() {
            Error::ColumnDecode { index, .. } => Some(index.trim_matches('"')),
            _ => None,
        },
        _ => None,
    }
}

/// Whether `error` says that another writer holds SQLite's write lock.
#[must_use]
pub fn is_busy(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            match cause.as_ref() {
                Error::Database(said) => sqlite_code(said.as_ref()) == Some(5),
                _ => false,
            }
        }
        _ => false,
    }
}

/// Whether `error` says that PostgreSQL waited for a lock for longer than the transaction allows.
#[must_use]
pub fn is_lock_timeout(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            // PostgreSQL's lock_not_available.
            matches!(cause.as_ref(), Error::Database(said) if said.code().is_some_and(|code| code == "55P03"))
        }
        _ => false,
    }
}

/// Returns SQLite's primary result code, the last byte of an extended one. `None` for an error of another engine.
fn sqlite_code(said: &dyn DatabaseError) -> Option<i32> {
    said.try_downcast_ref::<SqliteError>()?.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Repeats a read once if the connection turned out to be broken: the server was restarted, or the network cut it. For
/// reads only: it is not known whether a write was done.
///
/// # Errors
///
/// The database error, of the second attempt if there was one.
pub async fn retry_read<T, F>(read: impl Fn() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    match read().await {
        Err(error) if is_broken(&error) => read().await,
        done => done,
    }
}

/// Whether `error` says that the connection broke during a statement, not that none was available.
fn is_broken(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            match cause.as_ref() {
                Error::Io(_) => true,
                // PostgreSQL's classes 08 (connection) and 57P (shutting down).
                Error::Database(said) => {
                    said.code().is_some_and(|code| ["08", "57P"].iter().any(|class| code.starts_with(class)))
                }
                _ => false,
            }
        }
        _ => false,
    }
}
