//! Adds the appointments, policies and exemptions that are kept in the register.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn register_kept() -> TableCreateStatement {
    let to = |column: &'static str, table: &'static str| {
        ForeignKey::create().from("register_kept", column).to(table, "id").to_owned()
    };
    Table::create()
        .table("register_kept")
        .col(big_pk_auto("id"))
        .col(text("kind"))
        .col(big_integer("unit_id"))
        .col(big_integer_null("person_id"))
        .col(text_null("role"))
        .col(date_null("in_force_from"))
        .col(date("kept_since"))
        .foreign_key(&mut to("unit_id", "unit"))
        .foreign_key(&mut to("person_id", "person"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(register_kept()).await?;
        for column in ["unit_id", "person_id"] {
            let name = format!("register_kept_{column}");
            let index = Index::create().name(name).table("register_kept").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("register_kept").to_owned()).await
    }
}
