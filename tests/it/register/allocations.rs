//! What was agreed for a role is lowered, and managers' approvals are renewed and withdrawn.

use entity::id::AllocationId;
use entity::table::{allocation, approval, register_change};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The Peer Supporter of ward N1.
const SUPPORTER: i64 = 3;
/// A Peer Supporter of ward N2 whose certificate lasts.
pub(crate) const LASTING_SUPPORTER: i64 = 6;
/// The Wellbeing Champion of ward N1.
const CHAMPION: i64 = 4;

const SUPPORTED: &str = "supporter { allocationId headline share firstDay lastDay protectedHours \
    lineApproval { decidedOn lastDay } seniorApproval { decidedOn lastDay } } refusals { code message path }";

/// The allocation of a person to a ward, as the coordinator sees it now.
async fn allocation_of(world: &World, person: i64, unit: &str) -> Value {
    let query = format!(
        "{{ team(code: \"{unit}\") {{ supporters(first: 50) {{ nodes {{ allocationId headline protectedHours share \
         person {{ id }} lineApproval {{ decidedOn lastDay }} }} }} }} }}"
    );
    let answer = answer(&as_person(world, COORDINATOR).await, &query, json!({})).await;
    let nodes = answer["data"]["team"]["supporters"]["nodes"].as_array().unwrap();
    nodes.iter().find(|own| own["person"]["id"] == person_id(person)).unwrap().clone()
}

async fn status(world: &World, unit: &str) -> Value {
    let query = format!("{{ team(code: \"{unit}\") {{ status }} }}");
    answer(&as_person(world, COORDINATOR).await, &query, json!({})).await["data"]["team"]["status"].clone()
}

pub(crate) async fn id_of(world: &World, person: i64, unit: &str) -> Value {
    allocation_of(world, person, unit).await["allocationId"].clone()
}

/// Gives a command about an allocation that is not refused, and returns the allocation.
async fn done(world: &World, by: i64, field: &str, input: Value) -> Value {
    let payload = command(world, by, field, input, SUPPORTED).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    payload["supporter"].clone()
}

async fn refusal(world: &World, by: i64, field: &str, input: Value) -> String {
    refused(&command(world, by, field, input, SUPPORTED).await)
}

async fn is_not_found(world: &World, by: i64, field: &str, input: Value, selection: &str) {
    let answer = attempt(world, by, field, input, selection).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
}

/// Renews one approval, and returns the result of the item.
async fn renew(world: &World, by: i64, item: Value) -> Value {
    let selection = format!("results {{ {SUPPORTED} }}");
    command(world, by, "renewApproval", json!({ "items": [item] }), &selection).await["results"][0].clone()
}

both!(
    async fn a_share_is_lowered_from_today_on(world: World) {
        organised(&world).await;
        let id = id_of(&world, SUPPORTER, "N1").await;
        let lowered = done(&world, SUPPORTER, "changeAllocation", json!({ "allocationId": id, "share": 600 })).await;
        assert_eq!((&lowered["share"], &lowered["firstDay"]), (&json!(600), &json!("2026-11-16")));
        assert_eq!(lowered["headline"], Value::Null, "approvals, terms and sign-offs go along");
        assert_eq!(lowered["lineApproval"]["decidedOn"], "2026-01-02");
        assert_ne!(lowered["allocationId"], id);
        let before = allocation::Entity::find_by_id(AllocationId(1)).one(&world.db).await.unwrap().unwrap();
        assert_eq!((before.share, before.valid_to), (1000, Some(day("2026-11-16"))), "the past stays as it was");
        assert_eq!(status(&world, "N1").await, "AT_RISK");
        // Too little for a team of their own.
        let id = &lowered["allocationId"];
        done(&world, COORDINATOR, "changeAllocation", json!({ "allocationId": id, "share": 400 })).await;
        assert_eq!(status(&world, "N1").await, "PARTIAL");
    }
);

