//! A day's snapshot and the record that it was taken are one transaction.

use ::jobs::snapshot::Coverage;
use entity::coverage::disclosure::Limit;
use entity::store::run::COVERAGE;
use entity::table::snapshot;
use entity::value::RunState;
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _};

use super::{period, runner};
use crate::graphql::{board, history};
use crate::harness::{both, instant};

/// Fails whenever a run is about to be recorded as done, as if the process were killed.
async fn kill_at_record(db: &DatabaseConnection) {
    let statements: &[&str] = if entity::store::is_postgres(db) {
        &[
            "CREATE FUNCTION killed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed'; END $$",
            "CREATE TRIGGER killed BEFORE UPDATE ON job_run FOR EACH ROW WHEN (NEW.state = 'DONE') \
             EXECUTE FUNCTION killed()",
        ]
    } else {
        &["CREATE TRIGGER killed BEFORE UPDATE ON job_run WHEN NEW.state = 'DONE' \
           BEGIN SELECT RAISE(ABORT, 'killed'); END"]
    };
    for statement in statements {
        db.execute_unprepared(statement).await.unwrap();
    }
}

async fn live_again(db: &DatabaseConnection) {
    let of = if entity::store::is_postgres(db) { " ON job_run" } else { "" };
    db.execute_unprepared(&format!("DROP TRIGGER killed{of}")).await.unwrap();
}

async fn revisions(db: &DatabaseConnection) -> Vec<i32> {
    snapshot::Entity::find().all(db).await.unwrap().iter().map(|row| row.revision).collect()
}

both!(
    async fn a_kill_before_commit_leaves_no_snapshot(world: World) {
        board::organisation(&world.db).await;
        history::imports(&world.db).await;
        let runner = runner(&world, vec![Box::new(Coverage { limit: Limit::default() })]);
        kill_at_record(&world.db).await;
        let row = runner.run_now(COVERAGE, period("2026-11-16")).await.unwrap();
        assert_eq!(row.state, RunState::Retrying, "{:?}", row.outcome);
        assert_eq!(revisions(&world.db).await, Vec::<i32>::new());
        live_again(&world.db).await;
        world.clock.set(instant("2026-11-16T10:00:00Z"));
        let row = runner.run_now(COVERAGE, period("2026-11-16")).await.unwrap();
        assert_eq!(row.state, RunState::Done);
        assert!(row.outcome.as_ref().unwrap().contains("(revision 1)"), "{:?}", row.outcome);
        assert_eq!(revisions(&world.db).await, [1]);
    }
);
