//! Adds information packs and agreements, who has confirmed them, and whether a policy requires the agreement.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

fn document() -> TableCreateStatement {
    Table::create()
        .table("document")
        .col(big_pk_auto("id"))
        .col(text("kind"))
        .col(text("version"))
        .col(text("title"))
        .col(text_null("address"))
        .col(text_null("body"))
        .col(date("in_force_from"))
        .col(date_null("sign_by"))
        .to_owned()
}

fn confirmation() -> TableCreateStatement {
    let to = |column: &'static str, table: &'static str| {
        ForeignKey::create().from("document_confirmation", column).to(table, "id").to_owned()
    };
    Table::create()
        .table("document_confirmation")
        .col(big_pk_auto("id"))
        .col(big_integer("document_id"))
        .col(big_integer("person_id"))
        .col(date("confirmed_on"))
        .foreign_key(&mut to("document_id", "document"))
        .foreign_key(&mut to("person_id", "person"))
        .to_owned()
}

/// A unique index over two columns of a table.
fn unique(table: &'static str, columns: [&'static str; 2]) -> IndexCreateStatement {
    let [first, second] = columns;
    let name = format!("{table}_{first}_{second}");
    Index::create().name(name).table(table).col(first).col(second).unique().to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(document()).await?;
        manager.create_table(confirmation()).await?;
        for (table, columns) in [
            ("document", ["kind", "version"]),
            ("document", ["kind", "in_force_from"]),
            ("document_confirmation", ["person_id", "document_id"]),
        ] {
            manager.create_index(unique(table, columns)).await?;
        }
        let required = boolean_null("agreement_required");
        manager.alter_table(Table::alter().table("policy_register_terms").add_column(required).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let terms = Table::alter().table("policy_register_terms").drop_column("agreement_required").to_owned();
        manager.alter_table(terms).await?;
        for table in ["document_confirmation", "document"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}
