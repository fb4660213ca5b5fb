//! Roles, nominations and time in post that are carried over to a ward with a new code.

use entity::id::{AllocationId, PersonId, PostId, UnitId};
use entity::table::{allocation, carried_role, post, register_change};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _,
    QueryFilter as _,
};
use serde_json::{Value, json};

use super::*;
use crate::graphql::board::{changed, insert, insert_units, unit_row};
use crate::harness::both;

const SUPPORTER: i64 = 6;
const PAYLOAD: &str = "carryOver { people roles nominations left confirmBy } refusals { code message path }";

/// Twelve people of ward N2, the supporters and the nominee among them, are in ward NEW from 16 November 2026 on.
pub(crate) async fn moved(world: &World) {
    insert_units(&world.db, [unit_row(20, "NEW", "New ward", Some(2), "Ward", None)]).await;
    let people: Vec<_> = (6..18).map(PersonId).collect();
    let before = post::Entity::find().filter(post::Column::PersonId.is_in(people)).all(&world.db).await.unwrap();
    assert_eq!(before.len(), 12);
    let after = before.iter().map(|row| post::Model {
        id: PostId(500 + row.id.0),
        unit_id: UnitId(20),
        valid_from: Some(day("2026-11-16")),
        ..row.clone()
    });
    let after: Vec<_> = after.collect();
    for row in before {
        let old = post::Model { valid_from: Some(day("2026-01-05")), valid_to: Some(day("2026-11-16")), ..row };
        post::Entity::update(old.into_active_model().reset_all()).exec(&world.db).await.unwrap();
    }
    insert::<post::Entity>(&world.db, after).await;
    changed(&world.db).await;
}

async fn carried(world: &World, by: i64, preview: bool) -> Value {
    let input = json!({ "fromUnitCode": "N2", "toUnitCode": "NEW", "preview": preview });
    command(world, by, "carryOver", input, PAYLOAD).await
}

async fn status(world: &World, unit: &str) -> Value {
    let query = format!("{{ team(code: \"{unit}\") {{ status }} }}");
    answer(&as_person(world, COORDINATOR).await, &query, json!({})).await["data"]["team"]["status"].clone()
}

/// The roles that a person sees waiting to be confirmed.
async fn waiting(world: &World, person: i64) -> Vec<Value> {
    let query = "{ carriedRoles { allocationId person { id } role fromUnitCode unitCode confirmBy lineConfirmed seniorConfirmed } }";
    let seen = answer(&as_person(world, person).await, query, json!({})).await;
    seen["data"]["carriedRoles"].as_array().unwrap().clone()
}

async fn confirm(world: &World, by: i64, allocation: &Value, capacity: &str) -> Value {
    let item = json!({ "allocationId": allocation, "capacity": capacity, "protectedHours": 4 });
    let selection = "results { refusals { code message path } }";
    let payload = command(world, by, "renewApproval", json!({ "items": [item] }), selection).await;
    payload["results"][0]["refusals"].clone()
}

