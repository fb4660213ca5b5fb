//! The first day at risk, and the day on which a gap was first seen. Viewers who may not see every record behind a team's
//! figures get the week only, because these are days on which a colleague no longer counts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::id::UnitId;
use entity::period::Day;
use serde_json::{Value, json};

use super::expected::Place;
use super::sight::Sight;
use crate::harness::day;

fn monday(of: Day) -> Day {
    use chrono::Datelike as _;
    of.plus_days(-i64::from(of.date().weekday().num_days_from_monday()))
}

/// The first day at risk as viewers without every record get it.
fn by_the_week(risk: Day, asked: Day) -> Day {
    monday(risk).max(asked.plus_days(1))
}

pub(super) fn from(place: &Place<'_>, told: &Value) -> Value {
    match told.as_str() {
        Some(risk) if !place.sees_all_supporters() => json!(by_the_week(day(risk), place.day()).to_string()),
        _ => told.clone(),
    }
}

/// Only the status AT_RISK names the day.
pub(super) fn in_words(place: &Place<'_>, told: &Value) -> Value {
    let said = told.as_str().expect("a sentence");
    match said.split_once("at risk from ") {
        Some((start, risk)) if !place.sees_all_supporters() => {
            let risk = by_the_week(day(risk.trim_end_matches('.')), place.day());
            json!(format!("{start}at risk from {risk}."))
        }
        _ => told.clone(),
    }
}

/// The day on which a gap was first seen.
pub(super) fn opened(place: &Place<'_>, told: &Value) -> Value {
    match told.as_str() {
        Some(opened) if !place.sees_all_supporters() => json!(monday(day(opened)).to_string()),
        _ => told.clone(),
    }
}

/// A page of teams sorted by their first day at risk, with the days as the viewer gets them.
pub(super) fn visible_order(sight: &Sight<'_>, page: &Value) -> Value {
    let mut edges: Vec<(Value, Value)> = Vec::new();
    for edge in page["edges"].as_array().expect("edges") {
        let cursor = URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().expect("a cursor")).unwrap();
        let mut cursor: Value = serde_json::from_slice(&cursor).unwrap();
        let code = edge["node"]["unit"]["code"].as_str().expect("a code");
        let figure = &mut cursor[1][0]["Figure"];
        if figure[0] == false && !sight.all_records(sight.facts.coded(code)) {
            let risk = sight.facts.today.plus_days(figure[1].as_i64().expect("days from today"));
            figure[1] = json!(by_the_week(risk, sight.facts.today).days_since(sight.facts.today));
        }
        let mut edge = edge.clone();
        edge["cursor"] = json!(URL_SAFE_NO_PAD.encode(cursor.to_string()));
        edges.push((cursor[1].clone(), edge));
    }
    let key = |cursor: &Value| {
        let figure = &cursor[0]["Figure"];
        (figure[0].as_bool(), figure[1].as_i64(), cursor[1].as_str().map(str::to_owned))
    };
    edges.sort_by_key(|(cursor, _)| key(cursor));
    let edges: Vec<Value> = edges.into_iter().map(|(_, edge)| edge).collect();
    let place = |node: &Value| {
        let code = &node["unit"]["code"];
        edges.iter().position(|edge| edge["node"]["unit"]["code"] == *code)
    };
    let mut page = page.clone();
    page["nodes"].as_array_mut().expect("nodes").sort_by_key(place);
    page["edges"] = json!(edges);
    page
}

/// Whether the viewer gets a figure of a unit's team on the requested date.
pub(super) fn team(place: &Place<'_>, code: &str) -> bool {
    let unit: UnitId = place.sight.facts.coded(code);
    place.sight.team_on(unit, place.day())
}
