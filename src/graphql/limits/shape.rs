//! The breadth and depth of a parsed query with its fragments written out. Each fragment is measured once and the result
//! reused, so twenty fragments that each spread the next twice take twenty steps and not a million.

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, OperationType, Selection, SelectionSet};
use async_graphql::{Name, Positioned};

use super::super::error::{ApiError, Code};

/// The deepest nesting of fields. The standard introspection query has 15.
pub const MAX_DEPTH: usize = 16;
/// The most fields in all operations, with fragments written out. Each use of a fragment counts too, because one without a
/// field of its own could double as well. The standard introspection query has about 260.
pub const MAX_FIELDS: usize = 1_000;
/// The most aliases in all operations, fragments written out.
pub const MAX_ALIASES: usize = 100;
/// The most fields at the root of an operation.
pub const MAX_ROOT_FIELDS: usize = 50;
/// The most arguments of one field, and directives of one selection. The engine compares arguments of fields that share a name
/// pair by pair, and writes an error for each that differs.
pub const MAX_ARGUMENTS: usize = 20;
/// The most operations, fragments, and variables of one operation.
pub const MAX_DEFINITIONS: usize = 50;
/// The deepest nesting of selections, including spreads; the engine's own walks recurse once for each.
const MAX_SELECTION_NESTING: usize = 30;
/// The deepest nesting of lists in introspection: `fields { type { fields { type …` multiplies.
const MAX_INTROSPECTION_LISTS: usize = 2;

/// The measure of a selection set with its fragments written out.
#[derive(Clone, Copy, Debug, Default)]
struct Measure {
    /// Fields, and uses of fragments.
    fields: usize,
    aliases: usize,
    /// Fields directly in the set.
    roots: usize,
    depth: usize,
    nesting: usize,
    /// Nested lists that only exist below `__schema` and `__type`.
    lists: usize,
}

impl Measure {
    fn add(&mut self, other: Self) {
        self.fields = self.fields.saturating_add(other.fields);
        self.aliases = self.aliases.saturating_add(other.aliases);
        self.roots = self.roots.saturating_add(other.roots);
        self.depth = self.depth.max(other.depth);
        self.nesting = self.nesting.max(other.nesting);
        self.lists = self.lists.max(other.lists);
    }
}

struct Walk<'d> {
    document: &'d ExecutableDocument,
    /// `None` while a fragment is being measured: meeting it again then is a cycle.
    fragments: HashMap<&'d Name, Option<Measure>>,
}

/// Refuses a query that is too deep or too broad with its fragments written out, and fragments that contain themselves.
pub(super) fn refuse_misshapen(document: &ExecutableDocument) -> Result<(), ApiError> {
    let definitions = document.operations.iter().count() + document.fragments.len();
    refuse_more("operations and fragments", definitions, MAX_DEFINITIONS)?;
    let mut walk = Walk { document, fragments: HashMap::new() };
    let mut whole = Measure::default();
    for (_, operation) in document.operations.iter() {
        refuse_more("variables", operation.node.variable_definitions.len(), MAX_DEFINITIONS)?;
        refuse_directives(&operation.node.directives)?;
        let measure = walk.set(&operation.node.selection_set.node, 1)?;
        refuse_more("fields at its root", measure.roots, MAX_ROOT_FIELDS)?;
        // A rule of the specification that the engine does not check: it would mix the events of all fields.
        if operation.node.ty == OperationType::Subscription && measure.roots > 1 {
            let sentence = "A subscription must have exactly one field at its root. Send one subscription per field.";
            return Err(ApiError::new(Code::ValidationFailed, sentence));
        }
        whole.add(measure);
    }
    // The engine's rules walk a fragment even if no operation uses it.
    for (name, fragment) in &document.fragments {
        refuse_directives(&fragment.node.directives)?;
        whole.add(Measure { fields: 0, aliases: 0, ..walk.fragment(name, 1)? });
    }
    refuse_more("fields and uses of fragments", whole.fields, MAX_FIELDS)?;
    refuse_more("aliases", whole.aliases, MAX_ALIASES)?;
    if whole.depth > MAX_DEPTH {
        return Err(too_deep(&format!("Fields are nested {} levels deep and the limit is {MAX_DEPTH}", whole.depth)));
    }
    Ok(())
}

