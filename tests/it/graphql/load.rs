//! The prices of costly queries, rights before work, and what readers get while the data is read again.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use axum::Router;
use chrono::TimeDelta;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::value::AccessRole;
use psn::graphql::persisted::Persisted;
use sea_orm::DatabaseConnection;
use serde_json::{Value, json};

use super::statements::Statements;
use super::{answer, board, closed, data, history, site};
use crate::harness::{Pass, World, both, day, within};

/// A query for this many days.
fn of_days(number: u32, question: &str) -> String {
    let days = (1..=number).map(|on| format!("d{on}: {} ", question.replace("$on", &format!("\"2026-11-{on:02}\""))));
    format!("{{ {} }}", days.collect::<String>())
}

both!(
    async fn days_policies_and_exports_have_surcharges(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let asked = async |query: &str| answer(&site, query, json!({})).await["extensions"]["cost"]["asked"].clone();
        assert_eq!(asked("{ board { code } }").await, 2, "today is kept for every caller");
        assert_eq!(asked(&of_days(10, "board(asOf: $on) { code }")).await, 40_020);
        assert_eq!(asked("{ whatIf(policy: { staffPerSupporter: 15 }) { teamsWithANewGap } }").await, 4_002);
        assert_eq!(asked("{ subjectAccess }").await, 12_001, "it is recorded");
    }
);

both!(
    async fn a_caller_without_figures_causes_no_computation(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let closed = closed(&world, statements.watch(&world), Persisted::default());
        // For a caller who may not see small numbers, each computed day also reads what was published.
        let computed = || statements.taken().iter().filter(|sql| sql.contains("snapshot")).count();
        let staff = world.person(10).await.with(closed.clone());
        assert_eq!(data(&staff, "{ viewer { roles } }").await["viewer"]["roles"], json!(["STAFF"]));
        computed();
        for question in [
            "board(asOf: $on) { code }",
            "unit(code: \"N1\", asOf: $on) { code }",
            "team(code: \"N1\", asOf: $on) { status }",
            "teams(asOf: $on) { totalCount }",
            "units(asOf: $on) { totalCount }",
            "supporters(asOf: $on) { totalCount }",
            "trainers(asOf: $on) { totalCount }",
            "champions(asOf: $on) { totalCount }",
            "whatIf(asOf: $on, policy: { awayDays: 3 }) { teamsWithANewGap }",
        ] {
            let answer = answer(&staff, &of_days(5, question), json!({})).await;
            assert_eq!(computed(), 0, "{question}: {answer}");
        }

        // A hidden unit is refused before the day is computed; for a visible one it is computed.
        let dashboard = world.token(AccessRole::Dashboard, &[4], false).await.with(closed);
        for question in [
            "unit(code: \"N2\", asOf: $on) { code }",
            "team(code: \"N2\", asOf: $on) { status }",
            "teams(asOf: $on, filter: { underCode: \"N2\" }) { totalCount }",
            "units(asOf: $on, underCode: \"N2\") { totalCount }",
            "whatIf(asOf: $on, unitCode: \"N1\", policy: { awayDays: 3 }) { teamsWithANewGap }",
        ] {
            let answer = answer(&dashboard, &of_days(5, question), json!({})).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
            assert_eq!(computed(), 0, "{question}");
        }
        data(&dashboard, "{ unit(code: \"N1\", asOf: \"2026-11-10\") { rollUp { headcount } } }").await;
        assert!(computed() > 0, "the last snapshot of the day, and what it published");
    }
);

both!(
    async fn an_answer_names_its_data_version(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let version = async |query: &str| answer(&site, query, json!({})).await["extensions"]["dataVersion"].clone();
        let first = version("{ board { code } }").await.as_i64().unwrap();
        assert_eq!(first, entity::store::roster::version(&world.db).await.unwrap());
        board::changed(&world.db).await;
        assert_eq!(version("{ board { code } }").await, first + 1);
        assert_eq!(version("{ version today }").await, Value::Null, "no facts were read");
    }
);

/// Reads of the data: each is counted, and finishes when the test allows it.
#[derive(Clone, Default)]
struct Readings {
    begun: Arc<AtomicUsize>,
    held: Arc<(Mutex<Held>, Condvar)>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Held {
    #[default]
    None,
    Next,
    One,
}

impl Readings {
    fn watch(&self, world: &World) -> DatabaseConnection {
        let (mut db, readings) = (world.db.clone(), self.clone());
        db.set_metric_callback(move |info| {
            if info.statement.sql.contains("\"post\".\"band\"") {
                readings.begun.fetch_add(1, Ordering::SeqCst);
                let (held, let_go) = &*readings.held;
                // With a time limit, so that a failing test ends.
                let wait = Duration::from_secs(20);
                let mut held = held.lock().unwrap();
                if *held == Held::Next {
                    *held = Held::One;
                    // The thread's other tasks continue elsewhere meanwhile.
                    tokio::task::block_in_place(|| {
                        drop(let_go.wait_timeout_while(held, wait, |held| *held == Held::One).unwrap());
                    });
                }
            }
        });
        db
    }

