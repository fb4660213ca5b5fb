//! Many callers at once.

use entity::table::{allocation, nomination, nomination_decision};
use futures_util::future::join_all;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

both!(
    async fn forty_callers_decide_and_withdraw_one_nomination(world: World) {
        organised(&world).await;
        let start = replay::tables(&world.db).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let before = allocation::Entity::find().count(&world.db).await.unwrap();
        let (nominee, manager) = (as_person(&world, NOMINEE).await, as_person(&world, SENIOR_MANAGER).await);
        let withdraw =
            format!("mutation {{ withdrawNomination(input: {{ nominationId: {id} }}) {{ refusals {{ code }} }} }}");
        let decide = format!(
            "mutation {{ decideNomination(input: {{ items: [{{ nominationId: {id}, capacity: SENIOR, decision: ACCEPT, \
             protectedHours: 4 }}] }}) {{ results {{ refusals {{ code }} }} }} }}"
        );
        let callers = (0..40).map(|caller| match caller % 4 {
            0 => answer(&nominee, &withdraw, json!({})),
            _ => answer(&manager, &decide, json!({})),
        });
        let results: Vec<Value> = join_all(callers).await;
        let succeeded = |answer: &&Value| {
            let data = &answer["data"];
            let none = |refusals: &Value| *refusals == json!([]);
            none(&data["withdrawNomination"]["refusals"]) || none(&data["decideNomination"]["results"][0]["refusals"])
        };
        assert_eq!(results.iter().filter(succeeded).count(), 1, "{results:?}");
        for answer in &results {
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            // The others are refused, or waited for too long.
            assert!(code.is_none_or(|code| code == "TRY_AGAIN" || code == "NOT_FOUND"), "{answer}");
        }
        let rows = nomination::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(rows.len(), 1);
        let begun = allocation::Entity::find().count(&world.db).await.unwrap() - before;
        assert_eq!(begun == 1, rows[0].allocation_id.is_some());
        let decisions = nomination_decision::Entity::find().count(&world.db).await.unwrap();
        assert_eq!(decisions, 1 + begun);
        replay::check(&world.db, &start).await;
    }
);

both!(
    async fn forty_callers_decide_withdraw_renew_and_undo(world: World) {
        organised(&world).await;
        let start = replay::tables(&world.db).await;
        // The approvals of a Peer Supporter of the ward end soon.
        pass_days(&world, 353);
        let renewed = allocations::id_of(&world, allocations::LASTING_SUPPORTER, "N2").await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let decided = history::changes_of(&world, LINE_MANAGER, &id).await[0]["id"].clone();
        let nominee = as_person(&world, NOMINEE).await;
        let line_manager = as_person(&world, LINE_MANAGER).await;
        let senior_manager = as_person(&world, SENIOR_MANAGER).await;
        let sent = [
            (&nominee, format!("withdrawNomination(input: {{ nominationId: {id} }}) {{ refusals {{ code }} }}")),
            (
                &senior_manager,
                format!(
                    "decideNomination(input: {{ items: [{{ nominationId: {id}, capacity: SENIOR, decision: ACCEPT, \
                     protectedHours: 4 }}] }}) {{ results {{ refusals {{ code }} }} }}"
                ),
            ),
            (
                &line_manager,
                format!(
                    "renewApproval(input: {{ items: [{{ allocationId: {renewed}, capacity: LINE, protectedHours: 3 }}] }}) \
                     {{ results {{ refusals {{ code }} }} }}"
                ),
            ),
            (
                &line_manager,
                format!(
                    "withdrawApproval(input: {{ allocationId: {renewed}, capacity: LINE }}) {{ refusals {{ code }} }}"
                ),
            ),
            (&line_manager, format!("undo(input: {{ changeId: {decided} }}) {{ refusals {{ code }} }}")),
        ];
        let callers = (0..40).map(|caller| {
            let (who, command) = &sent[caller % sent.len()];
            let query = format!("mutation {{ {command} }}");
            async move { answer(who, &query, json!({})).await }
        });
        let results: Vec<Value> = join_all(callers).await;
        for answer in &results {
            let code = answer["errors"][0]["extensions"]["code"].as_str();
            assert!(code.is_none_or(|code| code == "TRY_AGAIN" || code == "NOT_FOUND"), "{answer}");
        }
        let succeeded = |field: &str| {
            let of = results.iter().filter(|answer| {
                let payload = &answer["data"][field];
                payload["refusals"] == json!([]) || payload["results"][0]["refusals"] == json!([])
            });
            of.count()
        };
        assert!(succeeded("renewApproval") >= 1 && succeeded("withdrawApproval") >= 1, "{results:?}");
        assert!(succeeded("undo") <= 1 && succeeded("withdrawNomination") <= 1, "{results:?}");
        replay::check(&world.db, &start).await;
    }
);

both!(
    async fn two_nominations_of_the_whole_share_complete_at_once(world: World) {
        organised(&world).await;
        // The nominee is put forward for her own ward and, from outside, for ward N1.
        let own = nominated_and_accepted(&world).await;
        let outside = json!({ "role": "PEER_SUPPORTER", "unitCode": "N1", "outsideTeam": true });
        let outside = accepted(&nominate(&world, NOMINEE, outside).await)["id"].clone();
        for id in [&own, &outside] {
            accepted(&decide(&world, LINE_MANAGER, line(id)).await);
        }
        let both = [&own, &outside].map(|id| decide(&world, SENIOR_MANAGER, senior(id)));
        let results = join_all(both).await;
        let codes: Vec<_> = results.iter().map(|one| one["refusals"][0]["code"].as_str().unwrap_or("")).collect();
        assert_eq!(codes.iter().filter(|code| code.is_empty()).count(), 1, "{results:?}");
        assert!(codes.contains(&"CHECKLIST_NOT_MET"), "{results:?}");
    }
);
