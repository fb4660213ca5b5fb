//! Queries about the schema itself.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// Whether any operation or fragment of the document queries `__schema` or `__type`, under any alias. `__typename` is about the
/// answer and does not count. Fragments are checked where they are defined, so that this takes as many steps as the text has
/// fields.
pub(crate) fn asks_about_schema(document: &ExecutableDocument) -> bool {
    let operations = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node);
    let fragments = document.fragments.values().map(|fragment| &fragment.node.selection_set.node);
    let mut sets: Vec<&SelectionSet> = operations.chain(fragments).collect();
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if matches!(field.node.name.node.as_str(), "__schema" | "__type") => {
                    return true;
                }
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    false
}
