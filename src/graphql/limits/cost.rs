//! The possible size of an answer: every field counts one, times the size of every list around it. Sizes are read from the
//! schema and the arguments, so a new field in the schema has a price at once.
//!
//! Trees are an exception. Pages of a hundred in pages of a hundred could be ten thousand units, and never are: one level of a
//! tree has at most as many units as the tree. So the cost of each `children` field is limited by [`MOST_CHILDREN`], and the
//! resolver refuses to return more than that for one field: the price stays a true bound.
//!
//! Some queries cost more than their answer has fields: each different day in a query, by `asOf` or by the id of a unit or team
//! on a day, is a computation over everyone, and so is each policy that is tried.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, HashMap};

use async_graphql::parser::types::{
    BaseType, ExecutableDocument, Field, OperationDefinition, OperationType, Selection, SelectionSet, Type, TypeKind,
    TypeSystemDefinition,
};
use async_graphql::parser::{self, Error as ParseError};
use async_graphql::{ID, Name, Value, Variables};
use entity::period::Day;

use super::super::id::NodeId;

/// The assumed size of a connection without a `first`, `last` or default: the largest page.
pub const LARGEST_PAGE: u64 = 100;
/// The assumed size of a plain list, which has no size argument.
pub const ASSUMED_LIST: u64 = 10;
/// The most units that one `children` field of a query returns, whatever lists are around it.
pub const MOST_CHILDREN: u64 = 1_000;
/// The fields that are limited by [`MOST_CHILDREN`]: type and name.
const TREES: [(&str, &str); 1] = [("Unit", "children")];
/// The cost of computing one day: for a large organisation a good part of a processor's second. At this price a query of ten
/// days takes most of the default cost limit of one query.
pub const COMPUTATION: u64 = 4_000;
/// The cost of reading the history of one object.
const HISTORY: u64 = 100;
/// The fields that cost more than their answer has fields: type, name and surcharge.
const SURCHARGES: [(&str, &str, u64); 13] = [
    // Reads the names of everyone that the viewer may see.
    ("Query", "people", 5_000),
    // Reads every work address.
    ("Query", "possibleLinks", 5_000),
    // Reads every table, and is recorded.
    ("Query", "subjectAccess", 10_000),
    ("Query", "whatIf", COMPUTATION),
    // Read all data again within their transaction, and compute.
    ("Mutation", "linkPeople", 10_000),
    ("Mutation", "unlinkPeople", 10_000),
    // Each reads the change records of one object, and what the viewer may see of their nominations.
    ("Person", "history", HISTORY),
    ("Supporter", "history", HISTORY),
    ("Nomination", "history", HISTORY),
    ("Unit", "history", HISTORY),
    ("Policy", "history", HISTORY),
    // Reads what later changes rest on.
    ("Mutation", "undo", 10 * HISTORY),
    // Computes its first day in force before and after, and reads all data again.
    ("Mutation", "publishPolicy", 3 * COMPUTATION),
];
/// The argument that names a day to compute.
const DAY_ARGUMENT: &str = "asOf";
/// The arguments that name objects by id. An id may contain a day, or name a mail.
const ID_ARGUMENTS: [&str; 2] = ["id", "ids"];
/// The fields whose reads are recorded: type and name. So are mails that are found by id.
const RECORDED: [(&str, &str); 3] = [("GapReport", "changes"), ("GapReport", "deliveries"), ("Query", "subjectAccess")];
/// The surcharge for a request with a recorded read, once per request: an event may be written before its answer is returned.
/// Events are written one after the other and are kept for ever.
const RECORDED_READ: u64 = 2_000;
/// The arguments that give the largest number of items in a list: as a number, or by listing each.
const SIZE_ARGUMENTS: [&str; 5] = ["first", "last", "limit", "weeks", "ids"];
/// An answer about the schema comes from memory and costs a fraction of one about data.
const INTROSPECTION_DISCOUNT: u64 = 10;
/// The name that stands in for introspection types, which the SDL does not list.
const INTROSPECTION: &str = "__";

/// The cost of the fields of one schema.
#[derive(Debug)]
pub(super) struct Prices {
    types: HashMap<String, HashMap<String, FieldShape>>,
    query: String,
    mutation: String,
    subscription: String,
    /// The number of types in the schema, and the average number of fields of one.
    types_and_fields: (u64, u64),
}

#[derive(Debug)]
struct FieldShape {
    list: bool,
    nullable: bool,
    of: String,
    /// The default of the first size argument.
    default_size: Option<u64>,
}

