//! Adds the mails of the register: a mail of which a `delivery` is the text belongs to a report or to a mailing.

use sea_orm_migration::sea_orm::DatabaseBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The columns of `delivery` that this step does not touch.
const KEPT: &str = "id, report_id, kind, recipient, person_id, owner_id, address, units, subject, message_id, text_part, \
                    html_part, csv_part, state, attempts, next_attempt_at, accepted_at, last_error, stored_at, refused_by";

fn mailing() -> TableCreateStatement {
    Table::create()
        .table("register_mailing")
        .col(big_pk_auto("id"))
        .col(big_integer("person_id"))
        .col(text("occasion"))
        .col(date("day"))
        .col(timestamp_with_time_zone("created_at"))
        .foreign_key(ForeignKey::create().from("register_mailing", "person_id").to("person", "id"))
        .to_owned()
}

/// The nomination is no foreign key: it may be removed, and what was mailed about it stays.
fn notice() -> TableCreateStatement {
    let to_mailing = ForeignKey::create().from("register_notice", "mailing_id").to("register_mailing", "id").to_owned();
    Table::create()
        .table("register_notice")
        .col(big_pk_auto("id"))
        .col(big_integer("mailing_id"))
        .col(big_integer("nomination_id"))
        .col(integer("stage"))
        .foreign_key(&mut to_mailing.clone())
        .to_owned()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    /// The rows of `delivery` are copied on SQLite, so the steps need one transaction.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(mailing()).await?;
        manager.create_table(notice()).await?;
        for (name, table, column) in [
            ("register_notice_mailing_id", "register_notice", "mailing_id"),
            ("register_notice_nomination_id", "register_notice", "nomination_id"),
        ] {
            manager.create_index(Index::create().name(name).table(table).col(column).to_owned()).await?;
        }
        let once =
            Index::create().name("register_mailing_person_id_occasion").table("register_mailing").unique().to_owned();
        manager.create_index(once.to_owned().col("person_id").col("occasion").to_owned()).await?;
        // No mail is sent about changes from before this step.
        let mailed = boolean("mailed").default(true).to_owned();
        manager.alter_table(Table::alter().table("register_change").add_column(mailed).to_owned()).await?;
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            rebuild(manager, Belongs::ToReportOrMailing).await?;
        } else {
            let db = manager.get_connection();
            db.execute_unprepared(r#"ALTER TABLE "delivery" ALTER COLUMN "report_id" DROP NOT NULL"#).await?;
            let column = big_integer_null("mailing_id").extra(r#"REFERENCES "register_mailing" ("id")"#).to_owned();
            manager.alter_table(Table::alter().table("delivery").add_column(column).to_owned()).await?;
        }
        let one = Index::create().name("delivery_mailing_id").table("delivery").col("mailing_id").unique().to_owned();
        manager.create_index(one).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DELETE FROM delivery WHERE report_id IS NULL").await?;
        manager.drop_index(Index::drop().name("delivery_mailing_id").table("delivery").to_owned()).await?;
        if manager.get_database_backend() == DatabaseBackend::Sqlite {
            rebuild(manager, Belongs::ToReport).await?;
        } else {
            manager.alter_table(Table::alter().table("delivery").drop_column("mailing_id").to_owned()).await?;
            db.execute_unprepared(r#"ALTER TABLE "delivery" ALTER COLUMN "report_id" SET NOT NULL"#).await?;
        }
        manager.alter_table(Table::alter().table("register_change").drop_column("mailed").to_owned()).await?;
        for table in ["register_notice", "register_mailing"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// What a mail belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Belongs {
    ToReport,
    ToReportOrMailing,
}

/// Rebuilds `delivery` with all its rows and their ids, since SQLite cannot make a column nullable. No table refers to it.
async fn rebuild(manager: &SchemaManager<'_>, belongs: Belongs) -> Result<(), DbErr> {
    let db = manager.get_connection();
    db.execute_unprepared(&format!("CREATE TEMPORARY TABLE delivery_before AS SELECT {KEPT} FROM delivery")).await?;
    manager.drop_table(Table::drop().table("delivery").to_owned()).await?;
    let mut table = Table::create().table("delivery").col(big_pk_auto("id")).to_owned();
    match belongs {
        Belongs::ToReport => table.col(big_integer("report_id")),
        Belongs::ToReportOrMailing => table
            .col(big_integer_null("report_id"))
            .col(big_integer_null("mailing_id"))
            .foreign_key(ForeignKey::create().from("delivery", "mailing_id").to("register_mailing", "id")),
    };
    let table = table
        .col(text("kind").default("REPORT"))
        .col(text("recipient"))
        .col(big_integer_null("person_id"))
        .col(big_integer_null("owner_id"))
        .col(text_null("address"))
        .col(json_binary("units"))
        .col(text("subject"))
        .col(text("message_id"))
        .col(text("text_part"))
        .col(text("html_part"))
        .col(text("csv_part"))
        .col(text("state"))
        .col(integer("attempts"))
        .col(timestamp_with_time_zone_null("next_attempt_at"))
        .col(timestamp_with_time_zone_null("accepted_at"))
        .col(text_null("last_error"))
        .col(text_null("stored_at"))
        .col(text_null("refused_by"))
        .foreign_key(ForeignKey::create().from("delivery", "report_id").to("report", "id"))
        .foreign_key(ForeignKey::create().from("delivery", "person_id").to("person", "id"))
        .foreign_key(ForeignKey::create().from("delivery", "owner_id").to("person", "id"))
        .to_owned();
    manager.create_table(table).await?;
    db.execute_unprepared(&format!("INSERT INTO delivery ({KEPT}) SELECT {KEPT} FROM delivery_before")).await?;
    db.execute_unprepared("DROP TABLE delivery_before").await?;
    let index = |name: &str| Index::create().name(name).table("delivery").to_owned();
    manager
        .create_index(index("delivery_report_id_recipient").col("report_id").col("recipient").unique().to_owned())
        .await?;
    for column in ["person_id", "state", "owner_id"] {
        manager.create_index(index(&format!("delivery_{column}")).col(column).to_owned()).await?;
    }
    Ok(())
}
