//! supporters.csv: allocations of roles. `accumulated` keeps the dated facts of each.

use entity::interner::Symbol;
use std::collections::{HashMap, HashSet};

use entity::period::{Day, Validity};
use entity::value::Role;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings};
use super::super::layout::{Column, ColumnSet, SupporterColumn as At};
use super::super::parse::{AllocationRow, File};
use super::super::plan::Plan;
use super::super::record::{Allocation, AllocationFacts, AllocationRef, AllocationTerms, Approval};
use super::super::reference::{PersonIx, PersonKey, UnitIx};
use super::accumulated::RowChange;
use super::dated_facts::{DatedFact, Merged, merge};
use super::kept_roles::{self, Remaining};
use super::options::CheckOptions;
use super::shares::{Shares, same_people};

impl DatedFact for Allocation {
    type Row = AllocationRow;
    type About = (PersonIx, Role, UnitIx);
    const CORRECTS_FIRST_DAY: bool = true;

    fn first_day_column() -> impl Column {
        At::From
    }

    fn subject(row: &Self::Row) -> Option<PersonKey> {
        Some(row.allocation.person)
    }

    fn resolve(row: Self::Row, dataset: &mut Dataset) -> Result<Self, Fault> {
        let allocation = dataset.allocation(row)?;
        let others = [allocation.line, allocation.senior].into_iter().flatten().filter_map(|approval| approval.by);
        dataset.mark_wanted([allocation.person].into_iter().chain(others));
        Ok(allocation)
    }

    fn about(&self) -> Self::About {
        (self.person, self.role, self.unit)
    }

    fn validity(&self) -> Validity {
        self.validity
    }

    fn fill(self, on_file: &Self, columns: ColumnSet) -> Self {
        Self {
            share: columns.given_or(At::Share, self.share, on_file.share),
            validity: Validity {
                from: columns.given_or(At::From, self.validity.from, on_file.validity.from),
                to: columns.given_or(At::Until, self.validity.to, on_file.validity.to),
            },
            line: approval(columns, LINE_APPROVAL, self.line, on_file.line),
            senior: approval(columns, SENIOR_APPROVAL, self.senior, on_file.senior),
            signed_off_on: columns.given_or(At::SignedOffOn, self.signed_off_on, on_file.signed_off_on),
            pause: pause(columns, self.pause, on_file.pause),
            terms: AllocationTerms {
                protected_hours: columns.given_or(
                    At::ProtectedHours,
                    self.terms.protected_hours,
                    on_file.terms.protected_hours,
                ),
                outside_team: columns.given_or(At::OutsideTeam, self.terms.outside_team, on_file.terms.outside_team),
            },
            ..self
        }
    }
}

/// The columns of an approval.
#[derive(Clone, Copy)]
struct ApprovalColumns {
    day: At,
    approver: At,
}

const LINE_APPROVAL: ApprovalColumns = ApprovalColumns { day: At::LineApprovedOn, approver: At::LineApprover };
const SENIOR_APPROVAL: ApprovalColumns = ApprovalColumns { day: At::SeniorApprovedOn, approver: At::SeniorApprover };

/// Merges the approval of a row with the one on file. If the file has no approver column, the approver on file stays if
/// the day is the same.
fn approval(
    columns: ColumnSet,
    of: ApprovalColumns,
    said: Option<Approval>,
    on_file: Option<Approval>,
) -> Option<Approval> {
    if !columns.contains(of.day) {
        return on_file;
    }
    let known = |day: Day| on_file.filter(|known| known.on == day).and_then(|known| known.by);
    said.map(|said| Approval { by: columns.given_or(of.approver, said.by, known(said.on)), ..said })
}

fn pause(columns: ColumnSet, said: Option<Validity>, on_file: Option<Validity>) -> Option<Validity> {
    let known = on_file.unwrap_or_default();
    match (columns.contains(At::PausedFrom), columns.contains(At::PausedUntil)) {
        (true, true) => said,
        (true, false) => {
            said.map(|said| Validity { from: said.from, to: known.to.filter(|_| said.from == known.from) })
        }
        (false, _) => on_file,
    }
}

/// Compares supporters.csv with the allocations on file.
pub(super) fn allocations(
    file: File<AllocationRow>,
    dataset: &mut Dataset,
    options: CheckOptions,
    plan: &mut Plan,
    shares: &mut Shares,
    findings: &mut Findings,
) -> FileCount {
    let Remaining { file, taken_over } = kept_roles::take_out(file, dataset, options, plan, findings);
    let on_file = std::mem::take(&mut dataset.allocations);
    let mut merged = merge::<Allocation>(file, &on_file, dataset, &mut |_| false, findings);
    taken_over.cut(&mut merged, &on_file);
    let Merged { count, writes, taken, claimed: _, kept: _ } = merged;
    for line in taken.iter().filter(|line| line.row.role == Role::PeerSupporter) {
        shares.touch(line.row.person, &count.imported.file, line.line);
    }
    let (facts, none) = (std::mem::take(&mut dataset.allocation_facts), AllocationFacts::default());
    let old: HashMap<i64, Allocation> = on_file.iter().copied().collect();
    for (id, new) in &writes.changed {
        let known = facts.get(id).unwrap_or(&none);
        if let Some(old) = old.get(id) {
            let change = RowChange { allocation: AllocationRef::OnFile(*id), old: Some(old), new };
            change.accumulate(known, options.as_at, plan);
        }
    }
    for (place, new) in writes.added.iter().enumerate() {
        let change = RowChange { allocation: AllocationRef::New(place), old: None, new };
        change.accumulate(&none, options.as_at, plan);
    }
    plan.allocations = writes;
    dataset.allocations = on_file;
    count
}

/// Adds a notice with the number of Peer Supporters who are allocated to teams in which they have no post, without
/// Outside Team. They do not count there.
pub(super) fn notice_outside_teams(dataset: &Dataset, as_at: Day, plan: &Plan, file: &str, findings: &mut Findings) {
    let same = same_people(dataset, plan);
    let allocations = plan.allocations.after(&dataset.allocations);
    let not_meant: Vec<&Allocation> = allocations
        .filter(|allocation| allocation.role == Role::PeerSupporter && allocation.validity.holds_on(as_at))
        .filter(|allocation| !allocation.terms.outside_team)
        .collect();
    let supporters: HashSet<PersonIx> = not_meant.iter().map(|allocation| same.lowest(allocation.person)).collect();
    let posts = plan.posts.after(&dataset.posts);
    // A unit in a cover group belongs to the team of that group.
    let team = |unit: UnitIx| match dataset.units.list[unit.at()].cover_group {
        Some(group) => TeamKey::Group(group),
        None => TeamKey::Unit(unit),
    };
    let places: HashSet<(PersonIx, TeamKey)> = posts
        .filter(|post| !post.bank && post.validity.holds_on(as_at))
        .map(|post| (same.lowest(post.person), post.unit))
        .filter(|(person, _)| supporters.contains(person))
        .map(|(person, unit)| (person, team(unit)))
        .collect();
    let works_there =
        |allocation: &&&Allocation| places.contains(&(same.lowest(allocation.person), team(allocation.unit)));
    let outside = not_meant.iter().filter(|allocation| !works_there(allocation)).count();
    if outside > 0 {
        let sentence = format!(
            "{outside} allocation(s) are to teams in which the person has no post; they do not count. If cover from \
             outside the team is intended, write Yes in the column Outside Team."
        );
        findings.notice(file, None, sentence);
    }
}

/// What is assessed as one team.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum TeamKey {
    Unit(UnitIx),
    Group(Symbol),
}
