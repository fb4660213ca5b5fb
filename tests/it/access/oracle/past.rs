//! What a record shows outside its own days: nothing about the state of the person then, and nothing that begins after its end.
//! The person may support another unit by then, with other managers.

use entity::period::Day;
use serde_json::{Value, json};

use super::expected::Place;
use crate::harness::day;

/// The record.
fn record<'p>(place: &'p Place<'_>) -> &'p Value {
    let mut objects = place.nearest();
    objects.find(|(of, _)| *of == "Supporter").expect("a record").1
}

fn as_day(value: &Value) -> Option<Day> {
    value.as_str().map(day)
}

/// What a viewer who sees a record because of its unit gets on a day outside it: whether it has ended or not started.
fn shown_instead(place: &Place<'_>) -> Option<(&'static str, &'static str)> {
    let record = record(place);
    let asked = as_day(&record["unit"]["asOf"]).expect("the day asked about");
    let outside = match (as_day(&record["firstDay"]), as_day(&record["lastDay"])) {
        (_, Some(last)) if last < asked => Some(("STOOD_DOWN", "has stood down")),
        // From today on the future manager sees what is still missing.
        (Some(first), _) if asked < first && !(place.today() < first && place.today() <= asked) => {
            Some(("NOT_STARTED", "has not started yet"))
        }
        _ => None,
    };
    outside.filter(|_| !place.sees_every_day())
}

pub(super) fn headline(place: &Place<'_>, told: &Value) -> Value {
    shown_instead(place).map_or_else(|| told.clone(), |(word, _)| json!(word))
}

pub(super) fn reasons(place: &Place<'_>, told: &Value) -> Value {
    shown_instead(place).map_or_else(|| told.clone(), |(word, _)| json!([word]))
}

pub(super) fn in_words(place: &Place<'_>, told: &Value) -> Value {
    shown_instead(place).map_or_else(|| told.clone(), |(_, said)| json!(format!("Does not count: {said}.")))
}

/// No pause that begins after the record's last day, and no end that is later.
pub(super) fn pause(place: &Place<'_>, told: &Value) -> Value {
    if told.is_null() || shown_instead(place).is_some() {
        return Value::Null;
    }
    let last = as_day(&record(place)["lastDay"]).filter(|_| !place.sees_every_day());
    let is_later = |told: &Value| last.zip(as_day(told)).is_some_and(|(last, told)| last < told);
    if is_later(&told["firstDay"]) {
        return Value::Null;
    }
    let mut told = told.clone();
    if is_later(&told["lastDay"]) {
        told["lastDay"] = Value::Null;
    }
    told
}

/// Whether a filter finds a record by what the viewer sees of it.
pub(super) fn is_picked(place: &Place<'_>, arguments: &str) -> bool {
    let Some((shown, _)) = shown_instead(place) else { return true };
    !arguments.contains("endsBefore:") && (!arguments.contains("reason:") || arguments.contains(shown))
}

/// Whether the viewer also sees the state of the person on the day.
pub(super) fn tells_of_person(place: &Place<'_>) -> bool {
    shown_instead(place).is_none()
}
