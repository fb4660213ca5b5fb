//! Global ids: opaque to clients; inside they have a kind and a key.

use async_graphql::ID;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::id::{
    AllocationId, AppointmentId, AuditEventId, ChangeId, DeliveryId, DocumentId, FileDifferenceId, FrameworkId,
    ImportBatchId, JobRunId, NominationId, PaperRecordId, PersonId, ReportId, SnapshotId, UnitId,
};
use entity::period::Day;

/// The objects that `node` finds, each with its key. The id of a unit or team that was queried on a given day keeps that day,
/// so that a client which stores objects by id never mixes two days; without a day it means today, whenever that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeId {
    Unit(UnitId, Option<Day>),
    Team(UnitId, Option<Day>),
    Snapshot(SnapshotId),
    GapReport(ReportId),
    Delivery(DeliveryId),
    JobRun(JobRunId),
    ImportBatch(ImportBatchId),
    Person(PersonId),
    AuditEvent(AuditEventId),
    Nomination(NominationId),
    /// Names an allocation in commands; `node` finds none.
    Allocation(AllocationId),
    /// An appointment has no page of its own: `node` does not find it.
    Appointment(AppointmentId),
    /// Names a document in commands; `node` finds none.
    Document(DocumentId),
    /// Names a version of the competence framework in commands; `node` finds none.
    Framework(FrameworkId),
    /// Names a change record in `undo`; `node` finds none.
    Change(ChangeId),
    /// Names a step recorded from paper in commands; `node` finds none.
    PaperRecord(PaperRecordId),
    /// Names a difference in commands; `node` finds none.
    FileDifference(FileDifferenceId),
}

impl NodeId {
    pub(crate) fn encode(self) -> ID {
        let dated = |kind: &str, unit: UnitId, day: Option<Day>| match day {
            None => format!("{kind}:{unit}"),
            Some(day) => format!("{kind}:{unit}@{day}"),
        };
        let text = match self {
            Self::Unit(unit, day) => dated("Unit", unit, day),
            Self::Team(unit, day) => dated("Team", unit, day),
            Self::Snapshot(id) => format!("Snapshot:{id}"),
            Self::GapReport(id) => format!("GapReport:{id}"),
            Self::Delivery(id) => format!("Delivery:{id}"),
            Self::JobRun(id) => format!("JobRun:{id}"),
            Self::ImportBatch(id) => format!("ImportBatch:{id}"),
            Self::Person(id) => format!("Person:{id}"),
            Self::AuditEvent(id) => format!("AuditEvent:{id}"),
            Self::Nomination(id) => format!("Nomination:{id}"),
            Self::Allocation(id) => format!("Allocation:{id}"),
            Self::Appointment(id) => format!("Appointment:{id}"),
            Self::Document(id) => format!("Document:{id}"),
            Self::Framework(id) => format!("Framework:{id}"),
            Self::Change(id) => format!("Change:{id}"),
            Self::PaperRecord(id) => format!("PaperRecord:{id}"),
            Self::FileDifference(id) => format!("FileDifference:{id}"),
        };
        ID(URL_SAFE_NO_PAD.encode(text))
    }

