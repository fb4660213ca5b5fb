//! The API's schema: queries and mutations over what `entity` knows. It names neither HTTP nor the jobs.

pub mod error;
pub mod limits;

use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

/// The one schema that psn serves.
pub type PsnSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Everything that can be asked.
#[derive(Debug)]
pub struct Query;

#[Object]
impl Query {
    /// The version of this psn.
    async fn version(&self) -> &'static str {
        env!("CARGO_PKG_VERSION")
    }
}

/// Builds the schema.
#[must_use]
pub fn schema() -> PsnSchema {
    Schema::build(Query, EmptyMutation, EmptySubscription).finish()
}
