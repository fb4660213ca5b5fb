//! The API: queries and mutations over what `entity` knows. It names neither HTTP's handling nor the jobs; a request for a run
//! is a row in the ledger, which the worker finds.
//!
//! ```text
//! request + Viewer ──prepare──▶ schema.execute
//!                                 │ access    what the viewer may see, from which every read begins
//!                                 │ moment    the facts and the coverage of one day, one version for the whole request
//!                                 │ audit     what was changed and read, recorded before it is answered
//!                                 │ cache     the facts and the last days computed, for everybody
//!                                 │ loader    rows that hang below a page, one statement for all of them
//!                                 ▼ page      bounded pages and opaque cursors
//!                               objects
//! ```

mod access;
mod audit;
mod cache;
mod directory;
pub mod error;
mod id;
pub mod limits;
mod loader;
mod moment;
mod mutation;
mod object;
mod page;
pub mod persisted;
mod query;
mod scalar;
mod subscription;

use async_graphql::{Request, Schema};
use chrono_tz::Tz;
use entity::clock::Clock;
use entity::coverage::disclosure::Limit;
use entity::store::retention::Periods;
use sea_orm::DatabaseConnection;

pub use self::audit::PsnSchema;
pub use self::moment::DataVersion;
pub use self::mutation::Mutation;
pub use self::query::Query;
pub use self::subscription::Subscription;
use crate::access::Viewer;
use crate::access::reads::ReadLog;

/// Builds the schema over `db`. `clock` and `zone` say what today is where a question names no day, `periods` how long what
/// is held is kept, `limit` which numbers are small.
///
/// It has no extensions: with any, async-graphql takes a slower path for every field. What a query may cost is decided before
/// it is executed, in [`limits`].
#[must_use]
pub fn schema(db: DatabaseConnection, clock: Clock, zone: Tz, periods: Periods, limit: Limit) -> PsnSchema {
    let log = ReadLog::new(db.clone(), clock.clone());
    let schema = builder().data(cache::CoverageCache::new(db.clone(), clock.clone())).data(db);
    PsnSchema::new(schema.data(clock).data(zone).data(periods).data(limit).finish(), log)
}

fn builder() -> async_graphql::SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
}

/// The schema as text, as `src/graphql/schema.graphql` has it.
#[must_use]
pub fn sdl() -> String {
    builder().finish().sdl()
}

/// Makes a request ready to be executed: who is asking, and a place for what is read once for all of its fields. Every request
/// goes through here.
#[must_use]
pub fn prepare(request: Request, viewer: Viewer) -> Request {
    request.data(viewer).data(moment::Begun::default())
}
