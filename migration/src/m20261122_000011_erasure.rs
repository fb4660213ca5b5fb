//! Adds erased people and the pseudonyms by which they are recognised, the person that a rejected row is about, and the
//! first day for which every fact is on file.

use sea_orm_migration::sea_orm::DatabaseBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("erased_person")
                    .col(big_integer("person_id").primary_key())
                    .col(timestamp_with_time_zone("erased_at"))
                    .col(text("reason"))
                    .foreign_key(ForeignKey::create().from("erased_person", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(Table::create().table("erased_text").col(text("pseudonym").primary_key()).to_owned())
            .await?;
        manager
            .create_table(
                Table::create().table("pseudonym_key").col(integer("id").primary_key()).col(text("secret")).to_owned(),
            )
            .await?;
        // The engines' own generators for keys. A UUID of version 4 has 122 random bits.
        let secret = match manager.get_database_backend() {
            DatabaseBackend::Postgres => "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
            _ => "lower(hex(randomblob(32)))",
        };
        let insert = format!("INSERT INTO pseudonym_key (id, secret) VALUES (1, {secret})");
        manager.get_connection().execute_unprepared(&insert).await?;
        manager.alter_table(Table::alter().table("import_reject").add_column(text_null("about")).to_owned()).await?;
        manager
            .create_index(Index::create().name("import_reject_about").table("import_reject").col("about").to_owned())
            .await?;
        manager
            .alter_table(Table::alter().table("fact_version").add_column(date_null("whole_from")).to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("fact_version").drop_column("whole_from").to_owned()).await?;
        manager.drop_index(Index::drop().name("import_reject_about").table("import_reject").to_owned()).await?;
        manager.alter_table(Table::alter().table("import_reject").drop_column("about").to_owned()).await?;
        for table in ["pseudonym_key", "erased_text", "erased_person"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
