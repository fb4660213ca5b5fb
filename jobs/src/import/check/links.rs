//! links.csv: numbers that are one person (COVERAGE.md section 10). What no row names stays linked.

use std::collections::HashSet;

use super::super::board::{Board, Link, Plan};
use super::super::findings::{FileCount, Findings, Taken};
use super::super::layout::LinkColumn as At;
use super::super::parse::{File, LinkRow};
use super::shares::Shares;

/// links.csv
pub(super) fn links(
    file: File<LinkRow>,
    board: &mut Board,
    plan: &mut Plan,
    shares: &mut Shares,
    findings: &mut Findings,
) -> FileCount {
    let File { mut count, rows, has: _, spared: _ } = file;
    let pair = |link: Link| (link.person.min(link.same_as), link.person.max(link.same_as));
    let mut known: HashSet<_> = board.links.iter().map(|(_, link)| pair(*link)).collect();
    for line in rows {
        let LinkRow { person, same_as } = line.row;
        let found = board.person(person, At::Number).and_then(|person| {
            let same_as = board.person(same_as, At::SameAsNumber)?;
            Ok(Link { person, same_as })
        });
        match found {
            Ok(link) => {
                board.want([link.person, link.same_as]);
                let is_new = known.insert(pair(link));
                if is_new {
                    shares.touch(link.person, &count.file, line.line);
                    plan.links.added.push(link);
                }
                count.take(if is_new { Taken::Added } else { Taken::Unchanged });
            }
            Err(fault) => findings.reject(&mut count, line.line, Some(person), fault),
        }
    }
    count
}
