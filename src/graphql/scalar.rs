//! Scalars with one way to write each value.

use std::fmt::Display;

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};
use entity::period::{Day, IsoWeek};

use super::error::Code;

/// A civil day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date(pub(crate) Day);

/// A day in the board's time zone, written yyyy-mm-dd: `2026-11-16`.
#[Scalar(name = "Date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        read(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A week as ISO 8601 counts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Week(pub(crate) IsoWeek);

/// A week as ISO 8601 counts it, Monday first: `2026-W48`.
#[Scalar(name = "Week")]
impl ScalarType for Week {
    fn parse(value: Value) -> InputValueResult<Self> {
        read(value).map(Self)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// An instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub(crate) DateTime<Utc>);

/// An instant in UTC as RFC 3339 writes it: `2026-11-16T07:00:00Z`.
#[Scalar(name = "DateTime")]
impl ScalarType for Instant {
    fn parse(value: Value) -> InputValueResult<Self> {
        let at = read::<DateTime<Utc>, Self>(value)?;
        // RFC 3339 has years of four digits. The databases support neither the first nor the last years of the date library.
        if (1..=9999).contains(&at.year()) {
            return Ok(Self(at));
        }
        Err(refused(InputValueError::custom("an instant must be in the years 1 to 9999, such as 2026-11-16T07:00:00Z")))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

fn read<T, S: ScalarType + async_graphql::InputType>(value: Value) -> InputValueResultOf<T, S>
where
    T: std::str::FromStr<Err: Display>,
{
    match value {
        Value::String(text) => text.parse().map_err(|error: T::Err| refused(InputValueError::custom(error))),
        other => Err(refused(InputValueError::expected_type(other))),
    }
}

type InputValueResultOf<T, S> = Result<T, InputValueError<S>>;

fn refused<S: async_graphql::InputType>(error: InputValueError<S>) -> InputValueError<S> {
    error.with_extension("code", Code::BadInput.as_str())
}
