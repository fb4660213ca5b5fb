//! After a change that names what it touched, a process reads just that again, and answers what a new process answers.

use axum::Router;
use entity::id::{AppointmentId, CompletionId, ExemptionId, PauseId, PersonId, PolicyId, UnitId};
use entity::json_column::Touched;
use entity::store::{begin_write, facts};
use entity::table::{allocation, appointment, completion, exemption, pause, policy};
use entity::value::{AppointmentRole, Role};
use sea_orm::{ConnectionTrait as _, DatabaseConnection, EntityTrait as _, IntoActiveModel as _};
use serde_json::Value;

use super::statements::Statements;
use super::{board, data, history, site, site_over};
use crate::board_builder::appointment_row;
use crate::harness::{both, day};

/// Everything that a change may show in, on this day.
const ANSWERS: &str =
    "units(asOf: $on, first: 100) { nodes { code exemptions { reason } embedded { trainers needed met }
      appointments { person { id } delegate { id } }
      rollUp { headcount teams { total covered atRisk partial none unknown exempt notApplicable }
        staffCovered { numerator denominator } level1 { done { numerator } target } activeSupporters champions
        championTeamsMet { numerator } trainerUnitsMet { numerator denominator } trainers supportersPerTrainer
        standing { group allocations } } } }
    teams(asOf: $on, first: 100) { nodes { status gap required statusInWords unit { code } champions { counting }
      supporters(first: 20) { nodes { standingInWords protectedHours isUnproven nextExpiry { lastDay } } } } }
    trainers(asOf: $on) { totalCount } champions(asOf: $on) { totalCount }";

async fn answers(site: &Router) -> Vec<Value> {
    let mut found = Vec::new();
    for on in ["2026-11-16", "2026-12-20", "2026-11-01"] {
        found.push(data(site, &format!("{{ {} }}", ANSWERS.replace("$on", &format!("\"{on}\"")))).await);
    }
    found
}

