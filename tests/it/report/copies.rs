//! Copies of a report, and the sections that a recipient left out.

use std::collections::BTreeSet;

use entity::id::PersonId;
use entity::store::{begin_write, links, report as store, report_preference};
use entity::table::{delivery, post};
use entity::value::{DeliveryKind, DeliveryState, ReportSection};
use sea_orm::DatabaseConnection;
use sea_orm::sea_query::Expr;

use super::{by_smtp, change_post, now, ready, row_of, rows, week};
use crate::harness::{both, day};
use crate::smtp_listener::{Manner, SmtpListener};

/// Makes person 2 leave out these sections and send copies to these people.
async fn chosen(db: &DatabaseConnection, hidden: &[ReportSection], copies: &[i64]) {
    let txn = begin_write(db).await.unwrap();
    let same = links::load(&txn).await.unwrap();
    let hidden: BTreeSet<_> = hidden.iter().copied().collect();
    let copies: Vec<_> = copies.iter().copied().map(PersonId).collect();
    let new = report_preference::NewPreference {
        hidden: &hidden,
        copies: &copies,
        midweek: false,
        changed_at: now(),
        changed_by: "person:2",
    };
    report_preference::set(&txn, PersonId(2), &same, new).await.unwrap();
    txn.commit().await.unwrap();
}

async fn copies(db: &DatabaseConnection) -> Vec<delivery::Model> {
    rows(db).await.into_iter().filter(|row| row.kind == DeliveryKind::Copy).collect()
}

both!(
    async fn are_separate_mails_with_a_reason(world: World) {
        ready(&world).await;
        chosen(&world.db, &[], &[3]).await;
        let listener = SmtpListener::start().await;
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.sent, outcome.waits()), (3, 3, false), "a copy is not counted");
        assert_eq!(listener.messages().iter().filter(|(to, _)| to == "p3@board.example").count(), 2);
        let copy = copies(&world.db).await.pop().unwrap();
        assert_eq!((copy.recipient.as_str(), copy.state), ("copy:2:3", DeliveryState::Sent));
        assert_eq!((copy.person_id, copy.owner_id), (Some(PersonId(3)), Some(PersonId(2))));
        assert_eq!(copy.message_id, "gap-report.2026-W47.copy-2-3@board.example");
        let said = "You receive a copy because the senior manager of Unit NORTH asked for it.";
        assert!(copy.text_part.contains(said), "{}", copy.text_part);
        let own = row_of(&world.db, 2).await;
        assert_eq!((own.kind, own.subject, own.csv_part), (DeliveryKind::Report, copy.subject, copy.csv_part));
        assert!(!own.text_part.contains("a copy"), "{}", own.text_part);
    }
);

both!(
    async fn that_are_refused_fail_no_run(world: World) {
        ready(&world).await;
        chosen(&world.db, &[], &[1, 3]).await;
        let listener = SmtpListener::start().await;
        // Their own reports are refused too, so only person 2's is counted as sent.
        for person in [1, 3] {
            let address = format!("p{person}@board.example");
            listener.treat(&address, Manner::AnswerRecipient("550 5.1.1 no such user"));
        }
        let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!((outcome.sent, outcome.refused, outcome.relay_refuses), (1, 2, false));
        assert!(copies(&world.db).await.iter().all(|copy| copy.state == DeliveryState::Refused));
        assert!(store::last_mailed_before(&world.db, week("2026-W48")).await.unwrap().is_some());
    }
);

both!(
    async fn are_not_sent_to_former_colleagues(world: World) {
        ready(&world).await;
        chosen(&world.db, &[], &[3]).await;
        change_post(&world.db, 3, post::Column::ValidTo, Expr::value(day("2026-11-01"))).await;
        let job = by_smtp(&SmtpListener::start().await);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        assert_eq!(copies(&world.db).await.len(), 0);
    }
);

both!(
    async fn leave_out_what_the_report_leaves_out(world: World) {
        ready(&world).await;
        chosen(&world.db, &[ReportSection::Facts], &[3]).await;
        let job = by_smtp(&SmtpListener::start().await);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        let (fact, said) = ("Staff whose team has cover", "Some sections are left out");
        let (own, copy) = (row_of(&world.db, 2).await, copies(&world.db).await.pop().unwrap());
        for part in [own.text_part, copy.text_part, own.html_part, copy.html_part] {
            assert!(!part.contains(fact) && part.contains(said), "{part}");
        }
        let other = row_of(&world.db, 1).await.text_part;
        assert!(other.contains(fact) && !other.contains(said), "{other}");
    }
);

both!(
    async fn of_an_erased_person_are_forgotten(world: World) {
        ready(&world).await;
        chosen(&world.db, &[ReportSection::Facts], &[3]).await;
        let same = links::load(&world.db).await.unwrap();
        let txn = begin_write(&world.db).await.unwrap();
        assert_eq!(report_preference::forget(&txn, PersonId(3)).await.unwrap(), 1, "a copy to them");
        txn.commit().await.unwrap();
        let left = report_preference::for_person(&world.db, PersonId(2), &same).await.unwrap();
        assert_eq!((left.copies, left.hidden.len()), (Vec::new(), 1));
        let txn = begin_write(&world.db).await.unwrap();
        assert_eq!(report_preference::forget(&txn, PersonId(2)).await.unwrap(), 1);
        txn.commit().await.unwrap();
        assert!(report_preference::load(&world.db, &same).await.unwrap().is_empty());
    }
);
