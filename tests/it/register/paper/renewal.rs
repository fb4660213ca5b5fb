//! Renewals from paper.

use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// A Peer Supporter of ward N2 whose approvals were given on 2 and 3 January 2026 for 24 months.
const SUPPORTER: i64 = 6;

const ITEM: &str = "results { supporter { headline protectedHours lineApproval { decidedOn lastDay by { id } } \
    seniorApproval { decidedOn lastDay } } refusals { code message path } }";

async fn renew(world: &World, by: i64, item: Value) -> Value {
    command(world, by, "renewApproval", json!({ "items": [item] }), ITEM).await["results"][0].clone()
}

fn item(capacity: &str, paper: Value) -> Value {
    let id = URL_SAFE_NO_PAD.encode("Allocation:2");
    json!({ "allocationId": id, "capacity": capacity, "protectedHours": 8, "paper": paper })
}

both!(
    async fn a_renewal_from_paper_counts_until_it_is_disputed(world: World) {
        with_coordinators(&world).await;
        pass_days(&world, 380);
        let early = item("LINE", paper(LINE_MANAGER, "2027-11-01"));
        assert_eq!(refused(&renew(&world, COORDINATOR, early).await), "NOT_RENEWABLE", "as on the day of the paper");
        let line = item("LINE", paper(LINE_MANAGER, "2027-11-08"));
        let renewed = renew(&world, COORDINATOR, line).await;
        assert_eq!(renewed["refusals"], json!([]), "{renewed}");
        let approval =
            json!({ "decidedOn": "2027-11-08", "lastDay": "2029-11-07", "by": { "id": person_id(LINE_MANAGER) } });
        assert_eq!(renewed["supporter"]["lineApproval"], approval);
        assert_eq!(renewed["supporter"]["protectedHours"], 4.5, "a paper never raises the hours");
        let senior = item("SENIOR", paper(SENIOR_MANAGER, "2027-11-08"));
        assert_eq!(refused(&renew(&world, COORDINATOR, senior.clone()).await), "ONE_RECORDER");
        assert_eq!(renew(&world, SECOND, senior).await["refusals"], json!([]));

        disputed(&world, LINE_MANAGER, "RENEWAL").await;
        let approval = |capacity: &'static str| {
            let world = &world;
            async move {
                let query = format!(
                    "{{ team(code: \"N2\") {{ supporters(first: 50) {{ nodes {{ person {{ id }} {capacity} {{ lastDay }} }} }} }} }}"
                );
                let answer = answer(&as_person(world, COORDINATOR).await, &query, json!({})).await;
                let nodes = answer["data"]["team"]["supporters"]["nodes"].as_array().unwrap().clone();
                let own = nodes.into_iter().find(|one| one["person"]["id"] == person_id(SUPPORTER)).unwrap();
                own[capacity]["lastDay"].clone()
            }
        };
        assert_eq!(approval("lineApproval").await, "2028-01-01", "the earlier approval holds to its own end");
        assert_eq!(approval("seniorApproval").await, "2029-11-07");
    }
);
