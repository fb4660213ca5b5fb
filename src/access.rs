//! Who may see and do what: the one table of rights, and who is asking.

pub mod right;
mod viewer;

pub use right::{Reach, Right};
pub use viewer::Viewer;
