//! Adds the steps that coordinators record from paper, and what they have brought about.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn to_person(column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from("paper_record", column).to("person", "id").to_owned()
}

fn record() -> TableCreateStatement {
    Table::create()
        .table("paper_record")
        .col(big_pk_auto("id"))
        .col(text("step"))
        .col(text_null("capacity"))
        .col(big_integer("person_id"))
        .col(big_integer("recorder_id"))
        .col(date("day"))
        .col(text_null("reference"))
        .col(date("recorded_on"))
        // No foreign keys to what the step changed: a record must hold against it even after an import was undone.
        .col(big_integer_null("nomination_id"))
        .col(big_integer_null("decision_id"))
        .col(date_null("disputed_on"))
        .col(date_null("settled_on"))
        .col(text_null("settled_as"))
        .col(big_integer_null("settled_by"))
        .foreign_key(&mut to_person("person_id"))
        .foreign_key(&mut to_person("recorder_id"))
        .foreign_key(&mut to_person("settled_by"))
        .to_owned()
}

fn effect() -> TableCreateStatement {
    let to_record = ForeignKey::create().from("paper_record_effect", "record_id").to("paper_record", "id").to_owned();
    Table::create()
        .table("paper_record_effect")
        .col(big_pk_auto("id"))
        .col(big_integer("record_id"))
        .col(big_integer("allocation_id"))
        .col(big_integer_null("approval_id"))
        .foreign_key(&mut to_record.clone())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(record()).await?;
        manager.create_table(effect()).await?;
        let indexed = [
            ("paper_record", "person_id"),
            ("paper_record", "recorder_id"),
            ("paper_record", "settled_by"),
            ("paper_record", "nomination_id"),
            ("paper_record_effect", "record_id"),
            ("paper_record_effect", "allocation_id"),
        ];
        for (table, column) in indexed {
            let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["paper_record_effect", "paper_record"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
