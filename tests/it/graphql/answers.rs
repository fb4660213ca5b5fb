//! Queries of dashboards and analysts, with whole answers that a person has checked once.

use insta::assert_snapshot;

use super::{board, data, history, shown, site};
use crate::harness::{both, day};

both!(
    async fn the_board_at_a_glance(world: World) {
        board::organisation(&world.db).await;
        let query =
            "{ today board { code name level asOf isOpen rollUp { ...all } children { totalCount nodes { code name
            parent { code } rollUp { headcount teamsCovered { numerator denominator percent } } team { status }
            children { nodes { code site team { status statusInWords headcount gap } } } } } } }
            fragment all on RollUp { headcount wte activeSupporters trainers supportersPerTrainer trainersMet
              teams { total covered atRisk partial none mixGap unknown exempt notApplicable }
              teamsCovered { numerator denominator percent } staffCovered { numerator denominator percent }
              level1 { target met done { numerator denominator percent } }
              oldestStaffList { employer asAt ageInDays } }";
        assert_snapshot!("board", shown(&site(&world), query).await);
    }
);

/// Every field of a team.
const TEAM: &str = "fragment team on Team { status statusInWords headcount ownHeadcount staffAffected wte required gap
    activeSupporters allocatedShare singlePointOfFailure atRisk { from status reasons } suggestedActions
    unit { code name ancestors { code } appointments { role person { displayName } delegate { displayName } firstDay lastDay }
      exemptions { firstDay lastDay holds reason agreedBy } }
    supporters { totalCount nodes { person { displayName employer } unit { code } share isActive headline reasonsAgainst
      standingInWords firstDay lastDay lineApproval { decidedOn lastDay by { displayName } } seniorApproval { decidedOn lastDay
      by { displayName } } protectedHours signedOffOn pause { firstDay } certificateLastDay nextExpiry { what lastDay } } }
    champions { counting needed met } level1 { target met done { numerator denominator percent } }
    policy { unit { code } inForceFrom staffPerSupporter minSupporters certificateMonths approvalMonths awayDays level1Target
      minChampions supportersPerTrainer horizonDays mix { rule must } }
    mix { rule must state sentence } coverGroup { name members { totalCount nodes { code } } }
    changeSinceLastReport { since change statusThen gapThen } gapOpenedOn }";

both!(
    async fn one_team_in_full(world: World) {
        board::organisation(&world.db).await;
        history::store(&world.db, day("2026-11-09")).await;
        let site = site(&world);
        let query =
            format!("{{ short: team(code: \"N2\") {{ ...team }} risk: team(code: \"N1\") {{ ...team }} }} {TEAM}");
        assert_snapshot!("team", shown(&site, &query).await);
        let query = format!("{{ team(code: \"S3\", asOf: \"2026-11-20\") {{ ...team }} }} {TEAM}");
        assert_snapshot!("team_of_a_cover_group", shown(&site, &query).await);
    }
);

both!(
    async fn a_change_is_since_the_last_mailed_report(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        // Today is stored too; the report of the week after was mailed to no one.
        let site = site(&world);
        let query = r#"{ a: team(code: "N2") { changeSinceLastReport { since change } gapOpenedOn }
            b: team(code: "N2", asOf: "2026-11-09") { changeSinceLastReport { since } gapOpenedOn }
            c: team(code: "N2", asOf: "2026-11-17") { changeSinceLastReport { since } } }"#;
        let found = data(&site, query).await;
        let since = serde_json::json!({ "since": "2026-11-09", "change": "SAME" });
        assert_eq!(found["a"], serde_json::json!({ "changeSinceLastReport": since, "gapOpenedOn": "2026-11-09" }));
        let first = serde_json::json!({ "changeSinceLastReport": null, "gapOpenedOn": "2026-11-09" });
        assert_eq!(found["b"], first, "no report before it");
        assert_eq!(found["c"]["changeSinceLastReport"]["since"], "2026-11-16");
        sea_orm::ConnectionTrait::execute_unprepared(&world.db, "UPDATE report SET kind = 'MIDWEEK' WHERE id = 2")
            .await
            .unwrap();
        let found = data(&site, query).await;
        assert_eq!(found["c"]["changeSinceLastReport"]["since"], "2026-11-09", "a midweek report is not compared with");
        sea_orm::ConnectionTrait::execute_unprepared(&world.db, "UPDATE report SET kind = 'WEEKLY' WHERE id = 2")
            .await
            .unwrap();
        let unsent = "UPDATE delivery SET state = 'REFUSED' WHERE report_id = 2";
        sea_orm::ConnectionTrait::execute_unprepared(&world.db, unsent).await.unwrap();
        let found = data(&site, query).await;
        assert_eq!(found["c"]["changeSinceLastReport"]["since"], "2026-11-09", "the second was not mailed");
    }
);

