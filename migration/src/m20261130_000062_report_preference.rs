//! Adds the sections that a person's weekly report leaves out, and the recipients of copies.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("report_preference")
                    .col(big_integer("person_id").primary_key())
                    .col(json_binary("hidden_sections"))
                    .col(timestamp_with_time_zone("changed_at"))
                    .col(text("changed_by"))
                    .foreign_key(ForeignKey::create().from("report_preference", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("report_copy")
                    .col(big_integer("owner_id"))
                    .col(big_integer("person_id"))
                    .primary_key(Index::create().col("owner_id").col("person_id"))
                    .foreign_key(ForeignKey::create().from("report_copy", "owner_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("report_copy", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("report_copy_person_id").table("report_copy").col("person_id").to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("report_copy").to_owned()).await?;
        manager.drop_table(Table::drop().table("report_preference").to_owned()).await
    }
}
