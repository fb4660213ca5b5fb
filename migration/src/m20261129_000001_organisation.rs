//! Adds the dated tree of units, people, the links between numbers of one person, and posts.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("unit")
                    .col(big_pk_auto("id"))
                    .col(text("code").unique_key())
                    .col(text("name"))
                    .col(text_null("level"))
                    .col(text_null("site"))
                    .col(text_null("cover_group"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("unit_parent")
                    .col(big_pk_auto("id"))
                    .col(big_integer("unit_id"))
                    .col(big_integer_null("parent_id"))
                    .col(date_null("valid_from"))
                    .foreign_key(ForeignKey::create().from("unit_parent", "unit_id").to("unit", "id"))
                    .foreign_key(ForeignKey::create().from("unit_parent", "parent_id").to("unit", "id"))
                    .to_owned(),
            )
            .await?;
        for column in ["unit_id", "parent_id"] {
            let name = format!("unit_parent_{column}");
            manager.create_index(Index::create().name(name).table("unit_parent").col(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("person")
                    .col(big_pk_auto("id"))
                    .col(text("employer"))
                    .col(text("number"))
                    .col(text_null("first_name"))
                    .col(text_null("last_name"))
                    .col(text_null("work_email"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("person_employer_number")
                    .table("person")
                    .col("employer")
                    .col("number")
                    .unique()
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("person_link")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(big_integer("same_as_id"))
                    .foreign_key(ForeignKey::create().from("person_link", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("person_link", "same_as_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        for column in ["person_id", "same_as_id"] {
            let name = format!("person_link_{column}");
            manager.create_index(Index::create().name(name).table("person_link").col(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("post")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(big_integer("unit_id"))
                    .col(text_null("assignment"))
                    .col(text_null("job_title"))
                    .col(text_null("job_family"))
                    .col(text_null("band"))
                    .col(big_integer_null("line_manager_id"))
                    .col(integer("wte"))
                    .col(text_null("contract_type"))
                    .col(boolean("bank"))
                    .col(date_null("valid_from"))
                    .col(date_null("valid_to"))
                    .foreign_key(ForeignKey::create().from("post", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("post", "unit_id").to("unit", "id"))
                    .foreign_key(ForeignKey::create().from("post", "line_manager_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager.create_index(Index::create().name("post_person_id").table("post").col("person_id").to_owned()).await?;
        manager.create_index(Index::create().name("post_unit_id").table("post").col("unit_id").to_owned()).await?;
        manager
            .create_index(Index::create().name("post_line_manager_id").table("post").col("line_manager_id").to_owned())
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("post").to_owned()).await?;
        manager.drop_table(Table::drop().table("person_link").to_owned()).await?;
        manager.drop_table(Table::drop().table("person").to_owned()).await?;
        manager.drop_table(Table::drop().table("unit_parent").to_owned()).await?;
        manager.drop_table(Table::drop().table("unit").to_owned()).await?;
        Ok(())
    }
}
