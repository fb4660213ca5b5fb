//! Why a recipient receives the report of a unit, as data and in words.

use std::fmt;

use entity::period::Day;

use crate::report::wording::day;

/// Why a recipient receives the report of a unit, the strongest reason first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// The unit's senior manager.
    SeniorManager,
    /// The deputy of the unit's senior manager, who receives it too.
    StandsIn {
        /// The last day as deputy. `None` if there is no end date.
        until: Option<Day>,
    },
    /// The deputy, because no mail can be sent to a senior manager of the unit.
    Delegate {
        /// Why no mail can be sent to a senior manager.
        vacancy: Vacancy,
    },
    /// The next senior manager above, or their deputy.
    NextAbove {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
        /// Name of the unit whose senior manager this is.
        above: String,
        /// Whether the recipient is the deputy of that senior manager.
        stands_in: bool,
    },
    /// A coordinator.
    Coordinator {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
        /// Name of the unit that they coordinate.
        of: String,
    },
    /// No one receives it.
    NoRecipient {
        /// Why no mail can be sent to the unit's own senior manager.
        vacancy: Vacancy,
    },
}

/// Why no mail can be sent to a unit's senior manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Vacancy {
    /// No one is appointed on the day.
    Vacant,
    /// Appointed, but without a counting post.
    Left,
    /// In post, but without a work address on file.
    NoAddress,
}

impl Why {
    /// Whether the mail should say at the top why the reader received it.
    #[must_use]
    pub const fn is_fallback(&self) -> bool {
        match self {
            Self::SeniorManager => false,
            Self::StandsIn { .. }
            | Self::Delegate { .. }
            | Self::NextAbove { .. }
            | Self::Coordinator { .. }
            | Self::NoRecipient { .. } => true,
        }
    }
}

impl fmt::Display for Vacancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Vacant => "it has no senior manager at present",
            Self::Left => "its senior manager is no longer in post",
            Self::NoAddress => "its senior manager has no work e-mail on file",
        })
    }
}

/// Writes the end of a sentence that begins with the unit's name and a colon.
impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SeniorManager => f.write_str("you are its senior manager"),
            Self::StandsIn { until: None } => f.write_str("you are deputy for its senior manager"),
            Self::StandsIn { until: Some(until) } => {
                write!(f, "you are deputy for its senior manager until {}", day(*until))
            }
            Self::Delegate { vacancy } => write!(f, "{vacancy}, and you are the deputy"),
            Self::NextAbove { vacancy, above, stands_in: false } => {
                write!(f, "{vacancy}. You receive its report as senior manager of {above}")
            }
            Self::NextAbove { vacancy, above, stands_in: true } => {
                write!(f, "{vacancy}. You receive its report as deputy for the senior manager of {above}")
            }
            Self::Coordinator { vacancy, of } => {
                write!(
                    f,
                    "{vacancy}, and no senior manager above it has an address. You receive its report as coordinator of {of}"
                )
            }
            Self::NoRecipient { vacancy } => write!(f, "{vacancy}, and no one else has an address"),
        }
    }
}
