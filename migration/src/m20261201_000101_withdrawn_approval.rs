//! Adds to an approval what the register decides: on whose behalf it was given, the hours that were agreed, and its withdrawal.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn columns() -> [ColumnDef; 3] {
    [big_integer_null("principal_id"), integer_null("protected_hours"), date_null("withdrawn_on")]
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in columns() {
            manager.alter_table(Table::alter().table("approval").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["principal_id", "protected_hours", "withdrawn_on"] {
            manager.alter_table(Table::alter().table("approval").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
