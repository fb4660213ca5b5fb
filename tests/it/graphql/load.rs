//! What costly questions are priced at, and that rights come before work.

use entity::value::AccessRole;
use psn::graphql::persisted::Persisted;
use serde_json::json;

use super::statements::Statements;
use super::{answer, board, closed, data, history, site};
use crate::harness::{World, both};

/// A question of so many days.
fn of_days(number: u32, question: &str) -> String {
    let days = (1..=number).map(|on| format!("d{on}: {} ", question.replace("$on", &format!("\"2026-11-{on:02}\""))));
    format!("{{ {} }}", days.collect::<String>())
}

both!(
    async fn days_policies_and_subject_access_are_priced_by_what_they_cost(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let asked = async |query: &str| answer(&site, query, json!({})).await["extensions"]["cost"]["asked"].clone();
        assert_eq!(asked("{ board { code } }").await, 2, "today is kept for every caller");
        assert_eq!(asked(&of_days(10, "board(asOf: $on) { code }")).await, 40_020);
        assert_eq!(asked("{ whatIf(policy: { staffPerSupporter: 15 }) { teamsWithANewGap } }").await, 4_002);
        assert_eq!(asked("{ subjectAccess }").await, 12_001, "it is recorded");
    }
);

both!(
    async fn a_caller_without_figures_causes_no_computation(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let closed = closed(&world, statements.watch(&world), Persisted::default());
        // Each day that is computed for a caller who does not see small numbers looks for what was published of it.
        let computed = || statements.taken().iter().filter(|sql| sql.contains("snapshot")).count();
        let staff = world.person(10).await.with(closed.clone());
        assert_eq!(data(&staff, "{ viewer { roles } }").await["viewer"]["roles"], json!(["STAFF"]));
        computed();
        for question in [
            "board(asOf: $on) { code }",
            "unit(code: \"N1\", asOf: $on) { code }",
            "team(code: \"N1\", asOf: $on) { status }",
            "teams(asOf: $on) { totalCount }",
            "units(asOf: $on) { totalCount }",
            "supporters(asOf: $on) { totalCount }",
            "trainers(asOf: $on) { totalCount }",
            "champions(asOf: $on) { totalCount }",
            "whatIf(asOf: $on, policy: { awayDays: 3 }) { teamsWithANewGap }",
        ] {
            let answer = answer(&staff, &of_days(5, question), json!({})).await;
            assert_eq!(computed(), 0, "{question}: {answer}");
        }

        // A unit that the caller does not see is refused before the day is computed; one that it sees is computed.
        let dashboard = world.token(AccessRole::Dashboard, &[4], false).await.with(closed);
        for question in [
            "unit(code: \"N2\", asOf: $on) { code }",
            "team(code: \"N2\", asOf: $on) { status }",
            "teams(asOf: $on, filter: { underCode: \"N2\" }) { totalCount }",
            "units(asOf: $on, underCode: \"N2\") { totalCount }",
            "whatIf(asOf: $on, unitCode: \"N1\", policy: { awayDays: 3 }) { teamsWithANewGap }",
        ] {
            let answer = answer(&dashboard, &of_days(5, question), json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
            assert_eq!(computed(), 0, "{question}");
        }
        data(&dashboard, "{ unit(code: \"N1\", asOf: \"2026-11-10\") { rollUp { headcount } } }").await;
        assert!(computed() > 0, "the last snapshot of the day, and what it published");
    }
);
