//! The walk: every field along every path, as every viewer.

use serde_json::json;

use super::asking::{Asking, differences, encoded};
use super::expected::Mask;
use super::question::Selection;
use super::rights::{network_roles, rights};
use super::rules::{FIELDS, Rule, of_argument, of_field};
use super::schema::{Kind, Schema};
use super::sight::Sight;
use super::{viewers, world};
use crate::harness::both;

/// Paths that might lead a viewer from visible to hidden data.
const LONG_WAYS: [(&str, &[&str]); 18] = [
    ("Query", &["units", "parent", "team", "supporters", "person", "allocations", "unit", "team"]),
    ("Query", &["units", "parent", "children", "parent", "children", "team"]),
    ("Query", &["units", "ancestors", "children", "children", "appointments", "person", "allocations"]),
    ("Query", &["units", "appointments", "delegate", "allocations", "unit", "parent", "rollUp"]),
    ("Query", &["teams", "coverGroup", "members", "team", "supporters", "lineApproval", "by", "allocations"]),
    ("Query", &["teams", "coverGroup", "members", "parent", "children", "trend"]),
    ("Query", &["teams", "policy", "unit", "children", "team", "atRisk"]),
    ("Query", &["teams", "unit", "ancestors", "policy", "unit", "rollUp"]),
    ("Query", &["teams", "supporters", "seniorApproval", "by", "allocations", "unit", "exemptions"]),
    ("Query", &["teams", "supporters", "unit", "team", "supporters", "person", "allocations", "lineApproval", "by"]),
    ("Query", &["supporters", "person", "allocations", "unit", "team", "supporters"]),
    ("Query", &["trainers", "unit", "children", "appointments", "person"]),
    ("Query", &["gapReports", "deliveries", "recipient", "allocations", "unit", "team", "changeSinceLastReport"]),
    ("Query", &["gapReports", "previousSnapshot", "rollUp"]),
    ("Query", &["whatIf", "teams", "team", "supporters", "person", "allocations", "unit"]),
    ("Query", &["whatIf", "unit", "children", "team", "policy", "unit"]),
    ("Person", &["allocations", "unit", "appointments", "delegate"]),
    ("Person", &["allocations", "unit", "children", "team"]),
];

/// Fields that need a name; `absent` queries them.
const NAMED: [&str; 3] = ["Query.unit", "Query.team", "Query.node"];
/// Objects that no query along free fields reaches.
const ELSEWHERE: [&str; 5] = ["Mutation", "Subscription", "Viewer", "Node", "PageInfo"];

#[test]
fn every_field_and_argument_has_a_rule() {
    let schema = Schema::read(&psn::graphql::sdl());
    let mut without = Vec::new();
    for (of, kind) in &schema.types {
        let fields = match kind {
            Kind::Object(fields) => fields,
            Kind::Input(fields) => {
                without.extend(fields.iter().filter(|field| of_argument(of, &field.name).is_none()).map(|field| {
                    format!("{of}.{}: add to ARGUMENTS in tests/it/access/oracle/rules what it does", field.name)
                }));
                continue;
            }
            Kind::Leaf => continue,
        };
        for field in fields {
            if of_field(of, &field.name).is_none() {
                let name = &field.name;
                without.push(format!("{of}.{name}: add to FIELDS in tests/it/access/oracle/rules who sees it"));
            }
            let path = format!("{of}.{}", field.name);
            let bare = field.arguments.iter().filter(|argument| of_argument(&path, &argument.name).is_none());
            without.extend(bare.map(|argument| {
                format!("{path}({}): add to ARGUMENTS in tests/it/access/oracle/rules what it does", argument.name)
            }));
        }
    }
    assert!(without.is_empty(), "without a rule:\n{}", without.join("\n"));
    for (of, names, _) in FIELDS.iter().filter(|row| !row.0.starts_with('*')) {
        let known = schema.fields(of);
        let gone: Vec<_> =
            names.split_whitespace().filter(|name| !known.iter().any(|field| field.name == *name)).collect();
        assert!(gone.is_empty(), "{of} has no {gone:?} any more: take its rule out");
    }
}

