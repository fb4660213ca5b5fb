//! Adds the register: nominations and the decisions about them, change records, and what a repeated command needs.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 8] = [
    "nomination",
    "nomination_decision",
    "register_text",
    "register_change",
    "register_change_object",
    "register_change_row",
    "idempotency_key",
    "register_role",
];

fn to_person(table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to("person", "id").to_owned()
}

fn index(table: &'static str, column: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned()
}

fn nomination() -> TableCreateStatement {
    Table::create()
        .table("nomination")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(text("role"))
        .col(big_integer("unit_id"))
        .col(integer("share"))
        .col(boolean("outside_team"))
        .col(big_integer("nominator_id"))
        .col(date("opened_on"))
        .col(date_null("accepted_on"))
        .col(date_null("wished_start"))
        .col(text_null("ended_as"))
        .col(date_null("ended_on"))
        .col(big_integer_null("statement_id"))
        .col(big_integer_null("allocation_id"))
        .col(integer("version"))
        .foreign_key(&mut to_person("nomination", "person_id"))
        .foreign_key(&mut to_person("nomination", "nominator_id"))
        .foreign_key(ForeignKey::create().from("nomination", "unit_id").to("unit", "id"))
        .foreign_key(ForeignKey::create().from("nomination", "allocation_id").to("allocation", "id"))
        .to_owned()
}

fn decision() -> TableCreateStatement {
    Table::create()
        .table("nomination_decision")
        .col(big_pk_auto("id"))
        .col(big_integer("nomination_id"))
        .col(text("capacity"))
        .col(text("kind"))
        .col(date("decided_on"))
        .col(big_integer("decider_id"))
        .col(big_integer("principal_id"))
        .col(integer_null("protected_hours"))
        .col(text_null("reason"))
        .col(text("acknowledged"))
        .col(boolean_null("skills"))
        .col(boolean_null("experience"))
        .col(big_integer_null("question_id"))
        .col(big_integer_null("answer_id"))
        .foreign_key(ForeignKey::create().from("nomination_decision", "nomination_id").to("nomination", "id"))
        .foreign_key(&mut to_person("nomination_decision", "decider_id"))
        .foreign_key(&mut to_person("nomination_decision", "principal_id"))
        .to_owned()
}

fn text_table() -> TableCreateStatement {
    Table::create()
        .table("register_text")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(big_integer("author_id"))
        .col(text("salt"))
        .col(text("text"))
        .foreign_key(&mut to_person("register_text", "person_id"))
        .foreign_key(&mut to_person("register_text", "author_id"))
        .to_owned()
}

fn change() -> TableCreateStatement {
    Table::create()
        .table("register_change")
        .col(big_pk_auto("id"))
        .col(timestamp_with_time_zone("at"))
        .col(big_integer("actor_id"))
        .col(big_integer_null("principal_id"))
        .col(text("command"))
        .col(date("effective_on"))
        .col(big_integer("fact_version"))
        .col(boolean("private"))
        .col(json_binary_null("before"))
        .col(json_binary_null("after"))
        .col(text_null("request_id"))
        .col(big_integer_null("undone_by"))
        .foreign_key(&mut to_person("register_change", "actor_id"))
        .foreign_key(&mut to_person("register_change", "principal_id"))
        .to_owned()
}

fn change_object() -> TableCreateStatement {
    Table::create()
        .table("register_change_object")
        .col(big_pk_auto("id"))
        .col(big_integer("change_id"))
        .col(text("kind"))
        .col(big_integer("object_id"))
        .foreign_key(ForeignKey::create().from("register_change_object", "change_id").to("register_change", "id"))
        .to_owned()
}

fn change_row() -> TableCreateStatement {
    Table::create()
        .table("register_change_row")
        .col(big_integer("change_id"))
        .col(integer("seq"))
        .col(text("table_name"))
        .col(big_integer("row_id"))
        .col(json_binary_null("before"))
        .col(json_binary_null("after"))
        .primary_key(Index::create().col("change_id").col("seq"))
        .foreign_key(ForeignKey::create().from("register_change_row", "change_id").to("register_change", "id"))
        .to_owned()
}

fn idempotency_key() -> TableCreateStatement {
    Table::create()
        .table("idempotency_key")
        .col(big_pk_auto("id"))
        .col(big_integer("actor_id"))
        .col(text("command"))
        .col(text("key"))
        .col(text("input_hash"))
        .col(big_integer("change_id"))
        .col(timestamp_with_time_zone("at"))
        .foreign_key(&mut to_person("idempotency_key", "actor_id"))
        .foreign_key(ForeignKey::create().from("idempotency_key", "change_id").to("register_change", "id"))
        .to_owned()
}

fn register_role() -> TableCreateStatement {
    Table::create()
        .table("register_role")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(text("role"))
        .col(date("kept_since"))
        .col(boolean("own_wish"))
        .foreign_key(&mut to_person("register_role", "person_id"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = [
            nomination(),
            decision(),
            text_table(),
            change(),
            change_object(),
            change_row(),
            idempotency_key(),
            register_role(),
        ];
        for table in tables {
            manager.create_table(table).await?;
        }
        let indexes = [
            index("nomination", "person_id"),
            index("nomination", "nominator_id"),
            index("nomination", "unit_id"),
            index("nomination", "allocation_id"),
            index("nomination_decision", "nomination_id"),
            index("nomination_decision", "decider_id"),
            index("nomination_decision", "principal_id"),
            index("register_text", "person_id"),
            index("register_text", "author_id"),
            index("register_change", "actor_id"),
            index("register_change", "principal_id"),
            index("register_change", "fact_version"),
            index("idempotency_key", "change_id"),
            index("register_change_object", "change_id"),
            Index::create()
                .name("idempotency_key_caller")
                .table("idempotency_key")
                .col("actor_id")
                .col("command")
                .col("key")
                .unique()
                .to_owned(),
            Index::create()
                .name("register_role_person")
                .table("register_role")
                .col("person_id")
                .col("role")
                .unique()
                .to_owned(),
            Index::create()
                .name("register_change_object_object")
                .table("register_change_object")
                .col("kind")
                .col("object_id")
                .to_owned(),
        ];
        for index in indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.iter().rev() {
            manager.drop_table(Table::drop().table(*table).to_owned()).await?;
        }
        Ok(())
    }
}
