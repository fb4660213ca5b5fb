//! Work e-mails: without them no report reaches anyone.

use super::super::board::{Board, Plan};
use super::super::findings::Findings;

/// Says once that no person, on file or new, has a work e-mail. Nothing is rejected for it: coverage needs none.
pub(super) fn tell_missing(board: &Board, plan: &Plan, file: &str, findings: &mut Findings) {
    let on_file = &board.people.list[..board.people.on_file.len()];
    let new = plan.new_people.iter().map(|person| &board.people.list[person.at()]);
    let mut people = on_file.iter().chain(new).peekable();
    if people.peek().is_some() && people.all(|person| person.work_email.is_none()) {
        let sentence = "No one has a work email address, so no report can be sent. Fill in the column Work Email.";
        findings.notice(file, None, sentence);
    }
}
