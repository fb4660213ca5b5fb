//! Pause, resume and stand down: by the person or a coordinator, without a reason, and seen by no one else.

use entity::store::audit::{self, AuditFilter};
use entity::table::{pause, register_change, register_text};
use entity::value::Action;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The Peer Supporter of ward N1, whose line manager is [`LINE_MANAGER`].
pub(crate) const SUPPORTER: i64 = 3;
/// A Peer Supporter of ward S2.
const OTHER_SUPPORTER: i64 = 38;
/// The Wellbeing Champion of ward N1.
const CHAMPION: i64 = 4;

const PERSON: &str =
    "person { id allocations { headline lastDay pause { firstDay lastDay holds } } } refusals { code message path }";

/// Gives a command about a person's role, and returns the person's first allocation.
async fn done(world: &World, by: i64, field: &str, input: Value) -> Value {
    let payload = command(world, by, field, input, PERSON).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    payload["person"]["allocations"][0].clone()
}

/// Gives a command that is refused, and returns the refusal's code.
async fn refusal(world: &World, by: i64, field: &str, input: Value) -> String {
    refused(&command(world, by, field, input, PERSON).await)
}

/// The status of a ward as the coordinator sees it now.
async fn status(world: &World, unit: &str) -> Value {
    let query = format!("{{ team(code: \"{unit}\") {{ status }} }}");
    answer(&as_person(world, COORDINATOR).await, &query, json!({})).await["data"]["team"]["status"].clone()
}

fn of(person: i64) -> Value {
    json!({ "personId": person_id(person) })
}

async fn is_not_found(world: &World, by: i64, field: &str, input: Value) {
    let answer = attempt(world, by, field, input, PERSON).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    assert_eq!(answer["data"], Value::Null, "{answer}");
}

both!(
    async fn a_pause_takes_its_person_out_of_the_count(world: World) {
        organised(&world).await;
        assert_eq!(status(&world, "N1").await, "AT_RISK");
        let paused = done(&world, SUPPORTER, "pause", json!({ "until": "2026-11-30" })).await;
        assert_eq!(paused["headline"], "PAUSED");
        assert_eq!(paused["pause"], json!({ "firstDay": "2026-11-16", "lastDay": "2026-11-30", "holds": true }));
        assert_eq!(status(&world, "N1").await, "NONE");
        let resumed = done(&world, SUPPORTER, "resume", json!({})).await;
        assert_eq!((&resumed["headline"], &resumed["pause"]), (&Value::Null, &Value::Null));
        assert_eq!(status(&world, "N1").await, "AT_RISK");
        let again = refusal(&world, SUPPORTER, "resume", json!({})).await;
        assert_eq!(again, "NOTHING_TO_CHANGE");
    }
);

