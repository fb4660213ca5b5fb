//! links.csv: numbers that belong to one person (COVERAGE.md section 10). Links that no row names stay.

use std::collections::HashSet;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::LinkColumn as At;
use super::super::parse::File;
use super::super::plan::Plan;
use super::super::record::Link;
use super::super::reference::Written;
use super::shares::Shares;

impl Link<Written> {
    fn resolve(self, dataset: &Dataset) -> Result<Link, Fault> {
        Ok(Link {
            person: dataset.person(self.person, At::Number)?,
            same_as: dataset.person(self.same_as, At::SameAsNumber)?,
        })
    }
}

/// Compares links.csv with the links on file.
pub(super) fn links(
    file: File<Link<Written>>,
    dataset: &mut Dataset,
    plan: &mut Plan,
    shares: &mut Shares,
    findings: &mut Findings,
) -> FileCount {
    let File { mut count, rows, columns: _, protected: _ } = file;
    let pair = |link: Link| (link.person.min(link.same_as), link.person.max(link.same_as));
    let mut known: HashSet<_> = dataset.links.iter().map(|(_, link)| pair(*link)).collect();
    for line in rows {
        match line.row.resolve(dataset) {
            Ok(link) => {
                dataset.mark_wanted([link.person, link.same_as]);
                let is_new = known.insert(pair(link));
                if is_new {
                    shares.touch(link.person, &count.imported.file, line.line);
                    plan.links.added.push(link);
                }
                count.add(if is_new { RowResult::Added } else { RowResult::Unchanged });
            }
            Err(fault) => findings.reject(&mut count, line.line, Some(line.row.person), fault),
        }
    }
    count
}
