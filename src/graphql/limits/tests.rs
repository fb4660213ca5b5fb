use async_graphql::value;

use super::super::id::NodeId;
use super::*;

const SDL: &str = "
type Query { version: String! teams(first: Int = 20, after: String): TeamConnection! units: [Unit!]! node: Node nodes(ids: [ID!]!): [Node]! }
type Mutation { sendAgain: Boolean! }
interface Node { id: ID! }
type Unit implements Node { id: ID! children(first: Int = 20): UnitConnection! parent: Unit teams(first: Int): TeamConnection! trend(weeks: Int!): [Float!]! }
type UnitConnection { edges: [UnitEdge!]! nodes: [Unit!]! }
type UnitEdge { node: Unit! }
type TeamConnection { edges: [TeamEdge!]! nodes: [Team!]! totalCount: Int! }
type TeamEdge { node: Team! cursor: String! }
type Team implements Node { id: ID! unit: Unit! }
schema { query: Query mutation: Mutation }
";

fn limits(max_cost: u64) -> Limits {
    Limits::new(SDL, max_cost).unwrap()
}

fn admit_with(
    max_cost: u64,
    query: &str,
    operation: Option<&str>,
    variables: &Variables,
) -> Result<Admitted, ApiError> {
    let document = Arc::new(Limits::read(query)?);
    limits(max_cost).admit(document, operation, variables).map_err(|refused| refused.error)
}

fn admit(query: &str) -> Result<Admitted, ApiError> {
    admit_with(1_000_000, query, None, &Variables::default())
}

fn refusal(query: &str) -> Code {
    admit(query).expect_err("the query is refused").code()
}

fn cost(query: &str, variables: Value) -> u64 {
    admit_with(u64::MAX, query, None, &Variables::from_value(variables)).unwrap().cost
}

#[test]
fn nested_lists_multiply() {
    let none = || value!({});
    assert_eq!(cost("{version}", none()), 1);
    assert_eq!(cost("{units{id}}", none()), 20);
    // One for the connection; 20 nodes of a node and an id.
    assert_eq!(cost("{teams{nodes{id}}}", none()), 1 + 20 * 2);
    assert_eq!(cost("{teams(first:3){nodes{id} totalCount}}", none()), 1 + 3 * 2 + 1);
    assert_eq!(cost("{teams(first:3){edges{node{id}}}}", none()), 1 + 3 * 3);
    assert_eq!(cost("query($n:Int=7){teams(first:$n){nodes{id}}}", none()), 1 + 7 * 2);
    assert_eq!(cost("query($n:Int=7){teams(first:$n){nodes{id}}}", value!({"n": 50})), 1 + 50 * 2);
    assert_eq!(cost("{node{... on Unit{trend(weeks:52)}}}", none()), 1 + 52);
    let several = "query($ids:[ID!]!){nodes(ids:$ids){id}}";
    assert_eq!(cost(several, value!({"ids": ["a", "b", "c"]})), 3 * 2);
    assert_eq!(cost("{nodes(ids:[\"a\",\"b\"]){id}}", none()), 2 * 2);
    assert_eq!(cost("{nodes(ids:\"a\"){id}}", none()), 10 * 2);
    // Without a default the largest page is assumed, and the resolver refuses -1.
    assert_eq!(cost("{node{...u}} fragment u on Unit{teams{nodes{id}}}", none()), 2 + 100 * 2);
    assert_eq!(cost("{teams(first:-1){nodes{id}}}", none()), 1 + 2);
}

#[test]
fn a_tree_level_costs_the_whole_tree_at_most() {
    let none = || value!({});
    // The unit, one connection and its 20 nodes with their ids.
    assert_eq!(cost("{units{children{nodes{id}}}}", none()), 10 + 10 + 10 * 20 * 2);
    let two = "{node{...on Unit{children(first:100){nodes{children(first:100){nodes{id}}}}}}}";
    assert_eq!(cost(two, none()), 1 + 1 + 100 + 100 + MOST_CHILDREN * 2);
    // What is below the units of a level multiplies; another `children` field has a tree of its own.
    let wide = "{node{...on Unit{children(first:100){nodes{children(first:100){nodes{teams(first:5){nodes{id}}}}
        again:children(first:100){edges{node{id}}}}}}}}";
    assert_eq!(cost(wide, none()), 1 + 1 + 100 + 100 + 1_000 * (1 + 1 + 5 * 2) + 100 + 1_000 * 3);
}