both!(
    async fn a_report_shows_each_gap_change(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        for change in [
            // A moved team is the same team; one unit is no longer a team; one gap is new, one larger, one smaller.
            "UPDATE snapshot_team SET unit_code = 'N2B' WHERE unit_id = 5 AND snapshot_id = 2",
            "DELETE FROM snapshot_team WHERE unit_id = 6 AND snapshot_id = 2",
            "UPDATE snapshot_team SET status = 'PARTIAL', gap = 1, gap_opened_on = '2026-11-16' WHERE unit_id = 7 AND snapshot_id = 2",
            "UPDATE snapshot_team SET gap = 2 WHERE unit_id = 1 AND snapshot_id = 2",
        ] {
            sea_orm::ConnectionTrait::execute_unprepared(&world.db, change).await.unwrap();
        }
        let site = site(&world);
        let query = "{ gapReports { nodes { week changes { totalCount nodes { code name change openedOn
            before { status gap } now { status gap } } }
            some: changes(change: [NEW, CLOSED], first: 1) { totalCount nodes { code } pageInfo { hasNextPage endCursor } } } } }";
        assert_snapshot!("changes", shown(&site, query).await);
        let many: String = (1..=31).map(|at| format!("c{at}: changes {{ totalCount }} ")).collect();
        let refused = crate::graphql::answer(
            &site,
            &format!("{{ gapReports(first: 1) {{ nodes {{ {many} }} }} }}"),
            serde_json::json!({}),
        )
        .await;
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("at most 30 reports"), "{refused}");
    }
);

both!(
    async fn people_of_one_name_are_told_apart_by_id_and_title(world: World) {
        board::organisation(&world.db).await;
        for change in [
            "UPDATE person SET first_name = 'Jean', last_name = 'Brown' WHERE id IN (6, 7)",
            "UPDATE post SET job_title = 'Charge Nurse' WHERE person_id = 6",
            "UPDATE post SET job_title = 'Bank Nurse', bank = TRUE WHERE person_id = 7",
        ] {
            sea_orm::ConnectionTrait::execute_unprepared(&world.db, change).await.unwrap();
        }
        board::changed(&world.db).await;
        let query = "{ team(code: \"N2\") { supporters { nodes { person { id displayName jobTitle } } } } }";
        let site = site(&world);
        let found = data(&site, query).await;
        let people = found["team"]["supporters"]["nodes"].as_array().unwrap().clone();
        let field = |at: usize, field: &str| people[at]["person"][field].clone();
        assert_eq!((field(0, "displayName"), field(1, "displayName")), ("Jean Brown".into(), "Jean Brown".into()));
        assert_eq!((field(0, "jobTitle"), field(1, "jobTitle")), ("Charge Nurse".into(), serde_json::Value::Null));
        assert_ne!(field(0, "id"), field(1, "id"));
        let again = format!("{{ node(id: {}) {{ id ... on Person {{ displayName jobTitle }} }} }}", field(0, "id"));
        assert_eq!(data(&site, &again).await["node"], people[0]["person"]);
    }
);

both!(
    async fn another_day_has_another_answer(world: World) {
        board::organisation(&world.db).await;
        let query = r#"{ before: team(code: "N1", asOf: "2026-01-04") { status } now: team(code: "N1") { status }
            after: team(code: "N1", asOf: "2026-12-15") { status supporters { nodes { standingInWords } } }
            exempt: team(code: "S1", asOf: "2026-12-31") { status } old: unit(code: "OLD", asOf: "2025-12-31") { isOpen lastDay }
            closed: unit(code: "OLD") { isOpen rollUp { headcount } } }"#;
        let answer = data(&site(&world), query).await;
        assert_eq!(answer["before"]["status"], "NONE");
        assert_eq!(answer["now"]["status"], "AT_RISK");
        assert_eq!(answer["after"]["status"], "NONE");
        let standing = &answer["after"]["supporters"]["nodes"][0]["standingInWords"];
        assert_eq!(standing, "Does not count: has a certificate that has expired.");
        assert_eq!(answer["exempt"]["status"], "EXEMPT");
        assert_eq!(answer["old"], serde_json::json!({ "isOpen": true, "lastDay": "2025-12-31" }));
        assert_eq!(answer["closed"], serde_json::json!({ "isOpen": false, "rollUp": null }));
    }
);

