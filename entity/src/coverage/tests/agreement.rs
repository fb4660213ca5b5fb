//! The fast rules and the slow ones agree on any roster on any day.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::oracle::Oracle;
use super::random::{CASES, any_day, any_roster, any_today};
use crate::coverage::rollup::Met;
use crate::coverage::roster::{Roster, UnitIx};
use crate::coverage::{Coverage, Index, Question, compute};
use crate::period::Day;
use crate::value::Status;

fn ask(roster: &Roster, day: Day, today: Option<Day>) -> Coverage {
    compute(&Index::new(roster.clone()), &Question { day, today, what_if: None })
}

/// Returns those that meet the requirement, and all of them.
const fn of_all(counted: Met) -> (usize, usize) {
    (counted.met as usize, counted.asked as usize)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn every_allocation_has_the_reasons_of_the_table(roster in any_roster(), day in any_day()) {
        let oracle = Oracle { roster: &roster, day, today: None };
        let standings = ask(&roster, day, None).standings;
        prop_assert_eq!(standings.len(), roster.allocations.len());
        for (standing, allocation) in standings.iter().zip(&roster.allocations) {
            prop_assert_eq!(standing.reasons.iter().collect::<Vec<_>>(), oracle.reasons(allocation));
        }
    }

    #[test]
    fn every_team_has_the_figures_of_the_page(roster in any_roster(), day in any_day(), today in any_today()) {
        let oracle = Oracle { roster: &roster, day, today };
        let rows = ask(&roster, day, today).teams;
        let expected: BTreeSet<_> = oracle.units().filter(|unit| oracle.team(*unit).is_some()).collect();
        prop_assert_eq!(rows.iter().map(|row| row.unit).collect::<BTreeSet<_>>(), expected);
        for row in rows {
            let team = oracle.team(row.unit).expect("a row");
            prop_assert_eq!((row.status, row.unknown_because), (team.status, team.unknown_because));
            prop_assert_eq!(row.rows_not_read, team.rows_not_read);
            prop_assert_eq!(row.unproven as usize, team.unproven);
            prop_assert_eq!(row.oldest_list.map(|(as_at, _)| as_at), team.oldest_list);
            prop_assert_eq!(row.assessed_with.iter().copied().collect::<BTreeSet<_>>(), team.members);
            prop_assert_eq!(row.headcount as usize, team.headcount);
            prop_assert_eq!(row.own_headcount as usize, oracle.people(&[row.unit].into()).len());
            prop_assert_eq!(row.wte, team.wte);
            prop_assert_eq!((row.supporters as usize, row.share), (team.supporters, team.share));
            prop_assert_eq!(row.required, team.required);
            // With this number of additional full-share supporters, and no fewer, both tests pass.
            prop_assert_eq!(row.gap, team.gap);
            prop_assert_eq!(row.policy_unit, team.policy_unit);
            prop_assert_eq!(row.champions as usize, team.champions);
            prop_assert_eq!(row.level1_done as usize, team.level1_done);
            let is_covered = team.plain == Status::Covered && team.status != Status::Unknown;
            prop_assert_eq!(row.single_point, is_covered && team.headcount > 1 && team.supporters == 1);
            prop_assert_eq!(row.risk.as_ref().map(|risk| risk.day), team.at_risk_from);
            if let Some(risk) = &row.risk {
                prop_assert!(!risk.causes.is_empty(), "no cause for {:?}", risk);
            }
        }
    }

    #[test]
    fn roll_ups_by_the_tree_are_sets_of_people(roster in any_roster(), day in any_day(), today in any_today()) {
        let oracle = Oracle { roster: &roster, day, today };
        let coverage = ask(&roster, day, today);
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
            prop_assert_eq!(row.wte, oracle.wte(&below));
            prop_assert_eq!(row.trainers as usize, oracle.trainers(row.unit));
            let embedded = row.embedded.map(|embedded| (embedded.trainers as usize, embedded.needed));
            prop_assert_eq!(embedded, oracle.embedded(row.unit));
            prop_assert_eq!(of_all(row.trainer_units), oracle.trainer_units(row.unit));
            prop_assert_eq!(row.champions as usize, oracle.champions(row.unit));
            prop_assert_eq!(of_all(row.champion_teams), oracle.champion_teams(row.unit));
            // A roll-up depends on all lists that the teams below it depend on.
            let lists = below.iter().filter_map(|unit| oracle.team(*unit)?.oldest_list);
            prop_assert_eq!(row.oldest_list.map(|(as_at, _)| as_at), lists.min());
            for wanted in Status::ALL {
                let rows = below.iter().filter(|unit| status(**unit) == Some(*wanted)).count();
                prop_assert_eq!(row.teams.count(*wanted) as usize, rows);
            }
        }
        let root = coverage.units.iter().find(|row| row.unit == UnitIx(0)).expect("the root is open").teams;
        prop_assert_eq!(root.teams() as usize, coverage.teams.len());
        let by_status: u32 = Status::ALL.iter().map(|status| root.count(*status)).sum();
        prop_assert_eq!(by_status, root.teams());
    }
}
