//! Peer-support roles, days away, and who answers for a unit.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("allocation")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(text("role"))
                    .col(big_integer("unit_id"))
                    .col(integer("share"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .col(date_null("line_approved_on"))
                    .col(big_integer_null("line_approver_id"))
                    .col(date_null("senior_approved_on"))
                    .col(big_integer_null("senior_approver_id"))
                    .col(integer_null("protected_hours"))
                    .col(date_null("signed_off_on"))
                    .col(date_null("paused_from"))
                    .col(date_null("paused_to"))
                    .foreign_key(ForeignKey::create().from("allocation", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("allocation", "unit_id").to("unit", "id"))
                    .foreign_key(ForeignKey::create().from("allocation", "line_approver_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("allocation", "senior_approver_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("allocation_person_id").table("allocation").col("person_id").to_owned())
            .await?;
        manager
            .create_index(Index::create().name("allocation_unit_id").table("allocation").col("unit_id").to_owned())
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("allocation_line_approver_id")
                    .table("allocation")
                    .col("line_approver_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("allocation_senior_approver_id")
                    .table("allocation")
                    .col("senior_approver_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("unavailability")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(date("valid_from"))
                    .col(date_null("valid_to"))
                    .foreign_key(ForeignKey::create().from("unavailability", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("unavailability_person_id").table("unavailability").col("person_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("appointment")
                    .col(big_pk_auto("id"))
                    .col(big_integer("unit_id"))
                    .col(big_integer("person_id"))
                    .col(text("role"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .col(big_integer_null("delegate_id"))
                    .col(date_null("delegate_from"))
                    .col(date_null("delegate_to"))
                    .foreign_key(ForeignKey::create().from("appointment", "unit_id").to("unit", "id"))
                    .foreign_key(ForeignKey::create().from("appointment", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("appointment", "delegate_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("appointment_unit_id").table("appointment").col("unit_id").to_owned())
            .await?;
        manager
            .create_index(
                Index::create().name("appointment_person_id").table("appointment").col("person_id").to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("appointment_delegate_id").table("appointment").col("delegate_id").to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("appointment").to_owned()).await?;
        manager.drop_table(Table::drop().table("unavailability").to_owned()).await?;
        manager.drop_table(Table::drop().table("allocation").to_owned()).await?;
        Ok(())
    }
}
