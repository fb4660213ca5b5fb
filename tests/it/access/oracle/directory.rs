//! The directory names people to all staff, so it is not enough that all viewers get the same: the test works out who must be
//! named from the records and the rows on file.

use std::collections::BTreeSet;

use entity::id::PersonId;
use entity::value::{AppointmentRole, Role};
use psn::access::Viewer;
use serde_json::Value;

use super::asking::{Asking, decoded};
use super::facts::{Facts, holds};
use super::world;
use crate::harness::both;

fn named(list: &Value) -> BTreeSet<String> {
    let names: Vec<_> =
        list.as_array().unwrap().iter().map(|person| person["name"].as_str().unwrap().to_owned()).collect();
    let once: BTreeSet<_> = names.iter().cloned().collect();
    assert_eq!(once.len(), names.len(), "{names:?}");
    once
}

fn name(person: PersonId) -> String {
    format!("First{person} Last{person}")
}

/// Whether a person has a counting post in the unit itself.
fn works_in(facts: &Facts, person: PersonId, unit: entity::id::UnitId) -> bool {
    facts.counts(person) && facts.posts_today(person).any(|post| post.unit_id == unit && !post.bank)
}

both!(
    async fn the_directory_names_only_todays_contacts(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let facts = &asking.facts;
        let staff = Viewer::person(PersonId(41), Vec::new());
        let query = "{ directory(first: 100) { nodes { code supporters { name } champions { name }
            managers { role person { name } } } } }";
        let told = asking.answer(query, &staff).await;
        // COVERAGE.md decides whether a record counts, and an ADMIN's answer has the result.
        let records = asking
            .reference(
                "{ teams(first: 100) { nodes { unit { code } headcount
                   supporters(first: 100, includeEnded: true) { nodes { isActive person { id } } } } } }",
            )
            .await;
        let teams = records["teams"]["nodes"].as_array().unwrap().iter().filter(|team| team["headcount"] != 0);
        let entries = told["data"]["directory"]["nodes"].as_array().unwrap();
        assert_eq!(entries.len(), teams.clone().count(), "{told}");
        let mut kept = [0; 3];
        for (entry, team) in entries.iter().zip(teams) {
            let code = entry["code"].as_str().unwrap();
            assert_eq!(team["unit"]["code"], code);
            let unit = facts.coded(code);

            let records = team["supporters"]["nodes"].as_array().unwrap();
            let of = |record: &Value| name(PersonId(decoded(record["person"]["id"].as_str().unwrap()).1));
            let counting: BTreeSet<_> = records.iter().filter(|record| record["isActive"] == true).map(of).collect();
            assert_eq!(named(&entry["supporters"]), counting, "{code}");
            kept[0] += records.iter().filter(|record| record["isActive"] == false).count();

            let roles = facts.allocations.iter().filter(|row| row.role == Role::Champion && row.unit_id == unit);
            let today = |row: &&entity::table::allocation::Model| {
                holds(row.valid_from, row.valid_to, facts.today) && works_in(facts, row.person_id, unit)
            };
            let champions: BTreeSet<_> = roles.clone().filter(today).map(|row| name(row.person_id)).collect();
            assert_eq!(named(&entry["champions"]), champions, "{code}");
            kept[1] += roles.count() - champions.len();

            let appointed = facts.appointments.iter().filter(|row| row.unit_id == unit);
            let holds = |row: &&entity::table::appointment::Model| {
                holds(row.valid_from, row.valid_to, facts.today) && facts.counts(row.person_id)
            };
            let word = |role: AppointmentRole| role.as_str();
            let managers: BTreeSet<_> =
                appointed.clone().filter(holds).map(|row| (word(row.role).to_owned(), name(row.person_id))).collect();
            let listed = entry["managers"].as_array().unwrap().iter();
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            let listed: BTreeSet<_> =
                listed.map(|manager| (text(&manager["role"]), text(&manager["person"]["name"]))).collect();
            assert_eq!(listed, managers, "{code}");
            kept[2] += appointed.count() - managers.len();
        }
        // There is at least one person of each kind on file who is not listed.
        assert!(kept.iter().all(|kept| *kept >= 2), "{kept:?}");
    }
);

both!(
    async fn responsible_people_are_shown_as_of_the_day(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let facts = &asking.facts;
        let query = "{ units(first: 100) { nodes { code appointments { role person { id } delegate { id } } } } }";
        let told = asking.reference(query).await;
        let mut over = 0;
        for unit in told["units"]["nodes"].as_array().unwrap() {
            let id = |person: &Value| person["id"].as_str().map(|id| decoded(id).1);
            let listed = unit["appointments"].as_array().unwrap().iter();
            let listed: BTreeSet<_> =
                listed.map(|row| (row["role"].as_str().unwrap(), id(&row["person"]), id(&row["delegate"]))).collect();
            let of = facts.coded(unit["code"].as_str().unwrap());
            let on_file = facts.appointments.iter().filter(|row| row.unit_id == of);
            let today: BTreeSet<_> = on_file
                .clone()
                .filter(|row| holds(row.valid_from, row.valid_to, facts.today))
                .map(|row| {
                    let stands_in = holds(row.delegate_from, row.delegate_to, facts.today);
                    let delegate = row.delegate_id.filter(|_| stands_in).map(|person| person.0);
                    (row.role.as_str(), Some(row.person_id.0), delegate)
                })
                .collect();
            assert_eq!(listed, today, "{unit}");
            over += on_file.count() - today.len();
        }
        assert!(over >= 2, "{over}");
    }
);
