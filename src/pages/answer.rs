//! The scalars and closed sets of the API, as the typed answers of pages read them. A word that is not known fails the page and is
//! logged: it is never left out in silence.

use entity::period::Day;
use entity::value;
use serde::Deserialize;

/// A civil day.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String")]
pub(super) struct Date(pub(super) Day);

impl TryFrom<String> for Date {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("'{text:.60}' is not a day"))
    }
}

macro_rules! words_of_the_service {
    ($($name:ident = $of:ident,)+) => {$(
        #[doc = concat!("`", stringify!($of), "` as the API writes it.")]
        #[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) value::$of);

        impl TryFrom<String> for $name {
            type Error = value::UnknownWord;

            fn try_from(word: String) -> Result<Self, value::UnknownWord> {
                word.parse().map(Self)
            }
        }
    )+};
}

words_of_the_service! {
    TeamStatus = Status,
    UnknownBecause = UnknownBecause,
    AccessRole = AccessRole,
    NetworkRole = Role,
    StandingGroup = StandingGroup,
}

/// The percentage of people with Level 1, in four bands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Level1Band {
    #[serde(rename = "BELOW_50")]
    Below50,
    #[serde(rename = "FROM_50_TO_79")]
    From50To79,
    #[serde(rename = "FROM_80_TO_89")]
    From80To89,
    #[serde(rename = "FROM_90")]
    From90,
}

/// How a rule about the mix of supporters came out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum MixState {
    Met,
    Unmet,
    NotApplicable,
}

/// What runs out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Expiring {
    Certificate,
    LineApproval,
    SeniorApproval,
    Allocation,
}

/// How somebody answers for a unit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum AppointmentRole {
    SeniorManager,
    Coordinator,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::*;

    /// Reads each value that the schema has for an enum.
    fn reads_all<T: DeserializeOwned>(name: &str) {
        let sdl = crate::graphql::sdl();
        let (_, rest) = sdl.split_once(&format!("\nenum {name} {{\n")).unwrap();
        let (body, _) = rest.split_once("\n}").unwrap();
        let values = body.lines().map(str::trim).filter(|line| {
            !line.is_empty()
                && line.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
        });
        let values: Vec<_> = values.collect();
        assert!(values.len() > 1, "{name}");
        for word in values {
            assert!(serde_json::from_value::<T>(Value::from(word)).is_ok(), "{name} {word}");
        }
        assert!(serde_json::from_value::<T>(Value::from("WORD_OF_TOMORROW")).is_err(), "{name}");
    }

    #[test]
    fn every_word_of_the_schema_is_read() {
        reads_all::<TeamStatus>("TeamStatus");
        reads_all::<UnknownBecause>("UnknownBecause");
        reads_all::<AccessRole>("AccessRole");
        reads_all::<NetworkRole>("NetworkRole");
        reads_all::<StandingGroup>("StandingGroup");
        reads_all::<Level1Band>("Level1Band");
        reads_all::<MixState>("MixState");
        reads_all::<Expiring>("Expiring");
        reads_all::<AppointmentRole>("AppointmentRole");
    }

    #[test]
    fn a_day_is_read_as_the_api_writes_it() {
        let day = serde_json::from_value::<Date>(Value::from("2026-11-16")).unwrap();
        assert_eq!(day.0.to_string(), "2026-11-16");
        assert!(serde_json::from_value::<Date>(Value::from("16/11/2026")).is_err());
    }
}
