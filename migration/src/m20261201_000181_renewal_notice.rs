//! Adds which approvals due for renewal a digest was about.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The allocation is no foreign key: it may be removed, and what was mailed about it stays.
fn notice() -> TableCreateStatement {
    let to_mailing =
        ForeignKey::create().from("register_renewal_notice", "mailing_id").to("register_mailing", "id").to_owned();
    Table::create()
        .table("register_renewal_notice")
        .col(big_pk_auto("id"))
        .col(big_integer("mailing_id"))
        .col(big_integer("allocation_id"))
        .col(text("capacity"))
        .col(date("ends_on"))
        .col(integer("within_days"))
        .foreign_key(&mut to_mailing.clone())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(notice()).await?;
        for column in ["mailing_id", "allocation_id"] {
            let name = format!("register_renewal_notice_{column}");
            let index = Index::create().name(name).table("register_renewal_notice").col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("register_renewal_notice").to_owned()).await
    }
}
