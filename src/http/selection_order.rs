//! Puts the fields of an answer in the order of its query, as the specification requires. The engine adds fields as they become
//! ready, so that the same query would be answered in a different order each time.

use std::collections::HashMap;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use serde_json::{Map, Value};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// Returns the data of an answer with the fields of every object in the order in which the query's `operation` first selects
/// them.
pub(super) fn in_selection_order(data: Value, document: &ExecutableDocument, operation: Option<&str>) -> Value {
    let chosen = match &document.operations {
        DocumentOperations::Single(only) => Some(only),
        DocumentOperations::Multiple(several) => match operation {
            Some(name) => several.get(name),
            None => several.values().next().filter(|_| several.len() == 1),
        },
    };
    match chosen {
        Some(chosen) => ordered(data, &[&chosen.node.selection_set.node], &document.fragments),
        None => data,
    }
}

fn ordered(data: Value, selections: &[&SelectionSet], fragments: &Fragments) -> Value {
    match data {
        Value::Array(items) => items.into_iter().map(|item| ordered(item, selections, fragments)).collect(),
        Value::Object(mut fields) => {
            let mut selected = SelectionOrder::default();
            selections.iter().for_each(|selection| selected.add(selection, fragments));
            let mut in_order = Map::with_capacity(fields.len());
            for (key, below) in selected.0 {
                if let Some(value) = fields.remove(key) {
                    in_order.insert(key.to_owned(), ordered(value, &below, fragments));
                }
            }
            // No field is lost, even if no selection names it.
            in_order.extend(fields);
            Value::Object(in_order)
        }
        leaf => leaf,
    }
}

/// The keys of an answer in the order in which they are first selected, each with the selections below it. Earlier checks have
/// bounded how far fragments expand.
#[derive(Default)]
struct SelectionOrder<'a>(Vec<(&'a str, Vec<&'a SelectionSet>)>);

impl<'a> SelectionOrder<'a> {
    fn add(&mut self, selection: &'a SelectionSet, fragments: &'a Fragments) {
        for item in &selection.items {
            match &item.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    let below = &field.node.selection_set.node;
                    match self.0.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, more)) => more.push(below),
                        None => self.0.push((key, vec![below])),
                    }
                }
                Selection::InlineFragment(fragment) => self.add(&fragment.node.selection_set.node, fragments),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = fragments.get(&spread.node.fragment_name.node) {
                        self.add(&fragment.node.selection_set.node, fragments);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_aliases_and_fragments_keep_query_order() {
        let document = parse_query(
            "query Q { z ...Part a: list { second first ... on Thing { third } } list { first } }
             fragment Part on Query { y { b a } y { c } }",
        )
        .expect("a query");
        let answer = json!({ "a": [{ "first": 1, "second": 2, "third": 3 }], "list": [], "y": { "a": 1, "b": 2, "c": 3 }, "z": null });
        let text = in_selection_order(answer, &document, None).to_string();
        assert_eq!(text, r#"{"z":null,"y":{"b":2,"a":1,"c":3},"a":[{"second":2,"first":1,"third":3}],"list":[]}"#);
    }

    #[test]
    fn chosen_operation_decides_order() {
        let document = parse_query("query A { x y } query B { y x }").expect("queries");
        let answer = json!({ "x": 1, "y": 2 });
        assert_eq!(in_selection_order(answer.clone(), &document, Some("B")).to_string(), r#"{"y":2,"x":1}"#);
        assert_eq!(in_selection_order(answer, &document, Some("A")).to_string(), r#"{"x":1,"y":2}"#);
    }
}
