//! How much is asked of the database: a fixed number of statements for a question, whatever the size of its answer, and the
//! facts read once for everybody.

use std::sync::{Arc, Mutex};

use axum::Router;
use sea_orm::ConnectionTrait as _;

use super::{board, data, history, site_over};
use crate::harness::{World, both};

/// The statements that reach the database.
#[derive(Clone, Default)]
pub(super) struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// A connection that notes what it is asked.
    pub(super) fn watch(&self, world: &World) -> sea_orm::DatabaseConnection {
        let (mut db, notes) = (world.db.clone(), Arc::clone(&self.0));
        db.set_metric_callback(move |info| notes.lock().unwrap().push(info.statement.sql.clone()));
        db
    }

    /// What came since the last call.
    pub(super) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The statements that a question takes: the fewest of a few times that it is asked. On a machine that is busy with other
/// things the rows of one kind may be read in two waves for once; a statement for every row would be there every time.
async fn fewest(site: &Router, statements: &Statements, query: &str, expected: usize) -> Vec<String> {
    let mut fewest: Option<Vec<String>> = None;
    for _ in 0..8 {
        statements.taken();
        data(site, query).await;
        let asked = statements.taken();
        let better = fewest.as_ref().is_none_or(|known| asked.len() < known.len());
        fewest = if better { Some(asked) } else { fewest };
        if fewest.as_ref().is_some_and(|known| known.len() <= expected) {
            break;
        }
    }
    fewest.expect("it was asked")
}

const WIDE: &str = "{ board { code } teams(first: $n) { nodes { status statusInWords whatWouldClose level1 { met }
    policy { unit { name } } unit { name parent { name rollUp { headcount } } trend { day }
      appointments { person { displayName } } }
    supporters(first: 3) { nodes { person { id displayName employer jobTitle } standingInWords lineApproval { by { displayName } } } }
    changeSinceLastReport { change } gapOpenedOn } } }";

both!(
    async fn a_hundred_teams_take_as_many_statements_as_one(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 120).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        data(&site, "{ board { code } }").await;
        let loaded = statements.taken();
        assert_eq!(loaded.iter().filter(|sql| sql.contains("\"post\".\"band\"")).count(), 1, "{loaded:#?}");

        let mut counts = Vec::new();
        for size in ["2", "100"] {
            let query = WIDE.replace("$n", size);
            let found = data(&site, &query).await;
            assert_eq!(found["teams"]["nodes"].as_array().unwrap().len().to_string(), size);
            counts.push(fewest(&site, &statements, &query, 9).await);
        }
        // The version of the facts; two each for the trends, the last snapshot and the last that was mailed; everybody who
        // is named, and the titles of the supporters.
        assert_eq!((counts[0].len(), counts[1].len()), (9, 9), "{counts:#?}");
        assert!(counts.iter().all(|asked| asked.iter().filter(|sql| sql.contains("fact_version")).count() == 1));
        assert!(!counts[1].iter().any(|sql| sql.contains("\"post\".\"band\"")), "the facts have not changed");
    }
);

both!(
    async fn the_mails_of_many_reports_are_one_statement(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        let query = "{ gapReports { nodes { deliveries { nodes { state textPart recipient { displayName } } } } } }";
        let asked = fewest(&site, &statements, query, 5).await;
        // Who reads them is recorded besides, by the log of reads.
        assert_eq!(asked.len(), 5, "the version of the facts, reports, mails, their texts and people: {asked:#?}");
        assert!(!asked.iter().any(|sql| sql.contains("html_part")), "{asked:#?}");
    }
);

both!(
    async fn the_changes_of_many_reports_are_one_statement(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let second = "UPDATE report SET previous_snapshot_id = 2 WHERE id = 1";
        world.db.execute_unprepared(second).await.unwrap();
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        let query = "{ gapReports { nodes { changes { totalCount nodes { code } } } } }";
        let asked = fewest(&site, &statements, query, 3).await;
        assert_eq!(
            asked.len(),
            3,
            "the version of the facts, reports, and the teams of all their snapshots; the log of reads records it besides: {asked:#?}"
        );
    }
);

both!(
    async fn a_total_is_counted_only_when_asked_for(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        let counts = |asked: &[String]| asked.iter().filter(|sql| sql.contains("COUNT(")).count();
        data(&site, "{ jobRuns { nodes { job } } gapReports { nodes { deliveries { nodes { state } } } } }").await;
        assert_eq!(counts(&statements.taken()), 0);
        let query = "{ jobRuns { totalCount } gapReports { nodes { deliveries { totalCount } } } }";
        let found = data(&site, query).await;
        let asked = fewest(&site, &statements, query, 3).await;
        assert_eq!(counts(&asked), 2, "one for the runs, one for the mails of all reports: {asked:#?}");
        assert_eq!(found["gapReports"]["nodes"][0]["deliveries"]["totalCount"], 3);
    }
);

both!(
    async fn facts_are_read_once_for_all_who_wait_and_again_when_they_change(world: World) {
        board::organisation(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        let headcount =
            async || data(&site, "{ board { rollUp { headcount } } }").await["board"]["rollUp"]["headcount"].clone();
        let all = futures_util::future::join_all((0..10).map(|_| headcount())).await;
        assert!(all.iter().all(|found| *found == 46));
        let reads = |asked: Vec<String>| asked.iter().filter(|sql| sql.contains("\"post\".\"band\"")).count();
        assert_eq!(reads(statements.taken()), 1);

        world.db.execute_unprepared("UPDATE post SET bank = TRUE WHERE person_id = 5").await.unwrap();
        assert_eq!(headcount().await, 46, "the version of the facts says that they are what they were");
        board::changed(&world.db).await;
        assert_eq!(headcount().await, 45);
        assert_eq!(reads(statements.taken()), 1);
    }
);
