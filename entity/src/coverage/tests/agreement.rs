//! The fast rules and the slow ones say the same of any roster on any day.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::oracle::Oracle;
use super::random::{CASES, any_day, any_roster};
use crate::coverage::rollup::StatusCounts;
use crate::coverage::roster::{Roster, UnitIx};
use crate::coverage::{Coverage, Index, compute};
use crate::period::Day;
use crate::value::Status;

fn ask(roster: &Roster, day: Day) -> Coverage {
    compute(&Index::new(roster.clone()), day, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn every_allocation_has_the_reasons_of_the_table(roster in any_roster(), day in any_day()) {
        let oracle = Oracle { roster: &roster, day };
        let standings = ask(&roster, day).standings;
        prop_assert_eq!(standings.len(), roster.allocations.len());
        for (standing, allocation) in standings.iter().zip(&roster.allocations) {
            prop_assert_eq!(standing.reasons.iter().collect::<Vec<_>>(), oracle.reasons(allocation));
        }
    }

    #[test]
    fn every_team_has_the_figures_of_the_page(roster in any_roster(), day in any_day()) {
        let oracle = Oracle { roster: &roster, day };
        let rows = ask(&roster, day).teams;
        let expected: BTreeSet<_> = oracle.units().filter(|unit| oracle.team(*unit).is_some()).collect();
        prop_assert_eq!(rows.iter().map(|row| row.unit).collect::<BTreeSet<_>>(), expected);
        for row in rows {
            let team = oracle.team(row.unit).expect("a row");
            let plain = if row.status == Status::AtRisk { Status::Covered } else { row.status };
            prop_assert_eq!(plain, team.status);
            prop_assert_eq!(row.assessed_with.iter().copied().collect::<BTreeSet<_>>(), team.members);
            prop_assert_eq!(row.headcount as usize, team.headcount);
            prop_assert_eq!(row.own_headcount as usize, oracle.people(&[row.unit].into()).len());
            prop_assert_eq!(row.wte, team.wte);
            prop_assert_eq!((row.supporters as usize, row.share), (team.supporters, team.share));
            prop_assert_eq!(row.required, team.required);
            // The smallest number of further full-share supporters with whom both tests pass.
            prop_assert_eq!(row.gap, team.gap);
            prop_assert_eq!(row.policy_unit, team.policy_unit);
            prop_assert_eq!(row.champions as usize, team.champions);
            prop_assert_eq!(row.level1_done as usize, team.level1_done);
            let covered = team.status == Status::Covered;
            prop_assert_eq!(row.single_point, covered && team.headcount > 1 && team.supporters == 1);
        }
    }

    #[test]
    fn at_risk_by_days_of_change_is_at_risk_by_every_single_day(roster in any_roster(), day in any_day()) {
        let oracle = Oracle { roster: &roster, day };
        for row in ask(&roster, day).teams {
            let covered = matches!(row.status, Status::Covered | Status::AtRisk);
            let expected = if covered { oracle.at_risk_from(row.unit) } else { None };
            prop_assert_eq!(row.risk.as_ref().map(|risk| risk.day), expected);
            prop_assert_eq!(row.status == Status::AtRisk, expected.is_some());
            if let Some(risk) = row.risk {
                prop_assert!(!risk.causes.is_empty(), "no cause for {:?}", risk);
            }
        }
    }

    #[test]
    fn roll_ups_by_the_tree_are_sets_of_people(roster in any_roster(), day in any_day()) {
        let oracle = Oracle { roster: &roster, day };
        let coverage = ask(&roster, day);
        let status = |unit| coverage.teams.iter().find(|row| row.unit == unit).map(|row| row.status);
        let has_row = |unit: UnitIx| roster.units[unit.at()].validity.holds_on(day)
            || oracle.below(unit).iter().any(|below| status(*below).is_some());
        let expected: BTreeSet<_> = oracle.units().filter(|unit| has_row(*unit)).collect();
        prop_assert_eq!(coverage.units.iter().map(|row| row.unit).collect::<BTreeSet<_>>(), expected);
        for row in &coverage.units {
            let below = oracle.below(row.unit);
            let people = oracle.people(&below);
            let of = |wanted: fn(Status) -> bool| below.iter().copied().filter(|unit| status(*unit).is_some_and(wanted)).collect();
            let covered = oracle.people(&of(|status| matches!(status, Status::Covered | Status::AtRisk)));
            let assessed = oracle.people(&of(|status| !matches!(status, Status::NotApplicable | Status::Exempt)));
            prop_assert_eq!(row.headcount as usize, people.len());
            prop_assert_eq!(row.level1_done as usize, people.iter().filter(|person| oracle.has_level1(**person)).count());
            prop_assert_eq!(row.staff_covered as usize, covered.len());
            prop_assert_eq!(row.staff_assessed as usize, assessed.len());
            prop_assert_eq!(row.active_supporters as usize, oracle.active(&below).len());
            prop_assert_eq!(row.trainers as usize, oracle.trainers(row.unit));
            for wanted in Status::ALL {
                let rows = below.iter().filter(|unit| status(**unit) == Some(*wanted)).count();
                prop_assert_eq!(row.teams.of(*wanted) as usize, rows);
            }
        }
        let root = coverage.units.iter().find(|row| roster.units[row.unit.at()].parent.is_none());
        let teams: StatusCounts = root.expect("the root is open").teams;
        prop_assert_eq!(teams.teams() as usize, coverage.teams.len());
        let by_status: u32 = Status::ALL.iter().map(|status| teams.of(*status)).sum();
        prop_assert_eq!(by_status, teams.teams());
    }
}
