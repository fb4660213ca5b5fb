//! Five teams of 25 people; people of A complete Level 1 between two Mondays.

use entity::value::{AppointmentRole, Role};
use sea_orm::DatabaseConnection;

use crate::board_builder::{Allocated, BoardBuilder, allocation_row, appointment_row, changed, unit_row};
use crate::harness::day;

pub(super) const LAST_WEEK: &str = "2026-11-09";
pub(super) const THIS_WEEK: &str = "2026-11-16";

const TEAMS: [(i64, &str, i64); 5] = [(4, "A", 2), (5, "B", 2), (6, "C", 2), (7, "D", 3), (8, "E", 3)];
const STAFF: i64 = 25;

/// BOARD over NORTH (A, B, C) and SOUTH (D, E). People 1 to 25 are A's, the next 25 B's, and so on. Level 1 is done by
/// 17 of A's people, from 12 November by 22; by 13 of each other team. Fifteen of A's people are allocated to A: 2 are
/// paused, 6 are not signed off and 7 have no protected time. Person 101 is responsible for BOARD.
pub(super) async fn organisation(db: &DatabaseConnection) {
    let board = BoardBuilder::new().framework();
    let board = board.units(TEAMS.map(|(id, code, above)| unit_row(id, code, code, Some(above), "Team", None)));
    let board = TEAMS.iter().fold(board, |board, team| board.staff(team.0, STAFF));
    let trained = (1..=5 * STAFF).filter(|id| if *id <= STAFF { *id <= 17 } else { (id - 1) % STAFF < 13 });
    let allocations = (3..=17).map(|id| {
        let sound = allocation_row(id, id, Role::PeerSupporter, 4);
        match id {
            3..=9 => Allocated { protected_hours: None, ..sound },
            10..=15 => Allocated { signed_off_on: None, ..sound },
            _ => Allocated { paused_from: Some(day("2026-11-01")), ..sound },
        }
    });
    board
        .each_post(|post| post.line_manager_id = None)
        .completed(1, "2026-03-01", trained)
        .completed(1, "2026-11-12", 18..=22)
        .completed(2, "2026-04-01", 3..=17)
        .allocations(allocations)
        .appointments([appointment_row(1, 1, 101, AppointmentRole::SeniorManager)])
        .insert(db)
        .await;
    changed(db).await;
}
