//! One SeaORM model a table, and nothing else. Validities are stored as two columns, `valid_from` and `valid_to`, half-open.

pub mod access_grant;
pub mod allocation;
pub mod api_token;
pub mod api_token_unit;
pub mod appointment;
pub mod audit_event;
pub mod audit_head;
pub mod completion;
pub mod course;
pub mod delivery;
pub mod exemption;
pub mod fact_version;
pub mod import_batch;
pub mod import_reject;
pub mod job_run;
pub mod person;
pub mod policy;
pub mod post;
pub mod report;
pub mod session;
pub mod sign_in_link;
pub mod snapshot;
pub mod snapshot_team;
pub mod snapshot_unit;
pub mod unavailability;
pub mod unit;