impl<'d> Walk<'d> {
    /// Measures a set that is `level` sets deep.
    fn set(&mut self, set: &'d SelectionSet, level: usize) -> Result<Measure, ApiError> {
        if level > MAX_SELECTION_NESTING {
            return Err(too_deep(&format!("Selections are nested deeper than the limit of {MAX_SELECTION_NESTING}")));
        }
        let mut whole = Measure::default();
        for selection in &set.items {
            refuse_directives(selection.node.directives())?;
            let inner = match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    let name = field.name.node.as_str();
                    refuse_more("arguments of one field", field.arguments.len(), MAX_ARGUMENTS)?;
                    let below = self.set(&field.selection_set.node, level + 1)?;
                    if matches!(name, "__schema" | "__type") && below.lists > MAX_INTROSPECTION_LISTS {
                        return Err(too_deep(&format!(
                            "Introspection nests more than {MAX_INTROSPECTION_LISTS} lists of fields or types"
                        )));
                    }
                    let list = matches!(name, "fields" | "inputFields" | "interfaces" | "possibleTypes");
                    Measure {
                        fields: below.fields.saturating_add(1),
                        aliases: below.aliases.saturating_add(usize::from(field.alias.is_some())),
                        roots: 1,
                        depth: below.depth + 1,
                        nesting: below.nesting + 1,
                        lists: below.lists + usize::from(list),
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let below = self.set(&fragment.node.selection_set.node, level + 1)?;
                    Measure { fields: below.fields.saturating_add(1), nesting: below.nesting + 1, ..below }
                }
                Selection::FragmentSpread(spread) => {
                    let below = self.fragment(&spread.node.fragment_name.node, level + 1)?;
                    Measure { fields: below.fields.saturating_add(1), ..below }
                }
            };
            whole.add(inner);
        }
        Ok(whole)
    }

    fn fragment(&mut self, name: &Name, level: usize) -> Result<Measure, ApiError> {
        // The engine refuses a spread of a fragment that does not exist.
        let Some((name, fragment)) = self.document.fragments.get_key_value(name) else {
            return Ok(Measure::default());
        };
        match self.fragments.get(name) {
            Some(Some(known)) if level + known.nesting > MAX_SELECTION_NESTING => {
                Err(too_deep(&format!("Selections are nested deeper than the limit of {MAX_SELECTION_NESTING}")))
            }
            Some(Some(known)) => Ok(*known),
            Some(None) => {
                Err(ApiError::new(Code::ValidationFailed, format!("The fragment \"{name}\" contains itself.")))
            }
            None => {
                self.fragments.insert(name, None);
                let inner = self.set(&fragment.node.selection_set.node, level)?;
                let measure = Measure { nesting: inner.nesting + 1, ..inner };
                self.fragments.insert(name, Some(measure));
                Ok(measure)
            }
        }
    }
}

fn refuse_directives(directives: &[Positioned<Directive>]) -> Result<(), ApiError> {
    refuse_more("directives in one place", directives.len(), MAX_ARGUMENTS)?;
    directives.iter().try_for_each(|directive| {
        refuse_more("arguments of one directive", directive.node.arguments.len(), MAX_ARGUMENTS)
    })
}

fn refuse_more(of: &str, count: usize, limit: usize) -> Result<(), ApiError> {
    if count <= limit {
        return Ok(());
    }
    Err(ApiError::new(Code::QueryTooBroad, format!("The query has {count} {of} and the limit is {limit}. Split it.")))
}

fn too_deep(what: &str) -> ApiError {
    ApiError::new(Code::QueryTooDeep, format!("{what}. Send several smaller queries."))
}
