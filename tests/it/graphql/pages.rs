//! Lists in pages: bounded, in a stable order, forwards and backwards, and found again by id.

use axum::Router;
use serde_json::{Value, json};

use super::{answer, board, data, history, site};
use crate::harness::both;

/// The codes on a page of teams.
fn codes(page: &Value) -> Vec<String> {
    let nodes = page["nodes"].as_array().unwrap();
    nodes.iter().map(|node| node["unit"]["code"].as_str().unwrap().to_owned()).collect()
}

/// Walks all pages of teams in an order, by `first` and `after` or by `last` and `before`.
async fn walk(site: &Router, order: &str, size: usize, forwards: bool) -> Vec<String> {
    let arguments = if forwards { "first: $size, after: $cursor" } else { "last: $size, before: $cursor" };
    let query = format!(
        "query($size: Int, $cursor: String) {{ teams(orderBy: {order}, {arguments}) {{ nodes {{ unit {{ code }} }}
         pageInfo {{ startCursor endCursor hasNextPage hasPreviousPage }} }} }}"
    );
    let (mut all, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let answer = answer(site, &query, json!({ "size": size, "cursor": cursor })).await;
        assert_eq!(answer.get("errors"), None);
        let page = &answer["data"]["teams"];
        let found = codes(page);
        assert!(!found.is_empty() && found.len() <= size);
        let info = &page["pageInfo"];
        let (more, next) = if forwards { ("hasNextPage", "endCursor") } else { ("hasPreviousPage", "startCursor") };
        all = if forwards { [all, found].concat() } else { [found, all].concat() };
        if info[more] == false {
            return all;
        }
        cursor = info[next].clone();
    }
}

both!(
    async fn pages_of_worst_gaps_join_without_overlap(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 10).await;
        let site = site(&world);
        for field in ["GAP", "STAFF_AFFECTED", "HEADCOUNT", "NAME", "CODE", "AT_RISK_FROM"] {
            for direction in ["ASC", "DESC"] {
                let order = format!("{{ field: {field}, direction: {direction} }}");
                let whole = data(
                    &site,
                    &format!("{{ teams(orderBy: {order}, first: 100) {{ nodes {{ unit {{ code }} }} }} }}"),
                )
                .await;
                let whole = codes(&whole["teams"]);
                assert_eq!(whole.len(), 16, "{order}");
                assert_eq!(walk(&site, &order, 3, true).await, whole, "{order} forwards");
                assert_eq!(walk(&site, &order, 3, false).await, whole, "{order} backwards");
            }
        }
        let worst = "{ teams(first: 3, orderBy: { field: STAFF_AFFECTED, direction: DESC }, filter: { status: [NONE, PARTIAL] }) {
            totalCount nodes { unit { code } staffAffected gap } } }";
        let worst = data(&site, worst).await;
        assert_eq!(codes(&worst["teams"]), ["N2", "BOARD", "S1"]);
        assert_eq!(worst["teams"]["totalCount"], 13);
    }
);

both!(
    async fn filters_narrow_teams_and_units(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let query = r#"{ at_risk: teams(filter: { atRiskBefore: "2026-12-16" }) { nodes { unit { code } } }
            safe: teams(filter: { atRiskBefore: "2026-12-15" }) { nodes { unit { code } } }
            south: teams(filter: { underCode: "SOUTH", status: [COVERED] }) { nodes { unit { code } } }
            big: teams(filter: { minHeadcount: 5, maxHeadcount: 9, level: "Ward" }) { nodes { unit { code } } }
            pair: teams(filter: { coverGroup: "Pair" }) { nodes { unit { code } } }
            named: teams(filter: { search: "wARD 2" }) { nodes { unit { code } } }
            units(underCode: "NORTH", level: "Ward", search: "n") { totalCount nodes { code } } }"#;
        let found = data(&site, query).await;
        assert_eq!(codes(&found["at_risk"]), ["N1"]);
        assert!(codes(&found["safe"]).is_empty());
        assert_eq!(codes(&found["south"]), ["S2", "S3"]);
        assert_eq!(codes(&found["big"]), ["S2", "S3"], "a member shows its group's headcount of nine");
        assert_eq!(codes(&found["pair"]), ["S2", "S3"]);
        assert_eq!(codes(&found["named"]), ["N2"]);
        assert_eq!(found["units"], json!({ "totalCount": 2, "nodes": [{ "code": "N1" }, { "code": "N2" }] }));
    }
);

