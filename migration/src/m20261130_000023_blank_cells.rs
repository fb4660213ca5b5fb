//! Adds which cells of an allocation's row the last file left blank, so that importing the same file again removes
//! nothing.

use sea_orm_migration::{prelude::*, schema::*};

const COLUMNS: [&str; 4] = ["line_approval_blank", "senior_approval_blank", "sign_off_blank", "pause_blank"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            let column = boolean(name).default(false).to_owned();
            manager.alter_table(Table::alter().table("allocation").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in COLUMNS {
            manager.alter_table(Table::alter().table("allocation").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
