//! Level 1 is no small number any more, so no snapshot decides on it; and a snapshot keeps the version of its facts.
//!
//! The own figures of a unit held both breakdowns in one list. What is left of them gets a column of its own; snapshots from
//! before do not have it, so the first snapshot after this step is decided on without one before it.

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
