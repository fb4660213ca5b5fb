//! Mails that a server refuses permanently: whether the address or the service is the cause, and when they are sent again.

use chrono::TimeDelta;
use entity::store::report as store;
use entity::table::{delivery, person, post};
use entity::value::DeliveryState;
use jobs::mail::{Mailer, Tls};
use jobs::report::GapReport;
use jobs::report::render::Setting;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _};

use super::{by_smtp, change_post, job, message_ids, now, ready, row_of, rows, week};
use crate::harness::{both, day};
use crate::smtp_listener::{Manner, SmtpListener};

/// Starts a listener that refuses person 2 permanently and accepts all others.
async fn refusing() -> SmtpListener {
    let listener = SmtpListener::start().await;
    listener.treat("p2@board.example", Manner::AnswerRecipient("550 5.1.1 no such user"));
    listener
}

async fn write_to(db: &DatabaseConnection, person: i64, address: &str) {
    person::Entity::update_many()
        .col_expr(person::Column::WorkEmail, Expr::value(address))
        .filter(person::Column::Id.eq(person))
        .exec(db)
        .await
        .unwrap();
}

both!(
    async fn a_corrected_address_gets_the_mail(world: World) {
        ready(&world).await;
        let listener = refusing().await;
        let job = by_smtp(&listener);
        assert_eq!(job.run(&world.db, week("2026-W47"), now()).await.unwrap().refused, 1);
        let unchanged = job.run(&world.db, week("2026-W47"), now() + TimeDelta::hours(1)).await.unwrap();
        assert_eq!((unchanged.sent_now, unchanged.refused), (0, 1), "nothing has changed");
        assert_eq!(row_of(&world.db, 2).await.attempts, 1);

        write_to(&world.db, 2, "right@board.example").await;
        let changed = job.run(&world.db, week("2026-W47"), now() + TimeDelta::hours(2)).await.unwrap();
        assert_eq!((changed.sent_now, changed.sent, changed.refused), (1, 3, 0));
        let messages = listener.messages();
        assert_eq!(message_ids(&messages, "right@board.example"), ["gap-report.2026-W47.person-2@board.example"]);
        let row = row_of(&world.db, 2).await;
        assert_eq!((row.address.as_deref(), row.refused_by), (Some("right@board.example"), None));
    }
);

both!(
    async fn another_relay_sender_or_text_is_a_change(world: World) {
        ready(&world).await;
        let strict = refusing().await;
        let job = by_smtp(&strict);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        let other_sender = GapReport { from: "Peers <peers@board.example>".parse().unwrap(), ..job.clone() };
        let other_text = GapReport {
            setting: Setting { base_url: Some("https://psn.example".to_owned()), ..Setting::default() },
            ..other_sender.clone()
        };
        for (at, changed) in [(1, &other_sender), (2, &other_text)] {
            let outcome = changed.run(&world.db, week("2026-W47"), now() + TimeDelta::hours(at)).await.unwrap();
            assert_eq!((outcome.sent_now, outcome.refused), (0, 1));
            let row = row_of(&world.db, 2).await;
            // It was attempted, and its attempts are counted from 1 again.
            assert_eq!((row.attempts, row.text_part.contains("https://psn.example")), (1, at == 2));
        }
        assert_eq!(strict.verbs().iter().filter(|verb| *verb == "RCPT").count(), 5, "three mails, and one twice more");

        let kind = SmtpListener::start().await;
        let mailer = Mailer::smtp(&kind.url(), std::time::Duration::from_secs(5), &Tls::default()).unwrap();
        let other_relay = GapReport { mailer, ..other_text };
        let outcome = other_relay.run(&world.db, week("2026-W47"), now() + TimeDelta::hours(3)).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.refused), (1, 0));
        assert_eq!(kind.messages().len(), 1);
    }
);

both!(
    async fn a_relay_that_refuses_all_is_an_outage(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        for person in 1..=3 {
            let manner = if person == 2 {
                Manner::AnswerRecipient("554 5.7.1 Relay access denied (id A2)")
            } else {
                Manner::AnswerRecipient("554 5.7.1 Relay access denied (id B7)")
            };
            listener.treat(&format!("p{person}@board.example"), manner);
        }
        let job = by_smtp(&listener);
        let outcome = job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.waiting, outcome.refused, outcome.relay_refuses), (3, 0, true));
        assert!(outcome.to_string().contains("refuses every mail"), "{outcome}");
        let due: Vec<_> = rows(&world.db).await.iter().map(|row| row.next_attempt_at.unwrap()).collect();
        assert!(due.iter().all(|at| *at == due[0] && *at >= now() + TimeDelta::minutes(1)), "{due:?}");
        for person in 1..=3 {
            listener.treat(&format!("p{person}@board.example"), Manner::Take);
        }
        let outcome = job.run(&world.db, week("2026-W47"), due[0]).await.unwrap();
        assert_eq!((outcome.sent, outcome.waiting), (3, 0));
    }
);

both!(
    async fn a_requested_resend_is_unchanged(world: World) {
        ready(&world).await;
        let listener = refusing().await;
        let job = by_smtp(&listener);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        let refused = row_of(&world.db, 2).await;
        let at = now() + TimeDelta::hours(1);
        assert!(store::reopen(&world.db, refused.id, at, None).await.unwrap());
        assert!(!store::reopen(&world.db, refused.id, at, None).await.unwrap(), "it waits now");
        listener.treat("p2@board.example", Manner::Take);
        let outcome = job.run(&world.db, week("2026-W47"), at).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.refused), (1, 0));
        let sent = row_of(&world.db, 2).await;
        assert_eq!((sent.text_part, sent.message_id), (refused.text_part, refused.message_id));
    }
);

both!(
    async fn former_recipients_get_no_refused_mail(world: World) {
        ready(&world).await;
        let job = by_smtp(&refusing().await);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        change_post(&world.db, 2, post::Column::ValidTo, Expr::value(day("2026-11-01"))).await;
        let elsewhere = SmtpListener::start().await;
        let outcome = by_smtp(&elsewhere).run(&world.db, week("2026-W47"), now() + TimeDelta::hours(1)).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.refused), (0, 1));
        assert!(elsewhere.messages().is_empty());
    }
);

both!(
    async fn a_refused_mail_without_text_stays_refused(world: World) {
        ready(&world).await;
        by_smtp(&refusing().await).run(&world.db, week("2026-W47"), now()).await.unwrap();
        let gone = delivery::Entity::update_many()
            .col_expr(delivery::Column::TextPart, Expr::value(""))
            .col_expr(delivery::Column::Address, Expr::value(None::<String>));
        gone.filter(delivery::Column::State.eq(DeliveryState::Refused)).exec(&world.db).await.unwrap();
        let (mailer, memory) = world.mailer();
        let outcome = job(mailer).run(&world.db, week("2026-W47"), now() + TimeDelta::hours(1)).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.refused), (0, 1));
        assert!(memory.drain().is_empty());
    }
);
