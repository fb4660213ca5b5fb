//! Who gets a mail about a change of the register, and what it says (REGISTER.md sections 1, 2 and 8).

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::digest::senior_managers;
use super::facts::NominationFacts;
use super::nomination::state;
use super::terms::RegisterTerms;
use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::period::Day;
use crate::value::command::Command;
use crate::value::register::{DecisionKind, NominationEnd, NominationState};

/// What a mail about a change says to its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// To a nominee: a colleague has nominated them, and they may answer.
    Nominated,
    /// To a nominee: a manager has a question.
    Question,
    /// To a nominee: both managers have approved.
    Approved,
    /// To a nominee: a manager has declined.
    Declined,
    /// To a nominee: the nomination was taken back.
    TakenBack,
    /// To a nominee: the nomination has lapsed.
    Lapsed,
    /// To a nominator: the nomination was approved.
    TheirsApproved,
    /// To a nominator: the nomination did not go ahead. It never says why.
    DidNotGoAhead,
    /// To a senior manager: who is responsible for a unit, or which rules apply to it, has changed.
    UnitChanged(UnitIx),
    /// To a person: something about them was recorded by another person. It never says what.
    Recorded,
    /// To a person: a coordinator recorded a step of theirs from paper, which they may dispute.
    RecordedFromPaper,
    /// To everyone who had a mail about a change: it was undone.
    Undone,
}

/// A change of the register.
#[derive(Clone, Copy, Debug)]
pub struct ChangeFacts<'a> {
    /// The command.
    pub command: Command,
    /// The person who gave it.
    pub actor: PersonIx,
    /// The people in whose history it appears.
    pub people: &'a [PersonIx],
    /// The unit in whose history it appears.
    pub unit: Option<UnitIx>,
    /// The nomination in whose history it appears, as it is now, with the numbers of the register that hold for it.
    pub nomination: Option<(&'a NominationFacts, &'a RegisterTerms)>,
    /// Whether a role began with it.
    pub begins_role: bool,
    /// The values after it.
    pub after: &'a Json,
    /// The person who took the step, if a coordinator recorded it from paper.
    pub on_paper: Option<PersonIx>,
    /// Everyone who had a mail about the change that it undid.
    pub told_before: &'a [PersonIx],
}

/// Returns the mails about a change: at most one per person, and never one to the person who made it.
#[must_use]
pub fn notices(index: &Index, change: ChangeFacts<'_>, today: Day) -> BTreeMap<PersonIx, Notice> {
    let mut notices = match change.command {
        Command::Nominate | Command::RespondToNomination | Command::DecideNomination | Command::WithdrawNomination => {
            about_nomination(index, &change, today)
        }
        Command::Appoint
        | Command::EndAppointment
        | Command::Delegate
        | Command::ExemptUnit
        | Command::PublishPolicy => {
            let mut notices = recorded(&change);
            notices.extend(responsible(index, &change, today));
            notices
        }
        Command::Pause
        | Command::Resume
        | Command::StandDown
        | Command::ChangeAllocation
        | Command::WithdrawApproval
        | Command::AppointActingLineManager
        | Command::CarryOver
        | Command::SettleDifference
        | Command::SettleRecord => recorded(&change),
        // Separating two people can complete a nomination.
        Command::LinkPeople => about_nomination(index, &change, today),
        Command::Undo => change.told_before.iter().map(|person| (*person, Notice::Undone)).collect(),
        // Approvers learn of answers from the nomination; the others concern the person who gives them, or no one.
        Command::AnswerNomination
        | Command::RenewApproval
        | Command::SetDirectoryEntry
        | Command::PublishDocument
        | Command::AcknowledgeDocument
        | Command::SignAgreement
        | Command::PublishFramework
        | Command::RecordAssessment
        | Command::DisputeRecord => BTreeMap::new(),
    };
    if let Some(person) = change.on_paper {
        notices.entry(person).or_insert(Notice::RecordedFromPaper);
    }
    notices.remove(&change.actor);
    notices
}

fn recorded(change: &ChangeFacts<'_>) -> BTreeMap<PersonIx, Notice> {
    change.people.iter().map(|person| (*person, Notice::Recorded)).collect()
}

/// The senior managers of the unit, or of the nearest unit above that has any.
fn responsible(index: &Index, change: &ChangeFacts<'_>, today: Day) -> BTreeMap<PersonIx, Notice> {
    let Some(unit) = change.unit else { return BTreeMap::new() };
    let of_unit = |above| Some(senior_managers(index, above, today)).filter(|found| !found.is_empty());
    let people = index.tree(today).ancestors(unit).find_map(of_unit).unwrap_or_default();
    people.into_iter().map(|person| (person, Notice::UnitChanged(unit))).collect()
}

/// The mails to the two parties of a nomination.
#[derive(Clone, Copy, Debug, Default)]
struct ToParties {
    nominator: Option<Notice>,
    nominee: Option<Notice>,
}

/// A nominee who put themselves forward reads what a nominee reads.
fn about_nomination(index: &Index, change: &ChangeFacts<'_>, today: Day) -> BTreeMap<PersonIx, Notice> {
    let Some((facts, terms)) = change.nomination else { return BTreeMap::new() };
    let is_now = |wanted: NominationState| state(index, facts, terms, today) == wanted;
    let ends_as = |end: NominationEnd| change.after["endedAs"] == end.as_str();
    let decides = |kind: DecisionKind| change.after["decision"] == kind.as_str();
    let did_not_go_ahead = Some(Notice::DidNotGoAhead);
    // What a nominee ends without having accepted it is told to the nominator later: see `silence`.
    let was_accepted = facts.accepted_on.is_some();
    let ToParties { nominator, nominee } = if change.command == Command::Nominate {
        ToParties { nominee: is_now(NominationState::AwaitingNominee).then_some(Notice::Nominated), nominator: None }
    } else if ends_as(NominationEnd::DeclinedByNominee) {
        ToParties { nominator: did_not_go_ahead.filter(|_| was_accepted), nominee: None }
    } else if ends_as(NominationEnd::Withdrawn) {
        let is_told = was_accepted || change.actor != facts.person;
        ToParties { nominator: did_not_go_ahead.filter(|_| is_told), nominee: Some(Notice::TakenBack) }
    } else if change.begins_role {
        ToParties { nominator: Some(Notice::TheirsApproved), nominee: Some(Notice::Approved) }
    } else if decides(DecisionKind::Decline) {
        ToParties { nominator: did_not_go_ahead, nominee: Some(Notice::Declined) }
    } else if decides(DecisionKind::Ask) {
        ToParties { nominee: is_now(NominationState::Question).then_some(Notice::Question), nominator: None }
    } else {
        ToParties::default()
    };
    let nominator = nominator.map(|notice| (facts.nominator, notice));
    nominator.into_iter().chain(nominee.map(|notice| (facts.person, notice))).collect()
}

#[cfg(test)]
mod tests;