both!(
    async fn a_line_manager_lowers_hours_only(world: World) {
        organised(&world).await;
        let id = id_of(&world, SUPPORTER, "N1").await;
        let with = |field: &str, value: Value| json!({ "allocationId": id, field: value });
        let lowered = done(&world, LINE_MANAGER, "changeAllocation", with("protectedHours", json!(3))).await;
        assert_eq!(lowered["protectedHours"], 3.0);
        for (field, value) in [("share", json!(500)), ("lastDay", json!("2026-12-31"))] {
            let input = with(field, value);
            assert_eq!(refusal(&world, LINE_MANAGER, "changeAllocation", input).await, "NOT_YOUR_STEP");
        }
        let input = with("protectedHours", json!(2));
        assert_eq!(refusal(&world, SENIOR_MANAGER, "changeAllocation", input.clone()).await, "NOT_YOUR_STEP");
        is_not_found(&world, NOMINEE, "changeAllocation", input, SUPPORTED).await;
        // Yesterday it was more.
        let query = "{ supporters(asOf: \"2026-11-15\", underCode: \"N1\") { nodes { protectedHours } } }";
        let seen = answer(&as_person(&world, COORDINATOR).await, query, json!({})).await;
        assert_eq!(seen["data"]["supporters"]["nodes"], json!([{ "protectedHours": 4.5 }]));
    }
);

both!(
    async fn nothing_is_raised(world: World) {
        organised(&world).await;
        let id = id_of(&world, SUPPORTER, "N1").await;
        let with = |field: &str, value: Value| json!({ "allocationId": id, field: value });
        done(&world, SUPPORTER, "changeAllocation", with("lastDay", json!("2026-12-31"))).await;
        let changes = register_change::Entity::find().count(&world.db).await.unwrap();
        for (field, value, code) in [
            ("lastDay", json!("2027-01-01"), "WOULD_RAISE"),
            ("protectedHours", json!(5), "WOULD_RAISE"),
            ("share", json!(1001), "SHARE_OUT_OF_RANGE"),
            ("share", json!(1000), "NOTHING_TO_CHANGE"),
            ("protectedHours", json!(0.25), "HOURS_OUT_OF_RANGE"),
            ("lastDay", json!("2026-11-14"), "DAY_OUT_OF_RANGE"),
        ] {
            assert_eq!(refusal(&world, COORDINATOR, "changeAllocation", with(field, value)).await, code);
        }
        assert_eq!(register_change::Entity::find().count(&world.db).await.unwrap(), changes);
    }
);

