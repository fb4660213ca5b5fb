//! Adds gap reports and the outcome of each mail.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("report")
                    .col(big_pk_auto("id"))
                    .col(text("week").unique_key())
                    .col(big_integer("snapshot_id"))
                    .col(big_integer_null("previous_snapshot_id"))
                    .col(timestamp_with_time_zone("built_at"))
                    .foreign_key(ForeignKey::create().from("report", "snapshot_id").to("snapshot", "id"))
                    .foreign_key(ForeignKey::create().from("report", "previous_snapshot_id").to("snapshot", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("delivery")
                    .col(big_pk_auto("id"))
                    .col(big_integer("report_id"))
                    .col(text("recipient"))
                    .col(big_integer_null("person_id"))
                    .col(text_null("address"))
                    .col(json_binary("units"))
                    .col(text("subject"))
                    .col(text("message_id"))
                    .col(text("text_part"))
                    .col(text("html_part"))
                    .col(text("csv_part"))
                    .col(text("state"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone_null("next_attempt_at"))
                    .col(timestamp_with_time_zone_null("accepted_at"))
                    .col(text_null("last_error"))
                    .col(text_null("stored_at"))
                    .foreign_key(ForeignKey::create().from("delivery", "report_id").to("report", "id"))
                    .foreign_key(ForeignKey::create().from("delivery", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("delivery_report_id_recipient")
                    .table("delivery")
                    .col("report_id")
                    .col("recipient")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("delivery_person_id").table("delivery").col("person_id").to_owned())
            .await?;
        manager.create_index(Index::create().name("delivery_state").table("delivery").col("state").to_owned()).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("delivery").to_owned()).await?;
        manager.drop_table(Table::drop().table("report").to_owned()).await?;
        Ok(())
    }
}
