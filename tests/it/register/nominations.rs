//! Nominations: who may make them, who sees what of them, and why they are refused.

use entity::table::{allocation, nomination, register_change, register_text};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The numbers of rows that a refused command must not change.
async fn rows(world: &World) -> [u64; 4] {
    let db = &world.db;
    [
        nomination::Entity::find().count(db).await.unwrap(),
        register_change::Entity::find().count(db).await.unwrap(),
        register_text::Entity::find().count(db).await.unwrap(),
        allocation::Entity::find().count(db).await.unwrap(),
    ]
}

fn item(person: i64, unit: &str) -> Value {
    json!({ "personId": person_id(person), "role": "PEER_SUPPORTER", "unitCode": unit })
}

both!(
    async fn only_those_around_the_team_nominate_colleagues(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        // A nurse of ward N1 and one of S1 do not work in N2.
        for stranger in [3, 36] {
            assert_eq!(refused(&nominate(&world, stranger, item(NOMINEE, "N2")).await), "NOT_YOUR_STEP");
        }
        assert_eq!(rows(&world).await, before, "a refused command leaves nothing");
        for by in [COLLEAGUE, LINE_MANAGER, SENIOR_MANAGER, COORDINATOR, NOMINEE] {
            let id = accepted(&nominate(&world, by, item(NOMINEE, "N2")).await)["id"].clone();
            accepted(&about(&world, by, "withdrawNomination", json!({ "nominationId": id })).await);
        }
    }
);

both!(
    async fn a_nominator_is_told_the_same_whatever_the_reason(world: World) {
        organised(&world).await;
        let told = |result: &Value| result["refusals"].clone();
        let unknown = json!({ "workEmail": "no.one@board.example", "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let not_just_now = told(&nominate(&world, COLLEAGUE, unknown).await);
        assert_eq!(not_just_now[0]["code"], "CANNOT_BE_NOMINATED");
        // A Peer Supporter of the ward already, and a person who works elsewhere.
        assert_eq!(told(&nominate(&world, COLLEAGUE, item(6, "N2")).await), not_just_now);
        assert_eq!(told(&nominate(&world, COLLEAGUE, item(3, "N2")).await), not_just_now);
        // One who is nominated already.
        nominated(&world).await;
        assert_eq!(told(&nominate(&world, COLLEAGUE, item(NOMINEE, "N2")).await), not_just_now);
        // The coordinator and the nominee are told why.
        assert_eq!(refused(&nominate(&world, COORDINATOR, item(NOMINEE, "N2")).await), "ALREADY_DONE");
        assert_eq!(refused(&nominate(&world, COORDINATOR, item(6, "N2")).await), "CHECKLIST_NOT_MET");
        assert_eq!(refused(&nominate(&world, 6, item(6, "N2")).await), "CHECKLIST_NOT_MET");
    }
);

both!(
    async fn a_declined_nomination_did_not_go_ahead_for_its_nominator(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        let input = json!({ "nominationId": id, "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        let told = seen(&world, COLLEAGUE, &id).await;
        assert_eq!(told["state"], "DID_NOT_GO_AHEAD");
        assert_eq!((&told["endedOn"], &told["statement"]), (&Value::Null, &Value::Null));
        assert_eq!(seen(&world, NOMINEE, &id).await["state"], "DECLINED");
        assert_eq!(seen(&world, COORDINATOR, &id).await["state"], "DECLINED");
        assert_eq!(seen(&world, LINE_MANAGER, &id).await, Value::Null);
        // For a year only she may put herself forward.
        pass_days(&world, 364);
        assert_eq!(refused(&nominate(&world, COLLEAGUE, item(NOMINEE, "N2")).await), "CANNOT_BE_NOMINATED");
        assert_eq!(refused(&nominate(&world, COORDINATOR, item(NOMINEE, "N2")).await), "CANNOT_BE_NOMINATED");
        accepted(&nominate(&world, NOMINEE, item(NOMINEE, "N2")).await);
        pass_days(&world, 1);
    }
);

both!(
    async fn silence_reads_like_a_decline(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        pass_days(&world, 89);
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "AWAITING_NOMINEE");
        pass_days(&world, 1);
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "DID_NOT_GO_AHEAD");
        assert_eq!(seen(&world, NOMINEE, &id).await["state"], "LAPSED");
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        assert_eq!(refused(&about(&world, NOMINEE, "respondToNomination", input).await), "NOMINATION_ENDED");
    }
);

both!(
    async fn one_person_gives_one_of_the_two_approvals(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        // Person 1 is the line manager and, as a delegate, also stands in for the senior manager of NORTH.
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let code = refused(&decide(&world, LINE_MANAGER, senior(&id)).await);
        assert!(["BOTH_APPROVALS", "NOT_APPROVER"].contains(&code.as_str()), "{code}");
        assert_eq!(refused(&decide(&world, LINE_MANAGER, line(&id)).await), "ALREADY_DONE");
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
    }
);

both!(
    async fn people_without_a_part_in_it_see_no_nomination(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        for stranger in [3, 10, 36] {
            assert_eq!(seen(&world, stranger, &id).await, Value::Null);
            let refused = attempt(
                &world,
                stranger,
                "decideNomination",
                json!({ "items": [line(&id)] }),
                "results { refusals { code } }",
            );
            let refused = refused.await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_FOUND", "{refused}");
            let all = "{ nominations { totalCount } }";
            let listed = answer(&as_person(&world, stranger).await, all, json!({})).await;
            assert_eq!(listed["data"]["nominations"]["totalCount"], 0, "{listed}");
        }
        // An administrator has no part in it either.
        let listed = answer(&crate::graphql::site(&world), "{ nominations { totalCount } }", json!({})).await;
        assert_eq!(listed["data"]["nominations"]["totalCount"], 0, "{listed}");
    }
);

both!(
    async fn a_manager_declines_with_a_reason_for_the_nominee_alone(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        let mut item = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE" });
        assert_eq!(refused(&decide(&world, LINE_MANAGER, item.clone()).await), "MISSING");
        item["reason"] = json!("TIME");
        accepted(&decide(&world, LINE_MANAGER, item).await);
        let reason = |seen: Value| seen["decisions"][0]["reason"].clone();
        assert_eq!(reason(seen(&world, NOMINEE, &id).await), "TIME");
        assert_eq!(reason(seen(&world, COORDINATOR, &id).await), "TIME");
        assert_eq!(reason(seen(&world, LINE_MANAGER, &id).await), Value::Null);
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "DECLINED");
        assert_eq!(seen(&world, COLLEAGUE, &id).await["decisions"], json!([]));
        // After 90 days it may come again.
        pass_days(&world, 89);
        assert_eq!(refused(&nominate(&world, NOMINEE, item_of_nominee()).await), "CANNOT_BE_NOMINATED");
        pass_days(&world, 1);
        accepted(&nominate(&world, NOMINEE, item_of_nominee()).await);
    }
);

fn item_of_nominee() -> Value {
    json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })
}

