//! An independent solver attacks what is published.

mod random;
mod size;
mod solver;
mod weeks;
