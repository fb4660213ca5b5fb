//! The log itself: append-only in the database, and a chain that reveals tampering.

use entity::id::AuditEventId;
use entity::store::audit::{Break, Head, Verified, hash_of, record, record_alone, verify};
use entity::store::begin_write;
use entity::table::{audit_event, person};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _, PaginatorTrait as _};

use super::{break_it, sign_in};
use crate::harness::{World, both};

async fn three_sign_ins(world: &World) {
    for number in 1..=3 {
        record_alone(&world.db, &sign_in(number)).await.unwrap();
    }
}

/// Does what the owner of the database can do: drop the triggers, then change rows.
async fn behind_its_back(db: &DatabaseConnection, statement: &str) {
    let triggers: &[&str] = if entity::store::is_postgres(db) {
        &["audit_event_follows", "audit_event_moves_head", "audit_event_refuse"]
    } else {
        &["audit_event_follows", "audit_event_moves_head", "audit_event_no_update", "audit_event_no_delete"]
    };
    for trigger in triggers {
        let of = if entity::store::is_postgres(db) { " ON audit_event" } else { "" };
        db.execute_unprepared(&format!("DROP TRIGGER IF EXISTS {trigger}{of}")).await.unwrap();
    }
    db.execute_unprepared(statement).await.unwrap();
}

async fn broken(db: &DatabaseConnection) -> Option<Break> {
    verify(db).await.unwrap().broken
}

