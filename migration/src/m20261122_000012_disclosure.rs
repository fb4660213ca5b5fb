//! Adds which figures of a snapshot are hidden as small numbers. For earlier snapshots there is no decision, so all are
//! hidden.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UNIT: [&str; 5] = ["standing", "own_figures", "level1_hidden", "standing_hidden", "disclosure"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column per statement.
        let columns = [
            json_binary_null(UNIT[0]),
            json_binary_null(UNIT[1]),
            boolean(UNIT[2]).default(true).take(),
            // All five groups that can be hidden.
            small_integer(UNIT[3]).default(31).take(),
            json_binary_null(UNIT[4]),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("snapshot_unit").add_column(column).to_owned()).await?;
        }
        let hidden = boolean("level1_hidden").default(true).take();
        manager.alter_table(Table::alter().table("snapshot_team").add_column(hidden).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("snapshot_team").drop_column("level1_hidden").to_owned()).await?;
        for column in UNIT {
            manager.alter_table(Table::alter().table("snapshot_unit").drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
