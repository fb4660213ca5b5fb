//! Authentication and authorisation: the table of rights, and the steps from a request's headers to a [`Viewer`].
//!
//! ```text
//! headers ──credential──▶ token, session or bearer ──authenticator──▶ Viewer ──right──▶ Reach
//!                                              ╰──oidc──╯
//! ```

pub mod action_link;
pub mod authenticator;
pub mod credential;
mod data_state;
mod failed_sign_ins;
mod last_used;
pub mod manage;
pub mod oidc;
mod provider_sign_in;
pub mod reads;
pub mod right;
pub mod session;
mod viewer;

pub use authenticator::Authenticator;
pub use data_state::DataState;
pub(crate) use data_state::StatementTime;
pub use right::{Reach, Right};
pub use viewer::Viewer;
