//! What the record of somebody who has gone still tells: what it says of the time when it held. Whether they are away, paused
//! or certified on a day when they support nobody there is told to those who see the person.

use serde_json::{Value, json};

use super::expected::Place;

/// What is told of a record outside its time of somebody who is not seen: whether it is over or to come.
fn only_told(place: &Place<'_>) -> Option<(&'static str, &'static str)> {
    let (of, record) = place.nearest().next().expect("an object");
    assert_eq!(of, "Supporter");
    let day = |value: &Value| value.as_str().map(crate::harness::day);
    let asked = day(&record["unit"]["asOf"]).expect("the day asked about");
    let outside = match (day(&record["firstDay"]), day(&record["lastDay"])) {
        (_, Some(last)) if last < asked => Some(("STOOD_DOWN", "has stood down")),
        (Some(first), _) if asked < first => Some(("NOT_STARTED", "has not started yet")),
        _ => None,
    };
    outside.filter(|_| !place.person_is_seen())
}

pub(super) fn headline(place: &Place<'_>, told: &Value) -> Value {
    only_told(place).map_or_else(|| told.clone(), |(word, _)| json!(word))
}

pub(super) fn reasons(place: &Place<'_>, told: &Value) -> Value {
    only_told(place).map_or_else(|| told.clone(), |(word, _)| json!([word]))
}

pub(super) fn in_words(place: &Place<'_>, told: &Value) -> Value {
    only_told(place).map_or_else(|| told.clone(), |(_, said)| json!(format!("Does not count: {said}.")))
}

/// Whether a filter finds a record by what is shown of it. Of a person who is not seen only that the record is over or to come.
pub(super) fn is_picked(place: &Place<'_>, arguments: &str) -> bool {
    let Some((shown, _)) = only_told(place) else { return true };
    !arguments.contains("endsBefore:") && (!arguments.contains("reason:") || arguments.contains(shown))
}

/// Whether how they are on the day is told too.
pub(super) fn tells_of_person(place: &Place<'_>) -> bool {
    only_told(place).is_none()
}
