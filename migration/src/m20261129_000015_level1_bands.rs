//! Level 1 is no longer treated as a small number, so snapshots make no decision about it; and a snapshot stores the
//! version of its facts.
//!
//! A unit's own figures held both breakdowns in one list. The remaining one gets a column of its own. Earlier snapshots
//! do not have it, so the first snapshot after this step is decided without a previous one.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite changes one column per statement.
        let changes = [
            Table::alter().table("snapshot_team").drop_column("level1_hidden").to_owned(),
            Table::alter().table("snapshot_unit").drop_column("level1_hidden").to_owned(),
            Table::alter().table("snapshot_unit").drop_column("own_figures").to_owned(),
            Table::alter().table("snapshot_unit").add_column(json_binary_null("own_standing")).to_owned(),
            Table::alter().table("snapshot").add_column(big_integer_null("facts_version")).to_owned(),
        ];
        for change in changes {
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let hidden = || boolean("level1_hidden").default(true).take();
        let changes = [
            Table::alter().table("snapshot").drop_column("facts_version").to_owned(),
            Table::alter().table("snapshot_unit").drop_column("own_standing").to_owned(),
            Table::alter().table("snapshot_unit").add_column(json_binary_null("own_figures")).to_owned(),
            Table::alter().table("snapshot_unit").add_column(hidden()).to_owned(),
            Table::alter().table("snapshot_team").add_column(hidden()).to_owned(),
        ];
        for change in changes {
            manager.alter_table(change).await?;
        }
        Ok(())
    }
}
