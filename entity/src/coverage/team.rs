//! Assesses whether a team is covered (COVERAGE.md section 5).

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::Question;
use super::assessment::{Assessment, assess, len};
use super::champion::counting_champions;
use super::colleagues::CoverScope;
use super::forecast;
use super::index::Index;
use super::mix::MixResult;
use super::parallel;
use super::policy::PolicyTerms;
use super::risk::Risk;
use super::rollup::champions_met;
use super::roster::{PersonIx, UnitIx};
use super::standing::{Reasons, Standing};
use crate::interner::Symbol;
use crate::period::Day;
use crate::value::{Reason, Status, UnknownBecause};

/// The figures of a team. For a member of a cover group, all except `own_headcount` are the group's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TeamRow {
    /// The team.
    pub unit: UnitIx,
    /// The units that are assessed together, including this one; only this one if it is in no group.
    pub assessed_with: Vec<UnitIx>,
    /// Distinct people with a counting post in this unit itself.
    pub own_headcount: u32,
    /// H: distinct people of the team or group.
    pub headcount: u32,
    /// Whole-time equivalent (WTE) in hundredths.
    pub wte: i64,
    /// P: distinct active people with a share of at least 500.
    pub supporters: u32,
    /// A: sum of the active shares, in thousandths.
    pub share: u32,
    /// Number of Peer Supporters required. `None` without a policy or without staff.
    pub required: Option<u32>,
    /// Number of whole Peer Supporters missing; `None` in the same cases. 0 exactly if the people test and the capacity
    /// test pass.
    pub gap: Option<u32>,
    /// The status.
    pub status: Status,
    /// Why it is UNKNOWN. `None` for any other status.
    pub unknown_because: Option<UnknownBecause>,
    /// r: number of rejected rows of staff lists that named the team, or a unit of its group.
    pub rows_not_read: u32,
    /// Active people who depend on an approval by a person who did not hold the office.
    pub unproven: u32,
    /// As-at day and employer of the oldest staff list that the status is based on. `None` if no list was ever applied.
    pub oldest_list: Option<(Day, Option<Symbol>)>,
    /// Why it is AT_RISK. `None` for any other status.
    pub risk: Option<Risk>,
    /// Whether the team is covered by one person alone.
    pub single_point: bool,
    /// Counting Wellbeing Champions.
    pub champions: u32,
    /// People with a Level 1 completion.
    pub level1_done: u32,
    /// The unit whose policy applied, and the first day on which it is in force.
    pub policy_unit: Option<(UnitIx, Day)>,
    /// The policy that applied.
    pub policy: Option<PolicyTerms>,
    /// The result of each mix rule, MUST before SHOULD.
    pub mix: Vec<MixResult>,
    /// The allocations to the team or group, with their standing.
    pub standings: Vec<Standing>,
    /// Number of allocated people who do not count although their allocation has not ended, by headline. For a future
    /// allocation the reason is only that it has not begun.
    pub not_counting: Vec<(Reason, u32)>,
}

impl TeamRow {
    /// Whether the team has the Wellbeing Champions that it needs. `None` without staff or without a policy.
    #[must_use]
    pub fn champions_met(&self) -> Option<bool> {
        champions_met(self.champions, self.policy.as_ref()?.min_champions, self.headcount)
    }
}

/// Team rows by unit code, and the standing of each allocation.
pub(super) struct Assessed {
    pub(super) rows: Vec<Arc<TeamRow>>,
    pub(super) standings: Vec<Standing>,
}

/// Assesses every team and every allocation.
pub(super) fn assess_all(index: &Index, question: &Question<'_>, threads: NonZeroUsize) -> Assessed {
    let roster = index.roster();
    let mut standings = unknown_standings(index);
    let mut rows = Vec::new();
    for assessed in assess_scopes(index, question, &CoverScope::all(index), threads) {
        rows.extend(assessed.rows);
        for standing in assessed.standings {
            standings[standing.allocation as usize] = standing;
        }
    }
    let by_code = |row: &Arc<TeamRow>| &roster.units[row.unit.at()].code;
    rows.sort_by(|a, b| by_code(a).cmp(by_code(b)));
    Assessed { rows, standings }
}

