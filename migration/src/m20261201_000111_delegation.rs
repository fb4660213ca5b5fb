//! Adds delegates of line managers, acting line managers, and the numbers of the register that a policy sets.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn to_person(column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from("delegation", column).to("person", "id").to_owned()
}

fn delegation() -> TableCreateStatement {
    Table::create()
        .table("delegation")
        .col(big_pk_auto("id"))
        .col(text("kind"))
        .col(big_integer("principal_id"))
        .col(big_integer("delegate_id"))
        .col(date("valid_from"))
        .col(date("valid_to"))
        .col(big_integer("appointed_by"))
        .foreign_key(&mut to_person("principal_id"))
        .foreign_key(&mut to_person("delegate_id"))
        .foreign_key(&mut to_person("appointed_by"))
        .to_owned()
}

fn register_terms() -> TableCreateStatement {
    let to_policy = ForeignKey::create()
        .from("policy_register_terms", "policy_id")
        .to("policy", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned();
    Table::create()
        .table("policy_register_terms")
        .col(big_integer("policy_id").primary_key())
        .col(integer_null("nomination_days"))
        .col(integer_null("silence_days"))
        .col(integer_null("again_days"))
        .col(integer_null("months_in_post"))
        .col(integer_null("months_active"))
        .col(integer_null("waiting_per_nominator"))
        .col(integer_null("ended_months"))
        .col(text_null("band_order"))
        .foreign_key(&mut to_policy.clone())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(delegation()).await?;
        manager.create_table(register_terms()).await?;
        for column in ["principal_id", "delegate_id", "appointed_by"] {
            let index = Index::create().name(format!("delegation_{column}")).table("delegation").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["policy_register_terms", "delegation"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
