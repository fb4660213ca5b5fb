//! Numbers of one person: proposed by address, tried without writing, linked, recorded, and unlinked again.

use entity::store::audit::{self, AuditFilter};
use entity::store::links;
use entity::value::Action;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{answer, board, data, site};
use crate::harness::{World, both};

const LINK: &str = "mutation($a: ID!, $b: ID!, $try: Boolean!) {
    linkPeople(input: { personId: $a, sameAsId: $b, dryRun: $try }) {
        done teamsChanged refusal { code sentence }
        teams { unitCode statusBefore statusAfter headcountBefore headcountAfter gapBefore gapAfter } } }";
const UNLINK: &str = "mutation($a: ID!, $b: ID!) {
    unlinkPeople(input: { personId: $a, sameAsId: $b }) { done teamsChanged refusal { code } } }";
const PROPOSED: &str = "{ possibleLinks { totalCount nodes { person { id } sameAs { id } } } }";

fn id(number: i64) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("Person:{number}"))
}

fn pair(a: i64, b: i64, dry_run: bool) -> Value {
    json!({ "a": id(a), "b": id(b), "try": dry_run })
}

/// The board of these tests; persons 8 and 9 of ward N2 have the same address.
async fn with_one_address(world: &World) {
    board::organisation(&world.db).await;
    let same = "UPDATE person SET work_email = 'Joint.Post@Board.example' WHERE id = 8";
    world.db.execute_unprepared(same).await.unwrap();
    let same = "UPDATE person SET work_email = 'joint.post@board.example' WHERE id = 9";
    world.db.execute_unprepared(same).await.unwrap();
    board::changed(&world.db).await;
}

both!(
    async fn a_link_is_proposed_tried_and_recorded(world: World) {
        with_one_address(&world).await;
        let site = site(&world);
        let proposed = json!({ "totalCount": 1, "nodes": [{ "person": { "id": id(8) }, "sameAs": { "id": id(9) } }] });
        assert_eq!(data(&site, PROPOSED).await["possibleLinks"], proposed);

        let n2 = json!({ "unitCode": "N2", "statusBefore": "PARTIAL", "statusAfter": "PARTIAL", "headcountBefore": 30,
            "headcountAfter": 29, "gapBefore": 1, "gapAfter": 1 });
        let tried = answer(&site, LINK, pair(8, 9, true)).await["data"]["linkPeople"].clone();
        assert_eq!(tried, json!({ "done": false, "teamsChanged": 1, "refusal": null, "teams": [n2] }));
        assert_eq!(links::load(&world.db).await.unwrap(), links::SamePerson::default(), "a dry run writes nothing");

        let linked = answer(&site, LINK, pair(8, 9, false)).await["data"]["linkPeople"].clone();
        assert_eq!((&linked["done"], &linked["teams"]), (&json!(true), &tried["teams"]));
        assert_eq!(data(&site, "{ team(code: \"N2\") { headcount } }").await["team"]["headcount"], 29);
        assert_eq!(data(&site, PROPOSED).await["possibleLinks"]["totalCount"], 0);
        let filter = AuditFilter { action: Some(Action::PeopleLinked), ..AuditFilter::default() };
        assert_eq!(audit::list(&world.db, &filter, 10).await.unwrap().len(), 1);

        let undone = answer(&site, UNLINK, json!({ "a": id(9), "b": id(8) })).await["data"]["unlinkPeople"].clone();
        assert_eq!(undone, json!({ "done": true, "teamsChanged": 1, "refusal": null }));
        assert_eq!(data(&site, "{ team(code: \"N2\") { headcount } }").await["team"]["headcount"], 30);
    }
);

both!(
    async fn an_invalid_link_writes_nothing(world: World) {
        with_one_address(&world).await;
        let site = site(&world);
        // Persons 3 and 38 each give their whole share.
        for (pair, code) in [
            (pair(8, 8, false), "ALREADY_LINKED"),
            (pair(8, 4711, false), "PERSON_UNKNOWN"),
            (pair(3, 38, false), "SHARES_TOO_LARGE"),
        ] {
            let refused = answer(&site, LINK, pair).await["data"]["linkPeople"].clone();
            assert_eq!((&refused["done"], &refused["refusal"]["code"]), (&json!(false), &json!(code)));
        }
        let refused = answer(&site, UNLINK, json!({ "a": id(8), "b": id(9) })).await;
        assert_eq!(refused["data"]["unlinkPeople"]["refusal"]["code"], "NOT_LINKED");
        assert_eq!(links::load(&world.db).await.unwrap(), links::SamePerson::default());
    }
);

both!(
    async fn an_address_of_three_is_a_shared_mailbox(world: World) {
        with_one_address(&world).await;
        world
            .db
            .execute_unprepared("UPDATE person SET work_email = 'joint.post@board.example' WHERE id = 10")
            .await
            .unwrap();
        assert_eq!(data(&site(&world), PROPOSED).await["possibleLinks"]["totalCount"], 0);
    }
);
