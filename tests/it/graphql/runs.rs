//! Requests for a run of a job: a row in the ledger, or a refusal with the reason.

use chrono::TimeDelta;
use entity::store::run;
use serde_json::{Value, json};

use super::{answer, board, history, site};
use crate::harness::both;

const QUERY: &str = "mutation($job: Job!, $period: String!) { requestRun(input: { job: $job, period: $period }) {
    run { job period state attempts } refusal { code sentence } } }";

async fn request(site: &axum::Router, job: &str, period: &str) -> Value {
    let answer = answer(site, QUERY, json!({ "job": job, "period": period })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["requestRun"].clone()
}

both!(
    async fn a_run_is_requested_once_and_again_when_done(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        history::imports(&world.db).await;
        let site = site(&world);
        let asked = json!({ "job": "coverage", "period": "2026-11-16", "state": "REQUESTED", "attempts": 0 });
        for _ in 0..2 {
            assert_eq!(request(&site, "COVERAGE", "2026-11-16").await, json!({ "run": asked, "refusal": null }));
        }
        assert_eq!(run::count(&world.db, &run::RunFilter::default()).await.unwrap(), 2);
        let again = request(&site, "GAP_REPORT", "2026-W47").await;
        assert_eq!(again["run"]["state"], "REQUESTED", "the one that was done");
    }
);

both!(
    async fn an_invalid_run_is_refused_in_the_answer(world: World) {
        let site = site(&world);
        let unknown = request(&site, "COVERAGE", "2026-11-16").await;
        assert_eq!(unknown["refusal"]["code"], "PERIOD_BEFORE_FIRST_IMPORT", "there is no import");
        history::imports(&world.db).await;
        let now = world.clock.now();
        let (holder, lease_until) = ("worker", now + TimeDelta::minutes(5));
        let bid = run::ClaimRequest { job: run::COVERAGE, period: "2026-11-16", holder, now, lease_until };
        run::claim(&world.db, bid).await.unwrap().unwrap();
        let running = request(&site, "COVERAGE", "2026-11-16").await;
        assert_eq!(running["run"]["state"], "RUNNING");
        assert_eq!(running["refusal"]["code"], "ALREADY_RUNNING");
        for (job, period, code) in [
            ("COVERAGE", "2026-W47", "PERIOD_UNREADABLE"),
            ("GAP_REPORT", "2026-W54", "PERIOD_UNREADABLE"),
            ("GAP_REPORT", "2026-W48", "PERIOD_IN_FUTURE"),
            ("COVERAGE", "2026-11-17", "PERIOD_IN_FUTURE"),
            ("MIDWEEK_REPORT", "2026-W47", "PERIOD_IN_FUTURE"),
            ("COVERAGE", "2026-11-15", "PERIOD_BEFORE_FIRST_IMPORT"),
            ("GAP_REPORT", "2026-W46", "PERIOD_BEFORE_FIRST_IMPORT"),
            ("COVERAGE", "0001-01-01", "PERIOD_OUT_OF_RANGE"),
            ("COVERAGE", "2101-01-01", "PERIOD_OUT_OF_RANGE"),
        ] {
            let refused = request(&site, job, period).await;
            assert_eq!((&refused["run"], &refused["refusal"]["code"]), (&Value::Null, &json!(code)));
        }
        assert_eq!(run::count(&world.db, &run::RunFilter::default()).await.unwrap(), 1, "nothing was written");
    }
);