both!(
    async fn a_ward_with_a_new_code_keeps_its_cover_if_its_managers_confirm(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        let before = status(&world, "N2").await;
        moved(&world).await;
        assert_eq!(status(&world, "NEW").await, "NONE");
        let tried = carried(&world, COORDINATOR, true).await;
        let expected = json!({ "people": 12, "roles": 2, "nominations": 1, "left": 0, "confirmBy": "2027-01-15" });
        assert_eq!(tried["carryOver"], expected, "{tried}");
        assert_eq!(status(&world, "NEW").await, "NONE");
        assert_eq!(carried(&world, COORDINATOR, false).await["carryOver"], expected);
        assert_ne!(status(&world, "NEW").await, "NONE");
        assert_eq!(before, "PARTIAL");
        assert_eq!(status(&world, "N2").await, "NONE");
        // The nomination has moved, and the months in post with it.
        let nomination = seen(&world, LINE_MANAGER, &id).await;
        assert_eq!((&nomination["unitCode"], &nomination["state"]), (&json!("NEW"), &json!("AWAITING_APPROVAL")));
        let checklist = nomination["checklist"].as_array().unwrap();
        let months = checklist.iter().find(|item| item["code"] == "MONTHS_IN_POST").unwrap();
        assert_eq!(months["result"], "MET", "{months}");

        let all = waiting(&world, COORDINATOR).await;
        assert_eq!(all.len(), 2);
        for manager in [LINE_MANAGER, SENIOR_MANAGER] {
            assert_eq!(waiting(&world, manager).await, all);
        }
        assert_eq!(waiting(&world, SUPPORTER).await.len(), 1);
        assert!(waiting(&world, NOMINEE).await.is_empty());
        let own = all.iter().find(|one| one["person"]["id"] == person_id(SUPPORTER)).unwrap()["allocationId"].clone();
        let code = |refusals: &Value| refusals[0]["code"].clone();
        assert_eq!(code(&confirm(&world, SENIOR_MANAGER, &own, "LINE").await), "BOTH_APPROVALS");
        assert_eq!(confirm(&world, LINE_MANAGER, &own, "LINE").await, json!([]));
        assert_eq!(code(&confirm(&world, LINE_MANAGER, &own, "LINE").await), "NOT_RENEWABLE");
        assert_eq!(waiting(&world, LINE_MANAGER).await.len(), 2);
        assert_eq!(confirm(&world, SENIOR_MANAGER, &own, "SENIOR").await, json!([]));
        assert_eq!(waiting(&world, COORDINATOR).await.len(), 1);
        // What is not confirmed ends after the last day; what is confirmed goes on.
        let rows = carried_role::Entity::find().all(&world.db).await.unwrap();
        let mut ends = Vec::new();
        for row in rows {
            let held = allocation::Entity::find_by_id(row.allocation_id).one(&world.db).await.unwrap().unwrap();
            ends.push((held.person_id.0, held.unit_id.0, held.valid_to));
        }
        ends.sort_unstable();
        assert_eq!(ends, [(SUPPORTER, 20, None), (7, 20, Some(day("2027-01-16")))]);
        let old = allocation::Entity::find_by_id(AllocationId(2)).one(&world.db).await.unwrap().unwrap();
        assert_eq!(old.valid_to, Some(day("2026-11-16")));
    }
);

both!(
    async fn only_coordinators_carry_over_and_only_what_has_moved(world: World) {
        organised(&world).await;
        let input = |from: &str, to: &str| json!({ "fromUnitCode": from, "toUnitCode": to });
        for manager in [LINE_MANAGER, SENIOR_MANAGER, NOMINEE] {
            let answer = attempt(&world, manager, "carryOver", input("N2", "N1"), PAYLOAD).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
        }
        for (from, to, code) in [
            ("N2", "N2", "UNIT_UNKNOWN"),
            ("N2", "NOPE", "UNIT_UNKNOWN"),
            ("NOPE", "N2", "UNIT_UNKNOWN"),
            ("N2", "OLD", "UNIT_UNKNOWN"),
            ("N2", "N1", "NOTHING_TO_CHANGE"),
        ] {
            let payload = command(&world, COORDINATOR, "carryOver", input(from, to), PAYLOAD).await;
            assert_eq!(refused(&payload), code, "{from} {to}");
        }
        // A coordinator's own ward is carried over by another one.
        moved(&world).await;
        let own = post::Entity::find().filter(post::Column::PersonId.eq(COORDINATOR)).one(&world.db).await.unwrap();
        let own = post::Model { id: PostId(600), unit_id: UnitId(20), ..own.unwrap() };
        insert::<post::Entity>(&world.db, [own]).await;
        changed(&world.db).await;
        assert_eq!(refused(&carried(&world, COORDINATOR, false).await), "OWN_CASE");
        assert_eq!(register_change::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn the_same_key_carries_over_once(world: World) {
        organised(&world).await;
        moved(&world).await;
        let input = json!({ "fromUnitCode": "N2", "toUnitCode": "NEW", "idempotencyKey": "move-1" });
        let first = command(&world, COORDINATOR, "carryOver", input.clone(), PAYLOAD).await;
        assert_eq!(first["carryOver"]["roles"], 2);
        assert_eq!(command(&world, COORDINATOR, "carryOver", input, PAYLOAD).await["refusals"], json!([]));
        // Again without the key: the roles are there already.
        let again = carried(&world, COORDINATOR, false).await;
        assert_eq!((&again["carryOver"]["roles"], &again["carryOver"]["left"]), (&json!(0), &json!(0)));
        assert_eq!(carried_role::Entity::find().count(&world.db).await.unwrap(), 2);
    }
);