#[test]
fn a_people_search_costs_more_than_its_answer() {
    let sdl = "type Query { people(search: String!, first: Int = 20): PersonConnection! }
        type PersonConnection { nodes: [Person!]! } type Person { id: ID! }";
    let cost = |query: &str| {
        let document = Arc::new(Limits::read(query).unwrap());
        Limits::new(sdl, u64::MAX).unwrap().admit(document, None, &Variables::default()).map(|admitted| admitted.cost)
    };
    assert_eq!(cost("{people(search:\"an\"){nodes{id}}}").ok(), Some(1 + 5_000 + 20 * 2));
    assert_eq!(cost("{a:people(search:\"an\"){nodes{id}} b:people(search:\"be\"){nodes{id}}}").ok(), Some(2 * 5_041));
}

/// The cost in the service's own schema.
fn real_cost(query: &str, variables: Value) -> u64 {
    let document = Arc::new(Limits::read(query).unwrap());
    let limits = Limits::new(&crate::graphql::sdl(), u64::MAX).unwrap();
    limits.admit(document, None, &Variables::from_value(variables)).unwrap().cost
}

#[test]
fn each_different_day_is_priced_as_a_computation() {
    let none = || value!({});
    let ten: String = (1..=10).map(|on| format!("d{on}: board(asOf: \"2026-11-{on:02}\") {{ code }} ")).collect();
    assert_eq!(real_cost(&format!("{{{ten}}}"), none()), 20 + 10 * COMPUTATION);
    let twice = "{a:board(asOf:\"2026-11-02\"){code} b:team(code:\"N1\",asOf:\"2026-11-02\"){status} c:board{code}}";
    assert_eq!(real_cost(twice, none()), 6 + COMPUTATION, "one day is computed once, and today is not named");
    let given = "query($on:Date, $b:Date=\"2026-11-03\"){a:board(asOf:$on){code} b:board(asOf:$b){code}}";
    assert_eq!(real_cost(given, none()), 4 + COMPUTATION);
    assert_eq!(real_cost(given, value!({"on": "2026-11-02"})), 4 + 2 * COMPUTATION);
    let spread = "{...f} fragment f on Query{board(asOf:\"2026-11-02\"){code}}";
    assert_eq!(real_cost(spread, none()), 2 + COMPUTATION);
}

#[test]
fn a_day_within_an_id_has_a_price() {
    let id =
        |day: u32| NodeId::Team(entity::id::UnitId(7), entity::period::Day::new(2026, 11, day)).encode().to_string();
    let query = "query($ids:[ID!]!){nodes(ids:$ids){id}}";
    assert_eq!(real_cost(query, value!({"ids": [id(1), id(2), id(2)]})), 6 + 2 * COMPUTATION);
    assert_eq!(real_cost(&format!("{{node(id:\"{}\"){{id}}}}", id(1)), value!({})), 2 + COMPUTATION);
    let undated = NodeId::Team(entity::id::UnitId(7), None).encode().to_string();
    assert_eq!(real_cost(query, value!({"ids": [undated, "x"]})), 4);
}

#[test]
fn what_ifs_exports_and_links_have_surcharges() {
    let none = || value!({});
    let what_if = "{whatIf(policy:{awayDays:1},asOf:\"2026-11-02\"){unit{code}}}";
    assert_eq!(real_cost(what_if, none()), 3 + 2 * COMPUTATION, "as it is, and as it would be");
    assert_eq!(real_cost("{subjectAccess}", none()), 1 + 10_000 + 2_000, "it is recorded");
    assert_eq!(real_cost("{possibleLinks(first:1){totalCount}}", none()), 2 + 5_000);
    let link = "mutation{linkPeople(input:{personId:\"a\",sameAsId:\"b\"}){done}}";
    assert_eq!(real_cost(link, none()), 2 + 10_000);
}

#[test]
fn nullable_root_fields_are_known_by_their_keys() {
    let mut nullable =
        admit("{ version a: node{id} ...f } fragment f on Query{...on Query{node{id}} units{id}}").unwrap().nullable;
    nullable.sort();
    assert_eq!(nullable, ["a", "node"]);
}

#[test]
fn a_huge_cost_does_not_wrap_round() {
    let mut query = "id".to_owned();
    for _ in 0..7 {
        query = format!("teams(first:2147483647){{nodes{{unit{{{query}}}}}}}");
    }
    // The query is too deep as well, so the price list is used directly.
    let document = parser::parse_query(format!("{{{query}}}")).unwrap();
    let (_, operation) = document.operations.iter().next().unwrap();
    assert_eq!(limits(1).prices.estimate(&document, &operation.node, &Variables::default()), u64::MAX);
}

