//! The words that files use for closed sets (IMPORT.md, "Columns").

use entity::spelling;
use entity::value::{AppointmentRole, ApproverOffice, Level, Role};

use super::layout::{FileKind, header_key};

/// Whether a course record is a pass. `None` for an unknown word.
pub(super) fn is_pass(status: &str) -> Option<bool> {
    one_of(PASSES, status).map(|()| true).or_else(|| one_of(NOT_PASSES, status).map(|()| false))
}

const PASSES: &[&str] = &["Passed", "Completed", "Complete"];
const NOT_PASSES: &[&str] = &["Failed", "Not Completed", "In Progress", "Withdrawn", "Did Not Attend"];
const ROLES: &[(&str, Role)] =
    &[("Peer Supporter", Role::PeerSupporter), ("Trainer", Role::Trainer), ("Wellbeing Champion", Role::Champion)];
const APPOINTMENTS: &[(&str, AppointmentRole)] =
    &[("Senior Manager", AppointmentRole::SeniorManager), ("Coordinator", AppointmentRole::Coordinator)];
const OFFICES: &[(&str, ApproverOffice)] = &[("shown", ApproverOffice::Shown), ("required", ApproverOffice::Required)];
const YES_NO: &[(&str, bool)] = &[("Yes", true), ("No", false)];
const CONTRACTS: &[&str] = &["Bank", "Permanent", "Fixed Term"];

fn one_of(words: &[&str], word: &str) -> Option<()> {
    let key = header_key(word);
    words.iter().any(|known| header_key(known) == key).then_some(())
}

fn find_in<T: Copy>(words: &[(&str, T)], word: &str) -> Option<T> {
    let key = header_key(word);
    words.iter().find(|(known, _)| header_key(known) == key).map(|(_, value)| *value)
}

/// Parses a role in the network.
pub(super) fn role(word: &str) -> Option<Role> {
    find_in(ROLES, word)
}

/// Parses the role of an appointment.
pub(super) fn appointment(word: &str) -> Option<AppointmentRole> {
    find_in(APPOINTMENTS, word)
}

/// Parses how a policy treats approvals by people who did not hold the office.
pub(super) fn approver_office(word: &str) -> Option<ApproverOffice> {
    find_in(OFFICES, word)
}

/// Parses Yes or No.
pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    find_in(YES_NO, word)
}

/// Parses the level of a module.
pub(super) fn level(word: &str) -> Option<Level> {
    Level::ALL.iter().copied().find(|level| level.as_str().eq_ignore_ascii_case(word))
}

/// Whether a contract type is Bank: the word itself, or a text that begins with it.
pub(super) fn is_bank(contract: &str) -> bool {
    spelling::value(contract).starts_with("bank")
}

/// Returns psn's words in the columns of `kinds`, for the mapping file.
pub(super) fn known(kinds: &[FileKind]) -> Vec<&'static str> {
    let words = |kind: &FileKind| -> Vec<&'static str> {
        match kind {
            FileKind::Staff => CONTRACTS.to_vec(),
            FileKind::Courses => Level::ALL.iter().map(|level| level.as_str()).collect(),
            FileKind::Training => [PASSES, NOT_PASSES].concat(),
            FileKind::Supporters => {
                ROLES.iter().map(|(word, _)| *word).chain(YES_NO.iter().map(|(word, _)| *word)).collect()
            }
            FileKind::Managers => APPOINTMENTS.iter().map(|(word, _)| *word).collect(),
            FileKind::Policies => OFFICES.iter().map(|(word, _)| *word).collect(),
            FileKind::Units | FileKind::Links | FileKind::Unavailability | FileKind::Exemptions => Vec::new(),
        }
    };
    kinds.iter().flat_map(words).collect()
}

/// Returns psn's words of one file as a list for a sentence.
pub(super) fn listed(kind: FileKind) -> String {
    known(&[kind]).join(", ")
}

#[cfg(test)]
mod tests {
    use super::{is_bank, is_pass, level};
    use entity::value::Level;

    #[test]
    fn words_match_ignoring_case_and_spaces() {
        assert_eq!(is_pass("PASSED"), Some(true));
        assert_eq!(is_pass(" did  not attend "), Some(false));
        assert_eq!(is_pass("Attended"), None);
        assert_eq!(level("2r"), Some(Level::TwoRefresher));
        assert_eq!(level("4"), None);
    }

    #[test]
    fn contracts_beginning_with_bank_are_bank() {
        for word in ["Bank", "bank", "BANK - as and when", "Banking", "\u{200b}Bank", " \u{ff22}ank"] {
            assert!(is_bank(word), "{word}");
        }
        assert!(!is_bank("Permanent") && !is_bank("Ban") && !is_bank("Éban"));
    }
}
