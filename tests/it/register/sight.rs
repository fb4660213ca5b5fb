//! What each person sees of a nomination, field by field, in each of its states.

use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// What a person sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sees {
    Nothing,
    Outcome,
    Content,
    Reasons,
}

use Sees::{Content, Nothing, Outcome, Reasons};

/// Nominee, nominator, line manager, senior manager, coordinator, another colleague, a person elsewhere.
const PEOPLE: [i64; 7] = [NOMINEE, COLLEAGUE, LINE_MANAGER, SENIOR_MANAGER, COORDINATOR, 10, 36];

async fn check(world: &World, id: &Value, stage: &str, sees: [Sees; 7]) {
    for (person, sees) in PEOPLE.into_iter().zip(sees) {
        let seen = seen(world, person, id).await;
        let who = format!("{stage}: person {person}: {seen}");
        if sees == Nothing {
            assert_eq!(seen, Value::Null, "{who}");
            continue;
        }
        assert_eq!(&seen["id"], id, "{who}");
        let inner = ["statement", "checklist", "decisions", "possibleDeciders"];
        if sees == Outcome {
            assert!(inner.iter().all(|field| seen[field].is_null() || seen[field] == json!([])), "{who}");
            continue;
        }
        assert_eq!(seen["statement"], "People talk to her.", "{who}");
        let reasons = seen["decisions"].as_array().unwrap().iter().filter(|one| !one["reason"].is_null());
        let declined = seen["decisions"].as_array().unwrap().iter().any(|one| one["decision"] == "DECLINE");
        assert_eq!(reasons.count() > 0, declined && sees == Reasons, "{who}");
    }
}

both!(
    async fn each_stage_is_seen_by_those_who_have_a_part_in_it(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        check(&world, &id, "nominated", [Reasons, Outcome, Nothing, Nothing, Reasons, Nothing, Nothing]).await;
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        let open = [Reasons, Outcome, Content, Content, Reasons, Nothing, Nothing];
        check(&world, &id, "accepted", open).await;
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        check(&world, &id, "approved once", open).await;
        let decline = json!({ "nominationId": id, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME" });
        accepted(&decide(&world, LINE_MANAGER, decline).await);
        check(&world, &id, "declined", open).await;
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "DECLINED");
    }
);

both!(
    async fn a_manager_who_never_decided_forgets_an_ended_nomination(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&about(&world, NOMINEE, "withdrawNomination", json!({ "nominationId": id })).await);
        let ended = [Reasons, Outcome, Nothing, Nothing, Reasons, Nothing, Nothing];
        check(&world, &id, "withdrawn", ended).await;
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "DID_NOT_GO_AHEAD");
    }
);

both!(
    async fn a_token_sees_no_nomination_and_gives_no_command(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        let token = world.token(AccessRole::Coordinator, &[], true).await;
        let site = token.with(closed(&world, world.db.clone(), Persisted::default()));
        let listed = answer(&site, "{ nominations { totalCount } }", json!({})).await;
        assert_eq!(listed["data"]["nominations"]["totalCount"], 0, "{listed}");
        let withdraw =
            format!("mutation {{ withdrawNomination(input: {{ nominationId: {id} }}) {{ refusals {{ code }} }} }}");
        let refused = answer(&site, &withdraw, json!({})).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
    }
);
