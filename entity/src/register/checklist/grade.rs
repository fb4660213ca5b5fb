//! The grade: a nominee should not be of the highest band in the team, unless at least a quarter of the team have it.

use std::borrow::Cow;

use super::Nominee;
use super::item::{ChecklistItem, known};
use crate::coverage::Index;
use crate::coverage::colleagues::{Colleagues, CoverScope};
use crate::coverage::roster::Post;
use crate::interner::Symbol;
use crate::register::terms::RegisterTerms;
use crate::spelling;
use crate::value::register::{ChecklistCode, ChecklistResult};

/// Returns the item for a Peer Supporter. It is not known if a band decides that is blank or has no rank.
pub(super) fn judged(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> ChecklistItem {
    let day = nominee.day;
    let ranks = Ranks::new(index, terms);
    let own: Vec<_> = nominee.candidacy().posts(index, day).collect();
    let Some(rank) = ranks.highest(own.iter().copied()).filter(|rank| rank.is_certain).and_then(|rank| rank.of) else {
        return item(ChecklistResult::NotKnown, "The rank of the nominee's band is not known.".to_owned());
    };
    let team = Colleagues::find(index, CoverScope::on(index, nominee.unit, day), day);
    let mut others = Others::default();
    for person in &team.people {
        let posts = team.posts.iter().copied().filter(|post| post.person == *person);
        others.add(ranks.highest(posts), rank);
    }
    let (same, people) = (others.same, team.people.len());
    let band = bands(index, &own);
    let is_common = people > 0 && 4 * same >= people;
    let (result, sentence) = match (others.higher, is_common, others.unknown) {
        (1.., _, _) => {
            (ChecklistResult::Met, format!("Some people here have a higher band than the nominee ({band})."))
        }
        (0, true, _) => (
            ChecklistResult::Met,
            format!("{same} of the {people} people here have the nominee's band ({band}), at least a quarter."),
        ),
        (0, false, 1..) => (
            ChecklistResult::NotKnown,
            format!("Whether {band} is the highest band here is not known: some bands have no rank."),
        ),
        (0, false, 0) => (
            ChecklistResult::NotMet,
            format!("The nominee has the highest band here ({band}), and less than a quarter of the people have it."),
        ),
    };
    item(result, sentence)
}

/// Returns the item for a Trainer, whose band is shown and not judged.
pub(super) fn shown(index: &Index, nominee: &Nominee) -> ChecklistItem {
    let own: Vec<_> = nominee.candidacy().posts(index, nominee.day).collect();
    let has_band = own.iter().any(|post| post.band.is_some());
    let sentence = match has_band {
        true => format!("The nominee's band: {}.", bands(index, &own)),
        false => "The nominee's band is not on file.".to_owned(),
    };
    item(if has_band { known(true) } else { ChecklistResult::NotKnown }, sentence)
}

fn item(result: ChecklistResult, sentence: String) -> ChecklistItem {
    ChecklistItem { code: ChecklistCode::Grade, result, hard: false, sentence }
}

/// Returns the distinct bands of posts as they are spelled, in the order of the posts.
fn bands(index: &Index, posts: &[&Post]) -> String {
    let mut seen: Vec<Symbol> = Vec::new();
    for band in posts.iter().filter_map(|post| post.band) {
        if !seen.contains(&band) {
            seen.push(band);
        }
    }
    seen.into_iter().map(|band| index.roster().words.get(band)).collect::<Vec<_>>().join(", ")
}

/// The people of a team by their band, compared with the nominee's.
#[derive(Default)]
struct Others {
    higher: usize,
    same: usize,
    /// People whose band has no rank, so that it may be higher.
    unknown: usize,
}

impl Others {
    fn add(&mut self, found: Option<PersonRank>, rank: usize) {
        match found {
            Some(PersonRank { of: Some(of), .. }) if of > rank => self.higher += 1,
            Some(PersonRank { is_certain: true, of: Some(of) }) if of == rank => self.same += 1,
            Some(PersonRank { is_certain: true, of: Some(_) }) | None => {}
            Some(PersonRank { .. }) => self.unknown += 1,
        }
    }
}

/// The highest known rank of a person's bands.
#[derive(Clone, Copy)]
struct PersonRank {
    of: Option<usize>,
    /// Whether every band of the person has a rank, so that none of them can be higher.
    is_certain: bool,
}

/// The ranks of bands by the policy.
struct Ranks<'a> {
    index: &'a Index,
    order: Vec<String>,
}

impl<'a> Ranks<'a> {
    fn new(index: &'a Index, terms: &RegisterTerms) -> Self {
        Self { index, order: terms.band_order.iter().map(|band| compared(band).into_owned()).collect() }
    }

    fn of(&self, band: Symbol) -> Option<usize> {
        let word = compared(self.index.roster().words.get(band)).into_owned();
        self.order.iter().position(|known| *known == word)
    }

    /// Returns the highest rank of the posts of one person. `None` without posts.
    fn highest<'p>(&self, posts: impl Iterator<Item = &'p Post>) -> Option<PersonRank> {
        posts
            .map(|post| post.band.and_then(|band| self.of(band)))
            .map(|of| PersonRank { of, is_certain: of.is_some() })
            .reduce(|a, b| PersonRank { of: a.of.max(b.of), is_certain: a.is_certain && b.is_certain })
    }
}

/// Returns the form in which bands are compared: as values, and without `Band` before them, because boards write both
/// `Band 8A` and `8a`.
fn compared(band: &str) -> Cow<'_, str> {
    let value = spelling::value(band).to_lowercase();
    Cow::Owned(value.strip_prefix("band ").unwrap_or(&value).to_owned())
}
