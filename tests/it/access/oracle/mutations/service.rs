//! The mutations of the service: jobs, mails, access and people.

use entity::id::PersonId;

use super::super::asking::encoded;
use super::Wish;

pub(super) const WISHES: &[Wish] = &[
    Wish {
        field: "requestRun",
        asked: |_| {
            r#"requestRun(input: {job: COVERAGE, period: "2026-11-16"}) { run { period state } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.requests_runs(),
    },
    Wish {
        field: "makeToken",
        asked: |_| {
            r#"makeToken(input: {name: "wall", unitCodes: ["NORTH"]}) { token { id } refusal { code } }"#.to_owned()
        },
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "revokeToken",
        asked: |_| r#"revokeToken(id: "1") { token { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "grantRole",
        asked: |_| {
            r#"grantRole(input: {workEmail: "p41@board.example", role: ADMIN}) { grant { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.manages_access(),
    },
    Wish {
        field: "withdrawRole",
        asked: |_| r#"withdrawRole(id: "1") { grant { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    // A mail of the board, one that does not exist, and an invalid id.
    Wish { field: "resendDelivery", asked: |_| resend(&encoded("Delivery", 5)), may: |sight| sight.requests_runs() },
    Wish { field: "resendDelivery", asked: |_| resend(&encoded("Delivery", 900)), may: |sight| sight.requests_runs() },
    Wish { field: "resendDelivery", asked: |_| resend("nonsense"), may: |sight| sight.requests_runs() },
    // The viewer's own report, that of a person that many of them see, and of no person.
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(None),
        may: |sight| sight.me.is_some_and(|me| sight.sets_report_of(me)),
    },
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(Some(&encoded("Person", 3))),
        may: |sight| sight.sets_report_of(PersonId(3)),
    },
    Wish {
        field: "setReportPreferences",
        asked: |_| set_report(Some("nonsense")),
        may: |sight| sight.sets_report_of(PersonId(-1)),
    },
    // A person that many of them see, the viewer, and no person.
    Wish { field: "endSessions", asked: |_| end_sessions(&encoded("Person", 3)), may: |sight| sight.manages_access() },
    Wish {
        field: "endSessions",
        asked: |sight| end_sessions(&encoded("Person", sight.me.map_or(3, |me| me.0))),
        may: |sight| sight.manages_access(),
    },
    Wish { field: "endSessions", asked: |_| end_sessions("nonsense"), may: |sight| sight.manages_access() },
    // Nor may the refusal reveal what else would be wrong.
    Wish {
        field: "requestRun",
        asked: |_| {
            r#"requestRun(input: {job: GAP_REPORT, period: "nonsense"}) { run { period } refusal { code } }"#.to_owned()
        },
        may: |sight| sight.requests_runs(),
    },
    // Person 3 of the board, who is seen by many of them, and an id that does not exist.
    Wish {
        field: "erasePerson",
        asked: |_| {
            r#"erasePerson(input: {personId: "UGVyc29uOjM", reason: REQUESTED}) { erased { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.erases(),
    },
    Wish {
        field: "erasePerson",
        asked: |_| {
            r#"erasePerson(input: {personId: "nonsense", reason: LEGAL_DUTY}) { erased { id } refusal { code } }"#
                .to_owned()
        },
        may: |sight| sight.erases(),
    },
    // No one has a right to it because the data is their own, or that of a person they see.
    Wish {
        field: "revokeToken",
        asked: |sight| {
            let own = sight.viewer.actor().to_string();
            let number = own.strip_prefix("token:").unwrap_or("2");
            format!(r#"revokeToken(id: "{number}") {{ token {{ id }} refusal {{ code }} }}"#)
        },
        may: |sight| sight.manages_access(),
    },
    // About person 41, who is also one of the viewers.
    Wish {
        field: "withdrawRole",
        asked: |_| r#"withdrawRole(id: "2") { grant { id } refusal { code } }"#.to_owned(),
        may: |sight| sight.manages_access(),
    },
    // About people who are seen by many of them, and two who do not exist, as a trial that writes nothing.
    Wish { field: "linkPeople", asked: |_| link("linkPeople", 41, 42, false), may: |sight| sight.links_people() },
    Wish { field: "linkPeople", asked: |_| link("linkPeople", 900, 901, true), may: |sight| sight.links_people() },
    Wish { field: "unlinkPeople", asked: |_| link("unlinkPeople", 41, 42, false), may: |sight| sight.links_people() },
    Wish { field: "erasePerson", asked: |sight| erase(sight.me), may: |sight| sight.erases() },
    Wish {
        field: "erasePerson",
        asked: |sight| erase(sight.facts.people.iter().copied().find(|person| sight.person(*person))),
        may: |sight| sight.erases(),
    },
];

/// Requests the erasure of a person; a token requests that of person 3.
fn erase(person: Option<PersonId>) -> String {
    let id = encoded("Person", person.map_or(3, |person| person.0));
    format!(r#"erasePerson(input: {{personId: "{id}", reason: REQUESTED}}) {{ erased {{ id }} refusal {{ code }} }}"#)
}

/// Requests that a mail be sent again.
fn resend(id: &str) -> String {
    format!(
        r#"resendDelivery(input: {{deliveryId: "{id}"}}) {{ delivery {{ id }} run {{ period }} refusal {{ code }} }}"#
    )
}

/// Sets the sections that the report of the viewer, or of a person with an id, leaves out.
fn set_report(id: Option<&str>) -> String {
    let whose = id.map(|id| format!(r#"personId: "{id}", "#)).unwrap_or_default();
    format!(
        "setReportPreferences(input: {{{whose}hiddenSections: [FACTS], copiesTo: []}}) {{ \
         preferences {{ hiddenSections }} refusal {{ code }} }}"
    )
}

/// Requests the end of a person's sessions.
fn end_sessions(id: &str) -> String {
    format!(r#"endSessions(personId: "{id}") {{ ended refusal {{ code }} }}"#)
}

/// Requests that two people be linked or unlinked.
fn link(field: &str, a: i64, b: i64, dry_run: bool) -> String {
    let (a, b) = (encoded("Person", a), encoded("Person", b));
    format!(
        r#"{field}(input: {{personId: "{a}", sameAsId: "{b}", dryRun: {dry_run}}}) {{ done teams {{ unitCode }} refusal {{ code }} }}"#
    )
}