both!(
    async fn today_is_the_day_in_the_boards_zone(world: World) {
        // 23:30 in UTC is the next day in British summer time.
        world.clock.set(crate::harness::instant("2026-07-01T23:30:00Z"));
        let answer = data(&site(&world), "{ today board { code } teams { totalCount } }").await;
        assert_eq!(answer, serde_json::json!({ "today": "2026-07-02", "board": null, "teams": { "totalCount": 0 } }));
    }
);

both!(
    async fn another_policy_is_tried_and_nothing_is_stored(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let query = r#"{ whatIf(unitCode: "NORTH", policy: { staffPerSupporter: 2, mustMix: "1 from Nursing of job_family" }) {
            unit { code } teamsWithANewGap teamsWithAClosedGap
            before { teamsCovered { numerator denominator } } after { teamsCovered { numerator denominator } }
            teams { totalCount nodes { team { unit { code } } change before { status required gap activeSupporters atRiskFrom }
              after { status required gap activeSupporters atRiskFrom } } } }
            looser: whatIf(policy: { staffPerSupporter: 50 }) { unit { code } teamsWithAClosedGap teams { nodes {
              team { unit { code } } change } } } }"#;
        assert_snapshot!("what_if", shown(&site, query).await);
        let after =
            data(&site, r#"{ team(code: "N2") { gap } policy: unit(code: "N2") { policy { staffPerSupporter } } }"#)
                .await;
        assert_eq!(after["team"]["gap"], 1);
        assert_eq!(after["policy"]["policy"]["staffPerSupporter"], 25);
    }
);

both!(
    async fn a_trend_has_one_point_a_week(world: World) {
        board::organisation(&world.db).await;
        // Week 45 has no Monday; week 46 a Monday and a Tuesday; Monday of week 47 two revisions; the 17th is in the future.
        for on in ["2026-11-04", "2026-11-06", "2026-11-09", "2026-11-10", "2026-11-16", "2026-11-17"] {
            history::store(&world.db, day(on)).await;
        }
        sea_orm::ConnectionTrait::execute_unprepared(
            &world.db,
            "UPDATE post SET valid_to = '2026-11-01' WHERE person_id = 5",
        )
        .await
        .unwrap();
        board::changed(&world.db).await;
        history::store(&world.db, day("2026-11-16")).await;
        let query = "{ board { trend { week day rollUp { headcount teams { total covered } } } short: trend(weeks: 1) { day } }
            snapshots(first: 3) { totalCount nodes { day revision computedAt rollUp(unitCode: \"NORTH\") { headcount } } } }";
        assert_snapshot!("trend", shown(&site(&world), query).await);
    }
);

both!(
    async fn reports_show_the_outcome_of_each_mail(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let query = "{ gapReports { totalCount nodes { week builtAt snapshot { day } previousSnapshot { day }
            deliveries { totalCount nodes { state attempts nextAttemptAt acceptedAt maskedAddress recipient { displayName } subject
              messageId units { code name why } lastError textPart } }
            retried: deliveries(state: RETRYING) { totalCount nodes { state } } } }
            jobRuns(job: GAP_REPORT) { totalCount nodes { job period state attempts startedAt finishedAt nextAttemptAt outcome } }
            none: jobRuns(state: FAILED) { totalCount } }";
        assert_snapshot!("reports", shown(&site(&world), query).await);
    }
);

both!(
    async fn imports_show_rejected_rows_and_reasons(world: World) {
        history::imports(&world.db).await;
        let query = "{ importBatches { totalCount nodes { asAt finishedAt state forced refusal files { file rows added changed ended
            unchanged kept rejected ignoredColumns } rejects(first: 2) { totalCount pageInfo { hasNextPage } nodes { file line column
            value sentence } } } } applied: importBatches(state: APPLIED) { totalCount } }";
        assert_snapshot!("imports", shown(&site(&world), query).await);
    }
);
