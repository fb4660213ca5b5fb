//! The parent of each unit over time. A unit whose Parent Code changes moves on the as-at day, or on its Parent From,
//! and keeps its old parent for the days before.

use std::collections::{BTreeSet, HashSet};

use entity::period::Day;

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::layout::UnitColumn as At;
use super::super::parse::{NumberedRow, UnitRow};
use super::super::plan::Plan;
use super::super::record::Placement;
use super::super::reference::UnitIx;

/// The placements of one unit, each with its id if it is on file, oldest first.
type Timeline = Vec<(Option<i64>, Option<Day>, Option<UnitIx>)>;

/// The placements of every unit, by position.
pub(super) struct Placements(Vec<Timeline>);

impl Placements {
    /// Reads the placements on file. New units have none.
    pub(super) fn new(dataset: &Dataset) -> Self {
        let mut timelines = vec![Timeline::new(); dataset.units.list.len()];
        for (id, Placement { unit, from, parent }) in &dataset.placements {
            timelines[unit.at()].push((Some(*id), *from, *parent));
        }
        Self(timelines)
    }

    /// Places every listed unit below its parent. Returns whether all parents exist.
    pub(super) fn place_all(
        &mut self,
        rows: &[(UnitIx, NumberedRow<UnitRow>)],
        dataset: &Dataset,
        known: usize,
        as_at: Day,
        file: &str,
        findings: &mut Findings,
    ) -> bool {
        let mut missing = None;
        for (unit, line) in rows {
            let parent = line.row.parent.map(|code| (code, dataset.units.find(code)));
            if let Some((code, None)) = parent {
                missing = missing.or(Some(code));
                let sentence = "This unit code is not in this file or on file";
                findings.mark_cell(file, line.line, None, dataset.fault(At::Parent, code, sentence));
            }
            let parent = parent.and_then(|(_, parent)| parent);
            place(&mut self.0[unit.at()], parent, line.row.parent_from, unit.at() >= known, as_at);
        }
        if let Some(code) = missing {
            let code = dataset.words.get(code);
            findings.refusals.push(format!("{file}: the Parent Code {code} is not the code of a unit."));
        }
        missing.is_none()
    }

    /// Returns the parent on a day.
    pub(super) fn parent(&self, unit: UnitIx, day: Day) -> Option<UnitIx> {
        let begun = |(_, from, _): &&(Option<i64>, Option<Day>, Option<UnitIx>)| from.is_none_or(|from| from <= day);
        self.0[unit.at()].iter().rev().find(begun).and_then(|(_, _, parent)| *parent)
    }

    /// Returns the parent after all moves on file.
    pub(super) fn last_parent(&self, unit: UnitIx) -> Option<UnitIx> {
        self.0[unit.at()].last().and_then(|(_, _, parent)| *parent)
    }

    /// Returns `as_at` and every later day on which a unit moves.
    pub(super) fn days_from(&self, as_at: Day) -> BTreeSet<Day> {
        let moves = self.0.iter().flatten().filter_map(|(_, from, _)| *from).filter(|from| *from > as_at);
        std::iter::once(as_at).chain(moves).collect()
    }

    /// Plans what changes. Returns the units that move.
    pub(super) fn plan(self, dataset: &Dataset, plan: &mut Plan) -> HashSet<UnitIx> {
        let wanted = self.0.into_iter().enumerate().flat_map(|(unit, timeline)| {
            let unit = UnitIx::new(unit);
            timeline.into_iter().map(move |(id, from, parent)| (id, Placement { unit, from, parent }))
        });
        plan.placements.replace(&dataset.placements, wanted.collect());
        let of = |row: &Placement| row.unit;
        let removed: HashSet<i64> = plan.placements.removed.iter().copied().collect();
        let gone = dataset.placements.iter().filter(|(id, _)| removed.contains(id)).map(|(_, row)| of(row));
        plan.placements
            .added
            .iter()
            .map(of)
            .chain(plan.placements.changed.iter().map(|(_, row)| of(row)))
            .chain(gone)
            .collect()
    }
}