/// Returns a standing for each allocation on file, before it is assessed.
pub(super) fn unknown_standings(index: &Index) -> Vec<Standing> {
    let unknown = |allocation| Standing { allocation, reasons: Reasons::default(), is_unproven: false };
    (0u32..).take(index.roster().allocations.len()).map(unknown).collect()
}

/// Assesses the teams of some scopes, and the allocations to their units.
pub(super) fn assess_scopes(
    index: &Index,
    question: &Question<'_>,
    scopes: &[CoverScope],
    threads: NonZeroUsize,
) -> Vec<Assessed> {
    parallel::map(scopes, parallel::TEAMS, threads, |scope| assess_scope(index, question, *scope))
}

fn assess_scope(index: &Index, question: &Question<'_>, scope: CoverScope) -> Assessed {
    let day = question.day;
    let mut assessed = Assessed { rows: Vec::new(), standings: Vec::new() };
    let mut of_group: Option<Vec<TeamRow>> = None;
    for unit in scope.units(index).iter().copied() {
        let is_team = index.counting_posts_in(unit, day).next().is_some();
        if !is_team && index.allocations_to(unit).is_empty() && index.rows_not_read(unit, day) == 0 {
            continue;
        }
        let row = match (is_team, scope) {
            (true, CoverScope::Group(_)) => {
                let rows = of_group.get_or_insert_with(|| rows_of(index, scope, question));
                rows.iter().find(|row| row.unit == unit).cloned()
            }
            _ => rows_of(index, CoverScope::Unit(unit), question).pop(),
        };
        match &row {
            // Every row of a group holds the standings of all its members, so writing them again changes nothing.
            Some(row) => assessed.standings.extend(&row.standings),
            None => {
                let plain = assess(index, CoverScope::Unit(unit), day, question.what_if);
                assessed.standings.extend(plain.standings);
            }
        }
        assessed.rows.extend(row.map(Arc::new));
    }
    assessed
}

/// Returns the rows of a scope: one for each unit with counting posts, or one for a unit without any to which an
/// allocation valid that day points or which rejected rows named.
fn rows_of(index: &Index, scope: CoverScope, question: &Question<'_>) -> Vec<TeamRow> {
    let Question { day, today: _, what_if } = *question;
    let mut plain = assess(index, scope, day, what_if);
    let roster = index.roster();
    let rows_not_read = scope.units(index).iter().map(|unit| index.rows_not_read(*unit, day)).sum();
    if plain.members.is_empty() {
        let points_here = |standing: &Standing| roster.allocations[standing.allocation as usize].validity.holds_on(day);
        if rows_not_read == 0 && !plain.standings.iter().any(points_here) {
            return Vec::new();
        }
        plain.members = scope.units(index).to_vec();
    }
    let FinalStatus { status, unknown_because, risk, oldest_list } =
        final_status(index, scope, question, &plain, rows_not_read);
    let covered = matches!(status, Status::Covered | Status::AtRisk);
    let headcount = len(&plain.people);
    let level1 = |person: &&PersonIx| index.level1_on(**person).is_some_and(|on| on <= day);
    let row = TeamRow {
        unit: plain.members[0],
        assessed_with: plain.members.clone(),
        own_headcount: 0,
        headcount,
        wte: plain.wte,
        supporters: plain.supporters,
        share: plain.share,
        required: plain.required,
        gap: plain.gap,
        status,
        unknown_because,
        rows_not_read,
        unproven: unproven(index, &plain.standings),
        oldest_list,
        risk,
        single_point: covered && headcount > 1 && plain.supporters == 1,
        champions: len(&counting_champions(index, &plain.members, day)),
        level1_done: len(&plain.people.iter().filter(level1).collect::<Vec<_>>()),
        policy_unit: plain.governing.as_ref().and_then(|found| found.unit.zip(found.from)),
        policy: plain.governing.as_ref().map(|found| found.policy.clone().into_owned()),
        not_counting: not_counting(index, &plain.standings),
        mix: plain.mix,
        standings: plain.standings,
    };
    let own_row = |unit: &UnitIx| {
        let mut own: Vec<_> = index.counting_posts_in(*unit, day).map(|post| post.person).collect();
        own.sort_unstable();
        own.dedup();
        TeamRow { unit: *unit, own_headcount: len(&own), ..row.clone() }
    };
    plain.members.iter().map(own_row).collect()
}

