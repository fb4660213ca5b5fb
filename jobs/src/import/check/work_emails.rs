//! Work email addresses, without which no report can be sent.

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::plan::Plan;

/// Adds one notice if no person, on file or new, has a work email address. Rejects nothing, because coverage does not
/// need addresses.
pub(super) fn notice_missing(dataset: &Dataset, plan: &Plan, file: &str, findings: &mut Findings) {
    let on_file = &dataset.people.list[..dataset.people.on_file.len()];
    let new = plan.people.new.iter().map(|person| &dataset.people.list[person.at()]);
    let mut people = on_file.iter().chain(new).peekable();
    if people.peek().is_some() && people.all(|person| person.details.work_email.is_none()) {
        let sentence = "No one has a work email address, so no report can be sent. Fill in the column Work Email.";
        findings.notice(file, None, sentence);
    }
}