/// Applies a row to the placements of a unit.
fn place(timeline: &mut Timeline, parent: Option<UnitIx>, from: Option<Day>, is_new: bool, as_at: Day) {
    // The first parent of a new unit applies to all earlier days.
    if is_new {
        *timeline = if parent.is_some() { vec![(None, None, parent)] } else { Vec::new() };
        return;
    }
    let current = timeline.iter().rposition(|(_, from, _)| from.is_none_or(|from| from <= as_at));
    let (current_from, current_parent) = current.map_or((None, None), |at| (timeline[at].1, timeline[at].2));
    let later = |from: Day| current_from.is_none_or(|current| current < from);
    if current_parent == parent {
        // A planned move that the newest list no longer has is cancelled; a move with another date is corrected.
        timeline.truncate(current.map_or(0, |at| at + 1));
        if let (Some(at), Some(_), Some(from)) = (current, current_from, from) {
            let before = at.checked_sub(1).and_then(|before| timeline[before].1);
            if from <= as_at && before.is_none_or(|before| before < from) {
                timeline[at].1 = Some(from);
            }
        }
        return;
    }
    let on = from.filter(|from| later(*from)).unwrap_or(as_at);
    if timeline.iter().any(|(_, from, known)| *from == Some(on) && *known == parent) {
        timeline.retain(|(_, from, _)| from.is_none_or(|from| from <= on));
        return;
    }
    // A second move on the same day is a correction.
    let same_day = timeline.iter().find(|(_, from, _)| *from == Some(on)).and_then(|(id, _, _)| *id);
    timeline.retain(|(_, from, _)| from.is_none_or(|from| from < on));
    timeline.push((same_day, Some(on), parent));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    fn unit(at: usize) -> Option<UnitIx> {
        Some(UnitIx::new(at))
    }

    #[test]
    fn a_first_parent_applies_to_earlier_days() {
        let mut timeline = Timeline::new();
        place(&mut timeline, unit(1), Some(day("2026-11-01")), true, day("2026-11-16"));
        assert_eq!(timeline, [(None, None, unit(1))]);
        place(&mut timeline, unit(1), Some(day("2026-11-01")), false, day("2026-11-16"));
        assert_eq!(timeline, [(None, None, unit(1))], "the same list again changes nothing");
    }

    #[test]
    fn a_move_is_dated_by_parent_from() {
        let first = (Some(1), None, unit(1));
        let mut timeline = vec![first];
        place(&mut timeline, unit(2), None, false, day("2026-11-16"));
        assert_eq!(timeline, [first, (None, Some(day("2026-11-16")), unit(2))]);
        let mut timeline = vec![first];
        for _ in 0..2 {
            place(&mut timeline, unit(2), Some(day("2026-12-01")), false, day("2026-11-16"));
            assert_eq!(timeline, [first, (None, Some(day("2026-12-01")), unit(2))]);
        }
        place(&mut timeline, unit(1), None, false, day("2026-11-23"));
        assert_eq!(timeline, [first], "a newer list without the move takes it back");
    }

    #[test]
    fn a_same_day_move_is_corrected() {
        let first = (Some(1), None, unit(1));
        let moved = (Some(2), Some(day("2026-11-16")), unit(2));
        let mut timeline = vec![first, moved];
        place(&mut timeline, unit(3), None, false, day("2026-11-16"));
        assert_eq!(timeline, [first, (Some(2), Some(day("2026-11-16")), unit(3))]);
        let mut timeline = vec![first, moved];
        place(&mut timeline, unit(2), Some(day("2026-11-02")), false, day("2026-11-23"));
        assert_eq!(timeline, [first, (Some(2), Some(day("2026-11-02")), unit(2))]);
    }
}
