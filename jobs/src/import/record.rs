//! The records of an import, one struct for each concept. By default they refer to units and people by position in the
//! dataset. A row of a file that was not checked yet is the same record with [`Written`](super::reference::Written)
//! references.

mod organisation;
mod policies;
mod roles;
mod training;

pub(super) use organisation::{
    Link, Person, PersonDetails, Placement, Post, RowsNotRead, StaffList, StaffListRef, Unit,
};
pub(super) use policies::{Exemption, Policy};
pub(super) use roles::{
    Accumulated, Allocation, AllocationFacts, AllocationRef, AllocationTerms, Appointment, Approval, FileDifference,
    KeptFact, KeptRole, KeptSince, Owned, Settled, Unavailability,
};
pub(super) use training::{Completion, CompletionKey, Course};
