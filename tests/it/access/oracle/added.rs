//! Any person may get any role: what they see is right for every combination drawn, and an added role takes nothing away.

use std::collections::BTreeSet;

use entity::id::{AllocationId, PersonId};
use entity::table::appointment;
use entity::value::{AccessRole, AppointmentRole, Role};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use psn::access::Viewer;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;

use super::asking::Asking;
use super::question::Selection;
use super::sight::Sight;
use super::world;
use crate::board_builder::{Allocated, allocation_row, appointment_row, changed, insert, insert_allocations};
use crate::harness::{World, both, day};

/// What is added to a person.
#[derive(Clone, Debug)]
enum Added {
    Granted(AccessRole),
    Appointed(i64),
    StandsIn(i64),
    Supports(i64),
    Manages(i64),
}

fn drawn() -> impl Strategy<Value = (i64, Added)> {
    let units = || 1_i64..=15;
    // Everyone but the leaver has a post today.
    let person = prop_oneof![1_i64..=46, 50_i64..=73].prop_filter("the leaver has no role", |person| *person != 60);
    let granted = prop_oneof![Just(AccessRole::Admin), Just(AccessRole::Coordinator), Just(AccessRole::Auditor)];
    let added = prop_oneof![
        granted.prop_map(Added::Granted),
        units().prop_map(Added::Appointed),
        units().prop_map(Added::StandsIn),
        units().prop_map(Added::Supports),
        (3_i64..=46).prop_map(Added::Manages),
    ];
    (person, added)
}

async fn add(world: &World, at: i64, person: i64, added: &Added) {
    let db = &world.db;
    let appointed = |unit, person, stands_in: Option<i64>| appointment::Model {
        valid_from: Some(day("2026-11-16")),
        delegate_id: stands_in.map(PersonId),
        ..appointment_row(500 + at, unit, person, AppointmentRole::SeniorManager)
    };
    match added {
        Added::Granted(_) => {}
        Added::Appointed(unit) => insert::<appointment::Entity>(db, [appointed(*unit, person, None)]).await,
        Added::StandsIn(unit) => insert::<appointment::Entity>(db, [appointed(*unit, 60, Some(person))]).await,
        Added::Supports(unit) => {
            // Not signed off, so that it changes no figure.
            let row = allocation_row(500 + at, person, Role::PeerSupporter, *unit);
            let row = Allocated { id: AllocationId(500 + at), signed_off_on: None, share: 100, ..row };
            insert_allocations(db, [row]).await;
        }
        Added::Manages(managed) => {
            let sql = format!("UPDATE post SET line_manager_id = {person} WHERE person_id = {managed}");
            db.execute_unprepared(&sql).await.unwrap();
        }
    }
    changed(db).await;
}

/// Which fields of which objects have a value; not the values, which may be different now.
fn visible_fields(value: &Value, found: &mut BTreeSet<String>) {
    // Fields that an added fact changes for every viewer.
    const FIGURES: [&str; 6] = ["atRisk", "gap", "required", "headline", "nextExpiry", "suggestedActions"];
    match value {
        Value::Object(fields) => {
            let name = fields.get("id").or_else(|| fields.get("code")).and_then(Value::as_str);
            for (key, value) in fields.iter().filter(|(key, _)| !FIGURES.contains(&key.as_str())) {
                if let Some(name) = name
                    && !value.is_null()
                    && value.as_array().is_none_or(|all| !all.is_empty())
                {
                    found.insert(format!("{name} {key}"));
                }
                visible_fields(value, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| visible_fields(item, found)),
        _ => {}
    }
}

fn questions(asking: &Asking) -> Vec<Selection> {
    let schema = &asking.schema;
    let mut all: Vec<_> =
        schema.nodes.iter().map(|of| schema.down_to(of, |kind| asking.ids(kind), schema.values(of))).collect();
    let supporters = schema.along("Query", &["teams", "supporters", "person", "allocations"]);
    all.extend([supporters, schema.along("Query", &["units", "appointments", "person"])]);
    all
}

both!(
    async fn an_added_role_takes_nothing_away(world: World) {
        world::build(&world).await;
        let mut runner = TestRunner::deterministic();
        for at in 0..12 {
            let (person, added) = drawn().new_tree(&mut runner).unwrap().current();
            let who = format!("person {person}, with {added:?}");
            let mut seen = Vec::new();
            for granted in
                [Vec::new(), Vec::from_iter(if let Added::Granted(role) = added { Some(role) } else { None })]
            {
                if seen.len() == 1 {
                    add(&world, at, person, &added).await;
                }
                let asking = Asking::over(&world, world.db.clone()).await;
                let sight = Sight::new(&asking.facts, &Viewer::person(PersonId(person), granted));
                let (mut own, mut all) = (BTreeSet::new(), BTreeSet::new());
                for question in &questions(&asking) {
                    asking.check(question, &who, &sight).await;
                    visible_fields(
                        &asking.answer(&question.written("Query", None), &sight.viewer).await["data"],
                        &mut own,
                    );
                    let whole = asking.reference(&question.written("Query", None)).await;
                    visible_fields(&whole, &mut all);
                }
                let more: Vec<_> = own.difference(&all).collect();
                assert!(more.is_empty(), "{who} sees what an admin does not: {more:?}");
                seen.push(own);
            }
            let lost: Vec<_> = seen[0].difference(&seen[1]).collect();
            assert!(lost.is_empty(), "{who} sees no longer: {lost:?}");
        }
    }
);
