//! Adds the secret from which the key is made that seals the state that browsers keep during a sign-in.

use sea_orm_migration::sea_orm::DatabaseBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table =
            Table::create().table("sign_in_key").col(integer("id").primary_key()).col(text("secret")).to_owned();
        manager.create_table(table).await?;
        // The engines' own generators for keys. A UUID of version 4 has 122 random bits.
        let secret = match manager.get_database_backend() {
            DatabaseBackend::Postgres => "replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '')",
            _ => "lower(hex(randomblob(32)))",
        };
        let insert = format!("INSERT INTO sign_in_key (id, secret) VALUES (1, {secret})");
        manager.get_connection().execute_unprepared(&insert).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("sign_in_key").to_owned()).await
    }
}
