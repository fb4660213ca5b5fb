//! Copies and run summaries are sent like reports, and never counted as the week's report.

use entity::id::{DeliveryId, PersonId};
use entity::store::report as store;
use entity::table::delivery;
use entity::value::{DeliveryKind, DeliveryState};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};

use super::{by_smtp, now, ready, row_of, rows, week};
use crate::harness::both;
use crate::smtp_listener::{Manner, SmtpListener};

/// Adds a mail of another kind to person 2's report, due now. Its address is `{name}@board.example`.
async fn beside(db: &DatabaseConnection, id: i64, kind: DeliveryKind, name: &str) {
    let report = row_of(db, 2).await;
    let mail = delivery::Model {
        id: DeliveryId(id),
        kind,
        recipient: format!("{name}:{id}"),
        owner_id: (kind == DeliveryKind::Copy).then_some(PersonId(2)),
        address: Some(format!("{name}@board.example")),
        message_id: format!("{name}@board.example"),
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: Some(now()),
        accepted_at: None,
        ..report
    };
    delivery::Entity::insert(mail.into_active_model()).exec_without_returning(db).await.unwrap();
}

async fn state_of(db: &DatabaseConnection, id: i64) -> DeliveryState {
    rows(db).await.into_iter().find(|row| row.id == DeliveryId(id)).unwrap().state
}

both!(
    async fn are_retried_alike_and_fail_no_run(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        beside(&world.db, 101, DeliveryKind::Copy, "copied").await;
        beside(&world.db, 102, DeliveryKind::RunSummary, "summed").await;
        listener.treat("copied@board.example", Manner::AnswerRecipient("451 busy"));
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.sent, outcome.waiting, outcome.others_waiting), (0, 3, 0, 1));
        assert!(outcome.waits() && outcome.next_attempt_at.is_some(), "the run goes on until the copy has gone");
        assert!(outcome.to_string().contains("1 copy or summary waiting until "), "{outcome}");
        assert_eq!(state_of(&world.db, 102).await, DeliveryState::Sent);

        listener.treat("copied@board.example", Manner::AnswerRecipient("550 5.1.1 no such user"));
        let later = outcome.next_attempt_at.unwrap();
        let outcome = job.run(&world.db, week("2026-W47"), later).await.unwrap();
        assert_eq!((outcome.refused, outcome.waits(), outcome.needs_attention()), (0, false, false));
        assert_eq!(state_of(&world.db, 101).await, DeliveryState::Refused);
    }
);

both!(
    async fn refused_alike_are_no_outage_of_the_server(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        for (id, name) in [(101, "one"), (102, "two")] {
            beside(&world.db, id, DeliveryKind::Copy, name).await;
            let address = format!("{name}@board.example");
            listener.treat(&address, Manner::AnswerRecipient("550 5.1.1 no such user"));
        }
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert!(!outcome.relay_refuses && !outcome.waits(), "{outcome}");
        assert_eq!(state_of(&world.db, 101).await, DeliveryState::Refused);
    }
);

both!(
    async fn do_not_make_a_week_mailed(world: World) {
        ready(&world).await;
        let job = by_smtp(&SmtpListener::start().await);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        beside(&world.db, 102, DeliveryKind::RunSummary, "summed").await;
        assert_eq!(job.run(&world.db, week("2026-W47"), now()).await.unwrap().others_waiting, 0);
        let next = week("2026-W48");
        assert!(store::last_mailed_before(&world.db, next).await.unwrap().is_some());
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Refused))
            .filter(delivery::Column::Kind.eq(DeliveryKind::Report))
            .exec(&world.db)
            .await
            .unwrap();
        assert_eq!(state_of(&world.db, 102).await, DeliveryState::Sent);
        assert_eq!(store::last_mailed_before(&world.db, next).await.unwrap(), None);
    }
);
