//! An answer in the order of its query, as the specification wants it: the engine adds fields as they become ready, so that
//! the same query would read differently from one time to the next.

use std::collections::HashMap;

use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, FragmentDefinition, Selection, SelectionSet,
};
use async_graphql::{Name, Positioned};
use serde_json::{Map, Value};

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The data of an answer with every object's fields in the order in which the query's `operation` first names them.
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
            let mut asked = SelectionOrder::default();
            selections.iter().for_each(|selection| asked.add(selection, fragments));
            let mut in_order = Map::with_capacity(fields.len());
            for (key, below) in asked.0 {
                if let Some(value) = fields.remove(key) {
                    in_order.insert(key.to_owned(), ordered(value, &below, fragments));
                }
            }
            // Nothing is lost, should there be a field that no selection names.
            in_order.extend(fields);
            Value::Object(in_order)
        }
        leaf => leaf,
    }
}

/// Keys of an answer in the order in which they are first asked for, each with all that is asked for below it. Guards before
/// this have bounded how far fragments unfold.
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
    fn fields_come_in_the_order_of_the_query_through_lists_aliases_and_fragments() {
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
    fn of_several_operations_the_chosen_one_decides() {
        let document = parse_query("query A { x y } query B { y x }").expect("queries");
        let answer = json!({ "x": 1, "y": 2 });
        assert_eq!(in_selection_order(answer.clone(), &document, Some("B")).to_string(), r#"{"y":2,"x":1}"#);
        assert_eq!(in_selection_order(answer, &document, Some("A")).to_string(), r#"{"x":1,"y":2}"#);
    }
}
