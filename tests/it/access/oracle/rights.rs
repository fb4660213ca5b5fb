//! `viewer.rights` of every viewer, worked out again from their roles and the text of the table, and `viewer.networkRoles` from
//! the rows on file.

use entity::value::{AccessRole, Role};
use serde_json::{Value, json};

use super::sight::Sight;

/// The expected answer of `viewer { rights { right scopes } }`.
pub(super) fn rights(sight: &Sight<'_>) -> Value {
    let is = |role| sight.is(role);
    let runs = is(AccessRole::Admin) || is(AccessRole::Coordinator);
    let (senior, line, supporter) =
        (is(AccessRole::SeniorManager), is(AccessRole::LineManager), is(AccessRole::Supporter));
    let (staff, token) = (is(AccessRole::Staff), is(AccessRole::Dashboard));
    let named = token && sight.viewer.sees_names();
    // Widest first, and EVERYTHING alone.
    let scopes = |all: bool, parts: &[(bool, &str)]| -> Vec<String> {
        if all {
            return vec!["EVERYTHING".to_owned()];
        }
        parts.iter().filter(|(holds, _)| *holds).map(|(_, scope)| (*scope).to_owned()).collect()
    };
    let whole = sight.whole();
    let person = sight.is_person();
    let coordinates = is(AccessRole::Coordinator) && person;
    let figures = [(senior || token, "OWN_UNITS"), (supporter, "SUPPORTED_TEAMS"), (line, "UNITS_OF_PEOPLE")];
    let level1 = [(senior || token, "OWN_UNITS"), (line, "UNITS_OF_PEOPLE")];
    let records = [(senior || named, "OWN_UNITS"), (line, "OWN_PEOPLE"), (supporter, "SELF")];
    let people = [(senior || named, "OWN_UNITS"), (line, "OWN_PEOPLE"), (staff, "SELF")];
    let expected = [
        ("DIRECTORY", scopes(whole || staff, &[])),
        ("FIGURES", scopes(whole, &figures)),
        ("LEVEL1_COUNTS", scopes(whole, &level1)),
        ("WHAT_IF", scopes(whole, &[(senior, "OWN_UNITS")])),
        ("WHAT_IF_UNRECORDED", scopes(runs, &[])),
        ("SMALL_NUMBERS", scopes(runs, &[])),
        ("SUPPORTER_RECORDS", scopes(whole, &records)),
        ("PEOPLE", scopes(whole, &people)),
        ("COURSES", scopes(whole || staff || token, &[])),
        ("DOCUMENTS", scopes(whole || staff || token, &[])),
        ("REPORTS", scopes(whole, &[(senior || token, "OWN_UNITS")])),
        ("MAILS", scopes(whole, &[(senior, "SELF")])),
        ("REPORT_SETTINGS", scopes(runs && sight.is_person(), &[(senior, "SELF")])),
        ("RUNS", scopes(whole, &[])),
        ("REJECTED_ROWS", scopes(is(AccessRole::Admin), &[])),
        ("REQUEST_RUNS", scopes(runs, &[])),
        ("MANAGE_ACCESS", scopes(sight.manages_access(), &[])),
        ("SUBJECT_ACCESS", scopes(is(AccessRole::Admin), &[(staff, "SELF")])),
        ("LINK_PEOPLE", scopes(sight.links_people(), &[])),
        (
            "NOMINATIONS",
            scopes(
                coordinates,
                &[(senior && person, "OWN_UNITS"), (line && person, "OWN_PEOPLE"), (staff && person, "SELF")],
            ),
        ),
        ("REGISTER", scopes(coordinates, &[])),
        ("ASSESS", scopes(coordinates || is(AccessRole::Trainer) && person, &[])),
        (
            "HISTORY",
            scopes(
                whole && person,
                &[
                    (senior && person, "OWN_UNITS"),
                    (supporter && person, "SUPPORTED_TEAMS"),
                    (line && person, "OWN_PEOPLE"),
                    (staff && person, "SELF"),
                ],
            ),
        ),
        ("ERASE", scopes(sight.erases(), &[])),
        ("AUDIT_LOG", scopes(is(AccessRole::Auditor), &[])),
        ("EXPLORE", scopes(whole || sight.viewer.explores() && token, &[])),
    ];
    let had = expected.into_iter().filter(|(_, scopes)| !scopes.is_empty());
    had.map(|(right, scopes)| json!({ "right": right, "scopes": scopes })).collect()
}

/// The expected answer of `viewer { networkRoles { role unitCode unitName } }`.
pub(super) fn network_roles(sight: &Sight<'_>) -> Value {
    // A person without a post today has no role, whatever is still on file.
    let held = |role: Role| match sight.me.filter(|me| sight.facts.has_posts(*me)) {
        Some(me) => sight.facts.role_in(me, role),
        None => Vec::new(),
    };
    let of = |role: Role| {
        let mut units: Vec<_> = held(role).into_iter().filter_map(|unit| sight.facts.unit(unit)).collect();
        units.sort_by(|a, b| a.code.cmp(&b.code));
        units.dedup_by(|a, b| a.code == b.code);
        units
            .into_iter()
            .map(move |unit| json!({ "role": role.as_str(), "unitCode": unit.code, "unitName": unit.name }))
    };
    Role::ALL.iter().flat_map(|role| of(*role)).collect()
}
