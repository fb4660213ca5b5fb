//! Who is asking, and who may see and do what: the one table of rights, and the way from a request to a [`Viewer`].
//!
//! ```text
//! headers ──credential──▶ token, session or bearer ──authenticator──▶ Viewer ──right──▶ Reach
//!                                              ╰──oidc──╯
//! ```

pub mod authenticator;
pub mod credential;
mod look;
pub mod manage;
pub mod oidc;
pub mod reads;
mod refusals;
pub mod right;
pub mod secret;
pub mod session;
mod uses;
mod viewer;
mod vouched;

pub use authenticator::Authenticator;
pub use look::Look;
pub(crate) use look::Sent;
pub use right::{Reach, Right};
pub use viewer::Viewer;
