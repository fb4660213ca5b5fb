//! Adds the kind of a mail of a gap report, and the owner of the report that a copy belongs to.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Every existing mail is a report.
        let kind = text("kind").default("REPORT").to_owned();
        manager.alter_table(Table::alter().table("delivery").add_column(kind).to_owned()).await?;
        // SQLite can only add a foreign key together with its column, and sea-query only as a separate statement.
        let owner = big_integer_null("owner_id").extra(r#"REFERENCES "person" ("id")"#).to_owned();
        manager.alter_table(Table::alter().table("delivery").add_column(owner).to_owned()).await?;
        manager
            .create_index(Index::create().name("delivery_owner_id").table("delivery").col("owner_id").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("delivery_owner_id").table("delivery").to_owned()).await?;
        manager.alter_table(Table::alter().table("delivery").drop_column("owner_id").to_owned()).await?;
        manager.alter_table(Table::alter().table("delivery").drop_column("kind").to_owned()).await
    }
}
