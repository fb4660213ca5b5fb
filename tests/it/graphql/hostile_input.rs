//! Values that no front end sends: the zero character, days before the first year, forged cursors and ids. Each must be an
//! input error on either database, in every argument.

use std::collections::HashMap;

use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{BaseType, Type, TypeDefinition, TypeKind, TypeSystemDefinition};
use axum::Router;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::{answer, board, history, site};
use crate::harness::both;

/// The schema's types by their names.
struct Types(HashMap<String, TypeDefinition>);

/// A query with one invalid value, and the text around the value.
struct Question {
    query: String,
    /// The name of the value's scalar.
    scalar: String,
}

impl Types {
    fn new() -> Self {
        let document = parse_schema(psn::graphql::sdl()).unwrap();
        let types = document.definitions.into_iter().filter_map(|definition| match definition {
            TypeSystemDefinition::Type(definition) => Some((definition.node.name.node.to_string(), definition.node)),
            _ => None,
        });
        Self(types.collect())
    }

    /// A valid value of a type.
    fn good(&self, of: &Type) -> String {
        let BaseType::Named(name) = &of.base else {
            let BaseType::List(inner) = &of.base else { unreachable!("named or a list") };
            return format!("[{}]", self.good(inner));
        };
        match self.0.get(name.as_str()).map(|definition| &definition.kind) {
            Some(TypeKind::Enum(words)) => words.values[0].node.value.node.to_string(),
            Some(TypeKind::InputObject(_)) => format!("{{ {} }}", self.fields(name, "", "").join(", ")),
            _ => match name.as_str() {
                "Int" => "1".to_owned(),
                "Boolean" => "false".to_owned(),
                "Date" => "\"2026-11-16\"".to_owned(),
                "DateTime" => "\"2026-11-16T07:00:00Z\"".to_owned(),
                _ => "\"N1\"".to_owned(),
            },
        }
    }

    /// The fields of an input object that it must have, and `value` in the one named `bad`.
    fn fields(&self, name: &str, bad: &str, value: &str) -> Vec<String> {
        let TypeKind::InputObject(object) = &self.0[name].kind else { return Vec::new() };
        let mut written = Vec::new();
        for field in &object.fields {
            let (field, of) = (field.node.name.node.as_str(), &field.node.ty.node);
            if field == bad {
                written.push(format!("{field}: {value}"));
            } else if !of.nullable {
                written.push(format!("{field}: {}", self.good(of)));
            }
        }
        written
    }

    /// Every place in a type that accepts a text: what to write there for a text, and the text's scalar.
    fn places(&self, of: &Type, value: &str) -> Vec<(String, String)> {
        match &of.base {
            BaseType::List(inner) => {
                self.places(inner, value).into_iter().map(|(text, scalar)| (format!("[{text}]"), scalar)).collect()
            }
            BaseType::Named(name) => match self.0.get(name.as_str()).map(|definition| &definition.kind) {
                Some(TypeKind::InputObject(object)) => {
                    let mut places = Vec::new();
                    for field in &object.fields {
                        for (text, scalar) in self.places(&field.node.ty.node, value) {
                            let written = self.fields(name, &field.node.name.node, &text).join(", ");
                            places.push((format!("{{ {written} }}"), scalar));
                        }
                    }
                    places
                }
                Some(TypeKind::Enum(_)) => Vec::new(),
                _ if ["Int", "Float", "Boolean"].contains(&name.as_str()) => Vec::new(),
                _ => vec![(value.to_owned(), name.to_string())],
            },
        }
    }

    /// Every root query of the schema with `value` in one place.
    fn questions(&self, value: &str) -> Vec<Question> {
        let mut questions = Vec::new();
        for (root, operation) in [("Query", "query"), ("Mutation", "mutation")] {
            let TypeKind::Object(object) = &self.0[root].kind else { unreachable!("an object") };
            for field in object.fields.iter().map(|field| &field.node) {
                for bad in field.arguments.iter().map(|argument| &argument.node) {
                    for (text, scalar) in self.places(&bad.ty.node, value) {
                        let others = field.arguments.iter().map(|argument| &argument.node);
                        let others = others.filter(|other| other.name != bad.name && !other.ty.node.nullable);
                        let mut arguments = vec![format!("{}: {text}", bad.name.node)];
                        arguments.extend(others.map(|one| format!("{}: {}", one.name.node, self.good(&one.ty.node))));
                        let of = field.ty.node.to_string();
                        let inside = match of.trim_matches(['[', ']', '!']) {
                            of if of.ends_with("Connection") => "{ edges { cursor } }",
                            of if self.0.get(of).is_some_and(|of| !matches!(of.kind, TypeKind::Scalar)) => {
                                "{ __typename }"
                            }
                            _ => "",
                        };
                        let (name, arguments) = (&field.name.node, arguments.join(", "));
                        let query = format!("{operation} {{ {name}({arguments}) {inside} }}");
                        questions.push(Question { query, scalar });
                    }
                }
            }
        }
        assert!(questions.len() > 40, "{}", questions.len());
        questions
    }
}

async fn code(site: &Router, query: &str) -> Value {
    let answer = answer(site, query, json!({})).await;
    answer["errors"][0]["extensions"]["code"].clone()
}

both!(
    async fn the_zero_character_is_refused_in_every_argument(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        for Question { query, .. } in Types::new().questions(r#""a\u0000b""#) {
            assert_eq!(code(&site, &query).await, "BAD_USER_INPUT", "{query}");
        }
        let by_variable = "query($code: String!) { unit(code: $code) { code } }";
        let answer = answer(&site, by_variable, json!({ "code": "N\0" })).await;
        let error = &answer["errors"][0]["extensions"];
        assert_eq!((&error["code"], &error["argument"]), (&json!("BAD_USER_INPUT"), &json!("code")), "{answer}");
    }
);

