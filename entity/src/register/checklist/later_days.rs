//! The hard items of the checklist on every day from the start of a role on.
//!
//! "Every day" is every day on which the role could be held. An approval is for the post: it ends with the last counting
//! post in the team. So a post with a last day is no failure by itself, otherwise no one on a fixed-term contract could
//! be nominated; that the nominee is in post is asked of the first day. A Peer Supporter has to be active on the first
//! day too, since every certificate runs out some day. Shares and other allocations are looked at for all later days by
//! the items themselves, so only the people whose line manager the nominee is remain.

use std::collections::BTreeSet;

use super::{ChecklistItem, Nominee, checklist, not_line_manager_of_most};
use crate::coverage::Index;
use crate::coverage::colleagues::CoverScope;
use crate::period::{Day, Validity};
use crate::register::terms::RegisterTerms;
use crate::value::Role;
use crate::value::register::ChecklistCode;

/// A hard item that is not met on some day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HardFailure {
    /// The first day on which it is known not to be met. For shares and allocations the nominee's day, and the sentence
    /// gives the day on which the shares are too large.
    pub on: Day,
    /// The item, as of that day.
    pub item: ChecklistItem,
}

/// Returns each hard item that is not met on some day from the nominee's day on, with the first such day.
#[must_use]
pub fn hard_failures(index: &Index, nominee: &Nominee, terms: &RegisterTerms) -> Vec<HardFailure> {
    let first = nominee.day;
    let refusing = checklist(index, nominee, terms).into_iter().filter(ChecklistItem::refuses);
    let mut failures: Vec<_> = refusing.map(|item| HardFailure { on: first, item }).collect();
    let is_known = |failure: &HardFailure| failure.item.code == ChecklistCode::NotLineManagerOfMost;
    if nominee.role == Role::PeerSupporter && !failures.iter().any(is_known) {
        failures.extend(days_of_posts(index, nominee).into_iter().find_map(|on| {
            let is_in_post = nominee.candidacy().posts(index, on).next().is_some();
            let item = not_line_manager_of_most(index, nominee, on);
            (is_in_post && item.refuses()).then_some(HardFailure { on, item })
        }));
    }
    failures
}

/// Returns the days after the nominee's day on which the posts of the team, or those of the nominee, begin or end.
fn days_of_posts(index: &Index, nominee: &Nominee) -> BTreeSet<Day> {
    let units = &index.roster().units;
    let scope = CoverScope::for_unit(index, nominee.unit);
    let of_team = scope.units(index).iter().flat_map(|unit| index.posts_in(*unit));
    let posts = of_team.chain(index.posts_of(nominee.person));
    let validities = posts.flat_map(|post| [post.validity, units[post.unit.at()].validity]);
    validities.flat_map(|Validity { from, to }| [from, to]).flatten().filter(|day| *day > nominee.day).collect()
}
