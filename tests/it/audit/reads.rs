//! Reads of mails: one event per request, recorded before the answer is returned.

use serde_json::{Value, json};

use super::{break_it, recorded_events};
use crate::access::at_loopback;
use crate::graphql::{answer, board, data, history, site};
use crate::harness::both;

/// The recorded reads, as (object, after).
async fn reads(db: &sea_orm::DatabaseConnection) -> Vec<(Option<String>, Value)> {
    let events = recorded_events(db).await;
    assert!(events.iter().all(|event| event.1 == "REPORT_READ" && event.3.is_null()), "{events:?}");
    events.into_iter().map(|event| (event.2, event.4)).collect()
}

both! {
    async fn a_request_that_reads_mails_leaves_one_event(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        // By a fragment, under another name, and only of those that were refused or are waiting.
        data(
            &site,
            "{ gapReports(first: 1) { nodes { week mails: deliveries(state: RETRYING) { ...Page } } } }
             fragment Page on DeliveryConnection { edges { node { subject } } }",
        )
        .await;
        data(&site, "{ gapReports { nodes { deliveries { nodes { state textPart } } } } jobRuns { totalCount } }").await;
        let all = json!({ "listed": [1, 2, 3, 4], "texts": [1, 2, 3, 4], "reports": [] });
        let one = json!({ "listed": [3], "texts": [], "reports": [] });
        assert_eq!(reads(&world.db).await, [(Some("delivery:3".to_owned()), one), (None, all)]);
    }
}

both! {
    async fn mails_are_read_by_id_but_not_by_counting(world: World) {
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
    async fn reading_the_gaps_of_a_report_is_recorded(world: World) {
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
        // A query that reads no mail is answered without an event.
        assert_eq!(data(&site, "{ gapReports { nodes { week } } }").await["gapReports"]["nodes"][0]["week"], "2026-W47");
    }
}

both! {
    async fn the_same_mails_read_again_are_counted(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let (site, authenticator) = crate::access::site(&world);
        let site = world.admin.with(at_loopback(site));
        let all = "{ gapReports { nodes { deliveries { nodes { state textPart } } } } }";
        let some = "{ gapReports(first: 1) { nodes { deliveries(state: RETRYING) { nodes { subject } } } } }";
        for query in [all, some, all, some, some] {
            data(&site, query).await;
        }
        let first = json!({ "listed": [1, 2, 3, 4], "texts": [1, 2, 3, 4], "reports": [] });
        assert_eq!(reads(&world.db).await, [(None, first.clone())]);
        authenticator.flush().await;
        let again = json!({ "listed": [1, 2, 3, 4], "texts": [1, 2, 3, 4], "reports": [], "requests": 4,
            "since": "2026-11-16T09:00:00Z" });
        assert_eq!(reads(&world.db).await, [(None, first.clone()), (None, again.clone())]);

        // A read is recorded before anything is shown, for each caller.
        let changes = "{ gapReports { nodes { changes { nodes { code } } } } }";
        data(&site, changes).await;
        let other = world.token(entity::value::AccessRole::Coordinator, &[], false).await;
        data(&other.with(at_loopback(crate::access::site(&world).0)), some).await;
        let changed = (Some("report:2".to_owned()), json!({ "listed": [], "texts": [], "reports": [2] }));
        let one = (Some("delivery:3".to_owned()), json!({ "listed": [3], "texts": [], "reports": [] }));
        assert_eq!(reads(&world.db).await[2..], [changed, one]);
    }
}

both! {
    async fn after_five_minutes_a_read_is_recorded_again(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let (site, authenticator) = crate::access::site(&world);
        let site = world.admin.with(at_loopback(site));
        let some = "{ gapReports(first: 1) { nodes { deliveries(state: RETRYING) { nodes { subject } } } } }";
        let begun = world.clock.now();
        for minute in [0, 1, 4, 5] {
            world.clock.set(begun + chrono::TimeDelta::minutes(minute));
            data(&site, some).await;
        }
        authenticator.flush().await;
        let object = || Some("delivery:3".to_owned());
        let first = json!({ "listed": [3], "texts": [], "reports": [] });
        let again = json!({ "listed": [3], "texts": [], "reports": [], "requests": 2, "since": "2026-11-16T09:01:00Z" });
        assert_eq!(reads(&world.db).await, [(object(), first.clone()), (object(), again), (object(), first)]);
    }
}

both! {
    async fn repeated_subject_access_leaves_two_events(world: World) {
        board::organisation(&world.db).await;
        let (site, authenticator) = crate::access::site(&world);
        let site = world.person(40).await.with(at_loopback(site));
        for _ in 0..20 {
            assert!(data(&site, "{ subjectAccess }").await["subjectAccess"].is_string());
        }
        authenticator.flush().await;
        let events = recorded_events(&world.db).await;
        let [first, again] = events.try_into().unwrap_or_else(|events| panic!("{events:?}"));
        let who = |event: &(String, String, Option<String>, Value, Value)| (event.0.clone(), event.1.clone(), event.2.clone());
        let expected = ("person:40".to_owned(), "SUBJECT_EXPORTED".to_owned(), Some("person:40".to_owned()));
        assert_eq!((who(&first), who(&again)), (expected.clone(), expected));
        assert!(first.4["records"].as_u64() > Some(0), "{first:?}");
        assert_eq!((&again.4["requests"], &again.4["since"]), (&json!(19), &json!("2026-11-16T09:00:00Z")));
    }
}

both! {
    async fn a_recorded_read_costs_more_than_its_answer(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        let asked = async |query: &str, variables: Value| {
            let answer = answer(&site, query, variables).await;
            assert_eq!(answer.get("errors"), None, "{answer}");
            answer["extensions"]["cost"]["asked"].as_u64().unwrap()
        };
        let ids = data(&site, "{ gapReports { nodes { id deliveries { nodes { id } } } } }").await;
        let report = &ids["gapReports"]["nodes"][0];
        let mail = &report["deliveries"]["nodes"][0]["id"];
        let none = || json!({});
        for (query, variables) in [
            ("{ gapReports(first: 1) { nodes { deliveries(first: 1) { nodes { state } } } } }", none()),
            ("{ gapReports(first: 1) { nodes { changes(first: 1) { nodes { code } } } } }", none()),
            ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": mail })),
            ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": [report["id"], mail] })),
            ("{ subjectAccess(personId: \"UGVyc29uOjQx\") }", none()),
        ] {
            assert!(asked(query, variables).await >= 2_000, "{query}");
        }
        // Once per request, however much it reads.
        let page = "{ gapReports(first: 2) { nodes { deliveries(first: 2) { nodes { state textPart } } } } }";
        assert!((2_000..4_000).contains(&asked(page, none()).await));
        for (query, variables) in [
            ("{ gapReports(first: 1) { nodes { week } } }", none()),
            ("query($id: ID!) { node(id: $id) { id } }", json!({ "id": report["id"] })),
        ] {
            assert!(asked(query, variables).await < 100, "{query}");
        }
    }
}
