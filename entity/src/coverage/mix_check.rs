//! Whether the people of a team meet a mix rule (COVERAGE.md section 6).

use std::collections::BTreeSet;

use super::index::Index;
use super::mix::{Dimension, MixResult, Rule, Verdict, Wanted};
use super::roster::PersonIx;
use crate::interner::Symbol;
use crate::period::Day;

/// Evaluates `rule` for the `active` people of a team whose own people are `members`; both lists hold each person once.
pub(crate) fn evaluate(index: &Index, rule: &Rule, active: &[PersonIx], members: &[PersonIx], day: Day) -> MixResult {
    let found = count(index, rule, active, day);
    // Checked first: a rule that the team's own people could not meet is not applicable even if supporters from
    // elsewhere happen to meet it. The status is the same either way.
    let verdict = if count(index, rule, members, day) < rule.count {
        Verdict::NotApplicable
    } else if found >= rule.count {
        Verdict::Met
    } else {
        Verdict::Unmet
    };
    MixResult { rule: rule.clone(), found, verdict }
}

fn count(index: &Index, rule: &Rule, people: &[PersonIx], day: Day) -> u32 {
    let counted = match &rule.wanted {
        // Values are compared ignoring spelling variants, so a variant is never a second value. A value that no one has
        // is not in the interner.
        Wanted::From(value) => index.roster().words.find(value).map_or(0, |wanted| {
            let has = |person: &&PersonIx| values(index, **person, rule.dimension, day).any(|word| word == wanted);
            people.iter().filter(has).count()
        }),
        Wanted::Different => {
            people.iter().flat_map(|person| values(index, *person, rule.dimension, day)).collect::<BTreeSet<_>>().len()
        }
    };
    u32::try_from(counted).unwrap_or(u32::MAX)
}

fn values(index: &Index, person: PersonIx, dimension: Dimension, day: Day) -> impl Iterator<Item = Symbol> {
    let roster = index.roster();
    index.counting_posts_of(person, day).filter_map(move |post| match dimension {
        Dimension::JobFamily => post.job_family,
        Dimension::Band => post.band,
        Dimension::Site => roster.units[post.unit.at()].site,
        Dimension::Employer => post.employer,
    })
}
