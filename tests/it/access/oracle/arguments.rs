//! Every argument that selects, tried with some values: it selects from visible data, and so do its totals.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::asking::Asking;
use super::question::{Part, Selection};
use super::rules::{Takes, of_argument};
use super::schema::{Field, Kind, Schema};
use super::sight::Sight;
use super::{viewers, world};
use crate::harness::both;

/// The number of what-ifs and days per request is limited.
const AT_ONCE: usize = 8;

/// The values to try for an argument: for an input object one field at a time, with the other fields that it needs.
fn values(schema: &Schema, of: &str, argument: &Field) -> Vec<String> {
    match of_argument(of, &argument.name) {
        Some(Takes::Picks(values)) => values.iter().map(|value| (*value).to_owned()).collect(),
        // A Monday on which all of the past was valid, the last day of what ended in May, and a future day.
        Some(Takes::Day) => ["2026-03-02", "2026-05-31", "2027-01-10"].map(|day| format!("\"{day}\"")).to_vec(),
        Some(Takes::Input) => {
            let Some(Kind::Input(fields)) = schema.types.get(&argument.of) else {
                panic!("{of} takes no input object")
            };
            let needed = |but: &Field| -> String {
                let others = fields.iter().filter(|other| other.required && other.name != but.name);
                others.map(|other| format!(", {}: {}", other.name, values(schema, &argument.of, other)[0])).collect()
            };
            let tried = |field: &Field| -> Vec<String> {
                let all = values(schema, &argument.of, field);
                all.iter().map(|value| format!("{{{}: {value}{}}}", field.name, needed(field))).collect()
            };
            fields.iter().flat_map(tried).collect()
        }
        Some(Takes::Name | Takes::Page | Takes::Wish | Takes::Apart) | None => Vec::new(),
    }
}

/// A field with each of its arguments tried, under separate names.
fn tried(schema: &Schema, on: &str, field: &Field) -> Vec<Part> {
    if !Schema::names_nothing(field) {
        return Vec::new();
    }
    let target = schema.target(field);
    let mut parts = Vec::new();
    for argument in &field.arguments {
        // Another day is queried with everything: pauses and expiries too.
        let is_day = matches!(of_argument(&format!("{on}.{}", field.name), &argument.name), Some(Takes::Day));
        let inside = if schema.is_plain(target) || is_day {
            schema.values(target)
        } else {
            schema.identity(target).and(schema.scalars(target))
        };
        for value in values(schema, &format!("{on}.{}", field.name), argument) {
            let others: Vec<Field> =
                field.arguments.iter().filter(|other| other.name != argument.name).cloned().collect();
            let usual = Schema::usual(&Field { arguments: others, ..field.clone() });
            let given = format!("{}: {value}", argument.name);
            let arguments = match usual.strip_prefix('(') {
                Some(rest) => format!("({given}, {rest}"),
                None => format!("({given})"),
            };
            let part = schema.leading(on, &field.name, &arguments, inside.clone());
            parts.push(Part { key: format!("{}_{}", field.name, parts.len()), ..part });
        }
    }
    parts
}

fn questions(asking: &Asking) -> Vec<Selection> {
    let schema = &asking.schema;
    let mut all = Vec::new();
    for on in schema.entities().into_iter().filter(|on| *on != "Viewer").chain(["Query"]) {
        for field in schema.fields(on) {
            // Another day has so many fields that it is a query of its own.
            let (days, others): (Vec<_>, Vec<_>) =
                tried(schema, on, field).into_iter().partition(|part| part.arguments.contains("asOf:"));
            for parts in days.chunks(1).chain(others.chunks(AT_ONCE)) {
                let inside = Selection(parts.to_vec());
                all.push(match on {
                    "Query" => inside,
                    on => schema.down_to(on, |kind| asking.ids(kind), schema.identity(on).and(inside)),
                });
            }
        }
    }
    all
}

both!(
    async fn an_argument_selects_from_visible_data(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let questions = questions(&asking);
        assert!(questions.len() >= 10, "{}", questions.len());
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            for question in &questions {
                asking.check(question, who, &sight).await;
            }
        }
    }
);

both!(
    async fn teams_are_sorted_by_the_visible_figure(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        for (field, figure) in [("GAP", "gap"), ("STAFF_AFFECTED", "staffAffected"), ("HEADCOUNT", "headcount")] {
            for (direction, sign) in [("ASC", 1), ("DESC", -1)] {
                let order = format!("{{field: {field}, direction: {direction}}}");
                let query = format!(
                    "{{ teams(first: 100, orderBy: {order}) {{ edges {{ cursor node {{ unit {{ code }} {figure} }} }} }} }}"
                );
                let told = asking.reference(&query).await;
                let mut last = None;
                for edge in told["teams"]["edges"].as_array().unwrap() {
                    let figure = edge["node"][figure].as_i64();
                    let place = (figure.is_none(), figure.unwrap_or(0) * sign);
                    let code = edge["node"]["unit"]["code"].as_str().unwrap().to_owned();
                    // Anyone can decode a cursor: it has the same figure and no other.
                    let cursor = URL_SAFE_NO_PAD.decode(edge["cursor"].as_str().unwrap()).unwrap();
                    let cursor: serde_json::Value = serde_json::from_slice(&cursor).unwrap();
                    assert_eq!(cursor[1], serde_json::json!([{ "Figure": place }, code]), "{order}");
                    let key = Some((place, code));
                    assert!(last < key, "{order}: {key:?} after {last:?}");
                    last = key;
                }
                assert!(last.is_some(), "{order}");
            }
        }
    }
);
