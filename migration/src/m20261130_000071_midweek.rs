//! Adds a second report per week, and the people who want to receive it.

use sea_orm_migration::sea_orm::DatabaseBackend;
use sea_orm_migration::{prelude::*, schema::*};

const INDEX: &str = "report_week_kind";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// On SQLite the check of foreign keys is deferred until the commit, which needs a transaction.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let midweek = boolean("midweek").default(false).to_owned();
        manager.alter_table(Table::alter().table("report_preference").add_column(midweek).to_owned()).await?;
        // Every existing report is a weekly one.
        let kind = text("kind").default("WEEKLY").to_owned();
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            rebuild(manager, text("week"), Some(kind)).await?;
        } else {
            let db = manager.get_connection();
            db.execute_unprepared(r#"ALTER TABLE "report" DROP CONSTRAINT "report_week_key""#).await?;
            manager.alter_table(Table::alter().table("report").add_column(kind).to_owned()).await?;
        }
        let index = Index::create().name(INDEX).table("report").col("week").col("kind").unique().to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared(
            "DELETE FROM delivery WHERE report_id IN (SELECT id FROM report WHERE kind <> 'WEEKLY'); \
             DELETE FROM report WHERE kind <> 'WEEKLY';",
        )
        .await?;
        manager.drop_index(Index::drop().name(INDEX).table("report").to_owned()).await?;
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            rebuild(manager, text("week").unique_key().to_owned(), None).await?;
        } else {
            manager.alter_table(Table::alter().table("report").drop_column("kind").to_owned()).await?;
            db.execute_unprepared(r#"ALTER TABLE "report" ADD CONSTRAINT "report_week_key" UNIQUE ("week")"#).await?;
        }
        manager.alter_table(Table::alter().table("report_preference").drop_column("midweek").to_owned()).await
    }
}

/// Rebuilds the table with all its rows and their ids, since SQLite cannot drop a unique key of a column. Mails refer
/// to the rows, so the rows are restored under the table's own name before the foreign keys are checked.
async fn rebuild(manager: &SchemaManager<'_>, week: ColumnDef, kind: Option<ColumnDef>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared("PRAGMA defer_foreign_keys = ON").await?;
    db.execute_unprepared("CREATE TEMPORARY TABLE report_before AS SELECT * FROM report").await?;
    manager.drop_table(Table::drop().table("report").to_owned()).await?;
    let mut table = Table::create().table("report").col(big_pk_auto("id")).col(week).to_owned();
    if let Some(kind) = kind {
        table.col(kind);
    }
    let table = table
        .col(big_integer("snapshot_id"))
        .col(big_integer_null("previous_snapshot_id"))
        .col(timestamp_with_time_zone("built_at"))
        .foreign_key(ForeignKey::create().from("report", "snapshot_id").to("snapshot", "id"))
        .foreign_key(ForeignKey::create().from("report", "previous_snapshot_id").to("snapshot", "id"))
        .to_owned();
    manager.create_table(table).await?;
    db.execute_unprepared(
        "INSERT INTO report (id, week, snapshot_id, previous_snapshot_id, built_at) \
         SELECT id, week, snapshot_id, previous_snapshot_id, built_at FROM report_before",
    )
    .await?;
    db.execute_unprepared("DROP TABLE report_before").await?;
    Ok(())
}
