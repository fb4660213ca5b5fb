//! Adds access besides the roles that follow from the facts: grants of roles, API tokens, sessions, and one-time links.
//! Only the hash of a secret is stored.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("access_grant")
                    .col(big_pk_auto("id"))
                    .col(big_integer("person_id"))
                    .col(text("role"))
                    .col(date("valid_from"))
                    .col(date_null("valid_to"))
                    .col(text("granted_by"))
                    .col(timestamp_with_time_zone("granted_at"))
                    .foreign_key(ForeignKey::create().from("access_grant", "person_id").to("person", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("access_grant_person_id").table("access_grant").col("person_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("api_token")
                    .col(big_pk_auto("id"))
                    .col(text("name"))
                    .col(text("role"))
                    .col(text("hash").unique_key())
                    .col(boolean("names"))
                    .col(text("made_by"))
                    .col(timestamp_with_time_zone("made_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(timestamp_with_time_zone_null("last_used_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("api_token_unit")
                    .col(big_integer("token_id"))
                    .col(big_integer("unit_id"))
                    .primary_key(Index::create().col("token_id").col("unit_id"))
                    .foreign_key(ForeignKey::create().from("api_token_unit", "token_id").to("api_token", "id"))
                    .foreign_key(ForeignKey::create().from("api_token_unit", "unit_id").to("unit", "id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("api_token_unit_unit_id").table("api_token_unit").col("unit_id").to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("session")
                    .col(big_pk_auto("id"))
                    .col(text("hash").unique_key())
                    .col(big_integer_null("person_id"))
                    .col(big_integer_null("token_id"))
                    .col(timestamp_with_time_zone("made_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone("last_used_at"))
                    .col(timestamp_with_time_zone_null("ended_at"))
                    .foreign_key(ForeignKey::create().from("session", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("session", "token_id").to("api_token", "id"))
                    .to_owned(),
            )
            .await?;
        for column in ["person_id", "token_id"] {
            let name = format!("session_{column}");
            manager.create_index(Index::create().name(name).table("session").col(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("sign_in_link")
                    .col(big_pk_auto("id"))
                    .col(text("hash").unique_key())
                    .col(big_integer_null("person_id"))
                    .col(big_integer_null("token_id"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .foreign_key(ForeignKey::create().from("sign_in_link", "person_id").to("person", "id"))
                    .foreign_key(ForeignKey::create().from("sign_in_link", "token_id").to("api_token", "id"))
                    .to_owned(),
            )
            .await?;
        for column in ["person_id", "token_id"] {
            let name = format!("sign_in_link_{column}");
            manager.create_index(Index::create().name(name).table("sign_in_link").col(column).to_owned()).await?;
        }
        // People who sign in by work address are looked up by it, ignoring case. Both engines accept this syntax.
        let by_address = "CREATE INDEX person_work_email ON person (LOWER(work_email))";
        manager.get_connection().execute_unprepared(by_address).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP INDEX person_work_email").await?;
        for table in ["sign_in_link", "session", "api_token_unit", "api_token", "access_grant"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
