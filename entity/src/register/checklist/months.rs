//! Months in post: whole months of unbroken counting posts with one employer in the team.

use std::collections::BTreeSet;

use super::Nominee;
use super::item::{ChecklistItem, known};
use crate::coverage::Index;
use crate::coverage::colleagues::CoverScope;
use crate::coverage::roster::{Post, UnitIx};
use crate::period::{Day, Validity};
use crate::register::posts::is_in_team;
use crate::register::terms::RegisterTerms;
use crate::value::register::{ChecklistCode, ChecklistResult};

/// For how long a person has been in post.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct TimeInPost {
    /// Whole months that are certain.
    months: u32,
    /// Whether it may be longer: a post has no first day on file.
    or_longer: bool,
}

/// Returns the item. Someone who would cover the team from outside is asked for months in the team of their own post.
pub(super) fn in_post(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> ChecklistItem {
    let Nominee { role, unit, day, .. } = *nominee;
    let candidacy = nominee.candidacy();
    let is_here = candidacy.posts_in_team(index, day).next().is_some();
    let time_in = |post: &Post| {
        let is_in_team_of_post = |other: UnitIx| {
            with_successors(index, other).into_iter().any(|other| {
                if is_here {
                    is_in_team(index, role, unit, other, day)
                } else {
                    CoverScope::on(index, post.unit, day).units(index).contains(&other)
                }
            })
        };
        time_in_post(index, post, is_in_team_of_post, day)
    };
    let posts = candidacy.posts(index, day).filter(|post| !is_here || is_in_team(index, role, unit, post.unit, day));
    let times: Vec<_> = posts.map(time_in).collect();
    let longest = times.iter().map(|time| time.months).max();
    let or_longer = times.iter().any(|time| time.or_longer);
    let asked = terms.months_in_post;
    let here = if is_here { "here" } else { "in their own team" };
    let (result, sentence) = match longest {
        None => (ChecklistResult::NotMet, format!("The nominee is not in post; {} asked for.", months_are(asked))),
        Some(months) if months < asked && or_longer => (
            ChecklistResult::NotKnown,
            format!("The first day of the nominee's post is not on file; {} asked for.", months_are(asked)),
        ),
        Some(months) => {
            let sentence = format!("The nominee has been in post {here} for {}", whole_months(months));
            (known(months >= asked), format!("{sentence}; {asked} {} asked for.", is_or_are(asked)))
        }
    };
    ChecklistItem { code: ChecklistCode::MonthsInPost, result, hard: false, sentence }
}

/// Returns a unit and those to which its roles were carried over since: time in post moves with the post.
fn with_successors(index: &Index, unit: UnitIx) -> BTreeSet<UnitIx> {
    let (mut found, mut new) = (BTreeSet::new(), vec![unit]);
    while let Some(unit) = new.pop() {
        if found.insert(unit) {
            new.extend(index.roster().successions.iter().filter(|moved| moved.from == unit).map(|moved| moved.to));
        }
    }
    found
}

/// Returns the time of unbroken counting posts in the team with the employer of `post`, which counts on `day`.
fn time_in_post(index: &Index, post: &Post, is_in_team: impl Fn(UnitIx) -> bool, day: Day) -> TimeInPost {
    let same = index.posts_of(post.person).filter(|other| {
        !other.bank && other.employer == post.employer && is_in_team(other.unit) && !other.validity.is_empty()
    });
    // A post counts only while its unit is open.
    let counted: Vec<(Option<Day>, Validity)> = same
        .map(|other| (other.validity.from, index.roster().units[other.unit.at()].validity, other.validity.to))
        .map(|(from, unit, to)| {
            let ends = [to, unit.to].into_iter().flatten().min();
            (from, Validity { from: from.max(unit.from), to: ends })
        })
        .filter(|(_, validity)| !validity.is_empty())
        .collect();
    let (mut since, mut or_longer) = (day, false);
    loop {
        let reaches =
            |validity: &Validity| validity.from.is_none_or(|from| from <= since) && !ended_before(*validity, since);
        let reaching = || counted.iter().filter(|(_, validity)| reaches(validity));
        // Without a first day on file the person may have come yesterday, or may have been there always.
        or_longer |= reaching().any(|(first, _)| first.is_none());
        let earliest = reaching().filter_map(|(first, validity)| first.and(validity.from)).min();
        match earliest.filter(|earliest| *earliest < since) {
            Some(earliest) => since = earliest,
            None => return TimeInPost { months: whole_months_between(since, day), or_longer },
        }
    }
}

/// Whether it is over before `day`, with at least one day between.
fn ended_before(validity: Validity, day: Day) -> bool {
    validity.to.is_some_and(|to| to < day)
}

/// Returns the number of whole months from `since` to `day`.
pub(super) fn whole_months_between(since: Day, day: Day) -> u32 {
    (1..).take_while(|months| since.plus_months(*months) <= day).last().unwrap_or(0)
}

/// Returns the number in words of a sentence.
pub(super) fn whole_months(months: u32) -> String {
    if months == 1 { "1 whole month".to_owned() } else { format!("{months} whole months") }
}

/// Returns the verb for this number.
pub(super) const fn is_or_are(number: u32) -> &'static str {
    if number == 1 { "is" } else { "are" }
}

fn months_are(months: u32) -> String {
    format!("{} {}", whole_months(months), is_or_are(months))
}
