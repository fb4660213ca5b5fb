//! The scalars and enums of the API for the typed answers of pages. An unknown value fails the page and is logged; it is never
//! silently ignored. Consumers import the types under their GraphQL names, which `graphql_client` needs.

use entity::period::Day;
use entity::value;
use serde::{Deserialize, Serialize};

/// A civil date.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(try_from = "String", into = "String")]
pub(super) struct ApiDate(pub(super) Day);

impl From<ApiDate> for String {
    fn from(date: ApiDate) -> Self {
        date.0.to_string()
    }
}

impl TryFrom<String> for ApiDate {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map(Self).map_err(|_| format!("'{text:.60}' is not a date"))
    }
}

macro_rules! api_enums {
    ($($name:ident = $value:ident,)+) => {$(
        #[doc = concat!("`", stringify!($value), "` as the API writes it.")]
        #[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
        #[serde(try_from = "String")]
        pub(super) struct $name(pub(super) value::$value);

        impl TryFrom<String> for $name {
            type Error = value::UnknownWord;

            fn try_from(word: String) -> Result<Self, value::UnknownWord> {
                word.parse().map(Self)
            }
        }
    )+};
}

api_enums! {
    TeamStatus = Status,
    UnknownBecause = UnknownBecause,
    AccessRole = AccessRole,
    NetworkRole = Role,
    StandingGroup = StandingGroup,
}

/// The percentage of people with Level 1, in four bands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ApiLevel1Band {
    #[serde(rename = "BELOW_50")]
    Below50,
    #[serde(rename = "FROM_50_TO_79")]
    From50To79,
    #[serde(rename = "FROM_80_TO_89")]
    From80To89,
    #[serde(rename = "FROM_90")]
    From90,
}

/// The result of a rule about the mix of supporters.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ApiMixState {
    Met,
    Unmet,
    NotApplicable,
}

/// What expires.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ApiExpiring {
    Certificate,
    LineApproval,
    SeniorApproval,
    Allocation,
}

/// How a person is responsible for a unit.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum ApiAppointmentRole {
    SeniorManager,
    Coordinator,
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::Value;

    use super::*;

    /// Checks that each value of an enum in the schema can be read.
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
    fn every_enum_value_of_schema_is_read() {
        reads_all::<TeamStatus>("TeamStatus");
        reads_all::<UnknownBecause>("UnknownBecause");
        reads_all::<AccessRole>("AccessRole");
        reads_all::<NetworkRole>("NetworkRole");
        reads_all::<StandingGroup>("StandingGroup");
        reads_all::<ApiLevel1Band>("Level1Band");
        reads_all::<ApiMixState>("MixState");
        reads_all::<ApiExpiring>("Expiring");
        reads_all::<ApiAppointmentRole>("AppointmentRole");
    }

    #[test]
    fn date_is_read_in_api_format() {
        let day = serde_json::from_value::<ApiDate>(Value::from("2026-11-16")).unwrap();
        assert_eq!(day.0.to_string(), "2026-11-16");
        assert!(serde_json::from_value::<ApiDate>(Value::from("16/11/2026")).is_err());
    }
}