/// The queries along every field, by their subject.
fn questions(asking: &Asking) -> Vec<Selection> {
    let schema = &asking.schema;
    let mut all = vec![schema.around("Query")];
    for of in schema.entities().into_iter().filter(|of| *of != "Viewer") {
        // Objects with values only and without an id are queried whole wherever they are reached.
        if !schema.is_plain(of) || schema.nodes.contains(of) {
            let inside = if schema.is_plain(of) { schema.values(of) } else { schema.around(of).and(schema.values(of)) };
            all.push(schema.down_to(of, |kind| asking.ids(kind), inside));
        }
    }
    all
}

/// The queries along long paths.
fn long_ways(asking: &Asking) -> Vec<Selection> {
    let schema = &asking.schema;
    let way = |(root, way): &(&str, &[&str])| match *root {
        "Query" => schema.along(root, way),
        root => schema.down_to(root, |kind| asking.ids(kind), schema.along(root, way)),
    };
    LONG_WAYS.iter().map(way).collect()
}

both!(
    async fn every_viewer_gets_exactly_their_data(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let (questions, long_ways) = (questions(&asking), long_ways(&asking));
        let mut seen = Vec::new();
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            let mut values = 0;
            // A viewer of the whole network has nothing hidden at the end of a long path.
            let long_ways = long_ways.iter().filter(|_| !sight.whole());
            for question in questions.iter().chain(long_ways) {
                values += asking.check(question, who, &sight).await;
            }
            seen.push((who, values));
        }
        let of = |who: &str| seen.iter().find(|row| row.0 == who).unwrap().1;
        // A walk that reaches nothing proves nothing, nor does one that meets nothing hidden.
        let (reached, hidden) = (asking.looked.reached.lock().unwrap(), asking.looked.hidden.lock().unwrap());
        let mut blind = Vec::new();
        for (on, names, rule) in
            FIELDS.iter().filter(|row| !ELSEWHERE.contains(&row.0) && asking.schema.way_to(row.0).is_some())
        {
            for field in names.split_whitespace().map(|name| format!("{on}.{name}")) {
                if NAMED.contains(&field.as_str()) || matches!(rule, Rule::Own) {
                    continue;
                }
                if !reached.contains(&field) {
                    blind.push(format!("{field} was never reached with something in it: put it into the world"));
                }
                if !matches!(rule, Rule::WithIt) && !hidden.contains(&field) {
                    blind.push(format!("{field} is hidden from no viewer: add data, or a viewer, to the world"));
                }
            }
        }
        assert!(blind.is_empty(), "{}", blind.join("\n"));
        assert!(of("admin") > 10_000 && of("senior manager of NORTH") > 1_000, "{seen:?}");
        assert!(of("plain staff") < of("supporter of one team"), "{seen:?}");
        assert!(of("supporter of one team") < of("senior manager of NORTH"), "{seen:?}");
    }
);

both!(
    async fn the_viewer_gets_their_own_data(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let schema = &asking.schema;
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            let asked = schema.around("Viewer").and(schema.values("Viewer"));
            let part = |name: &str| asked.0.iter().find(|part| part.name == name).unwrap();
            let answer = asking.answer(&format!("{{viewer {}}}", asked.written("Viewer", None)), &viewer).await;
            assert_eq!(answer.get("errors"), None, "{who}");
            let told = &answer["data"]["viewer"];
            assert_eq!(told["actor"], viewer.actor().to_string(), "{who}");
            let roles: Vec<_> = sight.roles.iter().map(|role| role.as_str()).collect();
            assert_eq!(told["roles"], json!(roles), "{who}");
            assert_eq!(told["seesWholeNetwork"], sight.whole(), "{who}");
            assert_eq!(told["networkRoles"], network_roles(&sight), "{who}");
            assert_eq!(told["rights"], rights(&sight), "{who}");
            assert_eq!(told["mayRequestRuns"], sight.requests_runs(), "{who}");

            let mask = Mask { schema, sight: &sight, looked: &asking.looked };
            let myself = sight.me.filter(|me| sight.person(*me)).map(|me| encoded("Person", me.0));
            for (name, kind, ids) in [
                ("units", "Unit", sight.own_units().iter().map(|unit| encoded("Unit", unit.0)).collect()),
                ("supports", "Unit", sight.supported_units().iter().map(|unit| encoded("Unit", unit.0)).collect()),
                ("unitsOfPeople", "Unit", sight.units_of_people().iter().map(|unit| encoded("Unit", unit.0)).collect()),
                ("people", "Person", sight.managed.iter().map(|person| encoded("Person", person.0)).collect()),
                ("person", "Person", Vec::from_iter(myself)),
            ] {
                let of_page = || part(name).inside.0.iter().find(|part| part.name == "nodes").unwrap();
                let inside = if name == "person" { &part(name).inside } else { &of_page().inside };
                let ids: Vec<String> = ids;
                let list: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
                let fragment = format!("{{__typename ... on {kind} {}}}", inside.written(kind, None));
                let reference = asking.reference(&format!("{{nodes(ids: [{}]) {fragment}}}", list.join(", "))).await;
                let shown = reference["nodes"].as_array().unwrap().iter();
                let expected: Vec<_> = shown.map(|item| mask.object(kind, inside, item, &[])).collect();
                let found = if name == "person" {
                    let person = &told["person"];
                    json!(Vec::from_iter(Some(person.clone()).filter(|person| !person.is_null())))
                } else {
                    assert_eq!(told[name]["totalCount"], expected.len(), "{who}: {name}");
                    assert_eq!(told[name]["edges"].as_array().unwrap().len(), expected.len(), "{who}: {name}");
                    told[name]["nodes"].clone()
                };
                let differences = differences(name, &json!(expected), &found);
                assert!(differences.is_empty(), "{who}\n{}", differences.join("\n"));
            }
        }
    }
);