both! {
    async fn events_read_back_and_follow_each_other(world: World) {
        three_sign_ins(&world).await;
        let rows = audit_event::Entity::find().all(&world.db).await.unwrap();
        let [first, second, third] = &rows[..] else { panic!("{rows:?}") };
        assert_eq!((first.id, second.id, third.id), (AuditEventId(1), AuditEventId(2), AuditEventId(3)));
        assert_eq!(first.previous_hash, "0".repeat(64));
        assert_eq!(second.previous_hash, first.hash);
        assert_eq!((first.at, first.actor.as_str(), first.action.as_str()), (sign_in(1).at, "person:1", "SIGN_IN"));
        // As it was written, even if the engine has a native form of JSON.
        assert_eq!(first.after.as_deref(), Some(r#"{"roles":["STAFF"],"b":1,"a":2}"#));
        let head = Head { id: AuditEventId(3), hash: third.hash.clone() };
        assert_eq!(verify(&world.db).await.unwrap(), Verified { sound: 3, head: Some(head), broken: None });
        assert_eq!(hash_of(&world.db, AuditEventId(2)).await.unwrap().as_ref(), Some(&second.hash));
    }
}

both! {
    async fn an_event_exists_exactly_if_its_change_does(world: World) {
        let txn = begin_write(&world.db).await.unwrap();
        record(&txn, &sign_in(1)).await.unwrap();
        txn.rollback().await.unwrap();
        let nothing = verify(&world.db).await.unwrap();
        assert_eq!((nothing.sound, nothing.broken), (0, None));
        // The id of a rolled-back event is used for the next one: ids have no gap.
        assert_eq!(record_alone(&world.db, &sign_in(2)).await.unwrap(), AuditEventId(1));
    }
}

both! {
    async fn the_database_refuses_changed_removed_or_inserted_events(world: World) {
        three_sign_ins(&world).await;
        let zeros = "0".repeat(64);
        let values = format!("VALUES (1, '2026-11-16', 'person:9', 'SIGN_IN', '{zeros}', '{zeros}')");
        let row = format!("audit_event (id, at, actor, action, previous_hash, hash) {values}");
        let mut refused = vec![
            "UPDATE audit_event SET actor = 'person:9' WHERE id = 2".to_owned(),
            "DELETE FROM audit_event WHERE id = 3".to_owned(),
            "DELETE FROM audit_event".to_owned(),
            "DELETE FROM audit_head".to_owned(),
            "UPDATE audit_head SET last_id = 2".to_owned(),
            "UPDATE audit_head SET last_id = 4".to_owned(),
            format!("UPDATE audit_head SET last_hash = '{zeros}'"),
            format!("INSERT INTO audit_head (id, last_id, last_hash) VALUES (2, 0, '{zeros}')"),
            format!("INSERT INTO {row}"),
            format!("INSERT INTO {}", row.replace("(1,", "(4,")),
        ];
        if entity::store::is_postgres(&world.db) {
            refused.push("TRUNCATE audit_event".to_owned());
            refused.push("TRUNCATE audit_head".to_owned());
            refused.push(format!("INSERT INTO {row} ON CONFLICT (id) DO UPDATE SET actor = 'person:9'"));
        } else {
            refused.push(format!("INSERT OR REPLACE INTO {row}"));
            refused.push(format!("INSERT OR REPLACE INTO audit_head (id, last_id, last_hash) VALUES (1, 0, '{zeros}')"));
            refused.push("UPDATE OR REPLACE audit_event SET id = 1 WHERE id = 2".to_owned());
        }
        for statement in refused {
            let error = world.db.execute_unprepared(&statement).await.expect_err(&statement).to_string();
            assert!(error.contains("the audit log"), "{statement}: {error}");
        }
        let verified = verify(&world.db).await.unwrap();
        assert_eq!((verified.sound, verified.broken), (3, None));
    }
}

both! {
    async fn concurrent_writers_make_one_chain(world: World) {
        let writers = (1..=3).map(|writer| {
            let db = world.db.clone();
            tokio::spawn(async move {
                for _ in 0..8 {
                    // The change and its record, in one transaction.
                    let txn = begin_write(&db).await.unwrap();
                    person::Entity::find().count(&txn).await.unwrap();
                    record(&txn, &sign_in(writer)).await.unwrap();
                    txn.commit().await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        let verified = verify(&world.db).await.unwrap();
        assert_eq!((verified.sound, verified.broken), (24, None));
        assert_eq!(verified.head.unwrap().id, AuditEventId(24));
    }
}

both! {
    async fn a_changed_event_is_detected(world: World) {
        three_sign_ins(&world).await;
        behind_its_back(&world.db, "UPDATE audit_event SET actor = 'person:9' WHERE id = 2").await;
        assert_eq!(broken(&world.db).await, Some(Break::Changed(AuditEventId(2))));
    }
}

both! {
    async fn an_event_with_invalid_codes_is_detected_as_changed(world: World) {
        three_sign_ins(&world).await;
        behind_its_back(&world.db, "UPDATE audit_event SET actor = 'nobody', action = 'X' WHERE id = 3").await;
        assert_eq!(broken(&world.db).await, Some(Break::Changed(AuditEventId(3))));
    }
}

both! {
    async fn a_replaced_event_with_a_valid_hash_is_detected(world: World) {
        three_sign_ins(&world).await;
        // The first event of another log: valid in itself, but not the one that the second event follows.
        let other = World::new(world.engine).await;
        record_alone(&other.db, &sign_in(9)).await.unwrap();
        let hash = hash_of(&other.db, AuditEventId(1)).await.unwrap().unwrap();
        let forged = format!("UPDATE audit_event SET actor = 'person:9', object = 'person:9', hash = '{hash}' WHERE id = 1");
        behind_its_back(&world.db, &forged).await;
        assert_eq!(broken(&world.db).await, Some(Break::Unlinked(AuditEventId(2))));
    }
}

both! {
    async fn a_removed_event_is_detected_anywhere(world: World) {
        three_sign_ins(&world).await;
        behind_its_back(&world.db, "DELETE FROM audit_event WHERE id = 3").await;
        assert_eq!(broken(&world.db).await, Some(Break::Tail(AuditEventId(2), AuditEventId(3))));
        behind_its_back(&world.db, "DELETE FROM audit_event WHERE id = 1").await;
        assert_eq!(broken(&world.db).await, Some(Break::Gap(AuditEventId(1), AuditEventId(2))));
        behind_its_back(&world.db, "DELETE FROM audit_event").await;
        assert_eq!(broken(&world.db).await, Some(Break::Tail(AuditEventId(0), AuditEventId(3))));
    }
}

both! {
    async fn a_log_without_its_head_is_broken(world: World) {
        three_sign_ins(&world).await;
        break_it(&world.db).await;
        assert_eq!(broken(&world.db).await, Some(Break::Headless));
        record_alone(&world.db, &sign_in(4)).await.expect_err("nothing can follow");
    }
}
