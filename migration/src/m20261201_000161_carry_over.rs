//! Adds what is carried over from one unit to another, and the roles that the managers of the new unit must still confirm.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn carry_over() -> TableCreateStatement {
    let to_unit = |column: &'static str| ForeignKey::create().from("carry_over", column).to("unit", "id").to_owned();
    Table::create()
        .table("carry_over")
        .col(big_pk_auto("id"))
        .col(big_integer("from_unit_id"))
        .col(big_integer("to_unit_id"))
        .col(date("carried_on"))
        .col(date("confirm_by"))
        .foreign_key(&mut to_unit("from_unit_id"))
        .foreign_key(&mut to_unit("to_unit_id"))
        .to_owned()
}

fn carried_role() -> TableCreateStatement {
    let to_carry_over = ForeignKey::create().from("carried_role", "carry_over_id").to("carry_over", "id").to_owned();
    let to_allocation = ForeignKey::create()
        .from("carried_role", "allocation_id")
        .to("allocation", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned();
    Table::create()
        .table("carried_role")
        .col(big_pk_auto("id"))
        .col(big_integer("carry_over_id"))
        .col(big_integer("allocation_id"))
        .col(date_null("valid_to"))
        .col(boolean("line_confirmed"))
        .col(boolean("senior_confirmed"))
        .foreign_key(&mut to_carry_over.clone())
        .foreign_key(&mut to_allocation.clone())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(carry_over()).await?;
        manager.create_table(carried_role()).await?;
        for (table, column) in
            [("carry_over", "from_unit_id"), ("carry_over", "to_unit_id"), ("carried_role", "carry_over_id")]
        {
            let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        let one_each = Index::create()
            .name("carried_role_allocation_id")
            .table("carried_role")
            .col("allocation_id")
            .unique()
            .to_owned();
        manager.create_index(one_each).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["carried_role", "carry_over"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
