//! Adds imports, rejected rows, and the counter that is incremented when facts change.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("import_batch")
                    .col(big_pk_auto("id"))
                    .col(date("as_at"))
                    .col(timestamp_with_time_zone("finished_at"))
                    .col(text("state"))
                    .col(boolean("forced"))
                    .col(json_binary("files"))
                    .col(text_null("refusal"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("import_reject")
                    .col(big_pk_auto("id"))
                    .col(big_integer("batch_id"))
                    .col(text("file"))
                    .col(integer_null("line"))
                    .col(text_null("column_name"))
                    .col(text_null("value"))
                    .col(text("sentence"))
                    .foreign_key(ForeignKey::create().from("import_reject", "batch_id").to("import_batch", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("import_reject_batch_id").table("import_reject").col("batch_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("staff_list")
                    .col(big_pk_auto("id"))
                    .col(text("employer"))
                    .col(text("employer_key"))
                    .col(date("as_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("staff_list_employer_key_as_at")
                    .table("staff_list")
                    .col("employer_key")
                    .col("as_at")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("rows_not_read")
                    .col(big_pk_auto("id"))
                    .col(big_integer("staff_list_id"))
                    .col(big_integer("unit_id"))
                    .col(integer("rows"))
                    .foreign_key(ForeignKey::create().from("rows_not_read", "staff_list_id").to("staff_list", "id"))
                    .foreign_key(ForeignKey::create().from("rows_not_read", "unit_id").to("unit", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("rows_not_read_staff_list_id")
                    .table("rows_not_read")
                    .col("staff_list_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("fact_version")
                    .col(integer("id").primary_key())
                    .col(big_integer("version"))
                    .to_owned(),
            )
            .await?;
        manager
            .exec_stmt(
                Query::insert()
                    .into_table("fact_version")
                    .columns(["id", "version"])
                    .values_panic([1.into(), 0.into()])
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("fact_version").to_owned()).await?;
        manager.drop_table(Table::drop().table("rows_not_read").to_owned()).await?;
        manager.drop_table(Table::drop().table("staff_list").to_owned()).await?;
        manager.drop_table(Table::drop().table("import_reject").to_owned()).await?;
        manager.drop_table(Table::drop().table("import_batch").to_owned()).await?;
        Ok(())
    }
}
