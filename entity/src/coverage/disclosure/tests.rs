//! What is published is solved by an independent solver.

mod random;
mod size;
mod solver;
mod weeks;
