//! Queries as trees: made from the schema, written as text, and walked beside their answers.

use super::rules::{Rule, of_field};
use super::schema::{Field, Schema};

/// One field of a query.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its name in the answer.
    pub(super) key: String,
    /// The object that has the field, and the field.
    pub(super) on: String,
    pub(super) name: String,
    /// The arguments with their brackets; empty if there are none.
    pub(super) arguments: String,
    /// The innermost type of the field.
    pub(super) of: String,
    pub(super) inside: Selection,
}

/// The selection on one object. If the object can have several types, each part is in a fragment of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Selection(pub(super) Vec<Part>);

impl Selection {
    /// Adds a part, or extends the one with the same key and object.
    pub(super) fn add(&mut self, part: Part) {
        match self.0.iter_mut().find(|known| known.key == part.key && known.on == part.on) {
            Some(known) => part.inside.0.into_iter().for_each(|inner| known.inside.add(inner)),
            None => self.0.push(part),
        }
    }

    pub(super) fn and(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|part| self.add(part));
        self
    }

    /// The text of the query as the viewer sends it. For the viewer's own top unit, an ADMIN names the unit with the code
    /// `top`.
    pub(super) fn written(&self, of: &str, top: Option<&str>) -> String {
        let mut text = if of == "Node" { "{__typename ".to_owned() } else { "{".to_owned() };
        for Part { key, on, name, arguments, of: inner, inside } in &self.0 {
            let asked = format!("{name}{arguments}");
            let asked = match (on.as_str(), name.as_str(), top) {
                ("Query", "board", Some(top)) => format!("unit{}", with(arguments, &format!("code: \"{top}\""))),
                ("Query", "whatIf", Some(top)) | ("Snapshot", "rollUp", Some(top)) if !asked.contains("unitCode") => {
                    format!("{name}{}", with(arguments, &format!("unitCode: \"{top}\"")))
                }
                _ => asked,
            };
            let inside = if inside.0.is_empty() { String::new() } else { inside.written(inner, top) };
            let field = format!("{key}: {asked} {inside}");
            text +=
                &if of == "Node" && on != "Node" { format!("... on {on} {{{field}}} ") } else { format!("{field} ") };
        }
        text.push('}');
        text
    }
}

fn with(arguments: &str, more: &str) -> String {
    match arguments.strip_prefix('(') {
        Some(rest) => format!("({more}, {rest}"),
        None => format!("({more})"),
    }
}

/// Makes queries from the schema.
impl Schema {
    /// A field of an object with the selection inside.
    pub(super) fn part(&self, on: &str, name: &str, arguments: &str, inside: Selection) -> Part {
        let of = self.field(on, name).of.clone();
        Part {
            key: name.to_owned(),
            on: on.to_owned(),
            name: name.to_owned(),
            arguments: arguments.to_owned(),
            of,
            inside,
        }
    }

    /// A field with the selection of each object that it leads to; for a page, everything that a page has.
    pub(super) fn leading(&self, on: &str, name: &str, arguments: &str, inside: Selection) -> Part {
        let of = self.field(on, name).of.clone();
        let Some(item) = of.strip_suffix("Connection") else { return self.part(on, name, arguments, inside) };
        let edge = format!("{item}Edge");
        let node = self.part(&edge, "node", "", self.identity(item));
        let edges = Selection(vec![self.part(&edge, "cursor", "", Selection::default()), node]);
        let page = Selection(vec![
            self.part(&of, "nodes", "", inside),
            self.part(&of, "edges", "", edges),
            self.part(&of, "totalCount", "", Selection::default()),
            self.part(&of, "pageInfo", "", self.values("PageInfo")),
        ]);
        self.part(on, name, arguments, page)
    }

    /// The usual arguments of a field: the longest page, including everything that has ended.
    pub(super) fn usual(field: &Field) -> String {
        let said = |name: &str, value: &str| {
            field.arguments.iter().any(|argument| argument.name == name).then(|| format!("{name}: {value}"))
        };
        let said = [
            said("first", "100"),
            said("includeEnded", "true"),
            said("weeks", "3"),
            // Everyone in the world matches this name.
            said("search", "\"first\"").filter(|_| !Self::is_free(field)),
            // Reads that a test causes are in the log as well.
            said("until", &format!("\"{}\"", super::world::LOGGED_UNTIL)),
            said("policy", "{staffPerSupporter: 2, minSupporters: 1}"),
        ];
        let said: Vec<_> = said.into_iter().flatten().collect();
        if said.is_empty() { String::new() } else { format!("({})", said.join(", ")) }
    }

