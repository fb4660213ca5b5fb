//! Adds versions of the competence framework, assessments against them, and whether a policy ends sign-offs with the transition
//! to another version.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn to(table: &'static str, column: &'static str, other: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(other, "id").to_owned()
}

fn framework() -> TableCreateStatement {
    Table::create()
        .table("framework")
        .col(big_pk_auto("id"))
        .col(text_uniq("version"))
        .col(date_uniq("in_force_from"))
        .col(date("transition_until"))
        .col(text("approved_by"))
        .col(date("approved_on"))
        .to_owned()
}

fn statement() -> TableCreateStatement {
    Table::create()
        .table("framework_statement")
        .col(big_pk_auto("id"))
        .col(big_integer("framework_id"))
        .col(text("code"))
        .col(integer("level"))
        .col(text("domain"))
        .col(text("body"))
        .foreign_key(&mut to("framework_statement", "framework_id", "framework"))
        .to_owned()
}

fn assessment() -> TableCreateStatement {
    Table::create()
        .table("assessment")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(big_integer("assessor_id"))
        .col(big_integer("framework_id"))
        .col(integer("level"))
        .col(date("assessed_on"))
        .col(boolean("met"))
        .col(big_integer_null("evidence_id"))
        .foreign_key(&mut to("assessment", "person_id", "person"))
        .foreign_key(&mut to("assessment", "assessor_id", "person"))
        .foreign_key(&mut to("assessment", "framework_id", "framework"))
        .to_owned()
}

fn result() -> TableCreateStatement {
    Table::create()
        .table("assessment_result")
        .col(big_pk_auto("id"))
        .col(big_integer("assessment_id"))
        .col(big_integer("statement_id"))
        .col(boolean("met"))
        .foreign_key(&mut to("assessment_result", "assessment_id", "assessment"))
        .foreign_key(&mut to("assessment_result", "statement_id", "framework_statement"))
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [framework(), statement(), assessment(), result()] {
            manager.create_table(table).await?;
        }
        for (table, column) in [
            ("framework_statement", "framework_id"),
            ("assessment", "person_id"),
            ("assessment", "assessor_id"),
            ("assessment_result", "assessment_id"),
        ] {
            let index = Index::create().name(format!("{table}_{column}")).table(table).col(column).to_owned();
            manager.create_index(index).await?;
        }
        let gates = boolean_null("framework_transition_gates");
        manager.alter_table(Table::alter().table("policy_register_terms").add_column(gates).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let terms = Table::alter().table("policy_register_terms").drop_column("framework_transition_gates").to_owned();
        manager.alter_table(terms).await?;
        for table in ["assessment_result", "assessment", "framework_statement", "framework"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