#[test]
fn a_too_large_answer_is_refused_with_the_limit() {
    let query = "{teams(first:100){nodes{unit{teams(first:100){nodes{unit{teams(first:100){nodes{id}}}}}}}}}";
    let error = admit_with(50_000, query, None, &Variables::default()).unwrap_err();
    assert_eq!(error.code(), Code::QueryTooCostly);
    assert!(error.sentence().contains("50000"), "{}", error.sentence());
}

#[test]
fn doubling_fragments_are_measured_once() {
    // 2^40 fields if written out: a walk that does so never ends.
    let mut query = "{...f0}".to_owned();
    for at in 0..25 {
        query += &format!(" fragment f{at} on Query{{...f{next} ...f{next}}}", next = at + 1);
    }
    query += " fragment f25 on Query{version}";
    assert_eq!(refusal(&query), Code::QueryTooBroad);
}

#[test]
fn doubling_fragments_without_fields_are_measured() {
    for last in ["...nowhere", "... on Query { ...nowhere }"] {
        let mut query = "{...f0}".to_owned();
        for at in 0..25 {
            query += &format!(" fragment f{at} on Query{{...f{next} ...f{next}}}", next = at + 1);
        }
        query += &format!(" fragment f25 on Query{{{last}}}");
        assert_eq!(refusal(&query), Code::QueryTooBroad);
    }
}

#[test]
fn a_long_chain_of_fragments_is_refused_whatever_its_order() {
    let chain = |from: usize, to: usize| {
        (from..to).map(|at| format!(" fragment f{at} on Query{{...f{}}}", at + 1)).collect::<String>()
    };
    let last = " fragment f45 on Query{version}";
    assert_eq!(refusal(&format!("{{...f0}}{}{last}", chain(0, 45))), Code::QueryTooDeep);
    // Measured from its end first, by an operation that enters it there.
    let two = format!("query a{{...f30}} query b{{...f0}}{}{last}", chain(0, 45));
    assert_eq!(admit_with(1, &two, Some("b"), &Variables::default()).unwrap_err().code(), Code::QueryTooDeep);
}

#[test]
fn fragments_that_contain_themselves_are_refused() {
    assert_eq!(refusal("{...a} fragment a on Query{...b} fragment b on Query{...a}"), Code::ValidationFailed);
    assert_eq!(refusal("{version} fragment a on Query{...a}"), Code::ValidationFailed);
}

#[test]
fn aliases_fields_arguments_and_definitions_are_limited() {
    let many = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    assert_eq!(refusal(&format!("{{{}}}", many(1000, &|at| format!("a{at}:version ")))), Code::QueryTooBroad);
    assert_eq!(refusal(&format!("{{{}}}", many(1000, &|at| format!("a{at}:__typename ")))), Code::QueryTooBroad);
    assert_eq!(refusal(&format!("{{node{{{}}}}}", many(101, &|at| format!("a{at}:id ")))), Code::QueryTooBroad);
    assert_eq!(refusal(&format!("{{node{{{}}}}}", "id ".repeat(1001))), Code::QueryTooBroad);
    assert_eq!(refusal(&format!("{{version({})}}", many(21, &|at| format!("a{at}:1 ")))), Code::QueryTooBroad);
    assert_eq!(refusal(&format!("{{version {}}}", "@include(if:true)".repeat(21))), Code::QueryTooBroad);
    assert_eq!(refusal(&many(51, &|at| format!("query q{at}{{version}} "))), Code::QueryTooBroad);
    assert!(admit(&format!("{{node{{{}}}}}", many(100, &|at| format!("a{at}:id ")))).is_ok());
}

#[test]
fn depth_and_length_have_limits() {
    let deep =
        |levels: usize| format!("{{node{{... on Unit{{{}id{}}}}}}}", "parent{".repeat(levels), "}".repeat(levels));
    assert!(admit(&deep(MAX_DEPTH - 2)).is_ok());
    assert_eq!(refusal(&deep(MAX_DEPTH - 1)), Code::QueryTooDeep);
    assert_eq!(refusal(&format!("{{version}} # {}", "x".repeat(MAX_QUERY_BYTES))), Code::QueryTooLong);
    assert_eq!(refusal(&format!("{{f(x:{}", "[".repeat(2000))), Code::QueryTooDeep);
    assert_eq!(refusal(&format!("{{nodes(ids:[{}]){{id}}}}", "1 ".repeat(MAX_TOKENS))), Code::QueryTooLong);
}

