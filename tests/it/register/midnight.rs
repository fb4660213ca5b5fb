//! Commands that wait for their locks until the day has changed: their today is the day on which they got the locks.

use std::time::Duration;

use entity::store::register::Transaction;
use entity::table::{pause, register_change};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::{both, instant};

/// Gives a command a second before midnight while another one holds the locks, which end a second after it.
async fn across_midnight(world: &World, by: i64, field: &str, input: Value) -> Value {
    let day = world.clock.now().date_naive();
    world.clock.set(instant(&format!("{day}T23:59:59Z")));
    let site = as_person(world, by).await;
    let held = Transaction::begin(&world.db).await.unwrap();
    let midnight = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        world.clock.set(instant(&format!("{}T00:00:01Z", day.succ_opt().unwrap())));
        drop(held);
    };
    let (answer, ()) = tokio::join!(attempt_at(&site, field, input, "refusals { code message }"), midnight);
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][field].clone()
}

both!(
    async fn a_pause_begins_on_the_day_of_its_locks(world: World) {
        organised(&world).await;
        let payload = across_midnight(&world, roles::SUPPORTER, "pause", json!({})).await;
        assert_eq!(payload["refusals"], json!([]));
        let row = pause::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!(row.valid_from, Some(day("2026-11-17")));
        let change = register_change::Entity::find().order_by_desc(register_change::Column::Id).one(&world.db);
        assert_eq!(change.await.unwrap().unwrap().effective_on, day("2026-11-17"));
    }
);

both!(
    async fn a_nomination_that_lapsed_at_midnight_is_not_accepted(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        // Its last day.
        pass_days(&world, 89);
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        assert_eq!(refused(&across_midnight(&world, NOMINEE, "respondToNomination", input).await), "NOMINATION_ENDED");
        assert_eq!(seen(&world, NOMINEE, &id).await["acceptedOn"], Value::Null);
    }
);

both!(
    async fn a_day_of_seven_days_ago_is_too_early_by_then(world: World) {
        organised(&world).await;
        let input = json!({ "from": "2026-11-09" });
        assert_eq!(
            refused(&across_midnight(&world, roles::SUPPORTER, "pause", input.clone()).await),
            "DAY_OUT_OF_RANGE"
        );
        world.clock.set(instant("2026-11-16T23:59:59Z"));
        let payload = command(&world, roles::SUPPORTER, "pause", input, "refusals { code message }").await;
        assert_eq!(payload["refusals"], json!([]), "a second before midnight it was not");
    }
);
