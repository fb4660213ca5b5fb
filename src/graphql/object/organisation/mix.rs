//! Rules about the mix of a team's Peer Supporters (COVERAGE.md section 6), and their results.

use async_graphql::SimpleObject;
use entity::coverage::mix::{MixResult, Rule};

use crate::graphql::object::enums::MixState;

/// A rule about the people that a team's Peer Supporters should include.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MixRule {
    /// The policy's own words.
    rule: String,
    /// Whether a team that does not meet it is a MIX_GAP; otherwise the rule is only shown.
    must: bool,
}

impl From<&Rule> for MixRule {
    fn from(rule: &Rule) -> Self {
        Self { rule: rule.text.clone(), must: rule.must }
    }
}

/// The result of one rule about the mix of supporters.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MixOutcome {
    /// The rule in the policy's own words.
    rule: String,
    /// Whether a team that does not meet it is a MIX_GAP; otherwise the rule is only shown.
    must: bool,
    /// The result.
    state: MixState,
    /// Whether it is met, why it does not apply, or what would meet it.
    sentence: String,
}

impl MixOutcome {
    pub(super) fn new(outcome: &MixResult, shows_supporters: bool) -> Self {
        let MixResult { rule, found: _, verdict } = outcome;
        let sentence = if shows_supporters { outcome.sentence() } else { outcome.published_sentence() };
        Self { rule: rule.text.clone(), must: rule.must, state: (*verdict).into(), sentence }
    }
}
