//! Adds the audit log. The database itself refuses to change, remove or insert rows out of order.

use sea_orm_migration::sea_orm::DatabaseBackend;
use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The hash before the first row.
const NOTHING: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Triggers: a row must follow the last one, and it moves the head, which cannot change in any other way. `INSERT OR
/// REPLACE` removes rows without firing the triggers for deletion, but it does fire those for insertion.
const SQLITE: &str = "
    CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_event
    WHEN NOT EXISTS (SELECT 1 FROM audit_head WHERE last_id = NEW.id - 1 AND last_hash = NEW.previous_hash)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: a row follows the last one'); END;
    CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event
    BEGIN UPDATE audit_head SET last_id = NEW.id, last_hash = NEW.hash; END;
    CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no row is changed'); END;
    CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: no row is removed'); END;
    CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
    WHEN NEW.last_id <> OLD.last_id + 1
        OR NOT EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.last_id AND hash = NEW.last_hash)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only: its head moves forward with it'); END;
    CREATE TRIGGER audit_head_no_insert BEFORE INSERT ON audit_head
    BEGIN SELECT RAISE(ABORT, 'the audit log has one head'); END;
    CREATE TRIGGER audit_head_no_delete BEFORE DELETE ON audit_head
    BEGIN SELECT RAISE(ABORT, 'the audit log keeps its head'); END;
";

const POSTGRES: &str = "
    CREATE FUNCTION audit_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NOT EXISTS (SELECT 1 FROM audit_head WHERE last_id = NEW.id - 1 AND last_hash = NEW.previous_hash) THEN
            RAISE EXCEPTION 'the audit log is append-only: a row follows the last one';
        END IF;
        RETURN NEW;
    END $$;
    CREATE FUNCTION audit_event_moves_head() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE audit_head SET last_id = NEW.id, last_hash = NEW.hash;
        RETURN NULL;
    END $$;
    CREATE FUNCTION audit_head_forward() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF NEW.last_id IS DISTINCT FROM OLD.last_id + 1
            OR NOT EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.last_id AND hash = NEW.last_hash) THEN
            RAISE EXCEPTION 'the audit log is append-only: its head moves forward with it';
        END IF;
        RETURN NEW;
    END $$;
    CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE EXCEPTION 'the audit log is append-only: % of % is refused', TG_OP, TG_TABLE_NAME;
    END $$;
    CREATE TRIGGER audit_event_follows BEFORE INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_follows();
    CREATE TRIGGER audit_event_moves_head AFTER INSERT ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_moves_head();
    CREATE TRIGGER audit_event_refuse BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
    CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head
        FOR EACH ROW EXECUTE FUNCTION audit_head_forward();
    CREATE TRIGGER audit_head_refuse BEFORE INSERT OR DELETE OR TRUNCATE ON audit_head
        FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("audit_event")
                    .col(big_integer("id").primary_key())
                    .col(timestamp_with_time_zone("at"))
                    .col(text("actor"))
                    .col(text("action"))
                    .col(text_null("object"))
                    .col(text_null("before"))
                    .col(text_null("after"))
                    .col(text_null("request_id"))
                    .col(text("previous_hash"))
                    .col(text("hash"))
                    .to_owned(),
            )
            .await?;
        for column in ["at", "actor", "action", "object"] {
            let name = format!("audit_event_{column}");
            manager
                .create_index(Index::create().name(name).table("audit_event").col(column).col("id").to_owned())
                .await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("audit_head")
                    .col(integer("id").primary_key())
                    .col(big_integer("last_id"))
                    .col(text("last_hash"))
                    .to_owned(),
            )
            .await?;
        manager
            .exec_stmt(
                Query::insert()
                    .into_table("audit_head")
                    .columns(["id", "last_id", "last_hash"])
                    .values_panic([1.into(), 0.into(), NOTHING.into()])
                    .to_owned(),
            )
            .await?;
        let triggers = match manager.get_database_backend() {
            DatabaseBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        manager.get_connection().execute_unprepared(triggers).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // The triggers are dropped with their tables.
        manager.drop_table(Table::drop().table("audit_event").to_owned()).await?;
        manager.drop_table(Table::drop().table("audit_head").to_owned()).await?;
        if manager.get_database_backend() == DatabaseBackend::Postgres {
            let functions =
                "DROP FUNCTION audit_event_follows, audit_event_moves_head, audit_head_forward, audit_refuse";
            manager.get_connection().execute_unprepared(functions).await?;
        }
        Ok(())
    }
}
