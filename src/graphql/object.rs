//! The objects of the API. Each wraps plain data and is never derived from a table, so that a table may change without a change
//! of the contract. Descriptions use the terms of COVERAGE.md, with the unit of every number.

pub(crate) mod access;
pub(crate) mod audit_event;
pub(crate) mod change;
pub(crate) mod course;
pub(crate) mod delivery;
pub(crate) mod directory;
pub(crate) mod document;
pub(crate) mod enums;
pub(crate) mod file_difference;
pub(crate) mod framework;
pub(crate) mod import;
pub(crate) mod job_run;
pub(crate) mod level1;
pub(crate) mod network_role;
pub(crate) mod node;
pub(crate) mod nomination;
pub(crate) mod organisation;
pub(crate) mod paper_record;
pub(crate) mod policy_input;
pub(crate) mod ratio;
pub(crate) mod report;
pub(crate) mod right;
pub(crate) mod roll_up;
pub(crate) mod snapshot;
pub(crate) mod viewer;
pub(crate) mod what_if;
