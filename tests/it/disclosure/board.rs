//! Five teams of 25 people, of whom those of A are trained between two Mondays.

use entity::id::{AppointmentId, CourseId, PersonId, UnitId};
use entity::table::{appointment, completion, course, person, policy, post};
use entity::value::{AppointmentRole, Level, Role};
use sea_orm::DatabaseConnection;

use crate::graphql::board::{
    Allocated, allocation_row, changed, insert, insert_allocations, insert_units, pass, person_row, policy_row,
    post_row, unit_row,
};
use crate::harness::day;

pub(super) const LAST_WEEK: &str = "2026-11-09";
pub(super) const THIS_WEEK: &str = "2026-11-16";

const TEAMS: [(i64, &str, i64); 5] = [(4, "A", 2), (5, "B", 2), (6, "C", 2), (7, "D", 3), (8, "E", 3)];
const STAFF: i64 = 25;

/// BOARD over NORTH (A, B, C) and SOUTH (D, E). People 1 to 25 are A's, the next 25 B's, and so on. Level 1 is done by 17 of
/// A's people, from 12 November by 22; by 13 of each other team. Fifteen of A's are allocated to A: 2 are paused, 6 are not
/// signed off and 7 have no protected time. Person 101 answers for BOARD.
pub(super) async fn organisation(db: &DatabaseConnection) {
    let mut units = vec![
        unit_row(1, "BOARD", "The Board", None, "Board", None),
        unit_row(2, "NORTH", "North", Some(1), "Sector", None),
        unit_row(3, "SOUTH", "South", Some(1), "Sector", None),
    ];
    units.extend(TEAMS.map(|(id, code, above)| unit_row(id, code, code, Some(above), "Team", None)));
    insert_units(db, units).await;
    let people = || (0..STAFF * 5).map(|at| (at + 1, TEAMS[usize::try_from(at / STAFF).unwrap()].0));
    insert::<person::Entity>(db, people().map(|(id, _)| person_row(id))).await;
    let posts = people().map(|(id, unit)| post::Model { line_manager_id: None, ..post_row(id, unit) });
    insert::<post::Entity>(db, posts).await;
    let course = |id, code: &str, level| course::Model {
        id: CourseId(id),
        code: code.to_owned(),
        code_key: code.to_owned(),
        title: None,
        level,
        platform: None,
        employer_kind: None,
    };
    insert::<course::Entity>(db, [course(1, "l1", Level::One), course(2, "l2", Level::Two)]).await;
    let done = people().filter(|(id, unit)| if *unit == 4 { *id <= 17 } else { (id - 1) % STAFF < 13 });
    let mut passes: Vec<_> = done.map(|(id, _)| pass(id, id, 1, "2026-03-01")).collect();
    passes.extend((18..=22).map(|id| pass(id, id, 1, "2026-11-12")));
    passes.extend((3..=17).map(|id| pass(1000 + id, id, 2, "2026-04-01")));
    insert::<completion::Entity>(db, passes).await;
    let allocations = (3..=17).map(|id| {
        let sound = allocation_row(id, id, Role::PeerSupporter, 4);
        match id {
            3..=9 => Allocated { protected_hours: None, ..sound },
            10..=15 => Allocated { signed_off_on: None, ..sound },
            _ => Allocated { paused_from: Some(day("2026-11-01")), ..sound },
        }
    });
    insert_allocations(db, allocations).await;
    insert::<policy::Entity>(db, [policy_row()]).await;
    let manager = appointment::Model {
        id: AppointmentId(1),
        unit_id: UnitId(1),
        person_id: PersonId(101),
        role: AppointmentRole::SeniorManager,
        valid_from: Some(day("2026-01-01")),
        valid_to: None,
        delegate_id: None,
        delegate_from: None,
        delegate_to: None,
    };
    insert::<appointment::Entity>(db, [manager]).await;
    changed(db).await;
}
