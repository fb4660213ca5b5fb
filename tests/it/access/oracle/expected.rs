//! The answer that a viewer must get: an ADMIN's answer to the same query, without what the rules hide from them.

use entity::id::{PersonId, UnitId};
use entity::period::Day;
use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::asking::{day_of, decoded};
use super::question::{Part, Selection};
use super::rules::{Rule, See, of_field};
use super::schema::Schema;
use super::sight::Sight;

/// The parts of a policy that assess Peer Supporters by their records.
const JUDGES_RECORDS: [&str; 4] = ["certificateMonths", "approvalMonths", "trainerCertificateMonths", "approverOffice"];
/// The parts that assess them by their absences and posts, which no record shows.
const JUDGES_UNRECORDED: [&str; 5] =
    ["awayDays", "agreementRequired", "frameworkTransitionGates", "mustMix", "shouldMix"];

/// A place in an answer: the objects from the top down to the one that has the field, and the item that it leads to.
pub(super) struct Place<'a> {
    pub(super) sight: &'a Sight<'a>,
    pub(super) line: &'a [(&'a str, &'a Value)],
    item: Option<(&'a str, &'a Value)>,
    /// The arguments of the field.
    arguments: &'a str,
}

impl Place<'_> {
    /// The item, and the objects above it, nearest first.
    pub(super) fn nearest(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.item.into_iter().chain(self.line.iter().rev().copied())
    }

    /// The unit of the item, otherwise of the nearest object with a unit.
    fn unit(&self) -> UnitId {
        let code = |of: &str, value: &'_ Value| {
            let value = if of == "TeamChange" { &value["team"] } else { value };
            let code = value["code"].as_str().or_else(|| value["unit"]["code"].as_str());
            code.map(str::to_owned)
        };
        let code = self.nearest().find_map(|(of, value)| code(of, value));
        self.sight.facts.coded(&code.expect("something here is about a unit; ask for its code in Schema::identity"))
    }

    /// The requested date: that of the field's own argument, otherwise the one in an object's id.
    pub(super) fn day(&self) -> Day {
        let argument = self.arguments.split_once("asOf: \"").and_then(|(_, rest)| rest.get(..10));
        let named = |value: &Value| {
            let ids = [&value["id"], &value["unit"]["id"], &value["team"]["id"]];
            ids.into_iter().filter_map(Value::as_str).find_map(day_of)
        };
        let by_id = || self.nearest().find_map(|(_, value)| named(value));
        argument.map(crate::harness::day).or_else(by_id).unwrap_or(self.today())
    }

    fn person(&self) -> PersonId {
        let id = |of: &str, value: &Value| match of {
            "Person" => value["id"].as_str().map(str::to_owned),
            "Appointment" | "Trainer" | "Champion" => value["person"]["id"].as_str().map(str::to_owned),
            _ => None,
        };
        let id = self.nearest().find_map(|(of, value)| id(of, value)).expect("a person with an id");
        PersonId(decoded(&id).1)
    }

    pub(super) fn today(&self) -> Day {
        self.sight.facts.today
    }

    /// Whether the record is the viewer's own, or that of a person they manage, or they may see all records.
    pub(super) fn sees_every_day(&self) -> bool {
        let (_, record) = self.nearest().find(|(of, _)| *of == "Supporter").expect("a record");
        self.sight.every_day_of(PersonId(decoded(record["person"]["id"].as_str().expect("an id")).1))
    }

    fn own_id(&self) -> (String, i64) {
        let (_, value) = self.nearest().next().expect("an object");
        decoded(value["id"].as_str().expect("an id"))
    }

    /// The records that the item, a Supporter, may represent.
    fn record_is_seen(&self) -> bool {
        let (_, value) = self.item.expect("an item");
        let person = decoded(value["person"]["id"].as_str().expect("an id")).1;
        let unit = self.sight.facts.coded(value["unit"]["code"].as_str().expect("a code"));
        let first = value["firstDay"].as_str().map(str::to_owned);
        let rows = self.sight.facts.allocations.iter();
        let mut rows = rows.filter(|row| {
            (row.person_id.0, row.unit_id, row.valid_from.map(|day| day.to_string())) == (person, unit, first.clone())
        });
        self.sight.record(rows.next().expect("an allocation on file"))
    }

    fn sees(&self, see: See) -> bool {
        let sight = self.sight;
        let top = || sight.top().map(|code| sight.facts.coded(code));
        match see {
            See::Figures => sight.figures(self.unit()),
            See::Team => sight.team_on(self.unit(), self.day()),
            See::AllBelow => sight.all_below_on(self.unit(), self.day()),
            See::AllBelowTop => {
                let (of, snapshot) = self.nearest().next().expect("a snapshot");
                assert_eq!(of, "Snapshot");
                let day = crate::harness::day(snapshot["day"].as_str().expect("its day"));
                top().is_some_and(|unit| sight.all_below_on(unit, day))
            }
            See::Tries => {
                let unit = self.unit();
                let asks = |names: &[&str]| names.iter().any(|name| self.arguments.contains(&format!("{name}:")));
                sight.figures(unit)
                    && sight.tries(unit)
                    && sight.all_below_on(unit, self.day())
                    && (!asks(&JUDGES_RECORDS) || sight.all_records_below(unit))
                    && (!asks(&["trainerCertificateMonths"]) || sight.all_trainers(unit))
                    && (!asks(&JUDGES_UNRECORDED) || sight.tries_what_no_record_shows())
            }
            See::PeopleOfUnit => sight.people_of(self.unit()),
            See::Person => sight.person(self.person()),
            See::Record => self.record_is_seen(),
            See::PickedTeam => {
                let unit = self.unit();
                sight.team_on(unit, self.day()) && (!self.arguments.contains("unproven:") || sight.all_records(unit))
            }
            See::PickedRecord => self.record_is_seen() && super::past::is_picked(self, self.arguments),
            See::PersonAndUnit => sight.person(self.person()) && sight.figures(self.unit()),
            See::Courses => !sight.roles.is_empty(),
            See::FoundPerson => {
                let person = self.person();
                let is_name =
                    ["first", "last"].iter().any(|name| self.arguments.to_lowercase().contains(&format!("\"{name}")));
                sight.person(person) && (is_name || sight.document_of(person))
            }
            See::PresentRecord => super::past::tells_of_person(self),
            See::ReportOnUnit => sight.report_on(self.unit()),
            See::Mail => sight.mail(self.own_id().1),
            See::Reports => sight.reports(),
            See::Snapshots => sight.snapshots(),
            See::Runs => sight.whole(),
            See::Rejects => sight.is(entity::value::AccessRole::Admin),
            See::Directory => sight.directory(),
            See::Access => sight.manages_access(),
            See::Links => sight.links_people(),
            See::Log => sight.is(entity::value::AccessRole::Auditor),
            See::Level1Counts => self.level1_counts_are_seen(),
            See::SmallNumbers => self.small_numbers_are_seen(),
            See::Found => match self.own_id() {
                (kind, id) if kind == "Unit" => sight.figures(UnitId(id)),
                (kind, id) if kind == "Team" => sight.team_on(UnitId(id), self.day()),
                (kind, _) if kind == "Snapshot" => sight.snapshots(),
                (kind, _) if kind == "GapReport" => sight.reports(),
                (kind, id) if kind == "Delivery" => sight.mail(id),
                (kind, _) if kind == "JobRun" || kind == "ImportBatch" => sight.whole(),
                (kind, id) if kind == "Person" => sight.person(PersonId(id)),
                (kind, _) if kind == "AuditEvent" => sight.is(entity::value::AccessRole::Auditor),
                (kind, _) => panic!("say in {}, at See::Found, who sees a {kind} by its id", file!()),
            },
        }
    }

    /// Whether the viewer is responsible for the unit. A snapshot is queried for the viewer's own top unit.
    pub(super) fn level1_counts_are_seen(&self) -> bool {
        let is_stored_day = self.line.iter().any(|(of, _)| *of == "Snapshot");
        let unit = match is_stored_day {
            true => self.sight.facts.coded(self.sight.top().expect("a viewer with figures has a top unit")),
            false => self.unit(),
        };
        self.sight.level1_counts(unit)
    }

    /// Whether the team is in a cover group with another team that has staff.
    pub(super) fn is_assessed_with_others(&self) -> bool {
        let (facts, own) = (self.sight.facts, self.unit());
        let group = facts.unit(own).and_then(|unit| unit.cover_group.clone());
        let works = |unit: UnitId| facts.posts.iter().any(|post| post.unit_id == unit && !post.bank);
        let mut others = facts.units.iter().filter(|unit| unit.id != own && unit.cover_group == group);
        group.is_some() && others.any(|unit| works(unit.id))
    }

    /// Only viewers with the right to all of them. How many allocations count is never hidden, nor that none is not counting.
    pub(super) fn small_numbers_are_seen(&self) -> bool {
        let right = [entity::value::AccessRole::Admin, entity::value::AccessRole::Coordinator];
        let count = |value: &Value| value["allocations"].as_u64().expect("a number");
        let whole = self.line.iter().rev().find(|(of, _)| *of == "RollUp").map(|(_, value)| &value["standing"]);
        right.iter().any(|role| self.sight.is(*role))
            || self.nearest().next().is_some_and(|(of, value)| {
                let others =
                    whole.and_then(Value::as_array).into_iter().flatten().filter(|one| one["group"] != "COUNTS");
                of == "StandingCount" && (value["group"] == "COUNTS" || others.map(count).sum::<u64>() == 0)
            })
    }

    /// Whether the viewer may see every supporter of the team and of its cover group.
    pub(super) fn sees_all_supporters(&self) -> bool {
        self.sight.all_records(self.unit())
    }
}

