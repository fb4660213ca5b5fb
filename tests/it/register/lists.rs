//! Lists of nominations: their filters and totals.

use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The units of the nominations that a person lists with a filter.
async fn listed(world: &World, by: i64, filter: &str) -> Vec<String> {
    let query = format!("{{ nominations(filter: {filter}) {{ totalCount nodes {{ unitCode }} }} }}");
    let answer = answer(&as_person(world, by).await, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let list = &answer["data"]["nominations"];
    let nodes = list["nodes"].as_array().unwrap();
    assert_eq!(list["totalCount"], nodes.len());
    nodes.iter().map(|node| node["unitCode"].as_str().unwrap().to_owned()).collect()
}

async fn four(world: &World) -> Value {
    organised(world).await;
    let waiting = nominated_and_accepted(world).await;
    pass_days(world, 10);
    for (person, unit, role) in
        [(5, "N1", "PEER_SUPPORTER"), (37, "S1", "PEER_SUPPORTER"), (40, "S2", "WELLBEING_CHAMPION")]
    {
        let item = json!({ "role": role, "unitCode": unit });
        accepted(&nominate(world, person, item).await);
    }
    waiting
}

both!(
    async fn filters_select_from_what_is_seen(world: World) {
        four(&world).await;
        let all = async |filter: &'static str| listed(&world, COORDINATOR, filter).await;
        assert_eq!(all("{}").await, ["N2", "N1", "S1", "S2"]);
        assert_eq!(all("{ underCode: \"NORTH\" }").await, ["N2", "N1"]);
        assert_eq!(all("{ underCode: \"n1\" }").await, ["N1"]);
        assert_eq!(all("{ underCode: \"NEVER\" }").await, Vec::<String>::new());
        assert_eq!(all("{ role: WELLBEING_CHAMPION }").await, ["S2"]);
        assert_eq!(all("{ state: [APPROVED] }").await, Vec::<String>::new());
        assert_eq!(all("{ olderThanDays: 9 }").await, ["N2"]);
        assert_eq!(all("{ olderThanDays: 10 }").await, Vec::<String>::new());
        // The senior manager of NORTH sees none of SOUTH, whatever is asked.
        assert_eq!(listed(&world, SENIOR_MANAGER, "{}").await, ["N2", "N1"]);
        assert_eq!(listed(&world, SENIOR_MANAGER, "{ underCode: \"SOUTH\" }").await, Vec::<String>::new());
        assert_eq!(listed(&world, NOMINEE, "{}").await, ["N2"]);
    }
);

both!(
    async fn a_nomination_waits_for_those_who_can_move_it(world: World) {
        let id = four(&world).await;
        let mine = "{ waitingForMe: true }";
        assert_eq!(listed(&world, SENIOR_MANAGER, mine).await, ["N2", "N1"]);
        assert_eq!(listed(&world, NOMINEE, mine).await, Vec::<String>::new());
        let ask = json!({ "nominationId": id, "capacity": "SENIOR", "decision": "ASK", "question": "Which days?" });
        accepted(&decide(&world, SENIOR_MANAGER, ask).await);
        assert_eq!(listed(&world, NOMINEE, mine).await, ["N2"], "the nominee has a question to answer");
        assert_eq!(listed(&world, SENIOR_MANAGER, mine).await, ["N1"]);
        assert_eq!(listed(&world, SENIOR_MANAGER, "{ waitingForMe: false }").await, ["N2"]);
    }
);
