//! What an error of the database means, on either engine.

use sea_orm::sqlx::Error;
use sea_orm::sqlx::error::DatabaseError;
use sea_orm::sqlx::sqlite::SqliteError;
use sea_orm::{DbErr, RuntimeErr};

/// Whether `error` says that a statement was given up because its limit of time was over.
#[must_use]
pub fn is_overdue(error: &DbErr) -> bool {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause)) => {
            // PostgreSQL's query_canceled, and SQLite's SQLITE_INTERRUPT.
            matches!(cause.as_ref(), Error::Database(said) if said.code().is_some_and(|code| code == "57014" || code == "9"))
        }
        _ => false,
    }
}

/// Whether `error` says that the database is away (not reached, shutting down, no connection free, its disk full) and not
/// that it disliked a statement: the same work may succeed when it is back.
#[must_use]
pub fn is_away(error: &DbErr) -> bool {
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

/// SQLite's primary result code, which is the last byte of an extended one; nothing for another engine's error.
fn sqlite_code(said: &dyn DatabaseError) -> Option<i32> {
    said.try_downcast_ref::<SqliteError>()?.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

/// Reads once more if the connection turned out to be broken: the server was restarted, or something on the way cut it. For
/// reads only: of a write it is not known whether it was done.
///
/// # Errors
///
/// The database error, the second time if there was one.
pub async fn retry_read<T, F>(read: impl Fn() -> F) -> Result<T, DbErr>
where
    F: Future<Output = Result<T, DbErr>>,
{
    match read().await {
        Err(error) if is_broken(&error) => read().await,
        done => done,
    }
}

/// Whether `error` says that the connection broke under a statement, and not that none could be had.
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
