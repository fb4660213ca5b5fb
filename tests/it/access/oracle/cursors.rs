//! A cursor gives no access: made by an admin and used by another viewer, it returns what that viewer sees anyway.

use serde_json::Value;

use super::asking::Asking;
use super::question::{Part, Selection};
use super::schema::{Field, Schema};
use super::sight::Sight;
use super::{viewers, world};
use crate::harness::both;

fn cursors(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                match value.as_str() {
                    Some(cursor) if key == "cursor" => found.push(cursor.to_owned()),
                    _ => cursors(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| cursors(item, found)),
        _ => {}
    }
}

both!(
    async fn an_admins_cursor_reveals_nothing_hidden(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let schema = &asking.schema;
        let mut questions = Vec::new();
        for on in schema.entities().into_iter().filter(|on| *on != "Viewer").chain(["Query"]) {
            // A history has tests of its own.
            let pages = |field: &&Field| field.of.ends_with("Connection") && field.name != "history";
            for field in schema.fields(on).iter().filter(pages) {
                let rooted = |inside: Selection| match on {
                    "Query" => inside,
                    on => schema.down_to(on, |kind| asking.ids(kind), schema.identity(on).and(inside)),
                };
                let known = schema.identity(schema.target(field));
                let whole = schema.leading(on, &field.name, &Schema::usual(field), known.clone());
                let mut all = Vec::new();
                let told = asking.reference(&rooted(Selection(vec![whole])).written("Query", None)).await;
                cursors(&told, &mut all);
                assert!(!all.is_empty(), "{on}.{} has something in it", field.name);
                let chosen = [&all[0], &all[all.len() / 2], &all[all.len() - 1]];
                let mut parts = Vec::new();
                for (at, cursor) in chosen.into_iter().enumerate() {
                    for (side, size) in [("after", "first"), ("before", "last")] {
                        let usual = Schema::usual(field).replace("first: 100", &format!("{size}: 100"));
                        let arguments = usual.replacen('(', &format!("({side}: \"{cursor}\", "), 1);
                        let mut part = schema.leading(on, &field.name, &arguments, known.clone());
                        part.inside.0.retain(|inner| ["nodes", "edges"].contains(&inner.name.as_str()));
                        parts.push(Part { key: format!("{side}_{at}"), ..part });
                    }
                }
                questions.push(rooted(Selection(parts)));
            }
        }
        assert!(questions.len() >= 10, "{}", questions.len());
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            for question in &questions {
                asking.check(question, who, &sight).await;
            }
        }
    }
);
