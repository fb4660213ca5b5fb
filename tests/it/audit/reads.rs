//! Who read which mails: one event a request, before its answer is given.

use serde_json::{Value, json};

use super::{break_it, told};
use crate::graphql::{answer, board, data, history, site};
use crate::harness::both;

/// What was read, as (object, since).
async fn reads(db: &sea_orm::DatabaseConnection) -> Vec<(Option<String>, Value)> {
    let events = told(db).await;
    assert!(events.iter().all(|event| event.1 == "REPORT_READ" && event.3.is_null()), "{events:?}");
    events.into_iter().map(|event| (event.2, event.4)).collect()
}

both! {
    async fn a_request_that_reads_mails_leaves_one_event_that_names_them(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        data(&site, "{ gapReports { nodes { deliveries { nodes { state textPart } } } } jobRuns { totalCount } }").await;
        // By a fragment, under another name, and only of those that were refused or are waiting.
        data(
            &site,
            "{ gapReports(first: 1) { nodes { week mails: deliveries(state: RETRYING) { ...Page } } } }
             fragment Page on DeliveryConnection { edges { node { subject } } }",
        )
        .await;
        let all = json!({ "listed": [1, 2, 3, 4], "texts": [1, 2, 3, 4], "reports": [] });
        let one = json!({ "listed": [3], "texts": [], "reports": [] });
        assert_eq!(reads(&world.db).await, [(None, all), (Some("delivery:3".to_owned()), one)]);
    }
}

both! {
    async fn a_mail_that_is_found_by_its_id_is_read_and_one_that_is_counted_is_not(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        let found = data(&site, "{ gapReports { nodes { week deliveries { totalCount } } } }").await;
        assert_eq!(found["gapReports"]["nodes"][0]["deliveries"]["totalCount"], 3);
        assert!(reads(&world.db).await.is_empty(), "a total names nobody");

        let ids = data(&site, "{ gapReports { nodes { deliveries { nodes { id } } } } }").await;
        let id = &ids["gapReports"]["nodes"][0]["deliveries"]["nodes"][0]["id"];
        let query = "query($id: ID!) { node(id: $id) { ... on Delivery { textPart } } }";
        let text = answer(&site, query, json!({ "id": id })).await;
        assert_eq!(text["data"]["node"]["textPart"], "Dear reader 2");
        let last = reads(&world.db).await.pop().unwrap();
        assert_eq!(last, (Some("delivery:2".to_owned()), json!({ "listed": [2], "texts": [2], "reports": [] })));
    }
}

both! {
    async fn who_is_shown_which_gaps_a_report_told_of_has_read_it(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        let asked = "{ gapReports { nodes { week changes { nodes { code } } } } }";
        let told = data(&site, asked).await;
        let of = |report: &Value| report["changes"]["nodes"].as_array().unwrap().len();
        let shown: Vec<_> = told["gapReports"]["nodes"].as_array().unwrap().iter().map(of).collect();
        assert_eq!(shown.iter().filter(|changes| **changes > 0).count(), 1, "{told}");
        let one = (Some("report:2".to_owned()), json!({ "listed": [], "texts": [], "reports": [2] }));
        assert_eq!(reads(&world.db).await, [one]);
    }
}

both! {
    async fn what_cannot_be_recorded_is_not_shown(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        break_it(&world.db).await;
        let site = site(&world);
        let query = "{ board { code } gapReports { nodes { week deliveries { nodes { subject textPart } } } } }";
        let refused = answer(&site, query, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(refused.get("data").is_none() && !refused.to_string().contains("Dear"), "{refused}");
        // What names no mail is answered all the same.
        assert_eq!(data(&site, "{ gapReports { nodes { week } } }").await["gapReports"]["nodes"][0]["week"], "2026-W47");
    }
}
