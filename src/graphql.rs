//! The GraphQL API: queries and mutations over the data in `entity`. It uses neither `http` nor the jobs: a request for a run
//! is a row in the ledger, which the worker finds.
//!
//! ```text
//! request + Viewer ──prepare──▶ schema.execute
//!                                 │ access    what the viewer may see; every read begins here
//!                                 │ day_view  the data and the coverage of one day, one version for the whole request
//!                                 │ audit     changes and reads, recorded before they are answered
//!                                 │ cache     the data and the last computed days, for every caller
//!                                 │ loader    rows that belong to a page, one statement for all of them
//!                                 ▼ page      bounded pages and opaque cursors
//!                               objects
//! ```

mod access;
mod audit;
mod cache;
mod day_view;
mod directory;
pub mod error;
mod hidden;
mod history;
pub(crate) mod id;
pub mod limits;
mod live_cursor;
mod loader;
mod mutation;
mod nominations;
mod object;
mod page;
pub mod persisted;
mod query;
mod request_state;
mod scalar;
mod subscription;

use std::sync::Arc;

use async_graphql::futures_util::stream::{BoxStream, StreamExt as _};
use async_graphql::{Data, Executor, Request, Response, Schema};
use chrono_tz::Tz;
use entity::clock::Clock;
use entity::coverage::disclosure::Limit;
use entity::store::retention::Periods;
use sea_orm::DatabaseConnection;

use self::audit::{Reads, recorded};
pub use self::live_cursor::LiveCursor;
pub use self::mutation::Mutation;
pub use self::query::Query;
pub use self::request_state::DataVersion;
pub use self::subscription::Subscription;
use crate::access::Viewer;
use crate::access::reads::ReadLog;

/// The schema that psn serves. Every request is recorded in the audit log: there is no other way to execute one.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "the schema has none")]
pub struct PsnSchema {
    schema: Schema<Query, Mutation, Subscription>,
    log: ReadLog,
}

impl PsnSchema {
    const fn new(schema: Schema<Query, Mutation, Subscription>, log: ReadLog) -> Self {
        Self { schema, log }
    }

    /// Records reads in `log`, whose counts are written before the service stops.
    #[must_use]
    pub fn recording_in(self, log: ReadLog) -> Self {
        Self { log, ..self }
    }

    /// Executes a request, and records what it read before the answer is returned.
    pub async fn execute(&self, request: impl Into<Request> + Send) -> Response {
        let reads = Reads::default();
        let answer = self.schema.execute(request.into().data(reads.clone())).await;
        recorded(&self.log, &reads, answer).await
    }
}

impl Executor for PsnSchema {
    async fn execute(&self, request: Request) -> Response {
        Self::execute(self, request).await
    }

    fn execute_stream(&self, request: Request, session: Option<Arc<Data>>) -> BoxStream<'static, Response> {
        let (log, reads) = (self.log.clone(), Reads::default());
        let answers = Executor::execute_stream(&self.schema, request.data(reads.clone()), session);
        let recorded = answers.then(move |answer| {
            let (log, reads) = (log.clone(), reads.clone());
            async move { recorded(&log, &reads, answer).await }
        });
        recorded.boxed()
    }
}

/// Builds the schema over `db`. `clock` and `zone` decide what today is if a query names no day, `periods` how long data is
/// kept, `limit` which numbers are small.
///
/// It has no extensions: with any, async-graphql takes a slower path for every field. The cost of a query is checked before it
/// is executed, in [`limits`].
#[must_use]
pub fn schema(db: DatabaseConnection, clock: Clock, zone: Tz, periods: Periods, limit: Limit) -> PsnSchema {
    let log = ReadLog::new(db.clone(), clock.clone());
    let schema = builder().data(cache::CoverageCache::new(db.clone(), clock.clone())).data(db);
    PsnSchema::new(schema.data(clock).data(zone).data(periods).data(limit).finish(), log)
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
}

/// The schema as text, as in `src/graphql/schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    builder().finish().sdl()
}

/// Prepares a request for execution: adds its viewer and the state that its fields share. Every request must be prepared.
#[must_use]
pub fn prepare(request: Request, viewer: Viewer) -> Request {
    let (state, scope) = (request_state::RequestState::default(), access::ScopeCell::default());
    request.data(viewer).data(state).data(scope).data(loader::Rows::default())
}