impl Prices {
    pub(super) fn from_sdl(sdl: &str) -> Result<Self, ParseError> {
        let mut prices = Self {
            types: HashMap::new(),
            query: "Query".to_owned(),
            mutation: "Mutation".to_owned(),
            subscription: "Subscription".to_owned(),
            types_and_fields: (0, 0),
        };
        for definition in parser::parse_schema(sdl)?.definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => {
                    prices.query = schema.node.query.map(|name| name.node.to_string()).unwrap_or(prices.query);
                    prices.mutation = schema.node.mutation.map(|name| name.node.to_string()).unwrap_or(prices.mutation);
                    let subscription = schema.node.subscription.map(|name| name.node.to_string());
                    prices.subscription = subscription.unwrap_or(prices.subscription);
                }
                TypeSystemDefinition::Type(kind) => {
                    let fields = match kind.node.kind {
                        TypeKind::Object(object) => object.fields,
                        TypeKind::Interface(interface) => interface.fields,
                        TypeKind::Scalar | TypeKind::Union(_) | TypeKind::Enum(_) | TypeKind::InputObject(_) => {
                            Vec::new()
                        }
                    };
                    let shapes = fields.into_iter().map(|field| {
                        let default_size = SIZE_ARGUMENTS.iter().find_map(|wanted| {
                            let argument = field.node.arguments.iter().find(|given| given.node.name.node == *wanted)?;
                            as_size(&argument.node.default_value.as_ref()?.node)
                        });
                        let (list, of) = innermost(&field.node.ty.node);
                        (
                            field.node.name.node.to_string(),
                            FieldShape { list, nullable: field.node.ty.node.nullable, of, default_size },
                        )
                    });
                    prices.types.insert(kind.node.name.node.to_string(), shapes.collect());
                }
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        let types = prices.types.len() as u64;
        let fields = prices.types.values().map(|fields| fields.len() as u64).sum::<u64>();
        // Plus the engine's own 13 types and scalars.
        prices.types_and_fields = (types + 13, (fields / types.max(1)).max(ASSUMED_LIST));
        Ok(prices)
    }

    /// Estimates the largest number of fields in the answer. The document's shape must have been checked: this walks it with
    /// all fragments written out.
    pub(super) fn estimate(
        &self,
        document: &ExecutableDocument,
        operation: &OperationDefinition,
        given: &Variables,
    ) -> u64 {
        let root = self.root(operation.ty);
        let (is_recorded, days) = (Cell::default(), RefCell::default());
        let estimate = Estimate { prices: self, document, operation, given, is_recorded, days };
        let fields = estimate.set(&operation.selection_set.node, root, 1, None);
        let recorded = if estimate.is_recorded.get() { RECORDED_READ } else { 0 };
        // A day that several fields name is computed once.
        let days = estimate.days.into_inner().len() as u64;
        fields.saturating_add(recorded).saturating_add(days.saturating_mul(COMPUTATION))
    }

    /// The response keys of the fields at the root that may be null.
    pub(super) fn nullable_roots(&self, document: &ExecutableDocument, operation: &OperationDefinition) -> Vec<String> {
        let root = self.root(operation.ty);
        let mut nullable = Vec::new();
        let mut sets = vec![&operation.selection_set.node];
        while let Some(set) = sets.pop() {
            for selection in &set.items {
                match &selection.node {
                    Selection::Field(field) => {
                        let shape = self.types.get(root).and_then(|fields| fields.get(field.node.name.node.as_str()));
                        if shape.is_some_and(|shape| shape.nullable) {
                            nullable.push(field.node.response_key().node.to_string());
                        }
                    }
                    Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                    Selection::FragmentSpread(spread) => {
                        let fragment = document.fragments.get(&spread.node.fragment_name.node);
                        sets.extend(fragment.map(|fragment| &fragment.node.selection_set.node));
                    }
                }
            }
        }
        nullable
    }

    fn root(&self, kind: OperationType) -> &str {
        match kind {
            OperationType::Query => &self.query,
            OperationType::Mutation => &self.mutation,
            OperationType::Subscription => &self.subscription,
        }
    }

    /// The size of a list in an answer about the schema.
    fn introspection_size(&self, field: &str) -> u64 {
        let (types, fields) = self.types_and_fields;
        match field {
            "types" => types,
            "fields" | "inputFields" | "enumValues" => fields,
            "directives" => 5,
            "args" | "interfaces" | "possibleTypes" => 2,
            _ => 1,
        }
    }
}

struct Estimate<'a> {
    prices: &'a Prices,
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    given: &'a Variables,
    /// Whether a field was found whose read is recorded.
    is_recorded: Cell<bool>,
    /// The days found.
    days: RefCell<BTreeSet<Day>>,
}

/// The page of a connection; it has as many edges as nodes.
#[derive(Clone, Copy, Debug)]
struct PageSize {
    size: u64,
    /// The largest number of items in all instances of this field together.
    most: u64,
}

