//! Adds roles in the network, absences, and the people who are responsible for a unit.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Dated facts of an allocation, which accumulate.
const FACTS_OF_ALLOCATIONS: [&str; 4] = ["approval", "sign_off", "pause", "allocation_terms"];

fn of_allocation(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(big_pk_auto("id"))
        .col(big_integer("allocation_id"))
        .foreign_key(ForeignKey::create().from(table, "allocation_id").to("allocation", "id"))
        .to_owned()
}

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
                    .foreign_key(ForeignKey::create().from("allocation", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("allocation", "unit_id").to("unit", "id"))
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
            .create_table(
                of_allocation("approval")
                    .col(text("capacity"))
                    .col(date("decided_on"))
                    .col(big_integer_null("approver_id"))
                    .foreign_key(ForeignKey::create().from("approval", "approver_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("approval_approver_id").table("approval").col("approver_id").to_owned())
            .await?;
        manager.create_table(of_allocation("sign_off").col(date("signed_off_on")).to_owned()).await?;
        manager
            .create_table(of_allocation("pause").col(date_null("valid_from")).col(date_null("valid_to")).to_owned())
            .await?;
        manager
            .create_table(
                of_allocation("allocation_terms")
                    .col(date_null("valid_from"))
                    .col(integer_null("protected_hours"))
                    .col(boolean("outside_team"))
                    .to_owned(),
            )
            .await?;
        for table in FACTS_OF_ALLOCATIONS {
            let name = format!("{table}_allocation_id");
            manager.create_index(Index::create().name(name).table(table).col("allocation_id").to_owned()).await?;
        }
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
        for table in FACTS_OF_ALLOCATIONS {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        manager.drop_table(Table::drop().table("allocation").to_owned()).await?;
        Ok(())
    }
}
