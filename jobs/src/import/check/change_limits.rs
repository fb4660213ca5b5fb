//! Counts for each employer the posts that an import would change or end, so that half a list, or a list of another
//! day, is not mistaken for a complete one.

use entity::interner::Symbol;
use std::collections::HashMap;

use entity::period::Validity;

use super::super::dataset::Dataset;
use super::super::findings::Findings;
use super::super::limits::{Excess, Limit, is_over};
use super::super::record::Post;
use super::employers::Employers;
use super::options::CheckOptions;
use super::reconcile::TermsChange;

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

/// Counts the posts on file by what happens to them.
pub(super) struct Guard<'a> {
    pub(super) employers: Employers,
    /// For each unit by position, whether it was open and now closes.
    closing: &'a [bool],
    options: CheckOptions,
    /// By employer.
    tallies: HashMap<Symbol, Tally>,
}

impl<'a> Guard<'a> {
    pub(super) fn new(employers: Employers, closing: &'a [bool], options: CheckOptions) -> Self {
        Self { employers, closing, options, tallies: HashMap::new() }
    }

    /// Counts a post before and after the import. A post that continues under other terms does not end; a post whose
    /// unit closes does.
    pub(super) fn count(&mut self, old: &Post, new: &Post, change: TermsChange, dataset: &Dataset) {
        let as_at = self.options.as_at;
        let open = |validity: Validity| !validity.is_empty() && !validity.ended_by(as_at);
        if !open(old.validity) {
            return;
        }
        let employer = dataset.people.list[old.person.at()].key.0;
        let tally = self.tallies.entry(employer).or_default();
        tally.open += 1;
        let closes = self.closing.get(new.unit.at()).copied().unwrap_or_default();
        match change {
            TermsChange::None if !open(new.validity) || closes => tally.ended += 1,
            TermsChange::None if is_other(old, new) => tally.changed += 1,
            TermsChange::Terms => tally.changed += 1,
            // A new line manager changes all posts of a ward, and the list may still be right.
            TermsChange::None | TermsChange::LineManager => {}
        }
    }

    /// Refuses the import if too many posts of an employer change or end. Both are added up, because a list of another
    /// day does some of each.
    pub(super) fn enforce(self, dataset: &Dataset, findings: &mut Findings) {
        let allow = self.options.allow;
        let mut over: Vec<_> = self
            .tallies
            .into_iter()
            .filter(|(_, tally)| is_over(tally.changed + tally.ended, 5, tally.open))
            .map(|(employer, tally)| (dataset.words.get(employer), tally))
            .collect();
        over.sort_unstable_by_key(|(employer, _)| *employer);
        let excess = |affected: fn(&Tally) -> u32| -> Vec<_> {
            over.iter()
                .map(|(employer, tally)| Excess {
                    place: (*employer).to_owned(),
                    affected: affected(tally),
                    total: tally.open,
                })
                .filter(|excess| excess.affected > 0)
                .collect()
        };
        ENDED.enforce(&excess(|tally| tally.ended), allow.ended, findings);
        CHANGED.enforce(&excess(|tally| tally.changed), allow.changed, findings);
    }
}

/// Whether a post differs in a value that coverage is computed from, or in its start.
fn is_other(old: &Post, new: &Post) -> bool {
    (old.unit, old.contract_type, old.bank, old.band, old.job_family, old.wte, old.validity.from)
        != (new.unit, new.contract_type, new.bank, new.band, new.job_family, new.wte, new.validity.from)
}
