//! The migrations of psn's tables: one step per file, up and down. They never use the models, which only describe
//! today's tables.

// The lint does not fire when the crate is built for tests.
#![cfg_attr(not(test), expect(clippy::wildcard_imports, reason = "a migration is written in the words of its prelude"))]

use sea_orm_migration::prelude::{DbErr, Order, Query};
use sea_orm_migration::sea_orm::{
    ConnectionTrait, DatabaseBackend, DatabaseConnection, SqliteTransactionMode, Statement, TransactionOptions,
    TransactionTrait,
};
use sea_orm_migration::{IntoSchemaManagerConnection, MigrationTrait, MigratorTrait, SchemaManager};

mod m20261101_000007_job_run;
mod m20261101_000008_report;
mod m20261122_000009_audit;
mod m20261122_000010_access;
mod m20261122_000011_erasure;
mod m20261122_000012_disclosure;
mod m20261129_000001_organisation;
mod m20261129_000002_training;
mod m20261129_000003_roles;
mod m20261129_000004_policy;
mod m20261129_000005_import;
mod m20261129_000006_snapshot;
mod m20261129_000014_import_undo;
mod m20261129_000015_level1_bands;
mod m20261130_000021_write_probe;
mod m20261130_000022_delivery_refused_by;
mod m20261130_000023_blank_cells;
mod m20261130_000031_at_risk_causes;
mod m20261130_000041_sign_in_key;
mod m20261130_000051_token_explore;
mod m20261130_000061_delivery_kind;
mod m20261130_000062_report_preference;
mod m20261130_000071_midweek;
mod m20261201_000081_fact_change;
mod m20261201_000091_register;
mod m20261201_000101_withdrawn_approval;
mod m20261201_000102_directory_entry;
mod m20261201_000111_delegation;
mod m20261201_000121_mailing;
mod m20261201_000131_documents;
mod m20261201_000132_framework;
mod m20261201_000141_paper;
mod m20261201_000151_file_difference;
mod m20261201_000152_register_kept;
mod m20261201_000161_carry_over;
mod m20261201_000162_action_link;
mod m20261201_000181_renewal_notice;

/// The steps, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261129_000001_organisation::Migration),
            Box::new(m20261129_000002_training::Migration),
            Box::new(m20261129_000003_roles::Migration),
            Box::new(m20261129_000004_policy::Migration),
            Box::new(m20261129_000005_import::Migration),
            Box::new(m20261129_000006_snapshot::Migration),
            Box::new(m20261101_000007_job_run::Migration),
            Box::new(m20261101_000008_report::Migration),
            Box::new(m20261122_000009_audit::Migration),
            Box::new(m20261122_000010_access::Migration),
            Box::new(m20261122_000011_erasure::Migration),
            Box::new(m20261122_000012_disclosure::Migration),
            Box::new(m20261129_000014_import_undo::Migration),
            Box::new(m20261129_000015_level1_bands::Migration),
            Box::new(m20261130_000021_write_probe::Migration),
            Box::new(m20261130_000022_delivery_refused_by::Migration),
            Box::new(m20261130_000023_blank_cells::Migration),
            Box::new(m20261130_000031_at_risk_causes::Migration),
            Box::new(m20261130_000041_sign_in_key::Migration),
            Box::new(m20261130_000051_token_explore::Migration),
            Box::new(m20261130_000061_delivery_kind::Migration),
            Box::new(m20261130_000062_report_preference::Migration),
            Box::new(m20261130_000071_midweek::Migration),
            Box::new(m20261201_000091_register::Migration),
            Box::new(m20261201_000101_withdrawn_approval::Migration),
            Box::new(m20261201_000102_directory_entry::Migration),
            Box::new(m20261201_000081_fact_change::Migration),
            Box::new(m20261201_000111_delegation::Migration),
            Box::new(m20261201_000121_mailing::Migration),
            Box::new(m20261201_000161_carry_over::Migration),
            Box::new(m20261201_000131_documents::Migration),
            Box::new(m20261201_000132_framework::Migration),
            Box::new(m20261201_000141_paper::Migration),
            Box::new(m20261201_000151_file_difference::Migration),
            Box::new(m20261201_000152_register_kept::Migration),
            Box::new(m20261201_000162_action_link::Migration),
            Box::new(m20261201_000181_renewal_notice::Migration),
        ]
    }
}

/// Why the tables could not be brought up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database holds a step that this binary does not know.
    #[error("the database was made by a newer psn (it holds step {0}); run that version, or a newer one")]
    NewerDatabase(String),
    /// The database failed or was unreachable.
    #[error(transparent)]
    Database(#[from] DbErr),
}

/// The key of the advisory lock: a number that no other user of advisory locks is likely to use, "psn" in ASCII.
const LOCK: i64 = 0x0070_736e;

/// Brings the tables up to date. Returns the number of steps.
///
/// SeaORM's migrator takes no lock, so everything runs in one transaction that begins with one: an advisory lock on
/// PostgreSQL, the write lock on SQLite. Replicas that start together wait for the first and find nothing left to do;
/// after a failure the tables are as they were.
///
/// # Errors
///
/// [`MigrateError::NewerDatabase`] if the database holds a step that this binary does not know; otherwise the database
/// error.
pub async fn migrate(db: &DatabaseConnection) -> Result<usize, MigrateError> {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let txn = db.begin_with_options(options).await?;
    if txn.get_database_backend() == DatabaseBackend::Postgres {
        txn.execute_raw(Statement::from_sql_and_values(
            DatabaseBackend::Postgres,
            "SELECT pg_advisory_xact_lock($1)",
            [LOCK.into()],
        ))
        .await?;
    }
    let pending = pending(&txn).await?;
    if pending > 0 {
        Migrator::up(&txn, None).await?;
    }
    txn.commit().await?;
    Ok(pending)
}

/// Whether no step was ever applied to the database, so that psn stores nothing in it. Changes nothing.
///
/// # Errors
///
/// The database error.
pub async fn is_new<'c, C>(db: &'c C) -> Result<bool, MigrateError>
where
    &'c C: IntoSchemaManagerConnection<'c>,
{
    Ok(!SchemaManager::new(db).has_table("seaql_migrations").await?)
}

/// Returns the number of steps that the database lacks. Changes nothing.
///
/// # Errors
///
/// As [`migrate`].
pub async fn pending<'c, C>(db: &'c C) -> Result<usize, MigrateError>
where
    C: ConnectionTrait,
    &'c C: IntoSchemaManagerConnection<'c>,
{
    let known: Vec<_> = Migrator::migrations().iter().map(|step| step.name().to_owned()).collect();
    let mut applied = 0;
    if SchemaManager::new(db).has_table("seaql_migrations").await? {
        let rows = db
            .query_all(Query::select().column("version").from("seaql_migrations").order_by("version", Order::Asc))
            .await?;
        for row in rows {
            let step: String = row.try_get("", "version")?;
            if !known.contains(&step) {
                return Err(MigrateError::NewerDatabase(step));
            }
            applied += 1;
        }
    }
    Ok(known.len() - applied)
}
