//! Single-use links for people without an account (REGISTER.md section 1): by the link in a mail its reader takes the steps
//! that the mail asks for, and nothing else.

use crate::id::{NominationId, PaperRecordId};
use crate::period::Day;
use crate::value::command::Command;

/// For how many days a link is valid, from the day of its mail.
pub const DAYS: i64 = 14;

/// A step that can be taken by a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkedStep {
    /// To accept or decline a nomination, as the nominee.
    Respond(NominationId),
    /// To answer a manager's question about a nomination, as the nominee.
    Answer(NominationId),
    /// To decide on a nomination, as an approver.
    Decide(NominationId),
    /// To dispute a step that was recorded from paper, as the person who is said to have taken it.
    Dispute(PaperRecordId),
}

impl LinkedStep {
    /// The command that takes the step.
    #[must_use]
    pub const fn command(self) -> Command {
        match self {
            Self::Respond(_) => Command::RespondToNomination,
            Self::Answer(_) => Command::AnswerNomination,
            Self::Decide(_) => Command::DecideNomination,
            Self::Dispute(_) => Command::DisputeRecord,
        }
    }

    /// The key of the nomination or record.
    #[must_use]
    pub const fn object(self) -> i64 {
        match self {
            Self::Respond(NominationId(id)) | Self::Answer(NominationId(id)) | Self::Decide(NominationId(id)) => id,
            Self::Dispute(PaperRecordId(id)) => id,
        }
    }

    /// Returns the step of a command and a key. `None` if the command is not one that can be given by a link.
    #[must_use]
    pub const fn new(command: Command, object: i64) -> Option<Self> {
        match command {
            Command::RespondToNomination => Some(Self::Respond(NominationId(object))),
            Command::AnswerNomination => Some(Self::Answer(NominationId(object))),
            Command::DecideNomination => Some(Self::Decide(NominationId(object))),
            Command::DisputeRecord => Some(Self::Dispute(PaperRecordId(object))),
            _ => None,
        }
    }
}

/// Returns the first day on which the link in a mail of `day` is no longer valid.
#[must_use]
pub fn lapses_on(day: Day) -> Day {
    day.plus_days(DAYS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn step_is_its_command_and_object() {
        let nomination = NominationId(7);
        for step in [
            LinkedStep::Respond(nomination),
            LinkedStep::Answer(nomination),
            LinkedStep::Decide(nomination),
            LinkedStep::Dispute(PaperRecordId(8)),
        ] {
            assert_eq!(LinkedStep::new(step.command(), step.object()), Some(step));
        }
        let others = Command::ALL.iter().filter(|command| LinkedStep::new(**command, 1).is_some());
        assert_eq!(others.count(), 4, "nothing else can be done by a link");
    }

    #[test]
    fn link_is_valid_for_two_weeks() {
        let day = |text: &str| text.parse::<Day>().unwrap();
        assert_eq!(lapses_on(day("2026-11-16")), day("2026-11-30"));
    }
}
