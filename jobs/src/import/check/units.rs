//! units.csv: a full list of units that form one tree.

use std::collections::HashMap;

use entity::period::{Day, Validity};

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::{FileCount, Findings, RowResult};
use super::super::layout::UnitColumn as At;
use super::super::parse::{File, NumberedRow, UnitRow};
use super::super::plan::Plan;
use super::super::protected_row::ProtectedRow;
use super::super::record::Unit;
use super::super::reference::UnitIx;
use super::look_alike;
use super::options::CheckOptions;
use super::placements::Placements;

/// Compares the units with those on file. Returns the counts, and for each unit by position whether it was open and now
/// closes.
pub(super) fn check(
    file: File<UnitRow>,
    dataset: &mut Dataset,
    options: CheckOptions,
    plan: &mut Plan,
    findings: &mut Findings,
) -> (FileCount, Vec<bool>) {
    let File { mut count, rows, columns, protected } = file;
    let before = dataset.units.list.clone();
    let mut listed: HashMap<UnitIx, u32> = HashMap::new();
    let mut taken: Vec<(UnitIx, NumberedRow<UnitRow>)> = Vec::new();
    for line in rows {
        let unit = line.row.unit;
        let Unit { code, name: _, level, site, cover_group, validity } = unit;
        match dataset.units.find(code) {
            Some(place) => {
                if let Some(first) = listed.get(&place) {
                    let sentence = format!("Line {first} is about the same unit; keep one of the two");
                    findings.reject(&mut count, line.line, None, dataset.fault(At::Code, code, sentence));
                    continue;
                }
                let old = dataset.units.list[place.at()];
                dataset.units.list[place.at()] = Unit {
                    level: columns.given_or(At::Level, level, old.level),
                    site: columns.given_or(At::Site, site, old.site),
                    cover_group: columns.given_or(At::CoverGroup, cover_group, old.cover_group),
                    validity: Validity {
                        from: columns.given_or(At::OpenFrom, validity.from, old.validity.from),
                        // A unit that had been closed as missing is open again if it is listed again.
                        to: columns.given_or(
                            At::ClosedOn,
                            validity.to,
                            old.validity.to.filter(|to| *to > options.as_at),
                        ),
                    },
                    ..unit
                };
                listed.insert(place, line.line);
                taken.push((place, line));
            }
            None => {
                let place = dataset.units.push(unit);
                listed.insert(place, line.line);
                taken.push((place, line));
            }
        }
    }
    let mut tree = Placements::new(dataset);
    let whole = !columns.contains(At::Parent)
        || tree.place_all(&taken, dataset, before.len(), options.as_at, &count.imported.file, findings);
    for protected in &protected {
        if let ProtectedRow::Unit(code) = protected
            && let Some(place) = dataset.units.find(*code)
        {
            listed.entry(place).or_insert(0);
        }
    }
    for place in (0..before.len()).map(UnitIx::new) {
        let unit = &mut dataset.units.list[place.at()];
        if !listed.contains_key(&place) && !unit.validity.ended_by(options.as_at) {
            unit.validity.to = Some(unit.validity.from.map_or(options.as_at, |from| from.max(options.as_at)));
            plan.units.changed.push(place);
            count.imported.ended += 1;
        }
    }
    // A unit whose parent is missing would look like a second root.
    if whole {
        one_root(&listed, &tree, dataset, &count.imported.file, findings);
    }
    for day in tree.days_from(options.as_at) {
        no_cycle(&listed, &tree, day, dataset, &count.imported.file, findings);
    }
    look_alike::units(dataset, &count.imported.file, &before, findings);
    let moved = tree.plan(dataset, plan);
    for (place, _) in taken {
        count.add(match before.get(place.at()) {
            None => {
                plan.units.new.push(place);
                RowResult::Added
            }
            Some(old) if *old != dataset.units.list[place.at()] => {
                plan.units.changed.push(place);
                RowResult::Changed
            }
            Some(_) if moved.contains(&place) => RowResult::Changed,
            Some(_) => RowResult::Unchanged,
        });
    }
    let closed =
        |(old, new): (&Unit, &Unit)| !old.validity.ended_by(options.as_at) && new.validity.ended_by(options.as_at);
    let closing = before.iter().zip(&dataset.units.list).map(closed).collect();
    (count, closing)
}

/// Checks that exactly one of the listed units has no parent.
fn one_root(listed: &HashMap<UnitIx, u32>, tree: &Placements, dataset: &Dataset, file: &str, findings: &mut Findings) {
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
                let code = dataset.units.list[place.at()].code;
                let sentence = "More than one unit has no Parent Code; only the one at the top may have none";
                let fault = Fault { value: String::new(), ..dataset.fault(At::Parent, code, sentence) };
                findings.mark_cell(file, **line, None, fault);
            }
            let codes: Vec<_> = several
                .iter()
                .take(5)
                .map(|(place, _)| dataset.words.get(dataset.units.list[place.at()].code))
                .collect();
            let sentence = format!(
                "{file}: {} units have no Parent Code ({}); only the one at the top may have none.",
                several.len(),
                codes.join(", ")
            );
            findings.refusals.push(sentence);
        }
    }
}

/// Checks that no unit is its own ancestor on `day`.
fn no_cycle(
    listed: &HashMap<UnitIx, u32>,
    tree: &Placements,
    day: Day,
    dataset: &Dataset,
    file: &str,
    findings: &mut Findings,
) {
    let units = &dataset.units.list;
    // The walk that first reached a unit; 0 if none has.
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
        let codes: Vec<_> = around.iter().map(|place| dataset.words.get(units[place.at()].code)).collect();
        let circle = codes.join(" -> ");
        let line = around.iter().find_map(|place| listed.get(place)).copied().unwrap_or(0);
        if let Some(parent) = tree.parent(meets, day) {
            let sentence = format!("The Parent Codes form a loop: {circle}");
            findings.mark_cell(file, line, None, dataset.fault(At::Parent, units[parent.at()].code, sentence));
        }
        findings.refusals.push(format!("{file}: the Parent Codes form a loop: {circle}."));
    }
}
