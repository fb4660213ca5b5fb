//! Several items in one command: each is made or refused by itself.

use entity::table::nomination;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

const RESULTS: &str = "results { nomination { id state } refusals { code } }";

fn items(people: impl Iterator<Item = i64>) -> Vec<Value> {
    let item = |number| json!({ "personId": person_id(number), "role": "PEER_SUPPORTER", "unitCode": "N2" });
    people.map(item).collect()
}

both!(
    async fn a_trial_stores_nothing(world: World) {
        organised(&world).await;
        let input = json!({ "items": items(6..12), "preview": true });
        let payload = command(&world, COORDINATOR, "nominate", input, RESULTS).await;
        let refusals: Vec<_> =
            payload["results"].as_array().unwrap().iter().map(|one| one["refusals"].clone()).collect();
        let codes: Vec<_> = refusals.iter().map(|one| one[0]["code"].as_str().unwrap_or("")).collect();
        assert_eq!(codes, ["CHECKLIST_NOT_MET", "CHECKLIST_NOT_MET", "", "", "", ""]);
        assert_eq!(nomination::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn each_item_stands_by_itself(world: World) {
        organised(&world).await;
        let input = json!({ "items": items(6..12) });
        let payload = command(&world, COORDINATOR, "nominate", input, RESULTS).await;
        let made = payload["results"].as_array().unwrap().iter().filter(|one| one["nomination"] != Value::Null).count();
        assert_eq!(made, 4);
        let none = attempt(&world, COORDINATOR, "nominate", json!({ "items": [] }), RESULTS).await;
        assert_eq!(none["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{none}");
        // A colleague may have three that wait.
        let payload = command(&world, COLLEAGUE, "nominate", json!({ "items": items(12..16) }), RESULTS).await;
        let last = &payload["results"][3];
        assert_eq!(last["refusals"][0]["code"], "TOO_MANY_WAITING", "{payload}");
    }
);
