//! Which approvals due for renewal an approver's digest mail of a day lists (REGISTER.md section 3): each to those who may
//! renew it, at most 60, 30 and 7 days before it ends.

use std::collections::{BTreeMap, HashMap};

use super::approvers::{approvers, may_decide};
use super::facts::NominationFacts;
use super::lapse::ApprovalLapse;
use crate::coverage::Index;
use crate::coverage::roster::{PersonIx, UnitIx};
use crate::id::AllocationId;
use crate::period::Day;
use crate::value::ApproverCapacity;

/// An approval that ends. A renewal makes it another one, which ends later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct EndingApproval {
    /// The first day without it.
    pub on: Day,
    /// The allocation.
    pub allocation: AllocationId,
    /// As line or as senior manager.
    pub capacity: ApproverCapacity,
}

/// An approval in a person's digest, which they may renew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueRenewal {
    /// The approval.
    pub approval: EndingApproval,
    /// The unit of the allocation.
    pub unit: UnitIx,
    /// The nearest of 60, 30 and 7 days that is not shorter than the time left.
    pub within: i64,
}

/// The nearest number of days of which each person was told, per approval.
pub type ToldRenewals = HashMap<PersonIx, BTreeMap<EndingApproval, i64>>;

/// Returns the approvals for the digests of the day, by the people who may renew them, soonest first. `lapses` come with their
/// roles as nominations, by which the rules say who may approve.
#[must_use]
pub fn due_renewals(
    index: &Index,
    lapses: &[(ApprovalLapse, NominationFacts)],
    told: &ToldRenewals,
    today: Day,
) -> BTreeMap<PersonIx, Vec<DueRenewal>> {
    let mut due: BTreeMap<PersonIx, BTreeMap<EndingApproval, DueRenewal>> = BTreeMap::new();
    for (lapse, facts) in lapses {
        let ApprovalLapse { allocation, person: _, unit, capacity, on, within } = *lapse;
        let approval = EndingApproval { on, allocation, capacity };
        let may_renew = approvers(index, capacity, facts, today).into_iter().filter(|approver| {
            may_decide(index, capacity, facts, approver.decider, Some(approver.principal), today).is_ok()
        });
        for person in may_renew.map(|approver| approver.decider) {
            let last = told.get(&person).and_then(|told| told.get(&approval));
            if last.is_none_or(|last| within < *last) {
                due.entry(person).or_default().insert(approval, DueRenewal { approval, unit, within });
            }
        }
    }
    due.into_iter().map(|(person, due)| (person, due.into_values().collect())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::tests::board::{Board, day};
    use crate::period::Validity;
    use crate::register::lapse::capacity_lapses;
    use crate::register::tests::{decision, index, nomination};
    use crate::value::AppointmentRole::SeniorManager;
    use crate::value::register::DecisionKind::Accept;

    const NAMES: [&str; 4] = ["Lin", "Sam", "Dee", "Ann"];

    /// Ann supports T under Lin and Sam, whose approvals of 30 November and 1 December 2025 last 24 months.
    fn board() -> Board {
        let board = Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin");
        let mut board =
            board.appointment("Sam", SeniorManager, "T", Validity::ALWAYS).delegate("Dee", Validity::ALWAYS);
        let (line, senior) = (board.approval("Lin", "2025-11-30"), board.approval("Sam", "2025-12-01"));
        board.supporter_with("Ann", "T", |allocation| {
            (allocation.line, allocation.senior) = (vec![line], vec![senior]);
        })
    }

    /// Who is told of which capacity on a day, and within how many days it ends.
    fn asked(board: &mut Board, told: &ToldRenewals, on: &str) -> Vec<(&'static str, ApproverCapacity, i64)> {
        let mut facts = nomination(board, "Ann", "T");
        facts.decisions = vec![
            decision(board, ApproverCapacity::Line, Accept, "Lin", "2025-11-30"),
            decision(board, ApproverCapacity::Senior, Accept, "Sam", "2025-12-01"),
        ];
        let index = index(board);
        let lapses: Vec<_> = capacity_lapses(&index, day(on)).into_iter().map(|lapse| (lapse, facts.clone())).collect();
        let found = due_renewals(&index, &lapses, told, day(on));
        let mut name = |person| NAMES.into_iter().find(|name| board.person(name) == person).expect("a known name");
        let one = |(person, due): (PersonIx, Vec<DueRenewal>)| {
            due.into_iter().map(move |due| (person, due.approval.capacity, due.within)).collect::<Vec<_>>()
        };
        let mut asked: Vec<_> =
            found.into_iter().flat_map(one).map(|(person, capacity, days)| (name(person), capacity, days)).collect();
        asked.sort_unstable();
        asked
    }

    #[test]
    fn those_who_may_renew_an_approval_are_told() {
        use ApproverCapacity::{Line, Senior};
        let mut board = board();
        let none = ToldRenewals::new();
        assert_eq!(asked(&mut board, &none, "2027-09-30"), []);
        assert_eq!(asked(&mut board, &none, "2027-10-01"), [("Lin", Line, 60)]);
        assert_eq!(
            asked(&mut board, &none, "2027-10-31"),
            [("Dee", Senior, 60), ("Lin", Line, 30), ("Sam", Senior, 60)]
        );
        assert_eq!(
            asked(&mut board, &none, "2027-11-30"),
            [("Dee", Senior, 7), ("Sam", Senior, 7)],
            "the other has ended"
        );
        // The successor in office, and not the one who gave it.
        board.roster.appointments[0].validity.to = Some(day("2027-10-31"));
        let mut board = board.appointment("Ann", SeniorManager, "T", Validity::ALWAYS);
        assert_eq!(asked(&mut board, &none, "2027-10-31"), [("Lin", Line, 30)], "no one renews their own");
    }

    #[test]
    fn each_number_of_days_is_told_once() {
        let mut board = board();
        let lin = board.person("Lin");
        let mut told = ToldRenewals::new();
        let mut days = Vec::new();
        for today in (0..70).map(|days| day("2027-09-25").plus_days(days)) {
            let asked = asked(&mut board, &told, &today.to_string());
            let within = asked.iter().find(|(name, ..)| *name == "Lin").map(|(.., within)| *within);
            if let Some(within) = within {
                let allocation = board.roster.allocations[0].id;
                let key = EndingApproval { on: day("2027-11-30"), allocation, capacity: ApproverCapacity::Line };
                told.entry(lin).or_default().insert(key, within);
                days.push((today.to_string(), within));
            }
        }
        let expected = [("2027-10-01", 60), ("2027-10-31", 30), ("2027-11-23", 7)];
        assert_eq!(days, expected.map(|(day, within)| (day.to_owned(), within)));
    }
}
