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
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let before = allocation::Entity::find().count(&world.db).await.unwrap();
        let callers = (0..40).map(|caller| {
            let (world, id) = (&world, &id);
            async move {
                if caller % 4 == 0 {
                    about(world, NOMINEE, "withdrawNomination", json!({ "nominationId": id })).await["refusals"].clone()
                } else {
                    decide(world, SENIOR_MANAGER, senior(id)).await["refusals"].clone()
                }
            }
        });
        let results: Vec<Value> = join_all(callers).await;
        assert_eq!(results.iter().filter(|refusals| **refusals == json!([])).count(), 1, "{results:?}");
        let rows = nomination::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(rows.len(), 1);
        let begun = allocation::Entity::find().count(&world.db).await.unwrap() - before;
        assert_eq!(begun == 1, rows[0].allocation_id.is_some());
        let decisions = nomination_decision::Entity::find().count(&world.db).await.unwrap();
        assert_eq!(decisions, 1 + begun);
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