    /// Holds the next read back.
    fn hold(&self) {
        *self.held.0.lock().unwrap() = Held::Next;
    }

    fn let_go(&self) {
        *self.held.0.lock().unwrap() = Held::None;
        self.held.1.notify_all();
    }

    fn count(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    /// Waits until this many reads have begun in all.
    async fn reach(&self, number: usize) {
        let begun = async {
            while self.count() < number {
                tokio::task::yield_now().await;
            }
        };
        within(&format!("{number} readings begin"), begun).await;
    }
}

/// Fewer than a pool has connections.
const READERS: i64 = 8;

/// The data version of a caller's answer.
async fn version(site: Router) -> i64 {
    let answer = answer(&site, "{ board { rollUp { headcount } } }", json!({})).await;
    answer["extensions"]["dataVersion"].as_i64().unwrap_or_else(|| panic!("{answer}"))
}

async fn change(world: &World) -> i64 {
    board::changed(&world.db).await;
    entity::store::roster::version(&world.db).await.unwrap()
}

fn seen_by(pass: &Pass, closed: &Router) -> Router {
    pass.with(closed.clone())
}

both!(
    async fn readers_share_reads_after_quick_changes(world: World) {
        board::organisation(&world.db).await;
        let readings = Readings::default();
        let closed = closed(&world, readings.watch(&world), Persisted::default());
        let reader = seen_by(&world.token(AccessRole::Auditor, &[], false).await, &closed);
        let first = version(reader.clone()).await;
        assert_eq!(readings.count(), 1);

        readings.hold();
        let second = change(&world).await;
        let finder = tokio::spawn(version(reader.clone()));
        readings.reach(2).await;
        assert_eq!(version(reader.clone()).await, first, "the last facts, and their version, within the second");

        world.clock.set(world.clock.now() + TimeDelta::seconds(1));
        let mut late = Vec::new();
        for _ in 0..READERS {
            change(&world).await;
            late.push(tokio::spawn(version(reader.clone())));
        }
        readings.let_go();
        assert_eq!(finder.await.unwrap(), second);
        let newest = second + READERS;
        let mut answers = Vec::new();
        for late in late {
            answers.push(late.await.unwrap());
        }
        assert!(answers.iter().all(|version| *version > second), "none is older than a second: {answers:?}");
        assert_eq!(version(reader).await, newest);
        assert_eq!(readings.count(), 3, "the first, the one that was held back, and one for all who waited");
    }
);

both!(
    async fn a_caller_sees_its_own_change_during_a_read(world: World) {
        board::organisation(&world.db).await;
        let readings = Readings::default();
        let closed = closed(&world, readings.watch(&world), Persisted::default());
        let (reader, writer) = (world.token(AccessRole::Auditor, &[], false).await, world.person(1).await);
        let new = NewGrant { person: PersonId(1), role: AccessRole::Admin, from: day("2026-01-01"), to: None };
        grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
        let (reader, writer) = (seen_by(&reader, &closed), seen_by(&writer, &closed));
        let first = version(reader.clone()).await;
        version(writer.clone()).await;

        readings.hold();
        change(&world).await;
        let finder = tokio::spawn(version(reader.clone()));
        readings.reach(2).await;
        assert_eq!(version(writer.clone()).await, first, "another caller's change");
        let erase = "mutation($id: ID!) { erasePerson(input: { personId: $id, reason: REQUESTED }) { erased { id } } }";
        let people = data(&writer, "{ team(code: \"N2\") { supporters { nodes { person { id } } } } }").await;
        let id = &people["team"]["supporters"]["nodes"][0]["person"]["id"];
        let erased = answer(&writer, erase, json!({ "id": id })).await;
        assert!(erased["data"]["erasePerson"]["erased"].is_object(), "{erased}");
        let own = tokio::spawn(version(writer));
        assert_eq!(version(reader).await, first, "for others within the second");
        readings.let_go();
        finder.await.unwrap();
        assert_eq!(own.await.unwrap(), entity::store::roster::version(&world.db).await.unwrap());
    }
);
