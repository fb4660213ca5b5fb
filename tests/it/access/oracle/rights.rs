//! `viewer.rights` of everybody, worked out again from their roles by the words of the table.

use entity::value::AccessRole;
use serde_json::{Value, json};

use super::sight::Sight;

/// What `viewer { rights { right scopes } }` must answer.
pub(super) fn rights(sight: &Sight<'_>) -> Value {
    let is = |role| sight.is(role);
    let runs = is(AccessRole::Admin) || is(AccessRole::Coordinator);
    let (senior, line, supporter) =
        (is(AccessRole::SeniorManager), is(AccessRole::LineManager), is(AccessRole::Supporter));
    let (staff, token) = (is(AccessRole::Staff), is(AccessRole::Dashboard));
    let named = token && sight.viewer.sees_names();
    // Widest first, and everything alone.
    let scopes = |all: bool, parts: &[(bool, &str)]| -> Vec<String> {
        if all {
            return vec!["EVERYTHING".to_owned()];
        }
        parts.iter().filter(|(holds, _)| *holds).map(|(_, scope)| (*scope).to_owned()).collect()
    };
    let whole = sight.whole();
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
        ("REPORTS", scopes(whole, &[(senior || token, "OWN_UNITS")])),
        ("MAILS", scopes(whole, &[(senior, "SELF")])),
        ("REPORT_SETTINGS", scopes(runs && sight.is_person(), &[(senior, "SELF")])),
        ("RUNS", scopes(whole, &[])),
        ("REJECTED_ROWS", scopes(is(AccessRole::Admin), &[])),
        ("REQUEST_RUNS", scopes(runs, &[])),
        ("MANAGE_ACCESS", scopes(sight.manages_access(), &[])),
        ("SUBJECT_ACCESS", scopes(is(AccessRole::Admin), &[(staff, "SELF")])),
        ("LINK_PEOPLE", scopes(sight.links_people(), &[])),
        ("ERASE", scopes(sight.erases(), &[])),
        ("AUDIT_LOG", scopes(is(AccessRole::Auditor), &[])),
        ("EXPLORE", scopes(whole || sight.viewer.explores() && token, &[])),
    ];
    let had = expected.into_iter().filter(|(_, scopes)| !scopes.is_empty());
    had.map(|(right, scopes)| json!({ "right": right, "scopes": scopes })).collect()
}