#[test]
fn introspection_does_not_multiply() {
    let standard = include_str!("../../../tests/it/introspection.graphql");
    let cost = admit_with(50_000, standard, None, &Variables::default()).unwrap().cost;
    assert!(cost < 10_000, "{cost}");
    let circular = "{__schema{types{fields{type{fields{type{fields{name}}}}}}}}";
    assert_eq!(refusal(circular), Code::QueryTooDeep);
}

#[test]
fn the_named_operation_is_chosen() {
    let two = "query a{version} mutation b{sendAgain}";
    let admit = |name| admit_with(10, two, name, &Variables::default());
    assert_eq!(admit(Some("b")).unwrap().kind, OperationType::Mutation);
    assert_eq!(admit(Some("a")).unwrap().name.as_deref(), Some("a"));
    assert_eq!(admit(None).unwrap_err().code(), Code::OperationUnknown);
    assert_eq!(admit(Some("c")).unwrap_err().code(), Code::OperationUnknown);
}

#[test]
fn a_required_variable_without_a_value_is_named() {
    let query = "query($n: Int!){teams(first:$n){totalCount}}";
    let error = admit_with(10, query, None, &Variables::default()).unwrap_err();
    assert_eq!(error.code(), Code::BadInput);
    assert!(error.sentence().contains("$n"));
}

#[test]
fn a_refusal_for_cost_has_the_cost() {
    let document = Arc::new(Limits::read("{teams(first:50){nodes{id}}}").unwrap());
    let refused = limits(100).admit(document, None, &Variables::default()).unwrap_err();
    assert_eq!((refused.error.code(), refused.cost), (Code::QueryTooCostly, Some(101)));
    assert_eq!(limits(101).max_cost(), 101);
}

#[test]
fn introspection_is_found_anywhere() {
    let asks = |query: &str| asks_about_schema(&parser::parse_query(query).unwrap());
    for query in [
        "{__schema{queryType{name}}}",
        "{version a:__type(name:\"Unit\"){name}}",
        "{...f} fragment f on Query{...on Query{x:__schema{types{name}}}}",
        "query a{version} query b{__type(name:\"Unit\"){name}}",
        "{version} fragment unused on Query{__schema{types{name}}}",
        "{node{id @skip(if:true) ...on Unit{parent{__schema{types{name}}}}}}",
    ] {
        assert!(asks(query), "{query}");
    }
    assert!(!asks("{__typename node{__typename schema:id type:id}}"));
}

#[test]
fn the_largest_of_several_sizes_counts() {
    let price = |query: &str| {
        let document = Arc::new(Limits::read(query).unwrap());
        limits(100_000).admit(document, None, &Variables::default()).unwrap().cost
    };
    let whole = price("{teams(last:100){nodes{id}}}");
    assert_eq!(price("query($f:Int=20){teams(first:$f,last:100){nodes{id}}}"), whole);
    assert_eq!(price("query($l:Int=100){teams(first:20,last:$l){nodes{id}}}"), whole);
}

#[test]
fn a_zero_character_is_refused_anywhere() {
    let zero = r#""a\u0000b""#;
    for query in [
        format!("{{ node(id: {zero}) {{ id }} }}"),
        format!("{{ a: node(id: \"1\") {{ id }} node(id: [[{{ x: [{zero}] }}]]) {{ id }} }}"),
        format!("query($v: String = {zero}) {{ version }}"),
        format!("query @x(y: {zero}) {{ version }}"),
        format!("{{ version @skip(if: {zero}) }}"),
        format!("{{ ...f }} fragment f on Query {{ ... on Query {{ node(id: {zero}) {{ id }} }} }}"),
        format!("{{ version }} fragment f on Query @x(y: [{zero}]) {{ version }}"),
    ] {
        let refused = Limits::read(&query).expect_err(&query);
        assert_eq!(refused.code(), Code::BadInput, "{query}");
    }
    let document = Arc::new(Limits::read("query($v: String) { version }").unwrap());
    let admitted = |value: serde_json::Value| {
        let variables = Variables::from_json(serde_json::json!({ "v": value }));
        limits(100).admit(Arc::clone(&document), None, &variables).map(drop).map_err(|refused| refused.error.code())
    };
    assert_eq!(admitted("a\u{1}b".into()), Ok(()));
    assert_eq!(admitted("a\0b".into()), Err(Code::BadInput));
    assert_eq!(admitted(serde_json::json!({ "in": [[{ "w": "\0" }]] })), Err(Code::BadInput));
}