/// Writes as a command does.
async fn write(db: &DatabaseConnection, touched: &Touched, statement: Write) {
    let txn = begin_write(db).await.unwrap();
    match statement {
        Write::Sql(sql) => drop(txn.execute_unprepared(sql).await.unwrap()),
        Write::Pause(row) => drop(pause::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
        Write::Pass(row) => drop(completion::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
        Write::Policy(row) => drop(policy::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
        Write::Exemption(row) => drop(exemption::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
        Write::Appointment(row) => drop(appointment::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
        Write::Role(row) => drop(allocation::Entity::insert(row.into_active_model()).exec(&txn).await.unwrap()),
    }
    facts::bump_data_version_touching(&txn, touched).await.unwrap();
    txn.commit().await.unwrap();
}

enum Write {
    Sql(&'static str),
    Pause(pause::Model),
    Pass(completion::Model),
    Policy(policy::Model),
    Exemption(exemption::Model),
    Appointment(appointment::Model),
    Role(allocation::Model),
}

/// A change of each kind, with what it touches.
fn changes() -> Vec<(Touched, Write)> {
    let (person, unit) = (|id| Touched::person(PersonId(id)), |id| Touched::unit(UnitId(id)));
    let role = |id: i64, person: i64, role: Role, unit: i64| {
        let row = board::allocation_row(id, person, role, unit);
        allocation::Model {
            id: row.id,
            person_id: row.person_id,
            role,
            unit_id: row.unit_id,
            share: row.share,
            valid_from: row.valid_from,
            valid_to: None,
            line_approval_blank: true,
            senior_approval_blank: true,
            sign_off_blank: true,
            pause_blank: true,
        }
    };
    let paused = pause::Model {
        id: PauseId(900),
        allocation_id: entity::id::AllocationId(1),
        valid_from: Some(day("2026-11-10")),
        valid_to: Some(day("2026-12-01")),
    };
    let ours = policy::Model {
        id: PolicyId(900),
        unit_id: UnitId(3),
        in_force_from: day("2026-11-10"),
        staff_per_supporter: 2,
        level1_target: 50,
        trainer_level: "Ward".to_owned(),
        ..board::policy_row()
    };
    let exempt = exemption::Model {
        id: ExemptionId(900),
        unit_id: UnitId(5),
        valid_from: day("2026-11-01"),
        valid_to: day("2026-12-01"),
        reason: "Decanted".to_owned(),
        agreed_by: None,
    };
    let appointed = appointment_row(900, 3, 8, AppointmentRole::SeniorManager);
    assert_eq!(appointed.id, AppointmentId(900));
    vec![
        (person(3), Write::Pause(paused)),
        (person(3), Write::Sql("DELETE FROM pause WHERE id = 900")),
        (person(7), Write::Sql("UPDATE allocation_terms SET protected_hours = 800 WHERE allocation_id = 3")),
        (person(3), Write::Pass(completion::Model { id: CompletionId(90_000), ..board::pass(0, 3, 2, "2026-11-12") })),
        (person(5), Write::Pass(completion::Model { id: CompletionId(90_001), ..board::pass(0, 5, 1, "2026-11-12") })),
        (person(9), Write::Role(role(900, 9, Role::PeerSupporter, 6))),
        (person(10), Write::Role(role(901, 10, Role::Champion, 5))),
        (person(11), Write::Role(role(902, 11, Role::Trainer, 2))),
        (person(9), Write::Sql("DELETE FROM allocation WHERE id = 900")),
        (person(6), Write::Sql("UPDATE allocation SET valid_to = '2026-11-15' WHERE id = 2")),
        (unit(3), Write::Policy(ours)),
        (unit(5), Write::Exemption(exempt)),
        (unit(3), Write::Appointment(appointed)),
        (unit(2), Write::Sql("UPDATE appointment SET delegate_id = NULL WHERE id = 1")),
    ]
}

fn reads_everything(asked: &[String]) -> bool {
    asked.iter().any(|sql| sql.contains("\"post\".\"band\""))
}

both!(
    async fn the_next_answer_is_that_of_a_new_process(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let statements = Statements::default();
        let (first, second) = (site_over(&world, statements.watch(&world)), site(&world));
        let mut before = answers(&first).await;
        answers(&second).await;
        for (number, (touched, change)) in changes().into_iter().enumerate() {
            statements.taken();
            write(&world.db, &touched, change).await;
            let after = answers(&first).await;
            assert!(!reads_everything(&statements.taken()), "change {number}");
            assert_ne!(after, before, "change {number} shows");
            assert_eq!(after, answers(&site(&world)).await, "change {number}");
            // Another process on the same database follows as well; after several changes at once too.
            if number % 2 == 1 {
                assert_eq!(after, answers(&second).await, "change {number}");
            }
            before = after;
        }
    }
);

both!(
    async fn a_change_costs_as_many_statements_on_any_board(world: World) {
        board::organisation(&world.db).await;
        let statements = Statements::default();
        let mut counts = Vec::new();
        for wards in [0, 120] {
            if wards > 0 {
                board::many_wards(&world.db, wards).await;
            }
            let site = site_over(&world, statements.watch(&world));
            data(&site, "{ board { code } }").await;
            let mut touched = Touched::person(PersonId(3));
            touched.extend(Touched::unit(UnitId(2)));
            write(&world.db, &touched, Write::Sql("UPDATE allocation SET share = share - 1 WHERE id = 1")).await;
            statements.taken();
            let team = data(&site, "{ team(code: \"N1\") { supporters(first: 5) { totalCount } } }").await;
            assert_eq!(team["team"]["supporters"]["totalCount"], 1);
            counts.push(statements.taken().len());
        }
        assert_eq!(counts[0], counts[1], "{counts:?}");
        assert!(counts[0] <= 18, "{counts:?}");
    }
);

both!(
    async fn a_change_of_unknown_extent_is_read_completely(world: World) {
        board::organisation(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        let headcount =
            async || data(&site, "{ board { rollUp { headcount } } }").await["board"]["rollUp"]["headcount"].clone();
        assert_eq!(headcount().await, 46);
        world.db.execute_unprepared("UPDATE post SET bank = TRUE WHERE person_id = 5").await.unwrap();
        // A recorded change after one of unknown extent does not hide it.
        board::changed(&world.db).await;
        write(&world.db, &Touched::person(PersonId(3)), Write::Sql("UPDATE allocation SET share = 900 WHERE id = 1"))
            .await;
        statements.taken();
        assert_eq!(headcount().await, 45);
        assert!(reads_everything(&statements.taken()));
    }
);

both!(
    async fn linked_people_are_read_under_all_their_numbers(world: World) {
        board::organisation(&world.db).await;
        world.db.execute_unprepared("INSERT INTO person_link (person_id, same_as_id) VALUES (3, 40)").await.unwrap();
        board::changed(&world.db).await;
        let statements = Statements::default();
        let site_before = site_over(&world, statements.watch(&world));
        answers(&site_before).await;
        statements.taken();
        write(&world.db, &Touched::person(PersonId(40)), Write::Sql("UPDATE allocation SET share = 400 WHERE id = 1"))
            .await;
        let after = answers(&site_before).await;
        assert!(!reads_everything(&statements.taken()));
        assert_eq!(after, answers(&site(&world)).await);
    }
);

both!(
    async fn many_askers_read_a_change_once(world: World) {
        board::organisation(&world.db).await;
        let statements = Statements::default();
        let site = site_over(&world, statements.watch(&world));
        data(&site, "{ board { code } }").await;
        write(&world.db, &Touched::person(PersonId(3)), Write::Sql("UPDATE allocation SET share = 400 WHERE id = 1"))
            .await;
        statements.taken();
        let asked = (0..16).map(|_| data(&site, "{ team(code: \"N1\") { status } }"));
        futures_util::future::join_all(asked).await;
        let reads = statements.taken().iter().filter(|sql| sql.contains("fact_change")).count();
        assert_eq!(reads, 1);
    }
);
