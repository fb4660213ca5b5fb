//! HTTP: the router, the GraphQL endpoint, the playground, who is asking, under which name, and health.

mod graphql;
mod health;
mod host;
mod order;
mod playground;
mod request;
mod router;
mod server;
mod viewer;

pub use health::Readiness;
pub use host::Hosts;
pub use router::{RequestId, Site, router};
pub use server::serve;
pub use viewer::Viewer;
