//! Undoing changes: by which person, until when, and what rests on them.

use entity::table::{nomination, pause, register_change, register_text};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::history::{changes_of, commands_about};
use super::*;
use crate::board_builder::changed;
use crate::harness::both;

const UNDONE: &str = "change { id command undoes values { name after } } builtUpon refusals { code message path }";

/// Undoes a change, and returns the payload.
async fn undo(world: &World, by: i64, change: &Value, reason: Option<&str>) -> Value {
    command(world, by, "undo", json!({ "changeId": change, "reason": reason }), UNDONE).await
}

/// Undoes a change as a person who may.
async fn undone(world: &World, by: i64, change: &Value, reason: Option<&str>) {
    let payload = undo(world, by, change, reason).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    assert_eq!(payload["change"]["undoes"], *change, "{payload}");
}

/// The newest change about a person, as the coordinator sees it.
async fn newest(world: &World, person: i64) -> Value {
    let query = "query($id: ID!) { node(id: $id) { ... on Person { history(first: 1) { nodes { id } } } } }";
    let seen = answer(&as_person(world, COORDINATOR).await, query, json!({ "id": person_id(person) })).await;
    seen["data"]["node"]["history"]["nodes"][0]["id"].clone()
}

/// Undoing is an error for a change that does not exist for the caller.
async fn is_hidden(world: &World, by: i64, change: &Value) {
    let seen = attempt(world, by, "undo", json!({ "changeId": change }), UNDONE).await;
    assert_eq!(seen["errors"][0]["extensions"]["code"], "NOT_FOUND", "{by}: {seen}");
}

/// Gives a command as a person who may.
async fn given(world: &World, by: i64, field: &str, input: Value) {
    let payload = command(world, by, field, input, "refusals { code message }").await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
}

both!(
    async fn a_nomination_that_was_undone_never_was(world: World) {
        organised(&world).await;
        let before = replay::tables(&world.db).await;
        let id = nominated(&world).await;
        let made = changes_of(&world, COLLEAGUE, &id).await[0]["id"].clone();
        is_hidden(&world, LINE_MANAGER, &made).await;
        assert_eq!(refused(&undo(&world, NOMINEE, &made, None).await), "NOT_YOUR_CHANGE");
        undone(&world, COLLEAGUE, &made, None).await;
        assert_eq!(replay::tables(&world.db).await, before);
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 0, "the statement is gone, too");
        assert_eq!(seen(&world, NOMINEE, &id).await, Value::Null);
        assert_eq!(commands_about(&world, NOMINEE, NOMINEE).await, ["UNDO", "NOMINATE"]);
        assert_eq!(refused(&undo(&world, COLLEAGUE, &made, None).await), "ALREADY_UNDONE");
        let undoing = newest(&world, NOMINEE).await;
        assert_eq!(refused(&undo(&world, COLLEAGUE, &undoing, None).await), "NOT_UNDOABLE");
        // It may be made again.
        nominated(&world).await;
        replay::check(&world.db, &before).await;
    }
);

both!(
    async fn the_last_approval_is_undone_with_the_role(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let before = replay::tables(&world.db).await;
        let version = seen(&world, NOMINEE, &id).await["version"].as_i64().unwrap();
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        let changes = changes_of(&world, COORDINATOR, &id).await;
        let (last, first) = (&changes[0]["id"], &changes[1]["id"]);
        // The line manager's approval carries the role.
        let refusal = undo(&world, LINE_MANAGER, first, None).await;
        assert_eq!(refused(&refusal), "BUILT_UPON");
        assert_eq!(refusal["builtUpon"], *last);
        assert_eq!(refused(&undo(&world, COORDINATOR, last, None).await), "MISSING");
        undone(&world, COORDINATOR, last, Some("WRONG_PERSON")).await;
        let now = seen(&world, NOMINEE, &id).await;
        assert_eq!(now["state"], "AWAITING_APPROVAL");
        assert_eq!(now["version"].as_i64().unwrap(), version + 2, "a version is never one that was before");
        let mut after = replay::tables(&world.db).await;
        for row in after.get_mut("nomination").unwrap().values_mut() {
            row["version"] = json!(version);
        }
        assert_eq!(after, before);
        // Now nothing rests on the first approval.
        undone(&world, LINE_MANAGER, first, None).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
    }
);

both!(
    async fn time_ends_for_actors_after_a_day_and_for_coordinators_after_31(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let change = changes_of(&world, LINE_MANAGER, &id).await[0]["id"].clone();
        pass_days(&world, 2);
        assert_eq!(refused(&undo(&world, LINE_MANAGER, &change, None).await), "TOO_LATE");
        assert_eq!(refused(&undo(&world, SENIOR_MANAGER, &change, None).await), "NOT_YOUR_CHANGE");
        pass_days(&world, 30);
        assert_eq!(refused(&undo(&world, COORDINATOR, &change, Some("OTHER")).await), "TOO_LATE");
    }
);

