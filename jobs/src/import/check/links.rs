//! links.csv: numbers that belong to one person (COVERAGE.md section 10). Links that no row names stay.

use std::collections::HashSet;

use super::super::dataset::{Dataset, Link, Plan};
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::LinkColumn as At;
use super::super::parse::{File, LinkRow};
use super::shares::Shares;

/// Compares links.csv with the links on file.
pub(super) fn links(
    file: File<LinkRow>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    shares: &mut Shares,
    findings: &mut Findings,
) -> FileCount {
    let File { mut count, rows, columns: _, protected: _ } = file;
    let pair = |link: Link| (link.person.min(link.same_as), link.person.max(link.same_as));
    let mut known: HashSet<_> = dataset.links.iter().map(|(_, link)| pair(*link)).collect();
    for line in rows {
        let LinkRow { person, same_as } = line.row;
        let found = dataset.person(person, At::Number).and_then(|person| {
            let same_as = dataset.person(same_as, At::SameAsNumber)?;
            Ok(Link { person, same_as })
        });
        match found {
            Ok(link) => {
                dataset.mark_wanted([link.person, link.same_as]);
                let is_new = known.insert(pair(link));
                if is_new {
                    shares.touch(link.person, &count.file, line.line);
                    plan.links.added.push(link);
                }
                count.add(if is_new { RowResult::Added } else { RowResult::Unchanged });
            }
            Err(fault) => findings.reject(&mut count, line.line, Some(person), fault),
        }
    }
    count
}
