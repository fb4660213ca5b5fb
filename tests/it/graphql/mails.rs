//! Requests to send a refused mail again.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::table::{audit_event, delivery, report};
use entity::value::{Action, DeliveryState, ReportKind};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{answer, board, history, site};
use crate::harness::{World, both};

const QUERY: &str = "mutation($id: ID!) { resendDelivery(input: { deliveryId: $id }) {
    delivery { state attempts } run { job period state } refusal { code sentence } } }";

fn encoded(kind: &str, number: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("{kind}:{number}"))
}

async fn resend(site: &axum::Router, id: &str) -> Value {
    let answer = answer(site, QUERY, json!({ "id": id })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["resendDelivery"].clone()
}

async fn refuse(world: &World, id: i64) {
    delivery::Entity::update_many()
        .col_expr(delivery::Column::State, Expr::value(DeliveryState::Refused))
        .col_expr(delivery::Column::NextAttemptAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
        .filter(delivery::Column::Id.eq(id))
        .exec(&world.db)
        .await
        .unwrap();
}

both!(
    async fn a_refused_mail_is_sent_again_on_request(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        refuse(&world, 3).await;
        let site = site(&world);
        let asked = resend(&site, &encoded("Delivery", 3)).await;
        let run = json!({ "job": "gap-report", "period": "2026-W47", "state": "REQUESTED" });
        let mail = json!({ "state": "PENDING", "attempts": 0 });
        assert_eq!(asked, json!({ "delivery": mail, "run": run, "refusal": null }));
        let row = delivery::Entity::find_by_id(entity::id::DeliveryId(3)).one(&world.db).await.unwrap().unwrap();
        assert_eq!(row.next_attempt_at, Some(world.clock.now()));
        let events =
            audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::ResendRequested.as_str()));
        let event = events.one(&world.db).await.unwrap().unwrap();
        assert_eq!(event.object.as_deref(), Some("delivery:3"));
        assert_eq!(resend(&site, &encoded("Delivery", 3)).await["refusal"]["code"], "ALREADY_WAITING");
    }
);

both!(
    async fn a_midweek_report_is_listed_and_sent_again(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        refuse(&world, 3).await;
        let midweek = report::Entity::update_many().col_expr(report::Column::Kind, Expr::value(ReportKind::Midweek));
        midweek.filter(report::Column::Id.eq(2)).exec(&world.db).await.unwrap();
        let site = site(&world);
        let asked = resend(&site, &encoded("Delivery", 3)).await;
        let run = json!({ "job": "midweek-report", "period": "2026-W47", "state": "REQUESTED" });
        assert_eq!(asked["run"], run, "{asked}");
        let query = "{ gapReports { totalCount nodes { week kind } }
            midweek: gapReports(kind: MIDWEEK) { totalCount nodes { week kind deliveries { totalCount } } } }";
        let found = answer(&site, query, json!({})).await;
        let weekly = json!({ "totalCount": 1, "nodes": [{ "week": "2026-W46", "kind": "WEEKLY" }] });
        assert_eq!(found["data"]["gapReports"], weekly, "{found}");
        let node = json!({ "week": "2026-W47", "kind": "MIDWEEK", "deliveries": { "totalCount": 3 } });
        assert_eq!(found["data"]["midweek"], json!({ "totalCount": 1, "nodes": [node] }));
    }
);

both!(
    async fn an_unsendable_mail_is_refused_in_the_answer(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        refuse(&world, 3).await;
        let gone = delivery::Entity::update_many().col_expr(delivery::Column::TextPart, Expr::value(""));
        gone.filter(delivery::Column::Id.eq(3)).exec(&world.db).await.unwrap();
        let site = site(&world);
        for (id, code) in [
            (encoded("Delivery", 2), "ALREADY_SENT"),
            (encoded("Delivery", 3), "NO_LONGER_KEPT"),
            (encoded("Delivery", 4), "UNADDRESSED"),
            (encoded("Delivery", 900), "DELIVERY_UNKNOWN"),
            (encoded("Person", 2), "DELIVERY_UNKNOWN"),
            ("nonsense".to_owned(), "DELIVERY_UNKNOWN"),
        ] {
            let refused = resend(&site, &id).await;
            assert_eq!((&refused["delivery"], &refused["refusal"]["code"]), (&Value::Null, &json!(code)));
        }
    }
);
