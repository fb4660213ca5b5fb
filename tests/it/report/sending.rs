//! When the sending of mails stops, and when outcomes are recorded.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::TimeDelta;
use entity::store::run::{self as ledger, GAP_REPORT};
use entity::value::{DeliveryState, RunState};
use jobs::runner::Runner;
use jobs::schedule::{Period, TABLE};
use sea_orm::{ConnectionTrait as _, DatabaseConnection};

use super::many::many_mails;
use super::{by_smtp, now, ready, row_of, rows, week};
use crate::graphql::history;
use crate::harness::{World, both, within};
use crate::outage::{free_address, rewired, wire};
use crate::smtp_listener::{Manner, SmtpListener};

const MAILS: i64 = 12;

/// Starts a listener that holds the answers to all mails of [`many_mails`].
pub(crate) async fn holding() -> SmtpListener {
    let listener = SmtpListener::start().await;
    for number in 1..=MAILS {
        listener.treat(&format!("q{number}@board.example"), Manner::TakeWhenReleased);
    }
    listener
}

/// Returns how many messages each recipient was sent.
pub(crate) fn counted(messages: &[(String, String)]) -> BTreeMap<&str, usize> {
    let mut counts = BTreeMap::new();
    for (to, _) in messages {
        *counts.entry(to.as_str()).or_default() += 1;
    }
    counts
}

async fn sent(db: &DatabaseConnection) -> usize {
    rows(db).await.iter().filter(|row| row.state == DeliveryState::Sent).count()
}

both!(
    async fn a_stop_takes_effect_between_two_mails(world: World) {
        ready(&world).await;
        history::imports(&world.db).await;
        many_mails(&world.db, MAILS).await;
        world.clock.set(now() + TimeDelta::hours(3));
        let listener = holding().await;
        let (clock, zone) = (world.clock.clone(), chrono_tz::Europe::London);
        let job = by_smtp(&listener);
        let runner = Runner::new(world.db.clone(), clock.clone(), zone, &TABLE, vec![Box::new(job.clone())]).unwrap();
        let running = tokio::spawn({
            let runner = runner.clone();
            async move { runner.run_now(GAP_REPORT, Period::Week(week("2026-W47"))).await }
        });
        listener.has(4).await;
        let (drained, ()) = tokio::join!(runner.drain(Duration::from_secs(20)), async { listener.release() });
        assert!(drained.in_time);
        let row = running.await.unwrap().unwrap();
        assert_eq!(row.state, RunState::Retrying, "{:?}", row.outcome);
        assert_eq!(sent(&world.db).await, 4, "those that were on their way");

        world.clock.set(clock.now() + TimeDelta::minutes(2));
        let next = Runner::new(world.db.clone(), world.clock.clone(), zone, &TABLE, vec![Box::new(job)]).unwrap();
        next.tick().await.unwrap();
        tokio::time::timeout(Duration::from_secs(60), next.idle()).await.unwrap();
        let row = ledger::find(&world.db, GAP_REPORT, "2026-W47").await.unwrap().unwrap();
        assert_eq!(row.state, RunState::Done, "{:?}", row.outcome);
        let messages = listener.messages();
        assert_eq!(counted(&messages).len(), usize::try_from(MAILS).unwrap());
        assert!(counted(&messages).values().all(|times| *times == 1), "{:?}", counted(&messages));
    }
);