impl Estimate<'_> {
    /// The cost of a selection on `times` objects of type `on`; `page` is the page of each if that is a connection.
    fn set(&self, set: &SelectionSet, on: &str, times: u64, page: Option<PageSize>) -> u64 {
        set.items.iter().fold(0, |sum, selection| {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, on, times, page),
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    let on = condition.map_or(on, |condition| condition.node.on.node.as_str());
                    self.set(&fragment.node.selection_set.node, on, times, page)
                }
                Selection::FragmentSpread(spread) => {
                    self.document.fragments.get(&spread.node.fragment_name.node).map_or(0, |fragment| {
                        let on = fragment.node.type_condition.node.on.node.as_str();
                        self.set(&fragment.node.selection_set.node, on, times, page)
                    })
                }
            };
            sum.saturating_add(cost)
        })
    }

    fn field(&self, field: &Field, on: &str, times: u64, page: Option<PageSize>) -> u64 {
        let name = field.name.node.as_str();
        let set = &field.selection_set.node;
        if on.starts_with(INTROSPECTION) {
            let items = times.saturating_mul(self.prices.introspection_size(name));
            return items.saturating_add(self.set(set, INTROSPECTION, items, None));
        }
        if name.starts_with(INTROSPECTION) {
            let inside = self.set(set, INTROSPECTION, times, None) / INTROSPECTION_DISCOUNT;
            return times.saturating_add(inside);
        }
        // The engine refuses a field that the schema does not have.
        let Some(shape) = self.prices.types.get(on).and_then(|fields| fields.get(name)) else { return times };
        let ids = self.ids(field);
        if RECORDED.contains(&(on, name)) || ids.iter().any(|id| matches!(id, NodeId::Delivery(_))) {
            self.is_recorded.set(true);
        }
        self.note_days(field, &ids);
        let asked = self.asked_size(field).or(shape.default_size);
        let (items, page) = if shape.of.ends_with("Connection") {
            let most = if TREES.contains(&(on, name)) { MOST_CHILDREN } else { u64::MAX };
            (times, Some(PageSize { size: asked.unwrap_or(LARGEST_PAGE), most }))
        } else if shape.list {
            // A connection has as many edges and nodes as its page; any other list has its own size.
            let (size, most) = match (asked, page) {
                (None, Some(page)) => (page.size, page.most),
                (asked, _) => (asked.unwrap_or(ASSUMED_LIST), u64::MAX),
            };
            (times.saturating_mul(size).min(most), None)
        } else {
            (times, None)
        };
        let surcharge = SURCHARGES.iter().find(|row| (row.0, row.1) == (on, name)).map_or(0, |row| row.2);
        items.saturating_add(surcharge.saturating_mul(times)).saturating_add(self.set(set, &shape.of, items, page))
    }

    /// The size in the query's arguments, in its text or by a variable; of several the largest, whichever the resolver uses.
    fn asked_size(&self, field: &Field) -> Option<u64> {
        SIZE_ARGUMENTS.iter().filter_map(|name| as_size(&self.argument(field, name)?)).max()
    }

    /// The value of an argument, in the query's text or by variables.
    fn argument(&self, field: &Field, name: &str) -> Option<Value> {
        let given = field.get_argument(name)?.node.clone();
        given.into_const_with(|variable| self.variable(&variable).ok_or(())).ok()
    }

    /// The valid ids in a field's arguments.
    fn ids(&self, field: &Field) -> Vec<NodeId> {
        let given = ID_ARGUMENTS.iter().filter_map(|name| self.argument(field, name));
        let ids = given.flat_map(|value| match value {
            Value::List(ids) => ids,
            id => vec![id],
        });
        ids.filter_map(|id| match id {
            Value::String(id) => NodeId::decode(&ID(id)),
            _ => None,
        })
        .collect()
    }

    /// Collects the days of a field, in its own argument or in ids. The resolver refuses what is not a day, before it computes
    /// anything.
    fn note_days(&self, field: &Field, ids: &[NodeId]) {
        let mut days = self.days.borrow_mut();
        if let Some(Value::String(text)) = self.argument(field, DAY_ARGUMENT) {
            days.extend(text.parse::<Day>().ok());
        }
        days.extend(ids.iter().filter_map(|id| match id {
            NodeId::Unit(_, day) | NodeId::Team(_, day) => *day,
            _ => None,
        }));
    }

    fn variable(&self, name: &Name) -> Option<Value> {
        let default = || {
            let definition = self.operation.variable_definitions.iter().find(|it| it.node.name.node == *name)?;
            definition.node.default_value()
        };
        self.given.get(name).or_else(default).cloned()
    }
}

/// A number of items; the resolver refuses numbers that make no sense.
fn as_size(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number.as_i64().map(|size| size.max(1).unsigned_abs()),
        Value::List(items) => Some(items.len().max(1) as u64),
        _ => None,
    }
}

/// Whether the type is a list, and the name of its innermost type.
fn innermost(kind: &Type) -> (bool, String) {
    match &kind.base {
        BaseType::Named(name) => (false, name.to_string()),
        BaseType::List(inner) => (true, innermost(inner).1),
    }
}
