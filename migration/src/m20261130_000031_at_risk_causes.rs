//! Stores why a team will lose its cover as causes instead of sentences, so that a report can name the work to be done.
//! Sentences cannot be converted into causes; the next snapshot has them.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

async fn rename(manager: &SchemaManager<'_>, from: &'static str, to: &'static str) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table("snapshot_team").rename_column(from, to).to_owned()).await?;
    let emptied = format!("UPDATE snapshot_team SET {to} = '[]'");
    manager.get_connection().execute_unprepared(&emptied).await.map(|_| ())
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rename(manager, "at_risk_reasons", "at_risk_causes").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        rename(manager, "at_risk_causes", "at_risk_reasons").await
    }
}
