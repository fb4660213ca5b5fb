//! Why a covered team will lose its cover, and how to prevent it, worded for the weekly mail, the API and the pages.
//!
//! Which causes a reader may see is decided by the callers: a report uses [`PublishedCause`]s, and the API shows every
//! [`Cause`](super::Cause) to viewers who may see the records of the team's Peer Supporters.

use std::collections::BTreeMap;

use super::risk::{POLICY_CHANGES, PublishedCause, ending};
use super::wording::{counted, listed, with_full_stop};
use crate::value::Reason;

/// Returns the causes why a covered team will lose its cover, one sentence each.
#[must_use]
pub fn what_ends(causes: &[PublishedCause]) -> Vec<String> {
    causes
        .iter()
        .map(|cause| match cause {
            PublishedCause::Work { reason, people } => ending(*reason, *people),
            PublishedCause::Unstated => "From then on too few Peer Supporters will count.".to_owned(),
            PublishedCause::Policy => POLICY_CHANGES.to_owned(),
            PublishedCause::Other { sentence } => with_full_stop(sentence),
        })
        .collect()
}

/// Returns what would keep the cover of teams that will lose it, as a clause: `renew 2 approvals and book 1 refresher`.
#[must_use]
pub fn to_keep<'a>(causes: impl IntoIterator<Item = &'a PublishedCause>) -> String {
    let mut needs: BTreeMap<Need, i64> = BTreeMap::new();
    for cause in causes {
        let (need, people) = match cause {
            PublishedCause::Work { reason, people } => (Need::for_reason(*reason), i64::from(*people)),
            PublishedCause::Unstated | PublishedCause::Other { .. } => (Need::Colleague, 1),
            PublishedCause::Policy => (Need::Policy, 1),
        };
        *needs.entry(need).or_default() += people;
    }
    let steps: Vec<_> = needs.into_iter().map(|(need, number)| need.step(number)).collect();
    if steps.is_empty() { "check what ends".to_owned() } else { listed(&steps) }
}

/// What a team needs to keep its cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Need {
    Approval,
    Refresher,
    ProtectedTime,
    Level1,
    Level2,
    SignOff,
    Agreement,
    Colleague,
    Policy,
}

impl Need {
    const fn for_reason(reason: Reason) -> Self {
        match reason {
            Reason::CertificateExpired => Self::Refresher,
            Reason::LineApprovalMissing | Reason::SeniorApprovalMissing => Self::Approval,
            Reason::NoProtectedTime => Self::ProtectedTime,
            Reason::Level1Missing => Self::Level1,
            Reason::Level2Missing => Self::Level2,
            Reason::NotSignedOff => Self::SignOff,
            Reason::AgreementMissing => Self::Agreement,
            Reason::Left
            | Reason::NotInTeam
            | Reason::StoodDown
            | Reason::Paused
            | Reason::Away
            | Reason::LineManager
            | Reason::NotStarted
            | Reason::SoleMember => Self::Colleague,
        }
    }

    fn step(self, number: i64) -> String {
        match self {
            Self::Approval => format!("renew {}", counted(number, "approval", "approvals")),
            Self::Refresher => format!("book {}", counted(number, "refresher", "refreshers")),
            Self::ProtectedTime => "agree protected time again".to_owned(),
            Self::Level1 => "arrange Level 1".to_owned(),
            Self::Level2 => "arrange Level 2 training".to_owned(),
            Self::SignOff => "arrange sign-off".to_owned(),
            Self::Agreement => "have the agreement signed".to_owned(),
            Self::Colleague => {
                format!("nominate {}", if number == 1 { "another colleague" } else { "other colleagues" })
            }
            Self::Policy => "ask the coordinator what the policy will need".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_ends_and_what_prevents_it() {
        let work = |reason, people| PublishedCause::Work { reason, people };
        let both = [work(Reason::CertificateExpired, 1), work(Reason::SeniorApprovalMissing, 2)];
        assert_eq!(what_ends(&both), ["1 certificate expires.", "2 senior managers' approvals lapse."]);
        assert_eq!(to_keep(&both), "renew 2 approvals and book 1 refresher");
        assert_eq!(what_ends(&[PublishedCause::Unstated]), ["From then on too few Peer Supporters will count."]);
        assert_eq!(to_keep(&[PublishedCause::Unstated]), "nominate another colleague");
        assert_eq!(to_keep(&[]), "check what ends", "a snapshot from before causes were stored");
    }

    #[test]
    fn a_stored_sentence_needs_no_full_stop() {
        let stored = |sentence: &str| PublishedCause::Other { sentence: sentence.to_owned() };
        let said = "The headcount will go from 25 to 26.";
        assert_eq!(what_ends(&[stored("the headcount will go from 25 to 26"), stored(said)]), [said, said]);
    }

    #[test]
    fn away_and_paused_have_the_same_wording() {
        assert_eq!(ending(Reason::Away, 1), "1 Peer Supporter will not be available.");
        assert_eq!(ending(Reason::Away, 2), ending(Reason::Paused, 2));
    }
}
