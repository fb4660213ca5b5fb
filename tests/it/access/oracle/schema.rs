//! The schema in the SDL: types, fields, arguments, and which type leads to which.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition};

/// A field of a type, or an argument of a field.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    /// The innermost type.
    pub(super) of: String,
    pub(super) list: bool,
    pub(super) required: bool,
    pub(super) arguments: Vec<Field>,
}

/// The kinds of types.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// Objects and the interface.
    Object(Vec<Field>),
    Input(Vec<Field>),
    /// Scalars and enums.
    Leaf,
}

/// Fields with tests of their own: see `register`.
pub(super) const APART: &[(&str, &str)] = &[
    ("Query", "carriedRoles"),
    ("Query", "fileDifferences"),
    ("Query", "nominations"),
    ("Query", "nomination"),
    ("Query", "documents"),
    ("Query", "confirmedDocuments"),
    ("Query", "assessments"),
    ("Query", "paperRecords"),
];

pub(super) struct Schema {
    pub(super) types: BTreeMap<String, Kind>,
    /// Types that an id finds.
    pub(super) nodes: BTreeSet<String>,
    /// Objects that lead to values only: no unit, no person.
    plain: BTreeSet<String>,
}

fn typed(name: &str, kind: &Type, default: bool) -> Field {
    let (mut inner, mut list) = (kind, false);
    let of = loop {
        match &inner.base {
            BaseType::Named(name) => break name.to_string(),
            BaseType::List(item) => {
                list = true;
                inner = item;
            }
        }
    };
    Field { name: name.to_owned(), of, list, required: !kind.nullable && !default, arguments: Vec::new() }
}

fn input(value: &InputValueDefinition) -> Field {
    typed(value.name.node.as_str(), &value.ty.node, value.default_value.is_some())
}

impl Schema {
    pub(super) fn read(sdl: &str) -> Self {
        let mut schema = Self { types: BTreeMap::new(), nodes: BTreeSet::new(), plain: BTreeSet::new() };
        for definition in async_graphql::parser::parse_schema(sdl).unwrap().definitions {
            let TypeSystemDefinition::Type(kind) = definition else { continue };
            let name = kind.node.name.node.to_string();
            let fields = |fields: Vec<async_graphql::Positioned<async_graphql::parser::types::FieldDefinition>>| {
                let field = |field: async_graphql::parser::types::FieldDefinition| Field {
                    arguments: field.arguments.iter().map(|argument| input(&argument.node)).collect(),
                    ..typed(field.name.node.as_str(), &field.ty.node, false)
                };
                Kind::Object(fields.into_iter().map(|one| field(one.node)).collect())
            };
            let kind = match kind.node.kind {
                TypeKind::Object(object) => {
                    if object.implements.iter().any(|of| of.node == "Node") {
                        schema.nodes.insert(name.clone());
                    }
                    fields(object.fields)
                }
                TypeKind::Interface(interface) => fields(interface.fields),
                TypeKind::InputObject(object) => {
                    Kind::Input(object.fields.iter().map(|field| input(&field.node)).collect())
                }
                TypeKind::Scalar | TypeKind::Enum(_) | TypeKind::Union(_) => Kind::Leaf,
            };
            schema.types.insert(name, kind);
        }
        schema.find_plain();
        schema
    }

    /// The schema without the fields that have tests of their own, because no viewer sees all that they lead to.
    pub(super) fn walked(sdl: &str) -> Self {
        let mut schema = Self::read(sdl);
        for (of, apart) in APART {
            if let Some(Kind::Object(fields)) = schema.types.get_mut(*of) {
                let before = fields.len();
                fields.retain(|field| field.name != *apart);
                assert_eq!(fields.len() + 1, before, "{of}.{apart} exists");
            }
        }
        schema
    }

    fn find_plain(&mut self) {
        loop {
            let is_plain = |of: &str| self.is_leaf(of) || self.plain.contains(of);
            let found: Vec<String> = self
                .types
                .keys()
                .filter(|name| !self.is_leaf(name) && !self.plain.contains(*name) && *name != "Node")
                .filter(|name| self.fields(name).iter().all(|field| is_plain(&field.of)))
                .cloned()
                .collect();
            if found.is_empty() {
                return;
            }
            self.plain.extend(found);
        }
    }

    pub(super) fn is_leaf(&self, of: &str) -> bool {
        !matches!(self.types.get(of), Some(Kind::Object(_)))
    }

    pub(super) fn is_plain(&self, of: &str) -> bool {
        self.plain.contains(of)
    }

    /// The fields of an object.
    pub(super) fn fields(&self, of: &str) -> &[Field] {
        match self.types.get(of) {
            Some(Kind::Object(fields)) => fields,
            _ => &[],
        }
    }

    pub(super) fn field(&self, of: &str, name: &str) -> &Field {
        self.fields(of).iter().find(|field| field.name == name).unwrap_or_else(|| panic!("no {of}.{name}"))
    }

    /// Objects that are queried: all but the roots, the parts of pages, mutation payloads, the settings of a report, which
    /// need a name: see `absent` and `graphql::report_settings`, and changes: see `register::history`.
    pub(super) fn entities(&self) -> Vec<&str> {
        let of_page = |name: &str| name.ends_with("Connection") || name.ends_with("Edge");
        let names = self.types.keys().map(String::as_str);
        let names = names.filter(|name| !self.is_leaf(name) && !of_page(name));
        names
            .filter(|name| {
                !["Query", "Mutation", "Node", "PageInfo", "ReportPreferences", "RegisterChange", "ChangedValue"]
                    .contains(name)
            })
            .filter(|name| self.way_to(name).is_some())
            .collect()
    }

    /// The type that a field leads to, by a page or directly.
    pub(super) fn target<'s>(&'s self, field: &'s Field) -> &'s str {
        match field.of.strip_suffix("Connection") {
            Some(item) => item,
            None => &field.of,
        }
    }

    /// The shortest path to an object from one with an id, otherwise from the root: the first type, and fields.
    pub(super) fn way_to(&self, of: &str) -> Option<(String, Vec<String>)> {
        let mut ways: Vec<(String, String, Vec<String>)> =
            self.nodes.iter().map(|node| (node.clone(), node.clone(), Vec::new())).collect();
        ways.push(("Query".to_owned(), "Query".to_owned(), Vec::new()));
        let mut known: BTreeSet<String> = ways.iter().map(|way| way.0.clone()).collect();
        let mut at = 0;
        while let Some((here, root, way)) = ways.get(at).cloned() {
            if here == of {
                return Some((root, way));
            }
            for field in self.fields(&here) {
                let target = self.target(field);
                if !self.is_leaf(target) && target != "Node" && known.insert(target.to_owned()) {
                    let way = way.iter().cloned().chain([field.name.clone()]).collect();
                    ways.push((target.to_owned(), root.clone(), way));
                }
            }
            at += 1;
        }
        None
    }
}