both!(
    async fn an_approval_is_renewed_near_its_end(world: World) {
        organised(&world).await;
        let id = id_of(&world, LASTING_SUPPORTER, "N2").await;
        let item =
            |capacity: &str, hours: f64| json!({ "allocationId": id, "capacity": capacity, "protectedHours": hours });
        // Given on 2 January 2026 for 24 months.
        pass_days(&world, 351);
        assert_eq!(refused(&renew(&world, LINE_MANAGER, item("LINE", 5.0)).await), "NOT_RENEWABLE");
        pass_days(&world, 2);
        for (by, capacity) in [(SENIOR_MANAGER, "LINE"), (LINE_MANAGER, "SENIOR"), (COORDINATOR, "LINE")] {
            let code = refused(&renew(&world, by, item(capacity, 5.0)).await);
            assert!(["NOT_APPROVER", "BOTH_APPROVALS", "WOULD_NOT_COUNT"].contains(&code.as_str()), "{by}: {code}");
        }
        assert_eq!(refused(&renew(&world, LASTING_SUPPORTER, item("LINE", 5.0)).await), "OWN_CASE");
        let selection = format!("results {{ {SUPPORTED} }}");
        let input = json!({ "items": [item("LINE", 5.0)] });
        is_not_found(&world, NOMINEE, "renewApproval", input, &selection).await;

        let tried = json!({ "items": [item("LINE", 5.0)], "preview": true });
        let tried = command(&world, LINE_MANAGER, "renewApproval", tried, &selection).await;
        assert_eq!(tried["results"], json!([{ "supporter": null, "refusals": [] }]));

        let renewed = renew(&world, LINE_MANAGER, item("LINE", 5.0)).await;
        assert_eq!(renewed["refusals"], json!([]), "{renewed}");
        let renewed = &renewed["supporter"];
        assert_eq!(renewed["lineApproval"], json!({ "decidedOn": "2027-11-04", "lastDay": "2029-11-03" }));
        assert_eq!(renewed["protectedHours"], 4.5, "the hours on file stand for the other manager");
        let renewed = renew(&world, SENIOR_MANAGER, item("SENIOR", 6.0)).await;
        assert_eq!(renewed["supporter"]["protectedHours"], 5.0, "the smaller of the two figures");
        assert_eq!(refused(&renew(&world, SENIOR_MANAGER, item("SENIOR", 6.0)).await), "NOT_RENEWABLE");

        // A withdrawal takes both approvals of the line manager away.
        let withdrawn = json!({ "allocationId": id, "capacity": "LINE" });
        let withdrawn = done(&world, LINE_MANAGER, "withdrawApproval", withdrawn).await;
        assert_eq!(withdrawn["headline"], "LINE_APPROVAL_MISSING");
        assert_eq!(withdrawn["lineApproval"]["lastDay"], "2027-11-03");
        let rows = approval::Entity::find().all(&world.db).await.unwrap();
        let ended = rows.iter().filter(|row| row.withdrawn_on == Some(day("2027-11-04"))).count();
        assert_eq!(ended, 2);
    }
);

both!(
    async fn an_approval_is_withdrawn_by_those_who_may(world: World) {
        organised(&world).await;
        let id = id_of(&world, SUPPORTER, "N1").await;
        let input = |capacity: &str| json!({ "allocationId": id, "capacity": capacity });
        assert_eq!(refusal(&world, SENIOR_MANAGER, "withdrawApproval", input("LINE")).await, "NOT_YOUR_STEP");
        assert_eq!(refusal(&world, SUPPORTER, "withdrawApproval", input("LINE")).await, "OWN_CASE");
        is_not_found(&world, NOMINEE, "withdrawApproval", input("LINE"), SUPPORTED).await;
        let dated = |day: &str| json!({ "allocationId": id, "capacity": "SENIOR", "day": day });
        for day in ["2026-11-17", "2026-11-08"] {
            assert_eq!(refusal(&world, SENIOR_MANAGER, "withdrawApproval", dated(day)).await, "DAY_OUT_OF_RANGE");
        }
        assert_eq!(status(&world, "N1").await, "AT_RISK");
        let withdrawn = done(&world, SENIOR_MANAGER, "withdrawApproval", dated("2026-11-14")).await;
        assert_eq!(withdrawn["headline"], "SENIOR_APPROVAL_MISSING");
        assert_eq!(status(&world, "N1").await, "NONE");
        let again = refusal(&world, COORDINATOR, "withdrawApproval", input("SENIOR")).await;
        assert_eq!(again, "NOTHING_TO_CHANGE");
        done(&world, COORDINATOR, "withdrawApproval", input("LINE")).await;
    }
);

both!(
    async fn a_champions_withdrawal_ends_the_role(world: World) {
        organised(&world).await;
        let input = json!({
            "personId": person_id(CHAMPION), "role": "WELLBEING_CHAMPION", "unitCode": "N1", "capacity": "LINE"
        });
        done(&world, LINE_MANAGER, "withdrawApproval", input).await;
        let query = "{ team(code: \"N1\") { champions { counting } } }";
        let seen = answer(&as_person(&world, COORDINATOR).await, query, json!({})).await;
        assert_eq!(seen["data"]["team"]["champions"]["counting"], 0, "{seen}");
    }
);
