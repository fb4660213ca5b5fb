//! Counts, employer by employer, the posts that an import would change or end, so that half a list, or a list of another day,
//! is not taken for a whole one.

use entity::interner::Symbol;
use std::collections::HashMap;

use entity::period::Validity;

use super::super::board::{Board, Post};
use super::super::findings::Findings;
use super::super::limits::{Excess, Limit, is_over};
use super::Terms;
use super::employers::Employers;
use super::settle::Change;

const RULE: &str = "At most a fifth of an employer's open posts may change or end. Check that the list is complete \
                    and the as-at day is right. If the changes are intended, import them";

const CHANGED: Limit = Limit {
    word: "changed",
    what: "open posts would change unit, contract type, band, job family, WTE or start date",
    preposition: "at",
    rule: RULE,
};

const ENDED: Limit = Limit { word: "ended", what: "open posts would end", preposition: "at", rule: RULE };

/// The posts of one employer that are open on the as-at day.
#[derive(Default)]
struct Tally {
    open: u32,
    changed: u32,
    ended: u32,
}

/// Looks at every post on file, as it was and will be.
pub(super) struct Guard<'a> {
    pub(super) employers: Employers,
    /// By place, whether a unit that was open is open no longer.
    closing: &'a [bool],
    terms: Terms,
    /// By employer.
    tallies: HashMap<Symbol, Tally>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(employers: Employers, closing: &'a [bool], terms: Terms) -> Self {
        Self { employers, closing, terms, tallies: HashMap::new() }
    }

    /// A post as it was and will be. One that goes on under other terms does not end; one whose unit closes does.
    pub(super) fn see(&mut self, old: &Post, new: &Post, change: Change, board: &Board) {
        let as_at = self.terms.as_at;
        let open = |validity: Validity| !validity.is_empty() && !validity.ended_by(as_at);
        if !open(old.validity) {
            return;
        }
        let employer = board.people.list[old.person.at()].key.0;
        let tally = self.tallies.entry(employer).or_default();
        tally.open += 1;
        let closes = self.closing.get(new.unit.at()).copied().unwrap_or_default();
        match change {
            Change::None if !open(new.validity) || closes => tally.ended += 1,
            Change::None if is_other(old, new) => tally.changed += 1,
            Change::Terms => tally.changed += 1,
            // A ward that gets a new manager changes all of its posts, and nothing is wrong with the list.
            Change::None | Change::LineManager => {}
        }
    }

    /// Refuses the import if too many posts of an employer change or end. The two are added up: a list of another day does
    /// some of both.
    pub(super) fn judge(self, board: &Board, findings: &mut Findings) {
        let allow = self.terms.allow;
        let mut over: Vec<_> = self
            .tallies
            .into_iter()
            .filter(|(_, tally)| is_over(tally.changed + tally.ended, 5, tally.open))
            .map(|(employer, tally)| (board.words.get(employer), tally))
            .collect();
        over.sort_unstable_by_key(|(employer, _)| *employer);
        let excess = |affected: fn(&Tally) -> u32| -> Vec<_> {
            over.iter()
                .map(|(employer, tally)| Excess {
                    at: (*employer).to_owned(),
                    affected: affected(tally),
                    of: tally.open,
                })
                .filter(|excess| excess.affected > 0)
                .collect()
        };
        ENDED.hold(&excess(|tally| tally.ended), allow.ended, findings);
        CHANGED.hold(&excess(|tally| tally.changed), allow.changed, findings);
    }
}

/// Whether a post is another one in what coverage is computed from, or has another start.
fn is_other(old: &Post, new: &Post) -> bool {
    (old.unit, old.contract_type, old.bank, old.band, old.job_family, old.wte, old.validity.from)
        != (new.unit, new.contract_type, new.bank, new.band, new.job_family, new.wte, new.validity.from)
}