    /// Parses an id that [`encode`](Self::encode) made. `None` for an id that this API never gave out.
    pub(crate) fn decode(id: &ID) -> Option<Self> {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(id.as_str()).ok()?).ok()?;
        let (kind, key) = text.split_once(':')?;
        let dated = || match key.split_once('@') {
            None => Some((UnitId(key.parse().ok()?), None)),
            Some((unit, day)) => Some((UnitId(unit.parse().ok()?), Some(day.parse().ok()?))),
        };
        let plain = || key.parse::<i64>().ok();
        Some(match kind {
            "Unit" => dated().map(|(unit, day)| Self::Unit(unit, day))?,
            "Team" => dated().map(|(unit, day)| Self::Team(unit, day))?,
            "Snapshot" => Self::Snapshot(SnapshotId(plain()?)),
            "GapReport" => Self::GapReport(ReportId(plain()?)),
            "Delivery" => Self::Delivery(DeliveryId(plain()?)),
            "JobRun" => Self::JobRun(JobRunId(plain()?)),
            "ImportBatch" => Self::ImportBatch(ImportBatchId(plain()?)),
            "Person" => Self::Person(PersonId(plain()?)),
            "AuditEvent" => Self::AuditEvent(AuditEventId(plain()?)),
            "Nomination" => Self::Nomination(NominationId(plain()?)),
            "Allocation" => Self::Allocation(AllocationId(plain()?)),
            "Appointment" => Self::Appointment(AppointmentId(plain()?)),
            "Document" => Self::Document(DocumentId(plain()?)),
            "Framework" => Self::Framework(FrameworkId(plain()?)),
            "Change" => Self::Change(ChangeId(plain()?)),
            "PaperRecord" => Self::PaperRecord(PaperRecordId(plain()?)),
            "FileDifference" => Self::FileDifference(FileDifferenceId(plain()?)),
            _ => return None,
        })
    }

    /// The person with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_person(id: &ID) -> Option<PersonId> {
        match Self::decode(id)? {
            Self::Person(id) => Some(id),
            _ => None,
        }
    }

    /// The allocation with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_allocation(id: &ID) -> Option<AllocationId> {
        match Self::decode(id)? {
            Self::Allocation(id) => Some(id),
            _ => None,
        }
    }

    /// The appointment with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_appointment(id: &ID) -> Option<AppointmentId> {
        match Self::decode(id)? {
            Self::Appointment(id) => Some(id),
            _ => None,
        }
    }

    /// The document with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_document(id: &ID) -> Option<DocumentId> {
        match Self::decode(id)? {
            Self::Document(id) => Some(id),
            _ => None,
        }
    }

    /// The version of the competence framework with this id. `None` for an id of another kind, and for one that
    /// [`encode`](Self::encode) did not make.
    pub(crate) fn decode_framework(id: &ID) -> Option<FrameworkId> {
        match Self::decode(id)? {
            Self::Framework(id) => Some(id),
            _ => None,
        }
    }

    /// The change record with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_change(id: &ID) -> Option<ChangeId> {
        match Self::decode(id)? {
            Self::Change(id) => Some(id),
            _ => None,
        }
    }

    /// The record of a step from paper with this id. `None` for an id of another kind, and for one that
    /// [`encode`](Self::encode) did not make.
    pub(crate) fn decode_paper_record(id: &ID) -> Option<PaperRecordId> {
        match Self::decode(id)? {
            Self::PaperRecord(id) => Some(id),
            _ => None,
        }
    }

    /// The difference with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_file_difference(id: &ID) -> Option<FileDifferenceId> {
        match Self::decode(id)? {
            Self::FileDifference(id) => Some(id),
            _ => None,
        }
    }

    /// The nomination with this id. `None` for an id of another kind, and for one that [`encode`](Self::encode) did not make.
    pub(crate) fn decode_nomination(id: &ID) -> Option<NominationId> {
        match Self::decode(id)? {
            Self::Nomination(id) => Some(id),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_decodes_to_what_it_was_made_of() {
        let day = Day::new(2026, 11, 16);
        for id in [
            NodeId::Unit(UnitId(7), None),
            NodeId::Unit(UnitId(7), day),
            NodeId::Team(UnitId(i64::MAX), day),
            NodeId::Snapshot(SnapshotId(1)),
            NodeId::GapReport(ReportId(2)),
            NodeId::Delivery(DeliveryId(3)),
            NodeId::JobRun(JobRunId(4)),
            NodeId::ImportBatch(ImportBatchId(5)),
            NodeId::Person(PersonId(6)),
            NodeId::AuditEvent(AuditEventId(7)),
            NodeId::Nomination(NominationId(8)),
            NodeId::Allocation(AllocationId(9)),
            NodeId::Appointment(AppointmentId(10)),
            NodeId::Document(DocumentId(11)),
            NodeId::Framework(FrameworkId(12)),
            NodeId::Change(ChangeId(13)),
            NodeId::PaperRecord(PaperRecordId(14)),
        ] {
            assert_eq!(NodeId::decode(&id.encode()), Some(id));
        }
    }

    #[test]
    fn an_unknown_text_decodes_to_nothing() {
        for text in ["", "7", "VW5pdA", "%%%", &URL_SAFE_NO_PAD.encode("Unit:x"), &URL_SAFE_NO_PAD.encode("Horse:1")] {
            assert_eq!(NodeId::decode(&ID(text.to_owned())), None, "{text}");
        }
    }
}