both!(
    async fn dates_before_the_first_year_are_refused(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let mut asked = 0;
        for (value, of) in [
            ("-044-03-15", "Date"),
            ("0000-01-01", "Date"),
            ("-9999-01-01", "Date"),
            ("-9999-01-01T00:00:00Z", "DateTime"),
            ("-0044-03-15T00:00:00Z", "DateTime"),
            ("0000-01-01T00:00:00Z", "DateTime"),
            ("+262142-01-01T00:00:00Z", "DateTime"),
        ] {
            let questions = Types::new().questions(&format!("\"{value}\""));
            for Question { query, .. } in questions.into_iter().filter(|question| question.scalar == of) {
                assert_eq!(code(&site, &query).await, "BAD_USER_INPUT", "{query}");
                asked += 1;
            }
        }
        assert!(asked > 30, "{asked}");
        let week = "mutation { requestRun(input: { job: GAP_REPORT, period: \"0000-W10\" }) { refusal { code } } }";
        let refused = answer(&site, week, json!({})).await;
        assert_eq!(refused["data"]["requestRun"]["refusal"]["code"], "PERIOD_UNREADABLE", "{refused}");
    }
);

both!(
    async fn a_forged_cursor_is_refused_or_opens_a_page(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = site(&world);
        let forged = |list: &str, key: Value| URL_SAFE_NO_PAD.encode(json!([list, key]).to_string());
        let page = |list: &str, side: &str, cursor: &str| {
            format!("{{ {list}({side}: \"{cursor}\") {{ edges {{ cursor }} totalCount }} }}")
        };
        for side in ["after", "before"] {
            for (list, cursor) in [
                ("gapReports", forged("gap-reports", json!("2026\u{0}"))),
                ("snapshots", forged("snapshots", json!(["-9999-01-01", 1]))),
                ("snapshots", forged("snapshots", json!(["-262143-01-01", 1]))),
                ("snapshots", forged("snapshots", json!(["0000-01-01", 1]))),
                ("snapshots", forged("snapshots", json!(["2026-11-16", 9_000_000_000_u64]))),
            ] {
                let query = page(list, side, &cursor);
                assert_eq!(code(&site, &query).await, "BAD_USER_INPUT", "{query}");
            }
            for (list, cursor) in [
                ("gapReports", forged("gap-reports", json!("\u{1}'; --"))),
                ("snapshots", forged("snapshots", json!(["+262142-12-31", i32::MIN]))),
                ("snapshots", forged("snapshots", json!(["0001-01-01", i32::MAX]))),
                ("jobRuns", forged("job-runs", json!(i64::MIN))),
                ("auditEvents", forged("audit-events", json!(i64::MAX))),
            ] {
                let query = page(list, side, &cursor);
                assert_eq!(code(&site, &query).await, Value::Null, "{query}");
            }
        }
    }
);

both!(
    async fn a_forged_id_finds_nothing(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        for text in [
            "Unit:1@-044-03-15",
            "Team:1@0000-01-01",
            "Snapshot:9223372036854775807",
            "Person:-9223372036854775808",
            "Delivery:1\0",
            "\0:1",
        ] {
            let id = URL_SAFE_NO_PAD.encode(text);
            for query in [
                format!("{{ node(id: \"{id}\") {{ id }} }}"),
                format!("{{ nodes(ids: [\"{id}\"]) {{ id }} }}"),
                format!("{{ subjectAccess(personId: \"{id}\") }}"),
            ] {
                assert_eq!(code(&site, &query).await, "NOT_FOUND", "{text}: {query}");
            }
        }
    }
);

both!(
    async fn an_error_repeats_little_of_a_long_question(world: World) {
        board::organisation(&world.db).await;
        let site = site(&world);
        let long = "é".repeat(14_000);
        let name = "x".repeat(30_000);
        let mut queries: Vec<String> =
            Types::new().questions(&format!("\"{long}\"")).into_iter().map(|question| question.query).collect();
        queries.extend([
            format!("{{ unit(code: \"{long}\" {{ code }} }}"),
            format!("{{ {name} }}"),
            format!("{{ {name}: unit(code: \"X9\") {{ code }} }}"),
            format!("{{ unit({name}: 1) {{ code }} }}"),
            format!("{{ ...{name} }}"),
            format!("query {name}(${name}: Int!) {{ version }}"),
            format!("{{ teams(filter: {{ status: [{name}] }}) {{ totalCount }} }}"),
            format!("{{ units(first: \"{long}\") {{ totalCount }} }}"),
            format!("{{ board(asOf: [\"{long}\"]) {{ code }} }}"),
            format!("{{ \u{1}{name} }}"),
            format!("{{ version }} {}", ")".repeat(30_000)),
        ]);
        for query in queries {
            let answer = answer(&site, &query, json!({})).await;
            let told = answer.to_string();
            assert!(told.len() < 4_000, "{} bytes: {}", told.len(), &told[..told.floor_char_boundary(500)]);
            assert!(!told.contains("INTERNAL"), "{query:.200}: {told}");
        }
        let by_variable = "query($of: Date) { board(asOf: $of) { code } }";
        let told = answer(&site, by_variable, json!({ "of": [long] })).await.to_string();
        assert!(told.contains("BAD_USER_INPUT") && told.len() < 4_000, "{}", told.len());
    }
);
