//! Refusals: each has a code and a sentence, and no internal text.

use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::{answer, board, site};
use crate::harness::both;

both!(
    async fn bad_input_has_a_code_and_sentence(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let other = answer(&site, "{ units(first: 1) { pageInfo { endCursor } } }", json!({})).await;
        let other = other["data"]["units"]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
        let cases = [
            (r#"{ unit(code: "NOWHERE") { code } }"#, "NOT_FOUND", "No unit"),
            (r#"{ team(code: "NORTH") { status } }"#, "NOT_FOUND", "No team"),
            (r#"{ teams(filter: { underCode: "NOWHERE" }) { totalCount } }"#, "NOT_FOUND", "No unit"),
            (r#"{ node(id: "nonsense") { id } }"#, "NOT_FOUND", "No object"),
            (r#"{ nodes(ids: ["VW5pdDo5OTk5"]) { id } }"#, "NOT_FOUND", "No object"),
            ("{ teams(first: -1) { totalCount } }", "BAD_USER_INPUT", "`first` must be between 1 and 100"),
            ("{ teams(first: 0) { totalCount } }", "BAD_USER_INPUT", "`first` must be between 1 and 100"),
            ("{ teams(first: 101) { totalCount } }", "BAD_USER_INPUT", "`first` must be between 1 and 100"),
            ("{ jobRuns(last: 101) { totalCount } }", "BAD_USER_INPUT", "`last` must be between 1 and 100"),
            ("{ teams(first: 20, last: 20) { totalCount } }", "BAD_USER_INPUT", "not both"),
            (r#"{ teams(after: "nonsense") { totalCount } }"#, "BAD_USER_INPUT", "is not a cursor of this list"),
            (
                &format!("{{ teams(after: \"{other}\") {{ totalCount }} }}"),
                "BAD_USER_INPUT",
                "is not a cursor of this list",
            ),
            (
                &format!("{{ gapReports(before: \"{other}\") {{ totalCount }} }}"),
                "BAD_USER_INPUT",
                "is not a cursor of this list",
            ),
            (r#"{ board(asOf: "2026-02-30") { code } }"#, "BAD_USER_INPUT", "'2026-02-30' is not a day"),
            (r#"{ board(asOf: "2026-2-3") { code } }"#, "BAD_USER_INPUT", "'2026-2-3' is not a day"),
            (r#"{ board(asOf: "1989-12-31") { code } }"#, "BAD_USER_INPUT", "years 1990 to 2100"),
            (r#"{ board(asOf: "2101-01-01") { code } }"#, "BAD_USER_INPUT", "years 1990 to 2100"),
            ("{ board { trend(weeks: 0) { day } } }", "BAD_USER_INPUT", "`weeks` must be between 1 and 260"),
            (
                "{ whatIf(policy: { staffPerSupporter: 0 }) { teamsWithANewGap } }",
                "BAD_USER_INPUT",
                "`staffPerSupporter` must be between 1 and",
            ),
            (
                "{ whatIf(policy: { level1Target: 101 }) { teamsWithANewGap } }",
                "BAD_USER_INPUT",
                "`level1Target` must be between 0 and 100",
            ),
            (
                r#"{ whatIf(policy: { mustMix: "2 nurses" }) { teamsWithANewGap } }"#,
                "BAD_USER_INPUT",
                "'2 nurses' is not a mix rule",
            ),
            (r#"{ whatIf(unitCode: "NOWHERE", policy: {}) { teamsWithANewGap } }"#, "NOT_FOUND", "No unit"),
            ("{ nothing }", "GRAPHQL_VALIDATION_FAILED", "nothing"),
        ];
        for (query, code, sentence) in cases {
            let answer = answer(&site, query, json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["code"], code, "{query}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(sentence), "{query}: {answer}");
        }
        let many: String = (1..=11).map(|on| format!("d{on}: board(asOf: \"2026-11-{on:02}\") {{ code }} ")).collect();
        let answer = answer(&site, &format!("{{ {many} }}"), json!({})).await;
        assert_eq!(answer["errors"].as_array().unwrap().len(), 1, "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
);

both!(
    async fn not_found_names_argument_and_value(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        for (query, argument, given) in [
            (r#"{ unit(code: "NO\u0007WHERE") { code } }"#, "code", "'NOWHERE'"),
            (r#"{ team(code: "NORTH") { status } }"#, "code", "'NORTH'"),
            (r#"{ teams(filter: { underCode: "X9" }) { totalCount } }"#, "underCode", "'X9'"),
            (r#"{ whatIf(unitCode: "X9", policy: {}) { teamsWithANewGap } }"#, "unitCode", "'X9'"),
            (r#"{ node(id: "nonsense") { id } }"#, "id", "'nonsense'"),
            (r#"{ nodes(ids: ["VW5pdDox", "VW5pdDo5OTk5"]) { id } }"#, "ids", "'VW5pdDo5OTk5'"),
        ] {
            let answer = answer(&site, query, json!({})).await;
            let error = &answer["errors"][0];
            assert_eq!(error["extensions"]["argument"], argument, "{query}: {answer}");
            assert!(error["message"].as_str().unwrap().contains(given), "{query}: {answer}");
        }
    }
);

both!(
    async fn failed_nullable_fields_are_each_null(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let failed = answer(&site, r#"{ unit(code: "X") { code } b: team(code: "X") { status } }"#, json!({})).await;
        assert_eq!(failed["data"], json!({ "unit": null, "b": null }), "{failed}");
        assert_eq!(failed["errors"].as_array().unwrap().len(), 2);
        let failed = answer(&site, "{ teams(first: 0) { totalCount } }", json!({})).await;
        assert_eq!(failed.get("data"), Some(&json!(null)), "teams may not be null: {failed}");
        let failed = answer(&site, r#"{ unit(code: "X") { code } teams(first: 0) { totalCount } }"#, json!({})).await;
        assert_eq!(failed.get("data"), Some(&json!(null)), "{failed}");
    }
);

both!(
    async fn a_tree_level_shows_at_most_1000_units(world: World) {
        board::organisation(&world.db).await;
        for parent in 1..=11 {
            let top = 10_000 * parent;
            world
                .db
                .execute_unprepared(&format!(
                    "INSERT INTO unit (id, code, name) VALUES ({top}, 'T{parent:02}', 'Part')"
                ))
                .await
                .unwrap();
            let below: Vec<_> = (1..=95).map(|at| format!("({}, 'T{parent:02}-{at}', 'Ward')", top + at)).collect();
            let insert = format!("INSERT INTO unit (id, code, name) VALUES {}", below.join(", "));
            world.db.execute_unprepared(&insert).await.unwrap();
            let places: Vec<_> = (1..=95).map(|at| format!("({0}, {0}, {top})", top + at)).collect();
            let insert = format!(
                "INSERT INTO unit_parent (id, unit_id, parent_id) VALUES ({top}, {top}, 1), {}",
                places.join(", ")
            );
            world.db.execute_unprepared(&insert).await.unwrap();
        }
        board::changed(&world.db).await;
        let site = site(&world);
        let tree = |first: u32| {
            format!(
                "{{ board {{ children(first: {first}) {{ nodes {{ code name rollUp {{ headcount wte activeSupporters trainers
                 teams {{ total covered }} teamsCovered {{ percent }} staffCovered {{ percent }} }}
                 children(first: 100) {{ nodes {{ code name rollUp {{ headcount wte activeSupporters trainers
                 teams {{ total covered }} teamsCovered {{ percent }} staffCovered {{ percent }} }} }} }} }} }} }} }}"
            )
        };
        // NORTH, SOUTH and ten of the eleven parts: 955 units on the second level.
        let whole = answer(&site, &tree(12), json!({})).await;
        assert_eq!(whole.get("errors"), None, "{whole}");
        let refused = answer(&site, &tree(100), json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "QUERY_TOO_COSTLY", "{refused}");
        assert!(refused["errors"][0]["message"].as_str().unwrap().contains("more than 1000 units"), "{refused}");
    }
);

both!(
    async fn a_missing_variable_does_not_set_first_or_last(world: World) {
        board::organisation(&world.db).await;
        let query = "query($first: Int, $last: Int) { teams(first: $first, last: $last) { nodes { unit { code } } } }";
        let site = site(&world);
        let last = answer(&site, query, json!({ "last": 1 })).await;
        assert_eq!(last["data"]["teams"]["nodes"], json!([{ "unit": { "code": "S3" } }]), "{last}");
        let both = answer(&site, query, json!({ "first": 2, "last": 1 })).await;
        assert_eq!(both["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    }
);

both!(
    async fn an_unreachable_database_is_unavailable_a_broken_one_internal(world: World) {
        let site = site(&world);
        world.db.execute_unprepared("DROP TABLE exemption").await.unwrap();
        let broken = answer(&site, "{ board { code } }", json!({})).await;
        assert_eq!(broken["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(!broken.to_string().contains("exemption"), "{broken}");
        world.db.clone().close().await.unwrap();
        for query in [
            "{ board { code } }",
            "{ jobRuns { nodes { job } } }",
            "mutation { requestRun(input: { job: COVERAGE, period: \"2026-11-16\" }) { run { id } } }",
        ] {
            let away = answer(&site, query, json!({})).await;
            assert_eq!(away["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{away}");
        }
    }
);
