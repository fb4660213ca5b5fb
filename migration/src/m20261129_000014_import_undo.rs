//! Adds the rows that an import changed, as they were before, so that the last import can be undone.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("import_undo")
                    .col(big_integer("batch_id"))
                    .col(big_integer("seq"))
                    .col(text("table_name"))
                    .col(big_integer("row_id"))
                    .col(big_integer_null("last_row_id"))
                    .col(json_binary_null("before"))
                    .primary_key(Index::create().col("batch_id").col("seq"))
                    .foreign_key(ForeignKey::create().from("import_undo", "batch_id").to("import_batch", "id"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("import_undo").to_owned()).await
    }
}