both!(
    async fn an_admin_sees_everything_that_is_on_file(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let facts = &asking.facts;
        let query = "{ units(first: 100) { totalCount } teams(first: 100) { totalCount nodes { ownHeadcount
            supporters(first: 100, includeEnded: true) { nodes { unit { code } person { id } firstDay } } } }
            snapshots { totalCount } gapReports { nodes { deliveries { totalCount }
            copies: deliveries(kind: COPY) { totalCount } summaries: deliveries(kind: RUN_SUMMARY) { totalCount } } }
            jobRuns { totalCount }
            importBatches { nodes { rejects { totalCount } } } directory(first: 100) { totalCount } }";
        let told = asking.reference(query).await;
        // All but OLD, which has closed; each that is not a sector is a team.
        assert_eq!(told["units"]["totalCount"], facts.units.len() - 1);
        assert_eq!(told["teams"]["totalCount"], asking.ids("Team").len());
        assert_eq!(told["directory"]["totalCount"], asking.ids("Team").len());
        assert_eq!(told["snapshots"]["totalCount"], asking.ids("Snapshot").len());
        assert_eq!(told["jobRuns"]["totalCount"], asking.ids("JobRun").len());
        let sum = |list: &serde_json::Value, inner: &str| -> i64 {
            list["nodes"].as_array().unwrap().iter().map(|node| node[inner]["totalCount"].as_i64().unwrap()).sum()
        };
        let mails = ["deliveries", "copies", "summaries"].map(|kind| sum(&told["gapReports"], kind));
        assert_eq!(mails, [i64::try_from(facts.mails.len()).unwrap() - 2, 1, 1]);
        assert_eq!(sum(&told["importBatches"], "rejects"), 3);
        let mut records: Vec<_> = told["teams"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|team| team["supporters"]["nodes"].as_array().unwrap())
            .map(serde_json::Value::to_string)
            .collect();
        records.sort();
        records.dedup();
        let on_file = facts.allocations.iter().filter(|row| row.role == entity::value::Role::PeerSupporter).count();
        assert_eq!(records.len(), on_file);
        for kind in &asking.schema.nodes {
            let ids = asking.ids(kind);
            let list: Vec<_> = ids.iter().map(|id| format!("\"{id}\"")).collect();
            let found = asking.reference(&format!("{{nodes(ids: [{}]) {{id __typename}}}}", list.join(", "))).await;
            let expected: Vec<_> = ids.iter().map(|id| json!({ "id": id, "__typename": kind })).collect();
            assert_eq!(found["nodes"], json!(expected));
        }
    }
);

#[test]
fn rights_table_is_current() {
    crate::documents::holds(
        "docs/access.md",
        "rights",
        &psn::access::right::rights_markdown(),
        "rights_table_is_current",
    );
}
