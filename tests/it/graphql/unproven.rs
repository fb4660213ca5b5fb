//! Approvals by people who did not hold the office: shown for a Peer Supporter, counted for a team, and excluded by a policy.

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{board, data, site};
use crate::harness::{World, both};

async fn change(world: &World, sql: &str) {
    world.db.execute_unprepared(sql).await.unwrap();
    board::changed(&world.db).await;
}

/// A team's status and count, and for each of its Peer Supporters whether they depend on an unproven approval and why they do
/// not count.
async fn unproven_of(world: &World, team: &str) -> Value {
    let query = format!(
        "{{ team(code: \"{team}\") {{ status unproven supporters {{ nodes {{ isUnproven reasonsAgainst }} }} }} }}"
    );
    let told = data(&site(world), &query).await["team"].take();
    let supporters = told["supporters"]["nodes"].as_array().unwrap().iter();
    let supporters: Vec<_> = supporters.map(|of| json!([of["isUnproven"], of["reasonsAgainst"]])).collect();
    json!([told["status"], told["unproven"], supporters])
}

both!(
    async fn an_approval_is_proven_by_the_office_on_its_day(world: World) {
        board::organisation(&world.db).await;
        // Person 1 is the line manager of all, and person 2 the senior manager of NORTH, but not of SOUTH.
        assert_eq!(unproven_of(&world, "N1").await, json!(["AT_RISK", 0, [[false, []]]]));
        assert_eq!(unproven_of(&world, "S2").await, json!(["COVERED", 1, [[true, []]]]));
        assert_eq!(unproven_of(&world, "S3").await, json!(["COVERED", 1, [[true, []]]]), "of the whole cover group");
        assert_eq!(unproven_of(&world, "S1").await, json!(["NONE", 0, []]));
        // A supporter who does not count is not included, even if unproven.
        let against = json!([["NO_PROTECTED_TIME"]]);
        assert_eq!(unproven_of(&world, "N2").await, json!(["PARTIAL", 0, [[false, []], [false, against[0]]]]));
        change(&world, "UPDATE appointment SET valid_from = '2026-01-04'").await;
        assert_eq!(unproven_of(&world, "N2").await, json!(["PARTIAL", 1, [[true, []], [true, against[0]]]]));
        assert_eq!(unproven_of(&world, "N1").await, json!(["AT_RISK", 1, [[true, []]]]), "decided the day before");
        change(&world, "UPDATE appointment SET valid_from = '2026-01-03'").await;
        assert_eq!(unproven_of(&world, "N1").await, json!(["AT_RISK", 0, [[false, []]]]), "on the very day");
        // A line manager other than the approver.
        change(&world, "UPDATE post SET line_manager_id = 2 WHERE person_id = 3").await;
        assert_eq!(unproven_of(&world, "N1").await, json!(["AT_RISK", 1, [[true, []]]]));
    }
);

both!(
    async fn a_policy_that_requires_the_office_takes_the_unproven_out(world: World) {
        board::organisation(&world.db).await;
        change(&world, "UPDATE policy SET approver_office = 'REQUIRED'").await;
        assert_eq!(unproven_of(&world, "N1").await, json!(["AT_RISK", 0, [[false, []]]]));
        let missing = json!([[false, ["SENIOR_APPROVAL_MISSING"]]]);
        assert_eq!(unproven_of(&world, "S2").await, json!(["NONE", 0, missing]), "no one who counts rests on one");
    }
);
