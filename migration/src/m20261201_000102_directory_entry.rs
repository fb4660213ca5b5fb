//! Adds what Peer Supporters say about themselves in the directory. The texts are in `register_text`.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("directory_entry")
            .col(big_pk_auto("id"))
            .col(big_integer_uniq("person_id"))
            .col(boolean("listed"))
            .col(big_integer_null("contact_id"))
            .col(big_integer_null("languages_id"))
            .col(big_integer_null("about_id"))
            .foreign_key(ForeignKey::create().from("directory_entry", "person_id").to("person", "id"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("directory_entry").to_owned()).await
    }
}