both!(
    async fn records_acceptance_before_the_quit_answer(world: World) {
        ready(&world).await;
        let listener = SmtpListener::start().await;
        for person in 1..=3 {
            listener.treat(&format!("p{person}@board.example"), Manner::SilentAtQuit);
        }
        let job = by_smtp(&listener);
        let said_goodbye = async {
            while listener.verbs().iter().filter(|verb| *verb == "QUIT").count() < 3 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        // The process is killed after it has sent QUIT three times without an answer.
        tokio::select! {
            biased;
            () = said_goodbye => {}
            outcome = job.run(&world.db, week("2026-W47"), now()) => assert_eq!(outcome.unwrap().sent, 3),
        }
        let recorded = async {
            while sent(&world.db).await < 3 {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(1), recorded).await.expect("all acceptances are recorded");
        assert_eq!(row_of(&world.db, 2).await.attempts, 1);
    }
);

/// Makes the database refuse to record only that this mail was accepted.
async fn refuse_record_of(db: &DatabaseConnection, mail: i64) {
    let statements = if entity::store::is_postgres(db) {
        vec![
            "CREATE FUNCTION refused() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$"
                .to_owned(),
            format!(
                "CREATE TRIGGER refused BEFORE UPDATE ON delivery FOR EACH ROW \
                 WHEN (NEW.state = 'SENT' AND NEW.id = {mail}) EXECUTE FUNCTION refused()"
            ),
        ]
    } else {
        vec![format!(
            "CREATE TRIGGER refused BEFORE UPDATE ON delivery WHEN NEW.state = 'SENT' AND NEW.id = {mail} \
             BEGIN SELECT RAISE(ABORT, 'refused'); END"
        )]
    };
    for statement in statements {
        db.execute_unprepared(&statement).await.unwrap();
    }
}

async fn record_again(db: &DatabaseConnection) {
    let of = if entity::store::is_postgres(db) { " ON delivery" } else { "" };
    db.execute_unprepared(&format!("DROP TRIGGER refused{of}")).await.unwrap();
}

/// Waits until this number of mails is recorded as sent.
async fn recorded(db: &DatabaseConnection, mails: usize) {
    let recorded = async {
        while sent(db).await < mails {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), recorded).await.expect("they are recorded");
}

both!(
    async fn starts_no_mail_while_a_record_is_missing(world: World) {
        ready(&world).await;
        many_mails(&world.db, MAILS).await;
        refuse_record_of(&world.db, 2).await;
        let listener = holding().await;
        listener.treat("q2@board.example", Manner::Take);
        let job = by_smtp(&listener);
        let run = {
            let (db, job) = (world.db.clone(), job.clone());
            tokio::spawn(async move { job.run(&db, week("2026-W47"), now()).await })
        };
        listener.has(4).await;
        // The second mail was accepted, and recording it is refused more than once.
        tokio::time::sleep(Duration::from_millis(500)).await;
        listener.release();
        recorded(&world.db, 3).await;
        // Long enough for a fifth mail, now that three of the first four are recorded.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(counted(&listener.messages()).len(), 4, "no further mail is begun");

        record_again(&world.db).await;
        let outcome = tokio::time::timeout(Duration::from_secs(60), run).await.expect("it goes on").unwrap().unwrap();
        assert_eq!((outcome.sent, outcome.waiting), (4, 8));
        let outcome = job.run(&world.db, week("2026-W47"), now() + TimeDelta::minutes(1)).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.sent), (8, 12));
        let messages = listener.messages();
        assert!(messages.len() == 8 && counted(&messages).len() == 8, "{:?}", counted(&messages));
    }
);

both!(
    async fn retries_a_refused_record(world: World) {
        ready(&world).await;
        many_mails(&world.db, 4).await;
        refuse_record_of(&world.db, 2).await;
        let listener = SmtpListener::start().await;
        let job = by_smtp(&listener);
        let db = world.db.clone();
        let run = tokio::spawn(async move { job.run(&db, week("2026-W47"), now()).await });
        recorded(&world.db, 3).await;
        // Longer than several immediate retries would take.
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert!(!run.is_finished() && sent(&world.db).await == 3, "it is still tried");
        record_again(&world.db).await;
        let outcome = tokio::time::timeout(Duration::from_secs(60), run).await.expect("it ends").unwrap().unwrap();
        assert_eq!((outcome.sent_now, outcome.waiting), (4, 0));
        assert_eq!((row_of(&world.db, 102).await.attempts, listener.messages().len()), (1, 4));
    }
);

/// PostgreSQL stops after the server has received a mail and before it accepts it. It is stopped for longer than several
/// retries take, and for so long that the run is cancelled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs PostgreSQL: set PSN_TEST_POSTGRES and add `-- --include-ignored`"]
async fn records_acceptance_when_the_database_returns() {
    let world = World::new(crate::harness::Engine::Postgres).await;
    ready(&world).await;
    many_mails(&world.db, MAILS).await;
    let at = free_address().await;
    let (server, url) = rewired(&world.url, at);
    let up = wire(at, server.clone()).await;
    let db = entity::store::connect(&url).await.unwrap();
    let listener = holding().await;
    let job = by_smtp(&listener);
    let run = tokio::spawn(async move { job.run(&db, week("2026-W47"), now()).await });
    listener.has(4).await;
    drop(up);
    listener.release();
    // The run is cancelled as if it had lost its lease.
    let quit = async {
        while listener.verbs().iter().filter(|verb| *verb == "QUIT").count() < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within("the four connections end", quit).await;
    run.abort();
    assert!(run.await.is_err());
    assert_eq!(sent(&world.db).await, 0, "nothing could be recorded");
    assert_eq!(listener.messages().len(), 4, "no further mail is begun");

    let _up = wire(at, server).await;
    let recorded = async {
        while sent(&world.db).await < 4 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), recorded).await.expect("all four are recorded");
    let outcome = by_smtp(&listener).run(&world.db, week("2026-W47"), now() + TimeDelta::minutes(30)).await.unwrap();
    assert_eq!((outcome.sent_now, outcome.sent), (8, 12));
    let messages = listener.messages();
    assert_eq!(messages.len(), 8);
}