both!(
    async fn own_wishes_are_undone_by_the_person_alone(world: World) {
        organised(&world).await;
        let supporter = roles::SUPPORTER;
        let before = replay::tables(&world.db).await;
        given(&world, supporter, "pause", json!({})).await;
        let change = newest(&world, supporter).await;
        is_hidden(&world, LINE_MANAGER, &change).await;
        assert_eq!(refused(&undo(&world, COORDINATOR, &change, Some("OTHER")).await), "NOT_YOUR_CHANGE");
        let query = "{ team(code: \"N1\") { activeSupporters } }";
        let active = async || {
            answer(&as_person(&world, COORDINATOR).await, query, json!({})).await["data"]["team"]["activeSupporters"]
                .clone()
        };
        let paused = active().await;
        undone(&world, supporter, &change, None).await;
        assert_ne!(active().await, paused, "it counts at once");
        assert_eq!(replay::tables(&world.db).await, before);
        assert_eq!(pause::Entity::find().count(&world.db).await.unwrap(), before["pause"].len() as u64);
        // Neither the pause nor its undoing is seen by others.
        assert!(commands_about(&world, LINE_MANAGER, supporter).await.is_empty());
        assert_eq!(commands_about(&world, COORDINATOR, supporter).await, ["UNDO", "PAUSE"]);
        // That of a coordinator is.
        given(&world, COORDINATOR, "pause", json!({ "personId": person_id(supporter) })).await;
        let change = newest(&world, supporter).await;
        assert_eq!(refused(&undo(&world, supporter, &change, None).await), "NOT_YOUR_CHANGE");
        undone(&world, COORDINATOR, &change, None).await;
        replay::check(&world.db, &before).await;
    }
);

both!(
    async fn a_later_file_is_built_upon_it(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        let change = changes_of(&world, SENIOR_MANAGER, &id).await[0]["id"].clone();
        let rows = entity::table::allocation::Entity::find().all(&world.db).await.unwrap();
        let begun = rows.iter().max_by_key(|row| row.id).unwrap();
        let signed = entity::table::sign_off::Model {
            id: entity::id::SignOffId(900),
            allocation_id: begun.id,
            signed_off_on: day("2026-11-16"),
        };
        crate::board_builder::insert::<entity::table::sign_off::Entity>(&world.db, [signed]).await;
        changed(&world.db).await;
        let refusal = undo(&world, SENIOR_MANAGER, &change, None).await;
        assert_eq!((refused(&refusal), &refusal["builtUpon"]), ("BUILT_UPON".to_owned(), &Value::Null));
        assert_eq!(nomination::Entity::find().all(&world.db).await.unwrap()[0].allocation_id, Some(begun.id));
    }
);

both!(
    async fn a_repeated_undo_changes_nothing_twice(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let change = changes_of(&world, LINE_MANAGER, &id).await[0]["id"].clone();
        let input = json!({ "changeId": change, "idempotencyKey": "k1" });
        let first = command(&world, LINE_MANAGER, "undo", input.clone(), UNDONE).await;
        let records = register_change::Entity::find().count(&world.db).await.unwrap();
        let second = command(&world, LINE_MANAGER, "undo", input, UNDONE).await;
        assert_eq!(first["change"]["command"], "UNDO");
        assert_eq!(first, second);
        assert_eq!(register_change::Entity::find().count(&world.db).await.unwrap(), records);
    }
);

both!(
    async fn an_appointment_by_which_was_decided_stays(world: World) {
        organised(&world).await;
        let input = json!({
            "unitCode": "N2", "role": "SENIOR_MANAGER", "personId": person_id(36), "from": "2026-11-16",
        });
        given(&world, COORDINATOR, "appoint", input).await;
        let appointed = newest(&world, 36).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, 36, senior(&id)).await);
        let refusal = undo(&world, COORDINATOR, &appointed, Some("WRONG_PERSON")).await;
        assert_eq!(refused(&refusal), "BUILT_UPON");
        let decided = changes_of(&world, COORDINATOR, &id).await[0]["id"].clone();
        assert_eq!(refusal["builtUpon"], decided);
        undone(&world, 36, &decided, None).await;
        undone(&world, COORDINATOR, &appointed, None).await;
    }
);

both!(
    async fn shares_of_later_files_stay_within_one_person(world: World) {
        organised(&world).await;
        let id = allocations::id_of(&world, roles::SUPPORTER, "N1").await;
        let input = json!({ "allocationId": id, "share": 400 });
        given(&world, COORDINATOR, "changeAllocation", input).await;
        let lowered = newest(&world, roles::SUPPORTER).await;
        let rows = entity::table::allocation::Entity::find().all(&world.db).await.unwrap();
        let held = rows.iter().find(|row| row.person_id == PersonId(roles::SUPPORTER)).unwrap();
        let elsewhere = entity::table::allocation::Model {
            id: entity::id::AllocationId(900),
            unit_id: rows.iter().find(|row| row.unit_id != held.unit_id).unwrap().unit_id,
            share: 600,
            valid_from: Some(day("2026-11-16")),
            valid_to: None,
            ..held.clone()
        };
        crate::board_builder::insert::<entity::table::allocation::Entity>(&world.db, [elsewhere]).await;
        changed(&world.db).await;
        let before = replay::tables(&world.db).await;
        assert_eq!(refused(&undo(&world, COORDINATOR, &lowered, None).await), "SHARES_TOO_LARGE");
        assert_eq!(replay::tables(&world.db).await, before, "a refused undo leaves no trace");
    }
);

both!(
    async fn a_link_does_not_put_one_person_on_both_approvals(world: World) {
        organised(&world).await;
        let id = allocations::id_of(&world, roles::SUPPORTER, "N1").await;
        let input = json!({ "allocationId": id, "capacity": "SENIOR" });
        given(&world, SENIOR_MANAGER, "withdrawApproval", input).await;
        let withdrawn = newest(&world, roles::SUPPORTER).await;
        let link = json!({ "personId": person_id(LINE_MANAGER), "sameAsId": person_id(SENIOR_MANAGER) });
        let linked = "mutation($input: LinkPeopleInput!) { linkPeople(input: $input) { done refusal { code } } }";
        let linked = answer(&as_person(&world, COORDINATOR).await, linked, json!({ "input": link })).await;
        assert_eq!(linked["data"]["linkPeople"]["done"], true, "{linked}");
        assert_eq!(refused(&undo(&world, SENIOR_MANAGER, &withdrawn, None).await), "BOTH_APPROVALS");
    }
);
