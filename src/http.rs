//! HTTP: the router, the GraphQL endpoint, the playground, who is asking, and health.

mod graphql;
mod health;
mod playground;
mod request;
mod router;
mod server;
mod viewer;

pub use health::Readiness;
pub use router::{RequestId, Site, router};
pub use server::serve;
pub use viewer::Viewer;
