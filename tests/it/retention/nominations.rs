//! Nominations are erased months after their end, with what was written about them; so are keys of commands.

use entity::table::{
    idempotency_key, nomination, nomination_decision, register_change, register_change_row, register_text,
};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::json;

use super::*;
use crate::register::{
    LINE_MANAGER, NOMINEE, SENIOR_MANAGER, about, accepted, command, decide, line, nominated, nominated_and_accepted,
    organised, senior,
};

both!(
    async fn ended_nominations_are_erased_after_twelve_months(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        let records = register_change::Entity::find().count(&world.db).await.unwrap();
        assert_eq!(rows_removed(&run(&world, "2027-11-15").await, Kind::Nominations), 0);
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 1);
        let on = "2027-11-16";
        assert!(planned(&world, on).await.contains(&(Kind::Nominations, 1)));
        assert_eq!(rows_removed(&run(&world, on).await, Kind::Nominations), 1);
        assert_eq!(nomination::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(nomination_decision::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(register_change::Entity::find().count(&world.db).await.unwrap(), records);
        let images = register_change_row::Entity::find().all(&world.db).await.unwrap();
        assert!(images.iter().all(|row| !row.table_name.starts_with("nomination")));
        assert!(images.iter().any(|row| row.table_name == "allocation"), "the role stays");
        assert_eq!(rows_removed(&run(&world, on).await, Kind::Nominations), 0, "once");
        assert_eq!(recorded(&world, Kind::Nominations).await, 1);
    }
);

both!(
    async fn a_lapsed_nomination_ended_when_it_lapsed(world: World) {
        organised(&world).await;
        nominated(&world).await;
        // Open for 90 days, to 14 February 2027.
        assert_eq!(rows_removed(&run(&world, "2028-02-13").await, Kind::Nominations), 0);
        assert_eq!(rows_removed(&run(&world, "2028-02-14").await, Kind::Nominations), 1);
    }
);

both!(
    async fn open_nominations_and_what_the_policy_keeps_stay(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        assert_eq!(rows_removed(&run(&world, "2027-01-01").await, Kind::Nominations), 0);
        let declined =
            about(&world, NOMINEE, "respondToNomination", json!({ "nominationId": id, "response": "DECLINE" }));
        accepted(&declined.await);
        let policy = json!({ "staffPerSupporter": 5, "minSupporters": 1 });
        let input = json!({
            "unitCode": "NORTH", "inForceFrom": "2026-12-01", "policy": policy, "register": { "endedMonths": 3 },
        });
        let by = crate::register::COORDINATOR;
        let payload = command(&world, by, "publishPolicy", input, "refusals { code message }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        assert_eq!(rows_removed(&run(&world, "2027-02-15").await, Kind::Nominations), 0);
        assert_eq!(rows_removed(&run(&world, "2027-02-16").await, Kind::Nominations), 1);
    }
);

both!(
    async fn keys_of_commands_are_removed_after_thirty_days(world: World) {
        organised(&world).await;
        let item = json!({
            "nominationId": nominated(&world).await, "response": "ACCEPT", "idempotencyKey": "k",
        });
        accepted(&about(&world, NOMINEE, "respondToNomination", item).await);
        assert_eq!(rows_removed(&run(&world, "2026-12-16").await, Kind::CommandKeys), 0);
        assert_eq!(rows_removed(&run(&world, "2026-12-17").await, Kind::CommandKeys), 1);
        assert_eq!(idempotency_key::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(rows_removed(&run(&world, "2026-12-17").await, Kind::CommandKeys), 0);
    }
);
