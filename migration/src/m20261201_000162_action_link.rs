//! Adds single-use links for people without an account: the steps that the reader of a mail is asked to take, and the links
//! by which they may take them.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn to_mailing(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, "mailing_id").to("register_mailing", "id").to_owned()
}

/// What the step is about is no foreign key: it may be removed, and that a step was offered stays.
fn step() -> TableCreateStatement {
    Table::create()
        .table("mailing_step")
        .col(big_pk_auto("id"))
        .col(big_integer("mailing_id"))
        .col(text("command"))
        .col(big_integer("object_id"))
        .foreign_key(&mut to_mailing("mailing_step"))
        .to_owned()
}

fn link() -> TableCreateStatement {
    Table::create()
        .table("action_link")
        .col(big_pk_auto("id"))
        .col(big_integer("mailing_id"))
        .col(text("hash").unique_key())
        .col(timestamp_with_time_zone("made_at"))
        .foreign_key(&mut to_mailing("action_link"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(step()).await?;
        manager.create_table(link()).await?;
        for table in ["mailing_step", "action_link"] {
            let name = format!("{table}_mailing_id");
            manager.create_index(Index::create().name(name).table(table).col("mailing_id").to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["action_link", "mailing_step"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