both!(
    async fn rows_of_the_database_page_both_ways_too(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        history::imports(&world.db).await;
        let site = site(&world);
        let first =
            data(&site, "{ snapshots(first: 1) { nodes { day } pageInfo { endCursor hasNextPage hasPreviousPage } } }")
                .await;
        assert_eq!(first["snapshots"]["nodes"], json!([{ "day": "2026-11-16" }]));
        assert_eq!(first["snapshots"]["pageInfo"]["hasNextPage"], true);
        let after = json!({ "after": first["snapshots"]["pageInfo"]["endCursor"] });
        let query = "query($after: String) { snapshots(first: 5, after: $after) { nodes { day } pageInfo { hasNextPage
            hasPreviousPage } } }";
        let second = answer(&site, query, after).await;
        assert_eq!(
            second["data"]["snapshots"],
            json!({ "nodes": [{ "day": "2026-11-09" }], "pageInfo": { "hasNextPage": false, "hasPreviousPage": true } })
        );
        let last =
            data(&site, "{ snapshots(last: 1) { nodes { day } pageInfo { hasNextPage hasPreviousPage } } }").await;
        assert_eq!(
            last["snapshots"],
            json!({ "nodes": [{ "day": "2026-11-09" }], "pageInfo": { "hasNextPage": false, "hasPreviousPage": true } })
        );
        let query = "query($after: String) { importBatches(last: 1) { nodes { rejects(first: 2, after: $after) { nodes { line }
            pageInfo { endCursor hasNextPage } } back: rejects(last: 2) { nodes { line } pageInfo { hasPreviousPage } } } } }";
        let first = answer(&site, query, json!({})).await;
        let batch = &first["data"]["importBatches"]["nodes"][0];
        assert_eq!(batch["rejects"]["nodes"], json!([{ "line": 4 }, { "line": 9 }]));
        assert_eq!(
            batch["back"],
            json!({ "nodes": [{ "line": 9 }, { "line": 12 }], "pageInfo": { "hasPreviousPage": true } })
        );
        let second = answer(&site, query, json!({ "after": batch["rejects"]["pageInfo"]["endCursor"] })).await;
        let batch = &second["data"]["importBatches"]["nodes"][0];
        assert_eq!(batch["rejects"]["nodes"], json!([{ "line": 12 }]));
        assert_eq!(batch["rejects"]["pageInfo"]["hasNextPage"], false);
    }
);

both!(
    async fn the_newest_report_is_of_the_newest_week(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let late = "INSERT INTO report (id, week, snapshot_id, built_at) VALUES (3, '2020-W01', 1, '2026-11-16 08:00:00+00:00')";
        sea_orm::ConnectionTrait::execute_unprepared(&world.db, late).await.unwrap();
        let site = site(&world);
        let found = data(&site, "{ gapReports(first: 2) { nodes { week } pageInfo { endCursor } } }").await;
        assert_eq!(found["gapReports"]["nodes"], json!([{ "week": "2026-W47" }, { "week": "2026-W46" }]));
        let rest = "query($after: String) { gapReports(after: $after) { nodes { week } pageInfo { hasNextPage } } }";
        let rest = answer(&site, rest, json!({ "after": found["gapReports"]["pageInfo"]["endCursor"] })).await;
        let page = json!({ "nodes": [{ "week": "2020-W01" }], "pageInfo": { "hasNextPage": false } });
        assert_eq!(rest["data"]["gapReports"], page, "{rest}");
    }
);

both!(
    async fn an_id_finds_its_object_again_on_its_day(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        history::imports(&world.db).await;
        let site = site(&world);
        let query = r#"{ a: board { id } b: team(code: "N1") { id } c: team(code: "N1", asOf: "2026-12-15") { id }
            d: snapshots(first: 1) { nodes { id } } e: gapReports(first: 1) { nodes { id deliveries(first: 1) { nodes { id } } } }
            f: jobRuns { nodes { id } } g: importBatches(first: 1) { nodes { id } } }"#;
        let found = data(&site, query).await;
        let ids = json!([
            found["a"]["id"],
            found["b"]["id"],
            found["c"]["id"],
            found["d"]["nodes"][0]["id"],
            found["e"]["nodes"][0]["id"],
            found["e"]["nodes"][0]["deliveries"]["nodes"][0]["id"],
            found["f"]["nodes"][0]["id"],
            found["g"]["nodes"][0]["id"],
        ]);
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id __typename ... on Team { status } } }";
        let again = answer(&site, query, json!({ "ids": ids })).await;
        assert_eq!(again.get("errors"), None);
        let nodes = again["data"]["nodes"].as_array().unwrap();
        assert_eq!(nodes.iter().map(|node| node["id"].clone()).collect::<Vec<_>>(), *ids.as_array().unwrap());
        let kinds: Vec<_> = nodes.iter().map(|node| node["__typename"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["Unit", "Team", "Team", "Snapshot", "GapReport", "Delivery", "JobRun", "ImportBatch"]);
        assert_eq!((&nodes[1]["status"], &nodes[2]["status"]), (&json!("AT_RISK"), &json!("NONE")));
    }
);
