//! A small board with one team of each interesting kind.

use entity::id::{ExemptionId, PersonId, UnitId};
use entity::table::{appointment, exemption, person, post, staff_list};
use entity::value::{AppointmentRole, Role};
use sea_orm::DatabaseConnection;

pub(crate) use crate::board_builder::{
    Allocated, PlacedUnit, allocation_row, changed, insert, insert_allocations, insert_units, pass, person_row,
    policy_row, post_row, unit_row,
};
use crate::board_builder::{BoardBuilder, appointment_row, staff_list_row};
use crate::harness::day;

/// Id, code, name, parent, cover group, number of people.
type Ward = (i64, &'static str, &'static str, i64, Option<&'static str>, i64);

/// The open wards. People are numbered in order; 1 and 2 come first, approve, and make BOARD itself a team.
const WARDS: [Ward; 5] = [
    (4, "N1", "Ward 1", 2, None, 3),
    (5, "N2", "Ward 2", 2, None, 30),
    (6, "S1", "Ward 7", 3, None, 2),
    (7, "S2", "Ward 8", 3, Some("Pair"), 4),
    (8, "S3", "Ward 9", 3, Some("Pair"), 5),
];

/// BOARD over NORTH (N1, N2 and OLD, which has closed) and SOUTH (S1, and S2 with S3 as one cover group). On 2026-11-16 N1 is
/// AT_RISK (its one certificate runs out on 2026-12-15), N2 is PARTIAL, S1 and BOARD itself are NONE, S2 and S3 are COVERED.
pub(crate) async fn organisation(db: &DatabaseConnection) {
    let closed =
        PlacedUnit { valid_to: Some(day("2026-01-01")), ..unit_row(9, "OLD", "Old ward", Some(2), "Ward", None) };
    let wards = WARDS.map(|(id, code, name, parent, group, _)| unit_row(id, code, name, Some(parent), "Ward", group));
    let board = BoardBuilder::new().framework().units(wards).units([closed]).staff(1, 2);
    let board = WARDS.iter().fold(board, |board, ward| board.staff(ward.0, ward.5));
    let people = 2 + WARDS.iter().map(|ward| ward.5).sum::<i64>();
    let unprotected = Allocated { protected_hours: None, ..allocation_row(3, 7, Role::PeerSupporter, 5) };
    let manager = appointment::Model {
        delegate_id: Some(PersonId(1)),
        delegate_from: Some(day("2026-11-10")),
        delegate_to: Some(day("2026-11-21")),
        ..appointment_row(1, 2, 2, AppointmentRole::SeniorManager)
    };
    // All but every fifth have Level 1. People 3 (N1), 6 and 7 (N2) and 38 (S2) are supporters, person 1 is a Trainer.
    board
        .completed(1, "2025-03-01", (1..=people).filter(|id| id % 5 != 0))
        .completed(2, "2023-12-15", [3])
        .completed(2, "2025-06-01", [6, 7, 38])
        .completed(3, "2025-06-01", [1])
        .allocations([
            allocation_row(1, 3, Role::PeerSupporter, 4),
            allocation_row(2, 6, Role::PeerSupporter, 5),
            unprotected,
            allocation_row(4, 38, Role::PeerSupporter, 7),
            allocation_row(5, 4, Role::Champion, 4),
            allocation_row(6, 1, Role::Trainer, 1),
        ])
        .appointments([manager])
        .insert(db)
        .await;
    insert::<staff_list::Entity>(db, [staff_list_row(1, "NHS", "2026-11-02")]).await;
    let exempt = exemption::Model {
        id: ExemptionId(1),
        unit_id: UnitId(6),
        valid_from: day("2026-12-01"),
        valid_to: day("2027-01-01"),
        reason: "The ward moves".to_owned(),
        agreed_by: Some("Network lead".to_owned()),
    };
    insert::<exemption::Entity>(db, [exempt]).await;
    changed(db).await;
}

/// `count` more wards below NORTH, W0001 and on, each with one person and, for every second, a supporter of another ward.
pub(crate) async fn many_wards(db: &DatabaseConnection, count: i64) {
    let ids = || 1001..1001 + count;
    insert_units(db, ids().map(|id| unit_row(id, &format!("W{:04}", id - 1000), "Ward", Some(2), "Ward", None))).await;
    insert::<person::Entity>(db, ids().map(person_row)).await;
    insert::<post::Entity>(db, ids().map(|id| post_row(id, id))).await;
    let supporters = || ids().filter(|id| id % 2 == 0);
    insert_allocations(
        db,
        supporters().map(|id| allocation_row(id, id, Role::PeerSupporter, if id > 1001 { id - 1 } else { id })),
    )
    .await;
    changed(db).await;
}