both!(
    async fn a_question_is_answered_before_the_approval(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        let ask = json!({ "nominationId": id, "capacity": "LINE", "decision": "ASK", "question": "Which days?" });
        assert_eq!(accepted(&decide(&world, LINE_MANAGER, ask).await)["state"], "QUESTION");
        assert_eq!(refused(&decide(&world, LINE_MANAGER, line(&id)).await), "QUESTION_OPEN");
        let input = json!({ "nominationId": id, "answer": "Mondays." });
        assert_eq!(refused(&about(&world, LINE_MANAGER, "answerNomination", input.clone()).await), "NOT_YOUR_STEP");
        let nomination = accepted(&about(&world, NOMINEE, "answerNomination", input).await);
        assert_eq!(nomination["decisions"][0]["answer"], "Mondays.");
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
    }
);

both!(
    async fn an_item_that_is_not_met_is_acknowledged(world: World) {
        organised(&world).await;
        // Person 10 has no Level 1.
        let id = accepted(&nominate(&world, 10, item(10, "N2")).await)["id"].clone();
        let mut item = line(&id);
        assert_eq!(refused(&decide(&world, LINE_MANAGER, item.clone()).await), "NOT_ACKNOWLEDGED");
        item["acknowledged"] = json!(["LEVEL_1", "GRADE", "MONTHS_IN_POST"]);
        accepted(&decide(&world, LINE_MANAGER, item).await);
    }
);

both!(
    async fn a_repeated_key_changes_nothing_twice(world: World) {
        organised(&world).await;
        let item = json!({
            "personId": person_id(NOMINEE), "role": "PEER_SUPPORTER", "unitCode": "N2", "idempotencyKey": "form-17"
        });
        let first = accepted(&nominate(&world, COLLEAGUE, item.clone()).await);
        let before = rows(&world).await;
        let second = accepted(&nominate(&world, COLLEAGUE, item.clone()).await);
        assert_eq!(first["id"], second["id"]);
        assert_eq!(rows(&world).await, before);
        let mut other = item.clone();
        other["share"] = json!(500);
        assert_eq!(refused(&nominate(&world, COLLEAGUE, other).await), "IDEMPOTENCY_KEY_REUSED");
        // The key belongs to its caller.
        let told = nominate(&world, COORDINATOR, item).await;
        assert_eq!(refused(&told), "ALREADY_DONE");
    }
);

both!(
    async fn a_newer_version_is_shown_with_its_refusal(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        let input = json!({ "nominationId": id, "response": "ACCEPT", "expectedVersion": 1 });
        accepted(&about(&world, NOMINEE, "respondToNomination", input.clone()).await);
        let payload = about(&world, NOMINEE, "respondToNomination", input).await;
        assert_eq!(refused(&payload), "CHANGED_MEANWHILE");
        assert_eq!(payload["nomination"]["version"], 2);
    }
);

both!(
    async fn a_command_is_the_first_in_its_request(world: World) {
        organised(&world).await;
        let one = |alias: &str| {
            format!(
                "{alias}: nominate(input: {{ items: [{{ role: PEER_SUPPORTER, unitCode: \"N2\" }}] }}) \
                 {{ results {{ refusals {{ code }} }} }}"
            )
        };
        let query = format!("mutation {{ {} {} }}", one("a"), one("b"));
        let answer = answer(&as_person(&world, NOMINEE).await, &query, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert_eq!(rows(&world).await[0], 1, "the first was stored");
    }
);
