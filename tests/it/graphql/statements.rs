//! The work of the database: a fixed number of statements per query, whatever the size of its answer, and one read of the data
//! for all callers.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::http::{HeaderMap, header};
use entity::value::AccessRole;
use psn::graphql::persisted::Persisted;
use sea_orm::ConnectionTrait as _;

use super::{board, closed_behind, data, history, site_over};
use crate::harness::{Pass, World, both};

/// The statements that reach the database.
#[derive(Clone, Default)]
pub(super) struct Statements(Arc<Mutex<Vec<String>>>);

impl Statements {
    /// A connection that records its statements.
    pub(super) fn watch(&self, world: &World) -> sea_orm::DatabaseConnection {
        let (mut db, notes) = (world.db.clone(), Arc::clone(&self.0));
        db.set_metric_callback(move |info| notes.lock().unwrap().push(info.statement.sql.clone()));
        db
    }

    /// The statements since the last call.
    pub(super) fn taken(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// The statements of a query: the fewest of several executions. On a busy machine the rows of one kind may sometimes be read in
/// two waves; a statement per row would be there every time.
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

const WIDE: &str = "{ board { code } teams(first: $n) { nodes { status statusInWords suggestedActions level1 { met }
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
            counts.push(fewest(&site, &statements, &query, 8).await);
        }
        // Two each for the trends, the last snapshot and the last mailed one; all people in the answer, and the titles of the
        // supporters. Authentication has read the data version together with the caller.
        assert_eq!((counts[0].len(), counts[1].len()), (8, 8), "{counts:#?}");
        assert!(!counts.iter().flatten().any(|sql| sql.contains("fact_version")), "{counts:#?}");
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
        let asked = fewest(&site, &statements, query, 4).await;
        // The reader is recorded besides, by the log of reads.
        assert_eq!(asked.len(), 4, "reports, mails, their texts and people: {asked:#?}");
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
        let asked = fewest(&site, &statements, query, 2).await;
        // The reads are recorded besides, by the log of reads.
        assert_eq!(asked.len(), 2, "reports, and the teams of all their snapshots: {asked:#?}");
    }
);

both!(
    async fn a_total_is_counted_only_on_request(world: World) {
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
    async fn data_is_read_once_and_after_changes(world: World) {
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

/// The query of a small tile.
const TILE: &str = "{ board { rollUp { headcount standing { group allocations } } } }";

both!(
    async fn a_cached_token_query_is_one_statement(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let db = statements.watch(&world);
        let authenticator = crate::harness::authenticator(&db, &world.clock);
        let closed = closed_behind(authenticator.clone(), &world, db, Persisted::default());
        // One without units, one with two, and one from which small numbers are hidden according to what was published.
        let dashboard = world.token(AccessRole::Dashboard, &[2, 3], true).await;
        for pass in [&world.admin, &dashboard, &world.token(AccessRole::Auditor, &[], false).await] {
            let site = pass.with(closed.clone());
            data(&site, TILE).await;
            // The use of the token is recorded once a minute.
            authenticator.flush().await;
            statements.taken();
            assert!(data(&site, TILE).await["board"]["rollUp"].is_object());
            let asked = statements.taken();
            assert_eq!(asked.len(), 1, "{asked:#?}");
        }
    }
);

both!(
    async fn tokens_with_any_units_take_equal_lookups(world: World) {
        board::organisation(&world.db).await;
        for (units, expected) in [(&[][..], vec![]), (&[3, 2][..], vec![2, 3])] {
            let Pass(_, value) = world.token(AccessRole::Dashboard, units, false).await;
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            let viewer = world.authenticator().authenticate(&headers, "0").await.unwrap().viewer;
            assert_eq!(viewer.units().iter().map(|unit| unit.0).collect::<Vec<_>>(), expected);
        }
    }
);
