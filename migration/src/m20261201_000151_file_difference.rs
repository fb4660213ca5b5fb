//! Adds differences between files and the register that wait for a coordinator.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn to(column: &'static str, table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from("file_difference", column).to(table, "id").to_owned()
}

fn file_difference() -> TableCreateStatement {
    // A role that is taken back takes its differences with it.
    let to_allocation = to("allocation_id", "allocation").on_delete(ForeignKeyAction::Cascade).to_owned();
    Table::create()
        .table("file_difference")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(text("role"))
        .col(big_integer("allocation_id"))
        .col(text("kind"))
        .col(date_null("valid_from"))
        .col(date_null("valid_to"))
        .col(integer_null("share"))
        .col(big_integer_null("unit_id"))
        .col(big_integer("batch_id"))
        .col(date("as_at"))
        .col(date("found_on"))
        .col(date_null("settled_on"))
        .col(text_null("settled_as"))
        .foreign_key(&mut to("person_id", "person"))
        .foreign_key(&mut to_allocation.clone())
        .foreign_key(&mut to("unit_id", "unit"))
        .foreign_key(&mut to("batch_id", "import_batch"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(file_difference()).await?;
        for column in ["person_id", "allocation_id", "unit_id", "batch_id"] {
            let name = format!("file_difference_{column}");
            let index = Index::create().name(name).table("file_difference").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("file_difference").to_owned()).await
    }
}
