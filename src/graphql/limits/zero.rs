//! The one character that no text may contain: U+0000. PostgreSQL stores no text with it, so a query that compares one with
//! stored text would fail there and find nothing on SQLite. Every string of a query and of its variables is checked here,
//! before anything is executed, whatever argument it is for.

use std::convert::Infallible;

use async_graphql::parser::types::{Directive, ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Positioned, Value, Variables};

use super::super::error::ApiError;

/// Refuses a query in which a string has U+0000. Its [shape](super::shape) must have been checked before: this walk recurses.
///
/// # Errors
///
/// [`ApiError::bad_input`] that names the argument or the variable.
pub(super) fn refuse_in_document(document: &ExecutableDocument) -> Result<(), ApiError> {
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            let definition = &definition.node;
            refuse_in_directives(&definition.directives)?;
            let default = definition.default_value.as_ref();
            refuse(&definition.name.node, default.is_some_and(|value| is_in(&value.node)))?;
        }
        refuse_in_directives(&operation.node.directives)?;
        refuse_in_set(&operation.node.selection_set.node)?;
    }
    for fragment in document.fragments.values() {
        refuse_in_directives(&fragment.node.directives)?;
        refuse_in_set(&fragment.node.selection_set.node)?;
    }
    Ok(())
}

/// Refuses variables in which a string has U+0000.
///
/// # Errors
///
/// [`ApiError::bad_input`] that names the variable.
pub(super) fn refuse_in_variables(variables: &Variables) -> Result<(), ApiError> {
    variables.iter().try_for_each(|(name, value)| refuse(name, is_in(value)))
}

fn refuse_in_set(set: &SelectionSet) -> Result<(), ApiError> {
    for selection in &set.items {
        refuse_in_directives(selection.node.directives())?;
        match &selection.node {
            Selection::Field(field) => {
                for (name, value) in &field.node.arguments {
                    let Ok(value) = value.node.clone().into_const_with(null);
                    refuse(&name.node, is_in(&value))?;
                }
                refuse_in_set(&field.node.selection_set.node)?;
            }
            Selection::InlineFragment(fragment) => refuse_in_set(&fragment.node.selection_set.node)?,
            // Each fragment is checked once, at its definition.
            Selection::FragmentSpread(_) => {}
        }
    }
    Ok(())
}

fn refuse_in_directives(directives: &[Positioned<Directive>]) -> Result<(), ApiError> {
    for (name, value) in directives.iter().flat_map(|directive| &directive.node.arguments) {
        let Ok(value) = value.node.clone().into_const_with(null);
        refuse(&name.node, is_in(&value))?;
    }
    Ok(())
}

fn refuse(name: &Name, is_in: bool) -> Result<(), ApiError> {
    if !is_in {
        return Ok(());
    }
    let sentence = "A string has the character U+0000, which is not allowed. Remove it.";
    Err(ApiError::bad_input(name, sentence))
}

fn is_in(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::List(items) => items.iter().any(is_in),
        Value::Object(fields) => fields.values().any(is_in),
        Value::Null | Value::Number(_) | Value::Boolean(_) | Value::Binary(_) | Value::Enum(_) => false,
    }
}

/// Replaces a variable, which is checked separately.
fn null(_: Name) -> Result<Value, Infallible> {
    Ok(Value::Null)
}