both!(
    async fn only_the_person_and_coordinators_pause(world: World) {
        organised(&world).await;
        for manager in [LINE_MANAGER, SENIOR_MANAGER] {
            assert_eq!(refusal(&world, manager, "pause", of(SUPPORTER)).await, "NOT_YOUR_STEP");
            assert_eq!(refusal(&world, manager, "resume", of(SUPPORTER)).await, "NOT_YOUR_STEP");
        }
        for stranger in [NOMINEE, CHAMPION] {
            is_not_found(&world, stranger, "pause", of(SUPPORTER)).await;
            is_not_found(&world, stranger, "resume", of(SUPPORTER)).await;
            assert_eq!(refusal(&world, stranger, "pause", json!({})).await, "NO_SUCH_ROLE");
        }
        is_not_found(&world, COORDINATOR, "pause", of(900)).await;
        assert_eq!(register_change::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(done(&world, COORDINATOR, "pause", of(SUPPORTER)).await["headline"], "PAUSED");
    }
);

both!(
    async fn a_pause_shows_in_no_one_elses_refusal(world: World) {
        organised(&world).await;
        let told = async || {
            let mut told = Vec::new();
            for (by, field) in [
                (LINE_MANAGER, "pause"),
                (LINE_MANAGER, "resume"),
                (LINE_MANAGER, "standDown"),
                (NOMINEE, "pause"),
                (NOMINEE, "resume"),
                (NOMINEE, "standDown"),
            ] {
                let input = match field {
                    "standDown" => json!({
                        "personId": person_id(SUPPORTER), "role": "PEER_SUPPORTER", "unitCode": "N1"
                    }),
                    _ => of(SUPPORTER),
                };
                let answer = attempt(&world, by, field, input, "refusals { code message path }").await;
                // The rest differs by request and by version of the data.
                let error = |part: &str| answer.pointer(&format!("/errors/0/{part}")).cloned();
                told.push(json!([answer["data"], error("message"), error("extensions/code"), error("path")]));
            }
            told
        };
        let before = told().await;
        done(&world, SUPPORTER, "pause", json!({})).await;
        assert_eq!(told().await, before);
        // Auditors read that there was a change, and not which.
        let filter = AuditFilter { action: Some(Action::RegisterChanged), ..AuditFilter::default() };
        let events = audit::list(&world.db, &filter, 10).await.unwrap();
        assert_eq!(events.len(), 1);
        let logged = json!([events[0].before, events[0].after]).to_string();
        assert!(logged.contains("sha256") && !logged.contains("2026-"), "{logged}");
        let change = register_change::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert!(change.private);
    }
);

both!(
    async fn a_coordinator_does_not_override_an_own_pause(world: World) {
        organised(&world).await;
        done(&world, SUPPORTER, "pause", json!({})).await;
        assert_eq!(refusal(&world, COORDINATOR, "resume", of(SUPPORTER)).await, "MISSING");
        let blank = json!({ "personId": person_id(SUPPORTER), "evidence": "  " });
        assert_eq!(refusal(&world, COORDINATOR, "resume", blank).await, "MISSING");
        let evidence = json!({ "personId": person_id(SUPPORTER), "evidence": "She wrote to us on Friday." });
        assert_eq!(done(&world, COORDINATOR, "resume", evidence).await["headline"], Value::Null);
        // The person's wish has ended with it, so that a coordinator's own pause ends like any other.
        done(&world, COORDINATOR, "pause", of(SUPPORTER)).await;
        assert_eq!(done(&world, COORDINATOR, "resume", of(SUPPORTER)).await["headline"], Value::Null);
        let texts = register_text::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(texts.len(), 1);
        let mut changes = register_change::Entity::find().all(&world.db).await.unwrap();
        changes.sort_by_key(|change| change.id);
        assert!(!json!(changes[1].after).to_string().contains("Friday"), "{:?}", changes[1].after);
        // What a coordinator paused, a coordinator ends.
        done(&world, COORDINATOR, "pause", of(OTHER_SUPPORTER)).await;
        assert_eq!(done(&world, COORDINATOR, "resume", of(OTHER_SUPPORTER)).await["headline"], Value::Null);
    }
);

both!(
    async fn resuming_cuts_every_later_pause(world: World) {
        organised(&world).await;
        done(&world, OTHER_SUPPORTER, "pause", json!({ "until": "2026-11-25" })).await;
        done(&world, OTHER_SUPPORTER, "pause", json!({ "from": "2026-11-20" })).await;
        done(&world, OTHER_SUPPORTER, "pause", json!({ "from": "2027-01-01", "until": "2027-01-31" })).await;
        let resumed = done(&world, OTHER_SUPPORTER, "resume", json!({ "day": "2026-11-23" })).await;
        assert_eq!(resumed["headline"], "PAUSED", "until that day the pauses hold");
        let mut left = pause::Entity::find().all(&world.db).await.unwrap();
        left.sort_by_key(|row| row.valid_from);
        let days: Vec<_> = left.iter().map(|row| (row.valid_from.unwrap(), row.valid_to.unwrap())).collect();
        let until = day("2026-11-23");
        assert_eq!(days, [(day("2026-11-16"), until), (day("2026-11-20"), until)]);
        pass_days(&world, 7);
        assert_eq!(status(&world, "S2").await, "COVERED");
    }
);

both!(
    async fn days_are_limited(world: World) {
        organised(&world).await;
        for input in [
            json!({ "from": "2026-11-08" }),
            json!({ "from": "2027-11-17" }),
            json!({ "from": "2026-11-20", "until": "2026-11-19" }),
            json!({ "until": "9999-12-31" }),
        ] {
            assert_eq!(refusal(&world, SUPPORTER, "pause", input).await, "DAY_OUT_OF_RANGE");
        }
        let back = |days: &str| json!({ "personId": person_id(SUPPORTER), "from": days });
        assert_eq!(refusal(&world, COORDINATOR, "pause", back("2026-10-15")).await, "DAY_OUT_OF_RANGE");
        done(&world, COORDINATOR, "pause", back("2026-10-16")).await;
        assert_eq!(pause::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);

both!(
    async fn a_repeated_pause_is_one(world: World) {
        organised(&world).await;
        let input = json!({ "until": "2026-11-30", "idempotencyKey": "once" });
        let first = done(&world, SUPPORTER, "pause", input.clone()).await;
        assert_eq!(done(&world, SUPPORTER, "pause", input).await, first);
        assert_eq!(pause::Entity::find().count(&world.db).await.unwrap(), 1);
        let other = json!({ "until": "2026-12-30", "idempotencyKey": "once" });
        assert_eq!(refusal(&world, SUPPORTER, "pause", other).await, "IDEMPOTENCY_KEY_REUSED");
    }
);

both!(
    async fn standing_down_ends_the_role_on_its_day(world: World) {
        organised(&world).await;
        let role = |person: i64, role: &str| json!({ "personId": person_id(person), "role": role, "unitCode": "N1" });
        let supporter = role(SUPPORTER, "PEER_SUPPORTER");
        assert_eq!(refusal(&world, LINE_MANAGER, "standDown", supporter.clone()).await, "NOT_YOUR_STEP");
        is_not_found(&world, NOMINEE, "standDown", supporter.clone()).await;
        let tomorrow = json!({ "role": "PEER_SUPPORTER", "unitCode": "N1", "day": "2026-11-17" });
        let leaving = done(&world, SUPPORTER, "standDown", tomorrow.clone()).await;
        assert_eq!((&leaving["headline"], &leaving["lastDay"]), (&Value::Null, &json!("2026-11-16")));
        assert_eq!(status(&world, "N1").await, "AT_RISK");
        assert_eq!(refusal(&world, SUPPORTER, "standDown", tomorrow).await, "NOTHING_TO_CHANGE");
        pass_days(&world, 1);
        assert_eq!(status(&world, "N1").await, "NONE");
        // A role that has ended is not there to be given up.
        is_not_found(&world, COORDINATOR, "standDown", supporter).await;
        // A Wellbeing Champion's role, by a coordinator.
        done(&world, COORDINATOR, "standDown", role(CHAMPION, "WELLBEING_CHAMPION")).await;
        let query = "{ team(code: \"N1\") { champions { counting } } }";
        let seen = answer(&as_person(&world, COORDINATOR).await, query, json!({})).await;
        assert_eq!(seen["data"]["team"]["champions"]["counting"], 0, "{seen}");
    }
);
