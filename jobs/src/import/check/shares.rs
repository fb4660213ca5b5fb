//! Checks that the shares of one person on one day add up to at most 100 %; otherwise the import is refused
//! (COVERAGE.md section 4). Linked employee numbers count as one person.

use std::collections::{BTreeMap, HashMap};

use entity::period::Validity;
use entity::register::shares::{ShareSum, first_excess};
use entity::store::links::SamePerson;
use entity::table::import_batch::SHARES;
use entity::value::Role;

use super::super::dataset::Dataset;
use super::super::fault::Fault;
use super::super::findings::Findings;
use super::super::layout::{Column as _, SupporterColumn};
use super::super::plan::Plan;
use super::super::reference::PersonIx;

/// The people whose shares a file changes, each with the file and line of the last row about them.
#[derive(Default)]
pub(super) struct Shares(HashMap<PersonIx, (String, u32)>);

impl Shares {
    /// Records a row that gives a person a share, or that links two people.
    pub(super) fn touch(&mut self, person: PersonIx, file: &str, line: u32) {
        self.0.insert(person, (file.to_owned(), line));
    }

    /// Checks every recorded person, including allocations that stay on file.
    pub(super) fn check(self, dataset: &Dataset, plan: &Plan, findings: &mut Findings) {
        if self.0.is_empty() {
            return;
        }
        let same = same_people(dataset, plan);
        let touched: HashMap<PersonIx, (String, u32)> =
            self.0.into_iter().map(|(person, place)| (same.lowest(person), place)).collect();
        let after = plan.allocations.after(&dataset.allocations);
        let mut dated: BTreeMap<PersonIx, Vec<(Validity, u32)>> = BTreeMap::new();
        for allocation in after.filter(|after| after.role == Role::PeerSupporter) {
            let person = same.lowest(allocation.person);
            if touched.contains_key(&person) {
                let share = u32::try_from(allocation.share).unwrap_or(0);
                dated.entry(person).or_default().push((allocation.validity, share));
            }
        }
        for (person, of_person) in dated {
            let Some(ShareSum { from, share }) = first_excess(of_person) else { continue };
            let (employer, number) = dataset.people.list[person.at()].key;
            let who = format!("{}/{}", dataset.words.get(employer), dataset.words.get(number));
            let from = from.map_or_else(|| "from the first day".to_owned(), |day| format!("on {day}"));
            let [start, end] = SHARES;
            let sentence = format!("{start}{who} {from}{end}");
            let value = format!("{}.{}", share / 10, share % 10);
            let (file, line) = touched.get(&person).map_or(("", 0), |(file, line)| (file.as_str(), *line));
            findings.refusals.push(format!("{file}: {sentence}."));
            findings.mark_cell(
                file,
                line,
                Some((employer, number)),
                Fault { column: SupporterColumn::Share.header(), value, sentence: sentence.into() },
            );
        }
    }
}

/// Groups people by the links on file and in the import.
pub(super) fn same_people(dataset: &Dataset, plan: &Plan) -> SamePerson<PersonIx> {
    let links = dataset.links.iter().map(|(_, link)| link).chain(&plan.links.added);
    SamePerson::new(links.map(|link| (link.person, link.same_as)))
}
