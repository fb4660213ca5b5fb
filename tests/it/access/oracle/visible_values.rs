//! Words and numbers that depend on what the viewer may see.

use entity::value::AccessRole;
use serde_json::{Value, json};

use super::expected::Place;

/// The people in the Level 1 figures.
fn people(place: &Place<'_>) -> u64 {
    let (_, level1) = place.line.last().expect("Level 1 figures");
    level1["done"]["denominator"].as_u64().expect("an ADMIN sees the count")
}

/// A viewer who is not responsible for the unit gets the band for 15 people or more, and none for teams in a cover group.
fn is_band_shown(place: &Place<'_>) -> bool {
    let is_of_team = place.line.iter().rev().nth(1).is_some_and(|(of, _)| *of == "Team");
    place.level1_counts_are_seen() || (people(place) >= 15 && !(is_of_team && place.is_assessed_with_others()))
}

/// The band of Level 1.
pub(super) fn level1_band(place: &Place<'_>, told: &Value) -> Value {
    if is_band_shown(place) { told.clone() } else { Value::Null }
}

/// Whether a target of Level 1 is met follows from the band: every policy of this world requires 90 %, where a band begins.
pub(super) fn level1_met(place: &Place<'_>, told: &Value) -> Value {
    level1_band(place, told)
}

/// Whether a band is hidden; with no people there is nothing to hide.
pub(super) fn level1_is_hidden(place: &Place<'_>, _: &Value) -> Value {
    json!(!is_band_shown(place) && people(place) > 0)
}

/// Whether a number is hidden; from an ADMIN it never is.
pub(super) fn is_hidden(place: &Place<'_>, _: &Value) -> Value {
    json!(!place.small_numbers_are_seen())
}

/// How many supporters meet a rule is for viewers who may see them all.
pub(super) fn mix_sentence(place: &Place<'_>, told: &Value) -> Value {
    if place.sees_all_supporters() { told.clone() } else { json!(without_people(told.as_str().expect("a sentence"))) }
}

/// How many depend on an unproven approval is for viewers who may see them all.
pub(super) fn unproven(place: &Place<'_>, told: &Value) -> Value {
    if place.sees_all_supporters() { told.clone() } else { Value::Null }
}

fn without_people(said: &str) -> String {
    match said.rsplit_once("; there are ") {
        Some((start, _)) if said.contains(" active Peer Supporter") && said.contains(" with ") => format!("{start}."),
        _ => said.to_owned(),
    }
}

/// Actions about allocated people who do not count, and about keeping cover, are for viewers who may see the team's supporters.
/// Others get the number of people to nominate as if no one were allocated: the number short.
pub(super) fn suggested_actions(place: &Place<'_>, told: &Value) -> Value {
    // Sentences that depend on published figures only; every other sentence is hidden from them.
    const PUBLISHED: [&str; 5] = [
        "Nominate people so that ",
        "Choose people so that ",
        "Ask for the staff list to be corrected: ",
        "Ask for a new staff list: ",
        "No policy applies here yet. ",
    ];
    if place.sees_all_supporters() {
        return told.clone();
    }
    let mut allocated = 0_u32;
    let mut kept = Vec::new();
    for said in told.as_array().expect("sentences").iter().map(|said| said.as_str().expect("a sentence")) {
        let nominate = ["Nominate ", "Also nominate ", "If their time does not close the gap, nominate "];
        let people = nominate.iter().find_map(|start| said.strip_prefix(start).map(|rest| (*start, rest)));
        let people = people.and_then(|(start, rest)| {
            let (number, rest) = rest.split_once(' ')?;
            let number: u32 = number.parse().ok()?;
            let rest = rest.strip_prefix("people").or_else(|| rest.strip_prefix("person"))?;
            Some((if start == "Also nominate " { number + allocated } else { number }, rest))
        });
        if let Some((number, rest)) = people {
            kept.push(format!("Nominate {number} {}{rest}", if number == 1 { "person" } else { "people" }));
        } else if let Some(steps) = said.strip_prefix("Arrange ").and_then(|rest| rest.rsplit_once(" colleague")) {
            allocated = steps.0.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("how many colleagues");
        } else if PUBLISHED.iter().any(|start| said.starts_with(start)) {
            kept.push(said.to_owned());
        }
    }
    json!(kept)
}

/// The reason why a team is at risk is for the same viewers, and names no unit that they may not see.
pub(super) fn reasons(place: &Place<'_>, told: &Value) -> Value {
    if !place.sees_all_supporters() {
        return json!([]);
    }
    let said = |said: &Value| {
        let said = said.as_str().expect("a sentence");
        let of = said
            .strip_prefix("The policy for this team changes: that of ")
            .and_then(|rest| rest.strip_suffix(" will apply."));
        match of {
            Some(code) if !place.sight.figures(place.sight.facts.coded(code)) => {
                "The policy for this team changes.".to_owned()
            }
            _ => said.to_owned(),
        }
    };
    told.as_array().expect("sentences").iter().map(said).collect()
}

/// The name of a person whose shares exceed 100 % is a value of a rejected row.
pub(super) fn refusal(place: &Place<'_>, told: &Value) -> Value {
    let (who, nobody) = (super::world::WHOSE_SHARES, "one person");
    match told.as_str() {
        Some(said) if !place.sight.is(AccessRole::Admin) => json!(said.replace(who, nobody)),
        _ => told.clone(),
    }
}

fn changes(place: &Place<'_>, wanted: &str) -> Value {
    let changes = place.line.last().expect("a what-if").1["teams"]["nodes"].as_array().expect("its teams");
    let seen = |change: &&Value| {
        let code = change["team"]["unit"]["code"].as_str().expect("a code");
        change["change"] == wanted && super::risk::team(place, code)
    };
    json!(changes.iter().filter(seen).count())
}

/// Visible teams to which another policy gives a gap.
pub(super) fn new_gaps(place: &Place<'_>, _: &Value) -> Value {
    changes(place, "NEW")
}

/// Visible teams whose gap another policy closes.
pub(super) fn closed_gaps(place: &Place<'_>, _: &Value) -> Value {
    changes(place, "CLOSED")
}
