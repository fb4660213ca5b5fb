//! What a coordinator has to do after a run, from the week's snapshot and the outcome of its mails. Pure.

use std::collections::{BTreeMap, HashMap};

use entity::data_age::OLD_AFTER_DAYS;
use entity::id::UnitId;
use entity::json_column::MailUnit;
use entity::period::{Day, IsoWeek};
use entity::value::{Status, UnknownBecause};

use crate::report::compare::is_open;
use crate::report::recipients::{Recipient, Vacancy, Why};
use crate::report::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};

/// A run whose reports have all been sent or refused.
#[derive(Debug)]
pub(super) struct Run<'a> {
    pub(super) week: IsoWeek,
    pub(super) tree: &'a SnapshotTree,
    /// The snapshot of the previous report.
    pub(super) previous: Option<&'a SnapshotTree>,
    pub(super) recipients: &'a [Recipient],
    /// Reports that the mail server accepted.
    pub(super) sent: u64,
    /// Reports that were refused permanently.
    pub(super) refused: Vec<RefusedMail>,
    /// Units without a recipient.
    pub(super) unaddressed: Vec<MailUnit>,
}

/// A report that was refused permanently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RefusedMail {
    pub(super) units: Vec<MailUnit>,
    /// The address with all but its first letter and domain masked.
    pub(super) address: String,
    pub(super) why: &'static str,
}

/// A unit in which no team's policy is known.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoPolicy<'a> {
    pub(super) unit: &'a SnapshotUnit,
    /// Teams at or below it without a policy.
    pub(super) teams: usize,
}

/// Returns the highest units in which no team has a policy, those with most teams first. A policy for the unit would apply to
/// all of its teams.
pub(super) fn without_policy(tree: &SnapshotTree) -> Vec<NoPolicy<'_>> {
    let lacks = |team: &Team| team.unknown_because == Some(UnknownBecause::NoPolicy);
    // A team that is exempt or without staff needs no policy.
    let lack_it = |unit: UnitId| {
        let mut teams = tree.teams_below(unit).iter();
        teams.all(|team| lacks(team) || matches!(team.status, Status::Exempt | Status::NotApplicable))
    };
    let mut found: Vec<NoPolicy<'_>> = Vec::new();
    for team in tree.teams().iter().filter(|team| lacks(team)) {
        let highest = ancestors(tree, team.unit_id)
            .take_while(|unit| unit.unit_id == team.unit_id || lack_it(unit.unit_id))
            .last();
        let Some(unit) = highest else { continue };
        match found.iter_mut().find(|found| found.unit.unit_id == unit.unit_id) {
            Some(found) => found.teams += 1,
            None => found.push(NoPolicy { unit, teams: 1 }),
        }
    }
    found.sort_by(|a, b| b.teams.cmp(&a.teams).then_with(|| a.unit.unit_code.cmp(&b.unit.unit_code)));
    found
}

/// Returns teams with rejected rows of a staff list, those with most rows first.
pub(super) fn rows_not_read(tree: &SnapshotTree) -> Vec<&Team> {
    let mut teams: Vec<_> = tree.teams().iter().filter(|team| team.rows_not_read > 0).collect();
    teams.sort_by(|a, b| b.rows_not_read.cmp(&a.rows_not_read).then_with(|| a.unit_code.cmp(&b.unit_code)));
    teams
}

/// Returns the staff lists that are too old, oldest first, with their employers. The employer is `None` if it is not known.
pub(super) fn old_lists(tree: &SnapshotTree) -> Vec<(Day, Option<&str>)> {
    let mut oldest: BTreeMap<Option<&str>, Day> = BTreeMap::new();
    for (as_at, employer) in tree.units().iter().filter_map(SnapshotUnit::oldest_list) {
        let known = oldest.entry(employer).or_insert(as_at);
        *known = (*known).min(as_at);
    }
    let mut lists: Vec<_> = oldest
        .into_iter()
        .filter(|(_, as_at)| tree.day.days_since(*as_at) > OLD_AFTER_DAYS)
        .map(|(employer, as_at)| (as_at, employer))
        .collect();
    lists.sort_unstable();
    lists
}

/// Counts the teams whose cover is not known because their staff list is too old.
pub(super) fn stale_teams(tree: &SnapshotTree) -> usize {
    tree.teams().iter().filter(|team| team.unknown_because == Some(UnknownBecause::DataStale)).count()
}

/// A unit with gaps and without a senior manager who has an address.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Vacant<'a> {
    pub(super) unit: &'a SnapshotUnit,
    pub(super) vacancy: Vacancy,
    /// Teams with a gap for which this unit's senior manager would be responsible.
    pub(super) gaps: usize,
}

/// Returns the units with gaps and without a senior manager, those with most gaps first. A gap belongs to the nearest unit
/// above it that has, or should have, a senior manager. Units without any recipient are left out.
pub(super) fn gaps_without_manager<'a>(tree: &'a SnapshotTree, recipients: &[Recipient]) -> Vec<Vacant<'a>> {
    let mut answered: HashMap<UnitId, Option<Vacancy>> = HashMap::new();
    let mut unaddressed: Vec<UnitId> = Vec::new();
    for answer in recipients.iter().flat_map(|recipient| &recipient.answers) {
        let vacancy = match answer.why {
            Why::SeniorManager | Why::StandsIn { .. } => None,
            Why::Delegate { vacancy } | Why::NextAbove { vacancy, .. } | Why::Coordinator { vacancy, .. } => {
                Some(vacancy)
            }
            Why::NoRecipient { .. } => {
                unaddressed.push(answer.unit);
                None
            }
        };
        answered.insert(answer.unit, vacancy);
    }
    let mut found: Vec<Vacant<'_>> = Vec::new();
    for team in tree.teams().iter().filter(|team| is_open(team.status)) {
        let Some(unit) = ancestors(tree, team.unit_id).find(|unit| answered.contains_key(&unit.unit_id)) else {
            continue;
        };
        let Some(vacancy) = answered.get(&unit.unit_id).copied().flatten() else { continue };
        match found.iter_mut().find(|found| found.unit.unit_id == unit.unit_id) {
            Some(found) => found.gaps += 1,
            None => found.push(Vacant { unit, vacancy, gaps: 1 }),
        }
    }
    found.retain(|vacant| !unaddressed.contains(&vacant.unit.unit_id));
    found.sort_by(|a, b| b.gaps.cmp(&a.gaps).then_with(|| a.unit.unit_code.cmp(&b.unit.unit_code)));
    found
}

/// Returns the unit and the units above it, nearest first.
fn ancestors(tree: &SnapshotTree, unit: UnitId) -> impl Iterator<Item = &SnapshotUnit> {
    let above = |unit: &&SnapshotUnit| {
        unit.parent_id.filter(|parent| *parent != unit.unit_id).and_then(|parent| tree.unit(parent))
    };
    // A cycle in invalid data ends after as many steps as there are units.
    std::iter::successors(tree.unit(unit), above).take(tree.units().len())
}