/// The final status of a scope, with its reasons.
struct FinalStatus {
    status: Status,
    unknown_because: Option<UnknownBecause>,
    risk: Option<Risk>,
    oldest_list: Option<(Day, Option<Symbol>)>,
}

/// Derives the final status from the plain one: it considers rows that were not read, later days, and stale staff
/// lists.
fn final_status(
    index: &Index,
    scope: CoverScope,
    question: &Question<'_>,
    plain: &Assessment<'_>,
    rows_not_read: u32,
) -> FinalStatus {
    let Question { day, today, what_if } = *question;
    let policy = plain.governing.as_ref().map(|found| found.policy.as_ref());
    let headcount = len(&plain.people);
    // If these rows are people, the team might not be covered. An empty unit might have staff.
    let is_short_of_rows = rows_not_read > 0
        && match plain.status {
            Status::NotApplicable => true,
            Status::Exempt => headcount == 0,
            Status::Covered => policy.is_some_and(|policy| {
                let capacity = u64::from(plain.share) * u64::from(policy.staff_per_supporter);
                capacity < 1000 * (u64::from(headcount) + u64::from(rows_not_read))
            }),
            Status::Unknown | Status::None | Status::Partial | Status::MixGap | Status::AtRisk => false,
        };
    let risk = match plain.status {
        Status::Covered if !is_short_of_rows => forecast::find_risk(index, scope, day, what_if, plain),
        _ => None,
    };
    // An employer without any list cannot be in a post; if it happens, the age of its posts is not known.
    let lists = || plain.employers.iter().map(|employer| (index.newest_list(*employer), *employer));
    let is_stale = policy.is_some_and(|policy| {
        let too_old = |today: Day| {
            let oldest = today.plus_days(-i64::from(policy.stale_days));
            lists().any(|(list, _)| list.is_none_or(|list| list < oldest))
        };
        today.is_some_and(|today| day >= today && too_old(today))
    });
    let is_covered = plain.status == Status::Covered;
    let is_unknown = plain.status == Status::Unknown || is_short_of_rows || is_covered && is_stale;
    let unknown_because = is_unknown.then_some(match (policy, is_short_of_rows) {
        (None, _) => UnknownBecause::NoPolicy,
        (Some(_), true) => UnknownBecause::RowsNotRead,
        (Some(_), false) => UnknownBecause::DataStale,
    });
    let risk = risk.filter(|_| !is_unknown);
    let status = match (is_unknown, risk.is_some()) {
        (true, _) => Status::Unknown,
        (false, true) => Status::AtRisk,
        (false, false) => plain.status,
    };
    let oldest_list = lists().filter_map(|(list, employer)| Some((list?, employer))).min();
    FinalStatus { status, unknown_because, risk, oldest_list }
}

/// Counts the active people with an allocation in the scope that depends on an unproven approval.
fn unproven(index: &Index, standings: &[Standing]) -> u32 {
    let resting = standings.iter().filter(|standing| standing.is_unproven && standing.reasons.is_active());
    let people: BTreeSet<_> =
        resting.map(|standing| index.roster().allocations[standing.allocation as usize].person).collect();
    u32::try_from(people.len()).unwrap_or(u32::MAX)
}

/// Counts people by the reason why they do not count. People who have stood down are history, not a way to close a gap,
/// so they are left out.
fn not_counting(index: &Index, standings: &[Standing]) -> Vec<(Reason, u32)> {
    let mut people: Vec<_> = standings
        .iter()
        .filter(|standing| standing.reasons.iter().all(|reason| reason != Reason::StoodDown))
        .filter_map(|standing| standing.reasons.headline_for_team().map(|reason| (reason, standing.allocation)))
        .map(|(reason, allocation)| (reason, index.roster().allocations[allocation as usize].person))
        .collect();
    people.sort_unstable();
    people.dedup();
    people.chunk_by(|a, b| a.0 == b.0).map(|chunk| (chunk[0].0, len(chunk))).collect()
}
