//! The shares of one person on one day sum to at most the whole of them, else the change is refused (COVERAGE.md section 4).

use std::collections::HashMap;

use entity::period::Day;
use entity::table::import_batch::SHARES;
use entity::value::Role;

use super::super::board::{Allocation, Board, PersonIx, Writes};
use super::super::findings::{Fault, Findings};
use super::super::layout::{Column as _, SupporterColumn};
use super::super::parse::Line;

/// Looks at everybody whom a row is about, with what stays on file.
pub(super) fn check(
    taken: &[Line<Allocation>],
    on_file: &[(i64, Allocation)],
    writes: &Writes<Allocation>,
    board: &Board,
    file: &str,
    findings: &mut Findings,
) {
    let mut lines: HashMap<PersonIx, u32> = HashMap::new();
    for line in taken.iter().filter(|line| line.row.role == Role::PeerSupporter) {
        lines.insert(line.row.person, line.line);
    }
    let changed: HashMap<i64, &Allocation> = writes.changed.iter().map(|(id, new)| (*id, new)).collect();
    let after = on_file.iter().map(|(id, old)| changed.get(id).copied().unwrap_or(old)).chain(&writes.added);
    // Each first day adds a share, and each first day without takes it away again.
    let mut events: Vec<(PersonIx, Option<Day>, i32)> = Vec::new();
    for allocation in after.filter(|after| after.role == Role::PeerSupporter && !after.validity.is_empty()) {
        if lines.contains_key(&allocation.person) {
            events.push((allocation.person, allocation.validity.from, allocation.share));
            events.extend(allocation.validity.to.map(|to| (allocation.person, Some(to), -allocation.share)));
        }
    }
    events.sort_unstable();
    for of_person in events.chunk_by(|a, b| a.0 == b.0) {
        let mut sum = 0;
        let over = of_person.iter().find(|(_, _, share)| {
            sum += share;
            sum > 1000
        });
        let Some((person, day, _)) = over else { continue };
        let (employer, number) = board.people.list[person.at()].key;
        let who = format!("{}/{}", board.words.get(employer), board.words.get(number));
        let from = day.map_or_else(|| "from the first day".to_owned(), |day| format!("on {day}"));
        let [start, end] = SHARES;
        let sentence = format!("{start}{who} {from}{end}");
        let value = format!("{}.{}", sum / 10, sum % 10);
        let line = lines.get(person).copied().unwrap_or(0);
        findings.refusals.push(format!("{file}: {sentence}."));
        findings.point_at(
            file,
            line,
            Some((employer, number)),
            Fault { column: SupporterColumn::Share.header(), value, sentence: sentence.into() },
        );
    }
}
