//! Rows about appointments, policies and exemptions that are kept in the register (docs/register.md, "Where a fact
//! lives"). They change nothing and are reported with what differs. An import may take them over for the file.

use std::collections::BTreeSet;

use entity::store::links::SamePerson;
use entity::value::register::KeptKind;

use super::super::dataset::Dataset;
use super::super::findings::{FileCount, Findings};
use super::super::layout::ColumnSet;
use super::super::parse::{File, NumberedRow};
use super::super::plan::Plan;
use super::super::record::{KeptFact, KeptSince};
use super::super::reference::PersonIx;
use super::dated_facts::{Merged, SimpleFact, merge};
use super::kept_roles::joined;
use super::options::CheckOptions;
use super::shares::same_people;

/// Compares a file with the facts on file.
pub(super) fn compare<F: SimpleFact>(
    file: File<F::Row>,
    dataset: &mut Dataset,
    options: CheckOptions,
    plan: &mut Plan,
    findings: &mut Findings,
) -> FileCount {
    let on_file = std::mem::take(F::on_file(dataset));
    let columns = file.columns;
    let mut kept = KeptFacts::new(dataset, options, plan);
    let mut merged = merge(file, &on_file, dataset, &mut |row: &F| kept.holds(row), findings);
    kept.cut(&mut merged, &on_file);
    kept.report(&merged, &on_file, columns, findings);
    plan.kept_facts.removed.extend(kept.given_back());
    *F::writes(plan) = merged.writes;
    merged.count
}

/// How many rows get a notice of their own. The others are counted.
const NAMED: usize = 20;

/// What is kept in the register of the facts of one file.
pub(super) struct KeptFacts {
    same: SamePerson<PersonIx>,
    known: Vec<(i64, KeptSince)>,
    take_over: bool,
    /// The ids of what goes back to the file.
    given_back: BTreeSet<i64>,
}

impl KeptFacts {
    pub(super) fn new(dataset: &Dataset, options: CheckOptions, plan: &Plan) -> Self {
        Self {
            same: same_people(dataset, plan),
            known: dataset.kept_facts.clone(),
            take_over: options.take_over,
            given_back: BTreeSet::new(),
        }
    }

    /// Whether a row is about something that the register keeps. What the import takes over is noted, and no longer kept.
    pub(super) fn holds<F: SimpleFact>(&mut self, row: &F) -> bool {
        let Some(fact) = row.kept_as() else { return false };
        let lowest = |fact: KeptFact| KeptFact { person: fact.person.map(|person| self.same.lowest(person)), ..fact };
        let fact = lowest(fact);
        let found: Vec<_> =
            self.known.iter().filter(|(_, known)| lowest(known.fact) == fact).map(|(id, _)| *id).collect();
        if self.take_over {
            self.given_back.extend(found);
            return false;
        }
        !found.is_empty()
    }

    /// Ends the facts on file that commands added beside a row that the file gets back, where the row begins.
    pub(super) fn cut<F: SimpleFact>(&self, merged: &mut Merged<F>, on_file: &[(i64, F)]) {
        let is_back = |fact: &F| {
            let of = |known: &KeptSince| fact.kept_as() == Some(known.fact);
            self.known.iter().any(|(id, known)| self.given_back.contains(id) && of(known))
        };
        for ((id, old), _) in on_file.iter().zip(&merged.claimed).filter(|(_, claimed)| !**claimed) {
            if !is_back(old) {
                continue;
            }
            let mut rows = merged.taken.iter().map(|line| &line.row).filter(|row| row.about() == old.about());
            let Some(row) = rows.find(|row| row.validity().overlaps(old.validity())) else { continue };
            let day = Ord::max(row.validity().from, old.validity().from);
            merged.writes.changed.extend(old.until(day).map(|cut| (*id, cut)));
        }
    }

    /// Adds notices about the rows that differ, and about what goes back to the file.
    pub(super) fn report<F: SimpleFact>(
        &self,
        merged: &Merged<F>,
        on_file: &[(i64, F)],
        columns: ColumnSet,
        findings: &mut Findings,
    ) {
        let file = &merged.count.imported.file;
        let differing: Vec<_> = merged.kept.iter().filter_map(|line| sentence(line, on_file, columns)).collect();
        for (line, sentence) in differing.iter().take(NAMED) {
            findings.notice(file, Some(*line), sentence.as_str());
        }
        let more = differing.len().saturating_sub(NAMED);
        if more > 0 {
            findings.notice(file, None, format!("{more} more row(s) differ from what is kept in the register."));
        }
        if !self.given_back.is_empty() {
            let given_back = self.given_back.len();
            findings.notice(file, None, format!("{given_back} entry(s) are given back from the register to the file."));
        }
    }

    /// The ids of what goes back to the file.
    pub(super) fn given_back(self) -> BTreeSet<i64> {
        self.given_back
    }
}

/// What differs between a row and the register, with its line. `None` if nothing does.
fn sentence<F: SimpleFact>(line: &NumberedRow<F>, on_file: &[(i64, F)], columns: ColumnSet) -> Option<(u32, String)> {
    let NumberedRow { line, row } = line;
    let fact = row.kept_as()?;
    let known = || on_file.iter().map(|(_, known)| known).filter(|known| known.about() == row.about());
    let same_day = known().find(|known| known.validity().from == row.validity().from);
    let known = same_day.or_else(|| known().find(|known| known.validity().overlaps(row.validity())));
    let what = match fact.kind {
        KeptKind::Appointment => "an appointment that is kept in the register",
        KeptKind::Policy => "a policy that is kept in the register",
        KeptKind::Exemption => "a unit whose exemptions are kept in the register",
    };
    let differs = match known {
        None => " The register has no such entry.".to_owned(),
        Some(known) => {
            let differs = row.clone().fill(known, columns).differences(known);
            if differs.is_empty() {
                return None;
            }
            format!(" It differs in {}.", joined(&differs))
        }
    };
    let text = format!(
        "This row is about {what} and changes nothing.{differs} To give it back to the file: psn import --take-over."
    );
    Some((*line, text))
}
