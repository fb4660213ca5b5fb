use super::*;

const COUNTS: &str = "teams { total covered atRisk partial none mixGap unknown exempt notApplicable }";

fn selection() -> String {
    format!(
        "policy {{ inForceFrom minSupporters staffPerSupporter awayDays unit {{ code }} register {{ nominationDays silenceDays }} }}
         whatIf {{ before {{ {COUNTS} }} after {{ {COUNTS} }}
             teams(first: 50) {{ totalCount nodes {{ team {{ unit {{ code }} }} before {{ status gap required }}
                 after {{ status gap required }} }} }} }}
         refusals {{ code message path }}"
    )
}

async fn publish(world: &World, input: Value) -> Value {
    command(world, COORDINATOR, "publishPolicy", input, &selection()).await
}

fn of(unit: &str, from: &str, policy: Value) -> Value {
    json!({ "unitCode": unit, "inForceFrom": from, "policy": policy })
}

both!(
    async fn only_coordinators_publish_and_not_for_the_past(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        let input = of("NORTH", "2026-11-16", json!({ "minSupporters": 2 }));
        for by in [NOMINEE, LINE_MANAGER, SENIOR_MANAGER] {
            forbidden(&world, by, "publishPolicy", input.clone(), &selection()).await;
        }
        let past = publish(&world, of("NORTH", "2026-11-15", json!({ "minSupporters": 2 }))).await;
        assert_eq!(refused(&past), "DAY_OUT_OF_RANGE");
        assert_eq!(past["refusals"][0]["path"], json!(["input", "inForceFrom"]));
        assert_eq!(refused(&publish(&world, of("NOWHERE", "2026-11-16", json!({}))).await), "UNIT_UNKNOWN");
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn a_policy_changes_what_its_payload_says(world: World) {
        organised(&world).await;
        // A ward below with a policy of its own keeps it.
        let own = publish(&world, of("N1", "2026-11-16", json!({ "staffPerSupporter": 20 }))).await;
        assert_eq!(own["policy"]["unit"]["code"], "N1");
        let input = of("NORTH", "2026-11-20", json!({ "staffPerSupporter": 5, "awayDays": 7 }));
        let before = rows(&world).await;
        let preview = publish(&world, with(input.clone(), json!({ "preview": true }))).await;
        assert_eq!(rows(&world).await, before, "a trial stores nothing");
        let payload = publish(&world, input.clone()).await;
        assert_eq!(payload["refusals"], json!([]));
        assert_eq!((&preview["policy"], &preview["whatIf"]), (&Value::Null, &payload["whatIf"]));
        let policy = json!({
            "inForceFrom": "2026-11-20", "minSupporters": 1, "staffPerSupporter": 5, "awayDays": 7,
            "unit": { "code": "NORTH" }, "register": { "nominationDays": 90, "silenceDays": 365 },
        });
        assert_eq!(payload["policy"], policy);
        let changed = payload["whatIf"]["teams"]["nodes"].as_array().unwrap();
        let codes: Vec<_> = changed.iter().map(|team| team["team"]["unit"]["code"].as_str().unwrap()).collect();
        assert_eq!(codes, ["N2"]);
        // The next answers are those that the payload gave.
        for team in changed {
            let code = team["team"]["unit"]["code"].as_str().unwrap();
            let query = |day: &str| format!(r#"{{ team(code: "{code}", asOf: "{day}") {{ status gap required }} }}"#);
            assert_eq!(asked(&world, &query("2026-11-20")).await["team"], team["after"]);
            assert_eq!(asked(&world, &query("2026-11-19")).await["team"]["required"], team["before"]["required"]);
        }
        let query = format!(r#"{{ unit(code: "NORTH", asOf: "2026-11-20") {{ rollUp {{ {COUNTS} }} }} }}"#);
        assert_eq!(asked(&world, &query).await["unit"]["rollUp"], payload["whatIf"]["after"]);
        assert_eq!(refused(&publish(&world, input).await), "NOTHING_TO_CHANGE");
    }
);

both!(
    async fn a_policy_of_the_same_day_is_replaced(world: World) {
        organised(&world).await;
        let day = "2026-11-16";
        publish(&world, of("NORTH", day, json!({ "minSupporters": 2 }))).await;
        let before = rows(&world).await;
        let again = publish(&world, of("NORTH", day, json!({ "staffPerSupporter": 10 }))).await;
        assert_eq!((&again["policy"]["minSupporters"], &again["policy"]["staffPerSupporter"]), (&json!(2), &json!(10)));
        let after = rows(&world).await;
        assert_eq!((after[3], after[4]), (before[3], before[4] + 1), "one policy, and one more change record");
    }
);

both!(
    async fn the_numbers_of_the_register_follow_the_policy(world: World) {
        organised(&world).await;
        let earlier = nominated(&world).await;
        assert_eq!(seen(&world, NOMINEE, &earlier).await["lapsesOn"], "2027-02-14");
        let input = with(of("NORTH", "2026-11-17", json!({})), json!({ "register": { "nominationDays": 30 } }));
        let payload = publish(&world, input).await;
        assert_eq!(payload["policy"]["register"]["nominationDays"], 30);
        pass_days(&world, 1);
        let item = json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let own = accepted(&nominate(&world, 11, item).await);
        assert_eq!(own["lapsesOn"], "2026-12-17");
        // One that was open before keeps its terms.
        assert_eq!(seen(&world, NOMINEE, &earlier).await["lapsesOn"], "2027-02-14");
        // A policy without numbers of its own takes over those that govern.
        let next = publish(&world, of("N2", "2026-11-17", json!({ "minSupporters": 2 }))).await;
        assert_eq!(next["policy"]["register"]["nominationDays"], 30);
    }
);