/// The fields that were checked, by type and name.
#[derive(Default)]
pub(super) struct Looked {
    /// Fields that had a value.
    pub(super) reached: Mutex<BTreeSet<String>>,
    /// Fields of which something was hidden from a viewer.
    pub(super) hidden: Mutex<BTreeSet<String>>,
}

/// Masks answers for one viewer.
pub(super) struct Mask<'a> {
    pub(super) schema: &'a Schema,
    pub(super) sight: &'a Sight<'a>,
    pub(super) looked: &'a Looked,
}

impl Mask<'_> {
    /// The value that the viewer must get if an ADMIN gets `value`, an object of the type `of` below the objects of `line`.
    pub(super) fn object(&self, of: &str, asked: &Selection, value: &Value, line: &[(&str, &Value)]) -> Value {
        if value.is_null() {
            return Value::Null;
        }
        let kind = value["__typename"].as_str().unwrap_or(of);
        let line: Vec<_> = line.iter().copied().chain([(kind, value)]).collect();
        let mut masked = Map::new();
        if of == "Node" {
            masked.insert("__typename".to_owned(), value["__typename"].clone());
        }
        for part in asked.0.iter().filter(|part| part.on == kind || part.on == "Node") {
            let (field, told) = (format!("{}.{}", part.on, part.name), &value[&part.key]);
            let shown = self.field(part, told, &line);
            if matches!(of_field(&part.on, &part.name), Some(Rule::If(_) | Rule::Each(_) | Rule::Derived(_)))
                && shown != *told
            {
                self.looked.hidden.lock().unwrap().insert(field.clone());
            }
            if !told.is_null() && told.as_array().is_none_or(|all| !all.is_empty()) {
                self.looked.reached.lock().unwrap().insert(field);
            }
            masked.insert(part.key.clone(), shown);
        }
        Value::Object(masked)
    }

    fn field(&self, part: &Part, value: &Value, line: &[(&str, &Value)]) -> Value {
        let rule = of_field(&part.on, &part.name).expect("every field has a rule");
        let field = self.schema.field(&part.on, &part.name);
        let target = self.schema.target(field);
        let arguments = part.arguments.as_str();
        let place = Place { sight: self.sight, line, item: None, arguments };
        match rule {
            Rule::Own => panic!("{}.{} is checked by itself", part.on, part.name),
            Rule::Derived(derive) => derive(&place, value),
            Rule::WithIt => self.shown(part, value, line, &|_| true),
            Rule::If(see) if place.sees(see) => self.shown(part, value, line, &|_| true),
            Rule::If(_) if target != field.of => empty_page(part),
            Rule::If(_) if field.list => json!([]),
            Rule::If(_) => Value::Null,
            Rule::Each(see) => self.shown(part, value, line, &|item| {
                let of = item["__typename"].as_str().unwrap_or(target);
                Place { sight: self.sight, line, item: Some((of, item)), arguments }.sees(see)
            }),
        }
    }

    /// A value, a list or a page, with the visible items.
    fn shown(&self, part: &Part, value: &Value, line: &[(&str, &Value)], seen: &dyn Fn(&Value) -> bool) -> Value {
        let item = |item: &Value| self.object(&part.of, &part.inside, item, line);
        match value {
            _ if self.schema.is_leaf(&part.of) => value.clone(),
            Value::Null => Value::Null,
            // An id that matches nothing keeps its position.
            Value::Array(items) if part.of == "Node" => {
                items.iter().map(|one| if !one.is_null() && seen(one) { item(one) } else { Value::Null }).collect()
            }
            Value::Array(items) => items.iter().filter(|one| seen(one)).map(item).collect(),
            _ if part.of.ends_with("Connection") => self.page(part, value, line, seen),
            one if seen(one) => item(one),
            _ => Value::Null,
        }
    }

    /// A page that has everything: its total is the number of visible items.
    fn page(&self, part: &Part, value: &Value, line: &[(&str, &Value)], seen: &dyn Fn(&Value) -> bool) -> Value {
        let by_risk = part.arguments.contains("AT_RISK_FROM").then(|| super::risk::visible_order(self.sight, value));
        let value = by_risk.as_ref().unwrap_or(value);
        let items = value["nodes"].as_array().expect("nodes");
        // A page that begins at a cursor has no total.
        let total = value.get("totalCount").and_then(Value::as_u64).unwrap_or(items.len() as u64);
        assert_eq!(total, items.len() as u64, "{}.{} fits one page", part.on, part.name);
        let shown: Vec<bool> = items.iter().map(seen).collect();
        let count = shown.iter().filter(|shown| **shown).count();
        let mut masked = Map::new();
        for inner in &part.inside.0 {
            let all = &value[&inner.key];
            let of_shown = |all: &Value| -> Vec<Value> {
                let all = all.as_array().expect("a list").iter();
                all.zip(&shown).filter(|(_, shown)| **shown).map(|(item, _)| item.clone()).collect()
            };
            let masked_part = match inner.name.as_str() {
                "nodes" | "edges" => {
                    let own = |item: &Value| self.object(&inner.of, &inner.inside, item, line);
                    of_shown(all).iter().map(own).collect()
                }
                "totalCount" => json!(count),
                "pageInfo" => {
                    let edges = of_shown(&value["edges"]);
                    let cursor = |edge: Option<&Value>| edge.map_or(Value::Null, |edge| edge["cursor"].clone());
                    json!({ "hasPreviousPage": false, "hasNextPage": false, "startCursor": cursor(edges.first()),
                        "endCursor": cursor(edges.last()) })
                }
                other => panic!("a page has no {other}"),
            };
            masked.insert(inner.key.clone(), masked_part);
        }
        Value::Object(masked)
    }
}

fn empty_page(part: &Part) -> Value {
    let empty = |inner: &Part| match inner.name.as_str() {
        "totalCount" => json!(0),
        "pageInfo" => json!({ "hasPreviousPage": false, "hasNextPage": false, "startCursor": null, "endCursor": null }),
        _ => json!([]),
    };
    Value::Object(part.inside.0.iter().map(|inner| (inner.key.clone(), empty(inner))).collect())
}
