//! Stored coverage. Written once in one large transaction: no keys but the primary one.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("snapshot")
                    .col(big_pk_auto("id"))
                    .col(date("day"))
                    .col(integer("revision"))
                    .col(timestamp_with_time_zone("computed_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("snapshot_day_revision")
                    .table("snapshot")
                    .col("day")
                    .col("revision")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("snapshot_team")
                    .col(big_integer("snapshot_id"))
                    .col(big_integer("unit_id"))
                    .col(text("unit_code"))
                    .col(text("unit_name"))
                    .col(text_null("cover_group"))
                    .col(integer("own_headcount"))
                    .col(integer("headcount"))
                    .col(big_integer("wte"))
                    .col(integer("supporters"))
                    .col(integer("share"))
                    .col(integer_null("required"))
                    .col(integer_null("gap"))
                    .col(text("status"))
                    .col(boolean("single_point"))
                    .col(date_null("at_risk_from"))
                    .col(text_null("at_risk_status"))
                    .col(json_binary("at_risk_reasons"))
                    .col(json_binary("not_counting"))
                    .col(integer("champions"))
                    .col(integer_null("champions_needed"))
                    .col(integer("level1_done"))
                    .col(integer_null("level1_target"))
                    .col(text_null("policy_unit_code"))
                    .col(date_null("policy_from"))
                    .col(json_binary("mix"))
                    .col(date_null("gap_opened_on"))
                    .primary_key(Index::create().col("snapshot_id").col("unit_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("snapshot_unit")
                    .col(big_integer("snapshot_id"))
                    .col(big_integer("unit_id"))
                    .col(text("unit_code"))
                    .col(text("unit_name"))
                    .col(big_integer_null("parent_id"))
                    .col(integer("headcount"))
                    .col(big_integer("wte"))
                    .col(integer("teams"))
                    .col(integer("covered"))
                    .col(integer("at_risk"))
                    .col(integer("partial"))
                    .col(integer("none"))
                    .col(integer("mix_gap"))
                    .col(integer("unknown"))
                    .col(integer("exempt"))
                    .col(integer("not_applicable"))
                    .col(integer("staff_covered"))
                    .col(integer("staff_assessed"))
                    .col(integer("level1_done"))
                    .col(integer_null("level1_target"))
                    .col(integer("active_supporters"))
                    .col(integer("trainers"))
                    .col(integer_null("supporters_per_trainer"))
                    .primary_key(Index::create().col("snapshot_id").col("unit_id"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("snapshot_unit").to_owned()).await?;
        manager.drop_table(Table::drop().table("snapshot_team").to_owned()).await?;
        manager.drop_table(Table::drop().table("snapshot").to_owned()).await?;
        Ok(())
    }
}
