//! The commands of the register.

use entity::id::PersonId;

use super::super::asking::encoded;
use super::Wish;

pub(super) const WISHES: &[Wish] = &[
    // Steps of a coordinator. Everyone on file may name a delegate of their own, and is refused without an office.
    Wish {
        field: "appoint",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"appoint(input: {{personId: "{person}", unitCode: "S4", role: SENIOR_MANAGER, from: "2026-11-20"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "endAppointment",
        asked: |_| {
            let id = encoded("Appointment", 1);
            format!(
                r#"endAppointment(input: {{appointmentId: "{id}", lastDay: "2026-12-01"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "delegate",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"delegate(input: {{forPersonId: "nonsense", personId: "{person}", from: "2026-11-20", until: "2026-11-21"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.is_staff(),
    },
    Wish {
        field: "appointActingLineManager",
        asked: |_| {
            let (person, acting) = (encoded("Person", 41), encoded("Person", 42));
            format!(
                r#"appointActingLineManager(input: {{forPersonId: "{person}", personId: "{acting}", from: "2026-11-20", until: "2026-11-21"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "carryOver",
        asked: |_| r#"carryOver(input: {fromUnitCode: "S4", toUnitCode: "S4"}) { refusals { code } }"#.to_owned(),
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "exemptUnit",
        asked: |_| {
            let person = encoded("Person", 41);
            format!(
                r#"exemptUnit(input: {{unitCode: "S4", from: "2026-11-20", until: "2026-11-21", reason: "Moving house", agreedByPersonId: "{person}"}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "publishPolicy",
        asked: |_| {
            r#"publishPolicy(input: {unitCode: "S4", inForceFrom: "2026-11-20", policy: {minSupporters: 2}}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "nominate",
        asked: |_| {
            r#"nominate(input: {items: [{role: PEER_SUPPORTER, unitCode: "S4"}], preview: true}) { results { refusals { code } } }"#
                .to_owned()
        },
        may: |sight| sight.is_staff(),
    },
    // The nomination of person 41 by person 8, which waits for person 41.
    Wish {
        field: "respondToNomination",
        asked: |_| about_nomination("respondToNomination", "response: ACCEPT"),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "withdrawNomination",
        asked: |_| about_nomination("withdrawNomination", "expectedVersion: 900"),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "answerNomination",
        asked: |_| about_nomination("answerNomination", r#"answer: "Yes""#),
        may: |sight| sight.sees_nomination(),
    },
    Wish {
        field: "decideNomination",
        asked: |_| {
            let id = encoded("Nomination", 1);
            format!(
                r#"decideNomination(input: {{items: [{{nominationId: "{id}", capacity: LINE, decision: DECLINE, reason: TIME}}]}}) {{ results {{ refusals {{ code }} }} }}"#
            )
        },
        may: |sight| sight.sees_nomination(),
    },
    // The role of person 41, who has none: all but that person and coordinators are told that there is no such
    // person.
    Wish { field: "pause", asked: |_| about_person("pause"), may: |sight| sight.steps_for(PersonId(41)) },
    Wish { field: "resume", asked: |_| about_person("resume"), may: |sight| sight.steps_for(PersonId(41)) },
    // Roles that have ended: those who see their records are refused, for all others they do not exist.
    Wish { field: "standDown", asked: |_| about_role("standDown", 22, ""), may: |sight| sight.sees_ended_role() },
    Wish {
        field: "changeAllocation",
        asked: |_| about_role("changeAllocation", 22, ", share: 1"),
        may: |sight| sight.sees_ended_role(),
    },
    Wish {
        field: "renewApproval",
        asked: |_| {
            let id = encoded("Allocation", 22);
            format!(
                r#"renewApproval(input: {{items: [{{allocationId: "{id}", capacity: LINE, protectedHours: 4}}]}}) {{ results {{ refusals {{ code }} }} }}"#
            )
        },
        may: |sight| sight.sees_ended_role(),
    },
    Wish {
        field: "withdrawApproval",
        asked: |_| about_role("withdrawApproval", 33, ", capacity: SENIOR"),
        may: |sight| sight.sees_champion(),
    },
    // A difference that is settled.
    Wish {
        field: "settleDifference",
        asked: |_| {
            let id = encoded("FileDifference", 1);
            format!(
                r#"settleDifference(input: {{differenceId: "{id}", outcome: REGISTER_HOLDS}}) {{ refusals {{ code }} }}"#
            )
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "setDirectoryEntry",
        asked: |_| "setDirectoryEntry(input: {listed: true}) { refusals { code } }".to_owned(),
        may: |sight| sight.is_staff(),
    },
    // The documents of the world: an agreement, and the information pack before it.
    Wish {
        field: "publishDocument",
        asked: |_| {
            r#"publishDocument(input: {kind: AGREEMENT, version: "9", title: "Agreement", text: "We agree.", inForceFrom: "2026-11-20"}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    Wish {
        field: "acknowledgeDocument",
        asked: |_| about_document("acknowledgeDocument", 1),
        may: |sight| sight.is_staff(),
    },
    Wish {
        field: "publishFramework",
        asked: |_| {
            r#"publishFramework(input: {version: "9", inForceFrom: "2026-11-20", transitionUntil: "2026-12-20", approvedBy: "Committee", approvedOn: "2026-11-02", statements: [{code: "C1", level: 2, domain: "Coping", text: "Listens"}]}) { refusals { code } }"#
                .to_owned()
        },
        may: |sight| sight.takes_coordinators_steps(),
    },
    // A Peer Supporter, found by every Trainer, and a nurse who is none.
    Wish { field: "recordAssessment", asked: |_| assess(6), may: |sight| sight.assesses() },
    Wish { field: "recordAssessment", asked: |_| assess(41), may: |sight| sight.takes_coordinators_steps() },
    Wish { field: "signAgreement", asked: |_| about_document("signAgreement", 2), may: |sight| sight.is_staff() },
    // A change that does not exist; `register::undo` has those that do.
    Wish {
        field: "undo",
        asked: |_| format!(r#"undo(input: {{changeId: "{}"}}) {{ refusals {{ code }} }}"#, encoded("Change", 900)),
        may: |_| false,
    },
    // The record of a step of person 41, which can be disputed no more and is settled.
    Wish {
        field: "disputeRecord",
        asked: |_| about_record("disputeRecord", ""),
        may: |sight| sight.steps_for(PersonId(41)),
    },
    Wish {
        field: "settleRecord",
        asked: |_| about_record("settleRecord", ", outcome: STANDS"),
        may: |sight| sight.steps_for(PersonId(41)),
    },
];

/// An assessment of a person.
fn assess(person: i64) -> String {
    let id = encoded("Person", person);
    format!(r#"recordAssessment(input: {{personId: "{id}", level: 2, results: []}}) {{ refusals {{ code }} }}"#)
}

/// A command about a document.
fn about_document(field: &str, document: i64) -> String {
    let id = encoded("Document", document);
    format!(r#"{field}(input: {{documentId: "{id}"}}) {{ refusals {{ code }} }}"#)
}

/// A command about the record of the world.
fn about_record(field: &str, rest: &str) -> String {
    let id = encoded("PaperRecord", 1);
    format!(r#"{field}(input: {{recordId: "{id}"{rest}}}) {{ refusals {{ code }} }}"#)
}

/// A command about the role of person 41.
fn about_person(field: &str) -> String {
    let id = encoded("Person", 41);
    format!(r#"{field}(input: {{personId: "{id}"}}) {{ refusals {{ code }} }}"#)
}

/// A command about a role.
fn about_role(field: &str, role: i64, rest: &str) -> String {
    let id = encoded("Allocation", role);
    format!(r#"{field}(input: {{allocationId: "{id}"{rest}}}) {{ refusals {{ code }} }}"#)
}

/// A command about the nomination of the world.
fn about_nomination(field: &str, rest: &str) -> String {
    let id = encoded("Nomination", 1);
    format!(r#"{field}(input: {{nominationId: "{id}", {rest}}}) {{ refusals {{ code }} }}"#)
}
