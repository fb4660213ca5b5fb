//! Which nominations have lapsed, for the mails to nominee and nominator (REGISTER.md section 2).
//!
//! Until the nominee accepts, the nominator may not learn whether they declined or did not answer. So the nominator is told
//! on one day in both cases: the day on which the nomination lapses, or would have lapsed without the decline. A mail at the
//! decline would say by its day that there was one.

use super::digest::KnownNomination;
use super::facts::NominationFacts;
use super::nomination::ended_on;
use super::notice::Notice;
use crate::coverage::Index;
use crate::coverage::roster::PersonIx;
use crate::id::NominationId;
use crate::period::Day;
use crate::value::register::NominationEnd;

/// How many days after a nomination lapsed a mail still says so, for example after an outage. Later it is no news.
const LATEST: i64 = 31;

/// A mail about a nomination that lapsed, or would have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LapseNotice {
    /// The nomination.
    pub nomination: NominationId,
    /// The reader.
    pub to: PersonIx,
    /// What it says: [`Notice::Lapsed`] or [`Notice::DidNotGoAhead`].
    pub notice: Notice,
}

/// Whether the nominee ended a nomination without having accepted it. The nominator is not told at once.
#[must_use]
pub fn is_silent_end(facts: &NominationFacts) -> bool {
    facts.accepted_on.is_none() && facts.ended.is_some_and(|ended| ended.how == NominationEnd::DeclinedByNominee)
}

/// Returns the mails about nominations that lapsed, or would have, in the last [`LATEST`] days up to `today`.
#[must_use]
pub fn lapse_notices(index: &Index, nominations: &[KnownNomination], today: Day) -> Vec<LapseNotice> {
    let of_nomination = |KnownNomination { id, facts, terms }: &KnownNomination| {
        let is_silent = is_silent_end(facts);
        let open = NominationFacts { ended: facts.ended.filter(|_| !is_silent), ..facts.clone() };
        let lapsed = open.ended.is_none().then(|| ended_on(index, &open, terms, today)).flatten();
        let is_due = lapsed.is_some_and(|on| today.days_since(on) <= LATEST);
        let to_nominee = (is_due && !is_silent).then_some((facts.person, Notice::Lapsed));
        let to_nominator =
            (is_due && facts.nominator != facts.person).then_some((facts.nominator, Notice::DidNotGoAhead));
        let to = [to_nominee, to_nominator].into_iter().flatten();
        to.map(|(to, notice)| LapseNotice { nomination: *id, to, notice }).collect::<Vec<_>>()
    };
    nominations.iter().flat_map(of_nomination).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::tests::board::{Board, TODAY, day};
    use crate::register::facts::EndedNomination;
    use crate::register::terms::RegisterTerms;
    use crate::register::tests::{index, nomination};

    fn board() -> Board {
        Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin").post("Bob", "T").post("Lin", "T")
    }

    /// Bob has nominated Ann on the default day, and she has not answered.
    fn by_bob(board: &mut Board) -> NominationFacts {
        let nominator = board.person("Bob");
        NominationFacts { nominator, accepted_on: None, ..nomination(board, "Ann", "T") }
    }

    /// The mails on the day `days` after the default one, by name.
    fn told(board: &mut Board, facts: &NominationFacts, days: i64) -> Vec<(&'static str, Notice)> {
        let known = KnownNomination { id: NominationId(1), facts: facts.clone(), terms: RegisterTerms::default() };
        let found = lapse_notices(&index(board), &[known], day(TODAY).plus_days(days));
        let mut name =
            |person| ["Ann", "Bob"].into_iter().find(|name| board.person(name) == person).expect("a known name");
        found.into_iter().map(|told| (name(told.to), told.notice)).collect()
    }

    #[test]
    fn both_hear_of_a_nomination_that_lapsed() {
        let mut board = board();
        let facts = by_bob(&mut board);
        let both = [("Ann", Notice::Lapsed), ("Bob", Notice::DidNotGoAhead)];
        assert_eq!(told(&mut board, &facts, 89), []);
        assert_eq!(told(&mut board, &facts, 90), both);
        assert_eq!(told(&mut board, &facts, 121), both);
        assert_eq!(told(&mut board, &facts, 122), [], "after a month it is no news");
        let own = NominationFacts { nominator: facts.person, accepted_on: Some(day(TODAY)), ..facts };
        // No senior manager is appointed, so it does not lapse.
        assert_eq!(told(&mut board, &own, 100), []);
    }

    #[test]
    fn a_decline_is_told_to_the_nominator_on_the_day_of_silence() {
        let mut board = board();
        let silent = by_bob(&mut board);
        for declined_after in [0, 1, 45, 89] {
            let on = day(TODAY).plus_days(declined_after);
            let ended = Some(EndedNomination { how: NominationEnd::DeclinedByNominee, on });
            let declined = NominationFacts { ended, ..silent.clone() };
            for days in 0..125 {
                let of_bob = |told: Vec<(&str, Notice)>| told.into_iter().filter(|(name, _)| *name == "Bob").count();
                let (one, other) = (told(&mut board, &declined, days), told(&mut board, &silent, days));
                assert!(one.iter().all(|(name, _)| *name == "Bob"), "the nominee knows");
                assert_eq!(of_bob(one), of_bob(other), "day {days}");
            }
        }
    }

    #[test]
    fn other_ends_are_not_told_again() {
        let mut board = board();
        for how in [NominationEnd::Approved, NominationEnd::DeclinedByApprover, NominationEnd::Withdrawn] {
            let ended = Some(EndedNomination { how, on: day(TODAY) });
            let facts = NominationFacts { ended, accepted_on: Some(day(TODAY)), ..by_bob(&mut board) };
            assert_eq!(told(&mut board, &facts, 90), []);
        }
        let ended = Some(EndedNomination { how: NominationEnd::DeclinedByNominee, on: day(TODAY) });
        let after_acceptance = NominationFacts { ended, accepted_on: Some(day(TODAY)), ..by_bob(&mut board) };
        assert_eq!(told(&mut board, &after_acceptance, 90), []);
    }
}
