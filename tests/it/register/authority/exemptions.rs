use entity::table::register_change_row;

use super::*;

const EXEMPTION: &str = "exemption { firstDay lastDay holds reason agreedBy } refusals { code message path }";

fn exempt(until: &str, agreed_by: i64) -> Value {
    json!({
        "unitCode": "N2", "from": "2026-11-16", "until": until, "reason": "The ward closes for repairs",
        "agreedByPersonId": person_id(agreed_by),
    })
}

both!(
    async fn an_exemption_is_refused_with_its_reason(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        for by in [NOMINEE, LINE_MANAGER, SENIOR_MANAGER] {
            forbidden(&world, by, "exemptUnit", exempt("2026-12-31", 9), EXEMPTION).await;
        }
        let past = with(exempt("2026-12-31", 9), json!({ "from": "2026-11-15" }));
        let silent = with(exempt("2026-12-31", 9), json!({ "reason": " " }));
        let unknown = with(exempt("2026-12-31", 9), json!({ "agreedByPersonId": "nonsense" }));
        // Ward S1 is exempt in December already.
        let twice = with(exempt("2026-12-31", 9), json!({ "unitCode": "S1" }));
        for (input, code) in [
            (exempt("2027-11-17", 9), "DAY_OUT_OF_RANGE"),
            (past, "DAY_OUT_OF_RANGE"),
            (exempt("2026-12-31", COORDINATOR), "OWN_CASE"),
            (silent, "TEXT_TOO_LONG"),
            (unknown, "PERSON_UNKNOWN"),
            (twice, "ALREADY_DONE"),
        ] {
            let payload = command(&world, COORDINATOR, "exemptUnit", input.clone(), EXEMPTION).await;
            assert_eq!(refused(&payload), code, "{input}");
        }
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn an_exempt_unit_is_exempt_in_the_next_answer(world: World) {
        organised(&world).await;
        let payload = command(&world, COORDINATOR, "exemptUnit", exempt("2027-11-16", 9), EXEMPTION).await;
        assert_eq!(payload["refusals"], json!([]));
        assert_eq!(payload["exemption"]["lastDay"], "2027-11-16");
        assert_eq!(payload["exemption"]["reason"], "The ward closes for repairs");
        assert_ne!(payload["exemption"]["agreedBy"], Value::Null);
        assert_eq!(asked(&world, "{ team(code: \"N2\") { status } }").await["team"]["status"], "EXEMPT");
        // Neither the change record nor the row that it keeps holds the text or the name.
        let changes = register_change::Entity::find().all(&world.db).await.unwrap();
        let rows = register_change_row::Entity::find().all(&world.db).await.unwrap();
        let stored = format!("{changes:?} {rows:?}");
        assert!(stored.contains("agreedBy") && !stored.contains("repairs"), "{stored}");
        assert!(!stored.contains(payload["exemption"]["agreedBy"].as_str().unwrap()), "{stored}");
    }
);