    /// The fields that identify an object; the oracle uses them.
    pub(super) fn identity(&self, of: &str) -> Selection {
        let none = Selection::default;
        let one = |on: &str, name: &str| self.part(on, name, "", none());
        let inner = |name: &str, of: &str, inner: &str| {
            self.part(of, name, "", Selection(vec![one(&self.field(of, name).of, inner)]))
        };
        let known = match of {
            "Team" => Selection(vec![inner("unit", of, "code")]),
            "Supporter" => {
                let unit = Selection(vec![one("Unit", "code"), one("Unit", "asOf")]);
                let (person, unit) = (inner("person", of, "id"), self.part(of, "unit", "", unit));
                Selection(vec![person, unit, one(of, "firstDay"), one(of, "lastDay")])
            }
            "Snapshot" => Selection(vec![one(of, "id"), one(of, "day")]),
            "Appointment" => Selection(vec![inner("person", of, "id")]),
            "PossibleLink" => Selection(vec![inner("person", of, "id"), inner("sameAs", of, "id")]),
            "Trainer" | "Champion" => Selection(vec![inner("person", of, "id"), inner("unit", of, "code")]),
            "TeamChange" => Selection(vec![one(of, "change"), self.part(of, "team", "", self.identity("Team"))]),
            "WhatIf" => {
                let changes = self.leading(of, "teams", "(first: 100)", self.identity("TeamChange"));
                Selection(vec![inner("unit", of, "code"), changes])
            }
            _ => {
                match ["code", "id"].into_iter().find(|name| self.fields(of).iter().any(|field| field.name == *name)) {
                    Some(name) => Selection(vec![one(of, name)]),
                    None => self.scalars(of),
                }
            }
        };
        if self.nodes.contains(of) { known.and(Selection(vec![one(of, "id")])) } else { known }
    }

    /// Every field that is a value itself, except those at the root that have a test of their own: an export of personal data
    /// is recorded when it is requested.
    pub(super) fn scalars(&self, of: &str) -> Selection {
        let own = |field: &Field| of == "Query" && matches!(of_field(of, &field.name), Some(Rule::Own));
        let leaves = self.fields(of).iter().filter(|field| self.is_leaf(&field.of) && !own(field));
        Selection(leaves.map(|field| self.part(of, &field.name, "", Selection::default())).collect())
    }

    /// Every field that is a value, or an object that leads to values only.
    pub(super) fn values(&self, of: &str) -> Selection {
        let known = if self.is_plain(of) { Selection::default() } else { self.identity(of) };
        let plain = self.fields(of).iter().filter(|field| self.is_plain(&field.of));
        let plain = plain.map(|field| {
            let inside = self.values(self.target(field));
            self.leading(of, &field.name, &Self::usual(field), inside)
        });
        known.and(self.scalars(of)).and(Selection(plain.collect()))
    }

    /// The fields of an object that lead to units, people and the like, and that need no name.
    fn ways_on<'s>(&'s self, of: &'s str) -> impl Iterator<Item = &'s Field> {
        // A history has tests of its own: nothing about a change is visible by its path.
        let leads = |field: &&Field| !self.is_leaf(&field.of) && !self.is_plain(&field.of) && field.name != "history";
        self.fields(of).iter().filter(leads).filter(|field| Self::names_nothing(field))
    }

    /// Whether a field needs no argument.
    fn is_free(field: &Field) -> bool {
        !field.arguments.iter().any(|given| given.required)
    }

    /// Whether a field needs no name; its other arguments are in [`usual`](Self::usual).
    pub(super) fn names_nothing(field: &Field) -> bool {
        !field.arguments.iter().any(|given| given.required && !["policy", "search"].contains(&given.name.as_str()))
    }

    /// An object, and from it along every field: all values of the objects there, and along every field again, because what is
    /// visible depends on the path.
    pub(super) fn around(&self, of: &str) -> Selection {
        let mut asked = self.identity(of).and(self.scalars(of));
        for field in self.fields(of).iter().filter(|field| of == "Query" && self.is_plain(&field.of)) {
            asked.add(self.leading(of, &field.name, &Self::usual(field), self.values(self.target(field))));
        }
        for field in self.ways_on(of).filter(|field| field.name != "viewer") {
            let target = self.target(field);
            let mut inside = self.values(target);
            for next in self.ways_on(target) {
                let last = self.target(next);
                let known = self.identity(last).and(self.scalars(last));
                inside.add(self.leading(target, &next.name, &Self::usual(next), known));
            }
            asked.add(self.leading(of, &field.name, &Self::usual(field), inside));
        }
        asked
    }

    /// From an object along named fields; of the last one every value.
    pub(super) fn along(&self, of: &str, way: &[&str]) -> Selection {
        let Some((next, way)) = way.split_first() else { return self.values(of) };
        let field = self.field(of, next);
        let inside = self.along(self.target(field), way);
        self.identity(of).and(Selection(vec![self.leading(of, next, &Self::usual(field), inside)]))
    }

    /// From the root to every object of a type (by id, if it has one, for those in `ids`), and there `inside`.
    pub(super) fn down_to(&self, of: &str, ids: impl Fn(&str) -> Vec<String>, inside: Selection) -> Selection {
        let (root, way) = self.way_to(of).expect("a way there");
        let mut line = vec![root.clone()];
        for name in &way {
            let on = line.last().map(String::as_str).unwrap_or_default();
            line.push(self.target(self.field(on, name)).to_owned());
        }
        let mut inside = inside;
        for (on, name) in line.iter().zip(&way).rev() {
            let field = self.field(on, name);
            let part = self.leading(on, name, &Self::usual(field), inside);
            inside = if on == "Query" { Selection(vec![part]) } else { self.identity(on).and(Selection(vec![part])) };
        }
        if root == "Query" {
            return inside;
        }
        let ids: Vec<_> = ids(&root).iter().map(|id| format!("\"{id}\"")).collect();
        Selection(vec![self.part("Query", "nodes", &format!("(ids: [{}])", ids.join(", ")), inside)])
    }
}
