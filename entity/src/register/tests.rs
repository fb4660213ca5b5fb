//! Nominations of small boards, by names. The board is that of the tests of coverage.

mod property;

use super::facts::{DecisionFacts, NominationFacts};
use crate::coverage::Index;
use crate::coverage::tests::board::{Board, TODAY, day};
use crate::value::register::DecisionKind;
use crate::value::{ApproverCapacity, Role};

/// A nomination of a person as Peer Supporter of a unit with a full share, opened and accepted on the default day.
pub(super) fn nomination(board: &mut Board, person: &str, unit: &str) -> NominationFacts {
    let (person, unit) = (board.person(person), board.place(unit));
    NominationFacts {
        person,
        role: Role::PeerSupporter,
        unit,
        share: 1000,
        outside_team: false,
        nominator: person,
        opened_on: day(TODAY),
        counted_from: day(TODAY),
        accepted_on: Some(day(TODAY)),
        wished_start: None,
        ended: None,
        in_dispute: false,
        decisions: Vec::new(),
    }
}

/// A decision by a person for themselves.
pub(super) fn decision(
    board: &mut Board,
    capacity: ApproverCapacity,
    kind: DecisionKind,
    by: &str,
    on: &str,
) -> DecisionFacts {
    let by = board.person(by);
    let protected_hours = (kind == DecisionKind::Accept).then_some(400);
    DecisionFacts {
        capacity,
        kind,
        on: day(on),
        decider: by,
        principal: by,
        recorder: None,
        protected_hours,
        answered: false,
    }
}

/// The index of the board as it is now.
pub(super) fn index(board: &Board) -> Index {
    Index::new(board.roster.clone())
}
