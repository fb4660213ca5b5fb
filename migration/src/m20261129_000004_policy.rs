//! Adds policies and exemptions.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("policy")
                    .col(big_pk_auto("id"))
                    .col(big_integer("unit_id"))
                    .col(date("in_force_from"))
                    .col(integer("staff_per_supporter"))
                    .col(integer("min_supporters"))
                    .col(integer("certificate_months"))
                    .col(integer("approval_months"))
                    .col(integer("away_days"))
                    .col(integer("level1_target"))
                    .col(integer("min_champions"))
                    .col(integer("supporters_per_trainer"))
                    .col(integer("horizon_days"))
                    .col(integer("trainer_certificate_months"))
                    .col(integer("min_trainers"))
                    .col(integer("stale_days"))
                    .col(text("trainer_level"))
                    .col(text("approver_office"))
                    .col(text("must_mix"))
                    .col(text("should_mix"))
                    .foreign_key(ForeignKey::create().from("policy", "unit_id").to("unit", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("policy_unit_id_in_force_from")
                    .table("policy")
                    .col("unit_id")
                    .col("in_force_from")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("policy_unit_id").table("policy").col("unit_id").to_owned()).await?;
        manager
            .create_table(
                Table::create()
                    .table("exemption")
                    .col(big_pk_auto("id"))
                    .col(big_integer("unit_id"))
                    .col(date("valid_from"))
                    .col(date("valid_to"))
                    .col(text("reason"))
                    .col(text_null("agreed_by"))
                    .foreign_key(ForeignKey::create().from("exemption", "unit_id").to("unit", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("exemption_unit_id").table("exemption").col("unit_id").to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("exemption").to_owned()).await?;
        manager.drop_table(Table::drop().table("policy").to_owned()).await?;
        Ok(())
    }
}
