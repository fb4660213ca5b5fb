//! Authentication and authorisation: the table of rights, and the steps from a request's headers to a [`Viewer`].
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
