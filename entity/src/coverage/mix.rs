//! Mix rules (COVERAGE.md section 6): which kinds of people a team's supporters should include.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::wording::with_full_stop;

/// The property that a rule compares, over all counting posts of a person, in the team or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Job family of the post.
    JobFamily,
    /// Band of the post.
    Band,
    /// Site of the post's unit.
    Site,
    /// Employer in the post.
    Employer,
}

impl Dimension {
    const ALL: [Self; 4] = [Self::JobFamily, Self::Band, Self::Site, Self::Employer];

    /// Returns the name that policies use.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::JobFamily => "job_family",
            Self::Band => "band",
            Self::Site => "site",
            Self::Employer => "employer",
        }
    }

    const fn plain(self) -> &'static str {
        match self {
            Self::JobFamily => "job family",
            Self::Band => "band",
            Self::Site => "site",
            Self::Employer => "employer",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::JobFamily => "job families",
            Self::Band => "bands",
            Self::Site => "sites",
            Self::Employer => "employers",
        }
    }
}

/// What a rule requires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// At least `count` people with this value.
    From(String),
    /// At least `count` different values; values are counted, not people.
    Different,
}

/// One mix rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// MUST rules can make a team a MIX_GAP; SHOULD rules are only shown.
    pub must: bool,
    /// The rule as the policy words it.
    pub text: String,
    /// The required number; 1 or more.
    pub count: u32,
    /// What is counted.
    pub wanted: Wanted,
    /// The property that is compared.
    pub dimension: Dimension,
}

impl Rule {
    /// Returns what a team has if the rule is met, as the second half of an instruction. It depends on the policy
    /// alone, which everyone who sees the team may see, and never on who the Peer Supporters are.
    fn aim(&self) -> String {
        let Self { must: _, text: _, count, wanted, dimension } = self;
        match (wanted, count) {
            (Wanted::From(value), 1) => {
                format!("at least 1 Peer Supporter here is from the {} '{value}'", dimension.plain())
            }
            (Wanted::From(value), count) => {
                format!("at least {count} Peer Supporters here are from the {} '{value}'", dimension.plain())
            }
            (Wanted::Different, 1) => format!("Peer Supporters here are from at least 1 {}", dimension.plain()),
            (Wanted::Different, count) => {
                format!("Peer Supporters here are from at least {count} different {}", dimension.plural())
            }
        }
    }
}

/// A rule that a team does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnmetRule {
    /// The rule.
    Rule(Rule),
    /// What would meet it, as worded in a snapshot that holds no rule in the form of a policy.
    Sentence(String),
}

impl UnmetRule {
    /// Reads what a snapshot holds: the rule in the form of a policy, otherwise the sentence about it.
    #[must_use]
    pub fn stored(rule: &str, sentence: String, must: bool) -> Self {
        parse_rule(rule.trim(), must).map_or(Self::Sentence(sentence), Self::Rule)
    }

    /// Returns what to do so that the rule is met. `verb` is what to do about people: `Nominate`, or `Choose` after a
    /// sentence that says how many to nominate.
    #[must_use]
    pub fn instruction(&self, verb: &str) -> String {
        match self {
            Self::Rule(rule) => format!("{verb} people so that {}.", rule.aim()),
            Self::Sentence(sentence) => with_full_stop(sentence),
        }
    }
}

/// A text is not a list of mix rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixError {
    /// The part that is not a rule.
    pub part: String,
}

impl fmt::Display for MixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "'{:.60}' is not a mix rule; write '2 different job_family' or '1 from Nursing and Midwifery of job_family' \
             (job_family, band, site or employer), with ';' between rules",
            self.part
        )
    }
}

impl std::error::Error for MixError {}

/// Parses the rules of one policy column, separated by `;`. A blank text has none.
///
/// # Errors
///
/// Returns the first part that is not a rule.
pub fn parse(text: &str, must: bool) -> Result<Vec<Rule>, MixError> {
    text.split(';')
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .map(|part| parse_rule(part, must).ok_or_else(|| MixError { part: part.to_owned() }))
        .collect()
}

fn parse_rule(part: &str, must: bool) -> Option<Rule> {
    let (count, rest) = part.split_once(char::is_whitespace)?;
    let count = count.parse().ok().filter(|count| *count >= 1)?;
    let rest = rest.trim_start();
    let (wanted, dimension) = if let Some(dimension) = rest.strip_prefix("different ") {
        (Wanted::Different, dimension)
    } else {
        // A value may itself contain " of ", a dimension cannot: split at the last one.
        let (value, dimension) = rest.strip_prefix("from ")?.rsplit_once(" of ")?;
        let value = value.trim();
        (Wanted::From((!value.is_empty()).then(|| value.to_owned())?), dimension)
    };
    let dimension = Dimension::ALL.into_iter().find(|known| known.as_str() == dimension.trim())?;
    Some(Rule { must, text: part.to_owned(), count, wanted, dimension })
}

/// The result of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// The active people meet it.
    Met,
    /// They do not.
    Unmet,
    /// The team's own people could not meet it, so it does not apply.
    NotApplicable,
}

/// A rule with its result for a team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixResult {
    /// The rule.
    pub rule: Rule,
    /// The number found among the active people.
    pub found: u32,
    /// The result.
    pub verdict: Verdict,
}

impl MixResult {
    /// Returns the same as [`sentence`](Self::sentence), without how many people have a value: their job family, band,
    /// site or employer may reveal who they are. Numbers of different values stay: they count values, not people.
    #[must_use]
    pub fn published_sentence(&self) -> String {
        self.render(self.rule.wanted == Wanted::Different)
    }

    /// Returns a sentence that says that the rule is met, why it does not apply, or what would meet it.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.render(true)
    }

    fn render(&self, with_found: bool) -> String {
        let Rule { count, wanted, dimension, .. } = &self.rule;
        let plain = dimension.plain();
        let wish = match wanted {
            Wanted::From(value) => {
                let people = if *count == 1 { "Peer Supporter" } else { "Peer Supporters" };
                format!("at least {count} active {people} with {plain} '{value}'")
            }
            Wanted::Different => format!("active Peer Supporters of at least {count} different {plain} values"),
        };
        let found = if with_found { format!("; there are {}", self.found) } else { String::new() };
        match self.verdict {
            Verdict::Met => format!("Met: {wish}{found}."),
            Verdict::NotApplicable => format!("Not applicable: the team's own people could not give {wish}."),
            Verdict::Unmet => format!("Needs {wish}{found}."),
        }
    }
}
