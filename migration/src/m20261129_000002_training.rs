//! Adds training modules and their passes.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("course")
                    .col(big_pk_auto("id"))
                    .col(text("code"))
                    .col(text("code_key").unique_key())
                    .col(text_null("title"))
                    .col(text("level"))
                    .col(text_null("platform"))
                    .col(text_null("employer_kind"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("completion")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(big_integer("course_id"))
                    .col(date("completed_on"))
                    .col(date_null("valid_to"))
                    .foreign_key(ForeignKey::create().from("completion", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("completion", "course_id").to("course", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("completion_person_id_course_id_completed_on")
                    .table("completion")
                    .col("person_id")
                    .col("course_id")
                    .col("completed_on")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(Index::create().name("completion_person_id").table("completion").col("person_id").to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("completion").to_owned()).await?;
        manager.drop_table(Table::drop().table("course").to_owned()).await?;
        Ok(())
    }
}
