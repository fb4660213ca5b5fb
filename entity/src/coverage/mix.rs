//! Mix rules (COVERAGE.md section 6): what kinds of people a team's supporters should be.

use std::fmt;

use super::wording::with_full_stop;

/// What a rule looks at, over all counting posts of a person, in the team or not.
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

    /// As policies write it.
    #[must_use]
    pub const fn word(self) -> &'static str {
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

/// What a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// At least so many people who have this value.
    From(String),
    /// At least so many different values; values are counted, not people.
    Different,
}

/// One mix rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// MUST rules can make a team a MIX_GAP; SHOULD rules are only shown.
    pub must: bool,
    /// The policy's own words.
    pub text: String,
    /// At least this many; 1 or more.
    pub count: u32,
    /// Of what.
    pub wanted: Wanted,
    /// Along which dimension.
    pub dimension: Dimension,
}

impl Rule {
    /// What a team has when the rule is met, as the second half of an instruction. It rests on the policy alone, which everyone who
    /// sees the team sees, and never on who the Peer Supporters are.
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
    /// What would meet it, in the words of a snapshot that holds no rule as policies write it.
    Sentence(String),
}

impl UnmetRule {
    /// From what a snapshot holds: the rule as the policy writes it, else the sentence about it.
    #[must_use]
    pub fn stored(rule: &str, sentence: String, must: bool) -> Self {
        parse_rule(rule.trim(), must).map_or(Self::Sentence(sentence), Self::Rule)
    }

    /// What to do so that the rule is met. `verb` is what is done about people: `Nominate`, or `Choose` after a sentence that says how
    /// many to nominate.
    #[must_use]
    pub fn instruction(&self, verb: &str) -> String {
        match self {
            Self::Rule(rule) => format!("{verb} people so that {}.", rule.aim()),
            Self::Sentence(sentence) => with_full_stop(sentence),
        }
    }
}

/// A text that is no list of mix rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MixError {
    /// The part that is no rule.
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

/// Reads the rules of one policy column, `;` between them; a blank text has none.
///
/// # Errors
///
/// The first part that is no rule.
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
        // A value may itself hold " of ", a dimension cannot: cut at the last one.
        let (value, dimension) = rest.strip_prefix("from ")?.rsplit_once(" of ")?;
        let value = value.trim();
        (Wanted::From((!value.is_empty()).then(|| value.to_owned())?), dimension)
    };
    let dimension = Dimension::ALL.into_iter().find(|known| known.word() == dimension.trim())?;
    Some(Rule { must, text: part.to_owned(), count, wanted, dimension })
}

/// How a rule came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The active people meet it.
    Met,
    /// They do not.
    Unmet,
    /// The team's own people could not meet it, so it is not asked.
    NotApplicable,
}

/// A rule with how it came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The rule.
    pub rule: Rule,
    /// How many there are among the active people.
    pub found: u32,
    /// How it came out.
    pub verdict: Verdict,
}

impl Outcome {
    /// As [`sentence`](Self::sentence), without how many people have a value: their job family, band, site or employer may
    /// tell who they are. Different values are counted, not people, and stay.
    #[must_use]
    pub fn published_sentence(&self) -> String {
        self.told(self.rule.wanted == Wanted::Different)
    }

    /// In words: that it is met, why it is not asked, or what would meet it.
    #[must_use]
    pub fn sentence(&self) -> String {
        self.told(true)
    }

    fn told(&self, with_found: bool) -> String {
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
