//! Hidden means absent: a name of something that the viewer may not see gets the same answer as a name that does not exist,
//! with as many statements to the database, which stand for the time that it takes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use entity::id::{PersonId, UnitId};
use entity::value::AccessRole;
use serde_json::Value;

use super::asking::{Asking, day_of, decoded, on_a_day, renumbered};
use super::question::Selection;
use super::rules::{ARGUMENTS, Takes};
use super::schema::Schema;
use super::sight::Sight;
use super::{viewers, world};
use crate::harness::{World, both};

/// An argument that names something.
struct Naming {
    argument: &'static str,
    /// A query that contains the name.
    asked: fn(&Schema, &str) -> Selection,
    /// Whether the viewer may see what the name refers to.
    seen: fn(&Sight<'_>, &str) -> bool,
    by: By,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Code,
    Id,
}

fn figures(sight: &Sight<'_>, code: &str) -> bool {
    sight.figures(sight.facts.coded(code))
}

fn team(sight: &Sight<'_>, code: &str) -> bool {
    !["NORTH", "SOUTH", "OLD"].contains(&code) && figures(sight, code)
}

fn found(sight: &Sight<'_>, id: &str) -> bool {
    let (kind, number) = decoded(id);
    match kind.as_str() {
        "Unit" => sight.figures(UnitId(number)),
        "Team" => sight.team_on(UnitId(number), day_of(id).unwrap_or(sight.facts.today)),
        "Snapshot" => sight.snapshots(),
        "GapReport" => sight.reports(),
        "Delivery" => sight.mail(number),
        "JobRun" | "ImportBatch" => sight.whole(),
        "Person" => sight.person(PersonId(number)),
        "AuditEvent" => sight.is(AccessRole::Auditor),
        other => panic!("say who sees a {other}"),
    }
}

const NAMINGS: [Naming; 14] = [
    Naming {
        argument: "Query.unit(code)",
        asked: |schema, code| one(schema, "unit", &format!("(code: \"{code}\")")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.team(code)",
        asked: |schema, code| one(schema, "team", &format!("(code: \"{code}\")")),
        seen: team,
        by: By::Code,
    },
    Naming {
        argument: "Query.units(underCode)",
        asked: |schema, code| one(schema, "units", &format!("(first: 100, underCode: \"{code}\")")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.supporters(underCode)",
        asked: |schema, code| one(schema, "supporters", &format!("(first: 100, underCode: \"{code}\")")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.trainers(underCode)",
        asked: |schema, code| one(schema, "trainers", &format!("(first: 100, underCode: \"{code}\")")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.champions(underCode)",
        asked: |schema, code| one(schema, "champions", &format!("(first: 100, underCode: \"{code}\")")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.directory(underCode)",
        asked: |schema, code| one(schema, "directory", &format!("(first: 100, underCode: \"{code}\")")),
        seen: |sight, _| sight.directory(),
        by: By::Code,
    },
    Naming {
        argument: "TeamFilter.underCode",
        asked: |schema, code| one(schema, "teams", &format!("(first: 100, filter: {{underCode: \"{code}\"}})")),
        seen: figures,
        by: By::Code,
    },
    Naming {
        argument: "Query.whatIf(unitCode)",
        asked: |schema, code| {
            one(schema, "whatIf", &format!("(unitCode: \"{code}\", policy: {{staffPerSupporter: 2}})"))
        },
        seen: |sight, code| figures(sight, code) && sight.tries(sight.facts.coded(code)),
        by: By::Code,
    },
    Naming {
        argument: "Snapshot.rollUp(unitCode)",
        asked: |schema, code| {
            let figures =
                schema.part("Snapshot", "rollUp", &format!("(unitCode: \"{code}\")"), schema.values("RollUp"));
            Selection(vec![schema.leading("Query", "snapshots", "(first: 1)", Selection(vec![figures]))])
        },
        // A viewer who sees no snapshot has no place to name a unit.
        seen: |sight, code| !sight.snapshots() || figures(sight, code),
        by: By::Code,
    },
    Naming {
        argument: "Query.node(id)",
        asked: |schema, id| one(schema, "node", &format!("(id: \"{id}\")")),
        seen: found,
        by: By::Id,
    },
    Naming {
        argument: "Query.nodes(ids)",
        asked: |schema, id| one(schema, "nodes", &format!("(ids: [\"{id}\"])")),
        seen: found,
        by: By::Id,
    },
    Naming {
        argument: "Query.reportPreferences(personId)",
        asked: |schema, id| {
            let known = schema.scalars("ReportPreferences");
            Selection(vec![schema.leading("Query", "reportPreferences", &format!("(personId: \"{id}\")"), known)])
        },
        seen: |sight, id| matches!(decoded(id), (kind, id) if kind == "Person" && sight.sets_report_of(PersonId(id))),
        by: By::Id,
    },
    Naming {
        argument: "Query.subjectAccess(personId)",
        asked: |schema, id| {
            let given = format!("(personId: \"{id}\")");
            Selection(vec![schema.part("Query", "subjectAccess", &given, Selection::default())])
        },
        seen: |sight, id| matches!(decoded(id), (kind, id) if kind == "Person" && sight.document_of(PersonId(id))),
        by: By::Id,
    },
];

fn one(schema: &Schema, field: &str, arguments: &str) -> Selection {
    let target = schema.target(schema.field("Query", field));
    let known = if target == "Node" { schema.scalars(target) } else { schema.identity(target) };
    Selection(vec![schema.leading("Query", field, arguments, known)])
}

#[test]
fn every_argument_that_names_something_is_tried() {
    for (of, names, takes) in ARGUMENTS {
        let names = names.split_whitespace().filter(|_| matches!(takes, Takes::Name));
        for argument in
            names.map(|name| if of.contains('.') { format!("{of}({name})") } else { format!("{of}.{name}") })
        {
            assert!(
                NAMINGS.iter().any(|naming| naming.argument == argument),
                "{argument}: add to NAMINGS in tests/it/access/oracle/absent.rs how it is asked and who sees what it names"
            );
        }
    }
}

/// A name of the same form that does not exist.
fn never(naming: &Naming, name: &str) -> String {
    match naming.by {
        By::Code => "NEVER".to_owned(),
        By::Id => renumbered(name, 9_999),
    }
}

/// The answer, with `name` replaced by `other`, and the number of statements.
async fn answered(
    asking: &Asking,
    count: &AtomicUsize,
    question: &str,
    sight: &Sight<'_>,
    names: (&str, &str),
) -> (String, usize) {
    count.store(0, Ordering::SeqCst);
    let mut answer: Value = asking.answer(question, &sight.viewer).await;
    // The engine writes a field when it is ready.
    answer.sort_all_objects();
    let said = answer.to_string().replace(&format!("'{}'", names.0), &format!("'{}'", names.1));
    (said, count.load(Ordering::SeqCst))
}

fn watched(world: &World, count: &Arc<AtomicUsize>) -> sea_orm::DatabaseConnection {
    let (mut db, count) = (world.db.clone(), Arc::clone(count));
    db.set_metric_callback(move |_| {
        count.fetch_add(1, Ordering::SeqCst);
    });
    db
}

/// The names: every code; units and teams on a day too; of the many people every fifth, and everyone with a role in the tests.
fn names(asking: &Asking) -> (Vec<String>, Vec<String>) {
    let plays = |id: &String| {
        let (kind, number) = decoded(id);
        kind != "Person" || number >= 50 || number % 5 == 0
    };
    let ids = asking.schema.nodes.iter().flat_map(|kind| asking.ids(kind));
    let dated = ["Unit", "Team"].into_iter().flat_map(|kind| asking.ids(kind)).map(|id| on_a_day(&id, "2026-03-02"));
    // Not a Monday: a team is found on it only by viewers who may see its records.
    let tuesday = asking.ids("Team").into_iter().map(|id| on_a_day(&id, "2026-03-03"));
    let ids = ids.chain(dated).chain(tuesday);
    (asking.facts.units.iter().map(|unit| unit.code.clone()).collect(), ids.filter(plays).collect())
}

/// Visible objects get the correct answer; `walk` checks that for objects found by id.
async fn shown(asking: &Asking, naming: &Naming, who: &str, name: &str, sight: &Sight<'_>) {
    let question = (naming.asked)(&asking.schema, name);
    if naming.argument != "Snapshot.rollUp(unitCode)" {
        asking.check(&question, who, sight).await;
        return;
    }
    let answer = asking.answer(&question.written("Query", None), &sight.viewer).await;
    assert_eq!(answer.get("errors"), None, "{who}");
    let told = &answer["data"]["snapshots"]["nodes"][0]["rollUp"];
    // OLD was closed on the day of the snapshot.
    let seen = sight.snapshots() && sight.all_below(asking.facts.coded(name)) && name != "OLD";
    assert_eq!(told.is_object(), seen, "{who}: {name}: {answer}");
}

both!(
    async fn hidden_is_answered_as_absent(world: World) {
        world::build(&world).await;
        let count = Arc::new(AtomicUsize::new(0));
        let asking = Asking::over(&world, watched(&world, &count)).await;
        let (codes, ids) = names(&asking);
        // The first caller reads the data.
        asking.reference("{board {code}}").await;
        let (mut hidden, mut seen) = (0, 0);
        for (who, viewer) in viewers::all() {
            let sight = Sight::new(&asking.facts, &viewer);
            for naming in &NAMINGS {
                let mut absent: HashMap<String, (String, usize)> = HashMap::new();
                for name in if naming.by == By::Code { &codes } else { &ids } {
                    if (naming.seen)(&sight, name) {
                        seen += 1;
                        if naming.by == By::Code {
                            shown(&asking, naming, who, name, &sight).await;
                        }
                        continue;
                    }
                    hidden += 1;
                    let never = never(naming, name);
                    let query = |name: &str| (naming.asked)(&asking.schema, name).written("Query", None);
                    if !absent.contains_key(&never) {
                        let told = answered(&asking, &count, &query(&never), &sight, (&never, &never)).await;
                        absent.insert(never.clone(), told);
                    }
                    let (expected, as_many) = &absent[&never];
                    let (answer, statements) = answered(&asking, &count, &query(name), &sight, (name, &never)).await;
                    assert_eq!(answer, *expected, "{who}: {}", query(name));
                    assert!(answer.contains("NOT_FOUND"), "{who}: {}: {answer}", query(name));
                    let differ = statements.abs_diff(*as_many) > 1;
                    assert!(!differ, "{who}: {}: {statements} statements, not {as_many}", query(name));
                }
            }
        }
        assert!(hidden > 1_000 && seen > 500, "{hidden} hidden, {seen} seen");
    }
);
