//! units.csv: a full list, and one tree.

use std::collections::HashMap;

use entity::period::{Day, Validity};

use super::super::board::{Board, Plan, Unit, UnitIx};
use super::super::findings::{Fault, FileCount, Findings, Taken};
use super::super::layout::UnitColumn as At;
use super::super::parse::{File, Line, Spared, UnitRow};
use super::Terms;
use super::look_alike;
use super::placements::Placements;

/// Takes the units over into the board. Gives the count, and by place whether a unit that was open is open no longer.
pub(super) fn check(
    file: File<UnitRow>,
    board: &mut Board,
    terms: Terms,
    plan: &mut Plan,
    findings: &mut Findings,
) -> (FileCount, Vec<bool>) {
    let File { mut count, rows, has, spared } = file;
    let before = board.units.list.clone();
    let mut listed: HashMap<UnitIx, u32> = HashMap::new();
    let mut taken: Vec<(UnitIx, Line<UnitRow>)> = Vec::new();
    for line in rows {
        let UnitRow { code, name, parent: _, parent_from: _, level, site, cover_group, validity } = line.row;
        let unit = Unit { code, name, level, site, cover_group, validity };
        match board.units.find(code) {
            Some(place) => {
                if let Some(first) = listed.get(&place) {
                    let sentence = format!("Line {first} is about the same unit; keep one of the two");
                    findings.reject(&mut count, line.line, None, board.fault(At::Code, code, sentence));
                    continue;
                }
                let old = board.units.list[place.at()];
                board.units.list[place.at()] = Unit {
                    level: has.or(At::Level, level, old.level),
                    site: has.or(At::Site, site, old.site),
                    cover_group: has.or(At::CoverGroup, cover_group, old.cover_group),
                    validity: Validity {
                        from: has.or(At::OpenFrom, validity.from, old.validity.from),
                        // A unit that was taken for gone and is listed again is open again.
                        to: has.or(At::ClosedOn, validity.to, old.validity.to.filter(|to| *to > terms.as_at)),
                    },
                    ..unit
                };
                listed.insert(place, line.line);
                taken.push((place, line));
            }
            None => {
                let place = board.units.push(unit);
                listed.insert(place, line.line);
                taken.push((place, line));
            }
        }
    }
    let mut tree = Placements::new(board);
    let whole =
        !has.column(At::Parent) || tree.place_all(&taken, board, before.len(), terms.as_at, &count.file, findings);
    for spared in &spared {
        if let Spared::Unit(code) = spared
            && let Some(place) = board.units.find(*code)
        {
            listed.entry(place).or_insert(0);
        }
    }
    for place in (0..before.len()).map(UnitIx::new) {
        let unit = &mut board.units.list[place.at()];
        if !listed.contains_key(&place) && !unit.validity.ended_by(terms.as_at) {
            unit.validity.to = Some(unit.validity.from.map_or(terms.as_at, |from| from.max(terms.as_at)));
            plan.changed_units.push(place);
            count.ended += 1;
        }
    }
    // A unit whose parent is missing would look like a second root.
    if whole {
        one_root(&listed, &tree, board, &count.file, findings);
    }
    for day in tree.days_from(terms.as_at) {
        no_cycle(&listed, &tree, day, board, &count.file, findings);
    }
    look_alike::units(board, &count.file, &before, findings);
    let moved = tree.plan(board, plan);
    for (place, _) in taken {
        count.take(match before.get(place.at()) {
            None => {
                plan.new_units.push(place);
                Taken::Added
            }
            Some(old) if *old != board.units.list[place.at()] => {
                plan.changed_units.push(place);
                Taken::Changed
            }
            Some(_) if moved.contains(&place) => Taken::Changed,
            Some(_) => Taken::Unchanged,
        });
    }
    let closed = |(old, new): (&Unit, &Unit)| !old.validity.ended_by(terms.as_at) && new.validity.ended_by(terms.as_at);
    let closing = before.iter().zip(&board.units.list).map(closed).collect();
    (count, closing)
}

/// Exactly one of the units that the file lists has no parent.
fn one_root(listed: &HashMap<UnitIx, u32>, tree: &Placements, board: &Board, file: &str, findings: &mut Findings) {
    if listed.is_empty() {
        return;
    }
    let mut roots: Vec<_> = listed.iter().filter(|(place, _)| tree.last_parent(**place).is_none()).collect();
    roots.sort_unstable_by_key(|(_, line)| **line);
    match roots.as_slice() {
        [_] => {}
        [] => {
            findings.refusals.push(format!("{file}: every unit has a Parent Code; the one at the top must have none."))
        }
        several => {
            for (place, line) in several {
                let code = board.units.list[place.at()].code;
                let sentence = "More than one unit has no Parent Code; only the one at the top may have none";
                let fault = Fault { value: String::new(), ..board.fault(At::Parent, code, sentence) };
                findings.point_at(file, **line, None, fault);
            }
            let codes: Vec<_> =
                several.iter().take(5).map(|(place, _)| board.words.get(board.units.list[place.at()].code)).collect();
            let sentence = format!(
                "{file}: {} units have no Parent Code ({}); only the one at the top may have none.",
                several.len(),
                codes.join(", ")
            );
            findings.refusals.push(sentence);
        }
    }
}

/// No unit is above itself on `day`.
fn no_cycle(
    listed: &HashMap<UnitIx, u32>,
    tree: &Placements,
    day: Day,
    board: &Board,
    file: &str,
    findings: &mut Findings,
) {
    let units = &board.units.list;
    // The walk that reached a unit first; 0 is none yet.
    let mut walk = vec![0_usize; units.len()];
    for start in 0..units.len() {
        let mut at = Some(UnitIx::new(start));
        while let Some(place) = at.filter(|place| walk[place.at()] == 0) {
            walk[place.at()] = start + 1;
            at = tree.parent(place, day);
        }
        let Some(meets) = at.filter(|place| walk[place.at()] == start + 1) else { continue };
        let mut around = vec![meets];
        while let Some(parent) =
            around.last().and_then(|place| tree.parent(*place, day)).filter(|place| *place != meets)
        {
            around.push(parent);
        }
        around.push(meets);
        let codes: Vec<_> = around.iter().map(|place| board.words.get(units[place.at()].code)).collect();
        let circle = codes.join(" -> ");
        let line = around.iter().find_map(|place| listed.get(place)).copied().unwrap_or(0);
        if let Some(parent) = tree.parent(meets, day) {
            let sentence = format!("The Parent Codes form a loop: {circle}");
            findings.point_at(file, line, None, board.fault(At::Parent, units[parent.at()].code, sentence));
        }
        findings.refusals.push(format!("{file}: the Parent Codes form a loop: {circle}."));
    }
}
