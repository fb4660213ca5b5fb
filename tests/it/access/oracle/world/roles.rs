//! Roles, absences and appointments.

use entity::id::{AllocationId, PersonId, UnavailabilityId};
use entity::table::{appointment, unavailability};
use entity::value::{AppointmentRole, Role};
use sea_orm::DatabaseConnection;

use crate::board_builder::{Allocated, allocation_row, appointment_row, insert, insert_allocations};
use crate::harness::day;

/// Those of the additional people.
pub(super) async fn build(db: &DatabaseConnection) {
    let supporter = |id, person, unit| Allocated {
        line_approver_id: Some(PersonId(8)),
        senior_approver_id: Some(PersonId(50)),
        ..allocation_row(id, person, Role::PeerSupporter, unit)
    };
    let rows = [
        Allocated { share: 500, ..supporter(20, 58, 4) },
        Allocated { share: 500, ..supporter(21, 58, 6) },
        Allocated { valid_to: Some(day("2026-06-01")), ..supporter(22, 59, 5) },
        supporter(23, 60, 5),
        supporter(24, 61, 10),
        Allocated { paused_from: Some(day("2026-11-01")), paused_to: Some(day("2026-12-01")), ..supporter(25, 62, 11) },
        supporter(26, 55, 10),
        Allocated { valid_to: Some(day("2027-06-01")), ..allocation_row(27, 67, Role::Trainer, 3) },
        Allocated { valid_from: Some(day("2027-01-01")), ..supporter(28, 68, 12) },
        supporter(29, 69, 8),
        supporter(30, 70, 13),
        supporter(31, 72, 15),
        Allocated { valid_to: Some(day("2026-06-01")), paused_from: Some(day("2026-05-01")), ..supporter(32, 74, 5) },
    ];
    // Person 55 also has an allocation in N2, which has a gap and does not change because of it.
    let part = Allocated { share: 100, signed_off_on: None, ..supporter(35, 55, 5) };
    // Champions of N2: one until May, and one who works in S2 now.
    let champions = [
        Allocated { valid_to: Some(day("2026-06-01")), ..allocation_row(33, 9, Role::Champion, 5) },
        Allocated { valid_to: Some(day("2027-06-01")), ..allocation_row(34, 66, Role::Champion, 5) },
    ];
    // Two people who went from N2 to S4. Their allocations do not count, so that no figure depends on them.
    let pause = |from, to| (Some(day(from)), Some(day(to)));
    let past = [(36, 75, pause("2026-02-01", "2026-02-15")), (37, 76, pause("2026-05-20", "2026-07-01"))];
    let past = past.map(|(id, person, (paused_from, paused_to))| Allocated {
        valid_to: Some(day("2026-06-01")),
        share: 100,
        signed_off_on: None,
        paused_from,
        paused_to,
        ..supporter(id, person, 5)
    });
    let later = [(38, 75, pause("2026-08-01", "2027-02-01")), (39, 76, pause("2026-09-01", "2026-10-01"))];
    let later = later.map(|(id, person, (paused_from, paused_to))| Allocated {
        valid_from: Some(day("2026-06-01")),
        share: 100,
        signed_off_on: None,
        paused_from,
        paused_to,
        ..supporter(id, person, 11)
    });
    let rows = rows.into_iter().chain([part]).chain(champions).chain(past).chain(later);
    insert_allocations(db, rows.map(|row| Allocated { id: AllocationId(row.id.0), ..row })).await;
    let spell = |id, person| unavailability::Model {
        id: UnavailabilityId(id),
        person_id: PersonId(person),
        valid_from: day("2026-09-01"),
        valid_to: None,
    };
    insert::<unavailability::Entity>(db, [spell(1, 7), spell(2, 59)]).await;
    let manager = |id, unit, person| appointment_row(id, unit, person, AppointmentRole::SeniorManager);
    let by = |delegate, to: Option<&str>, row| appointment::Model {
        delegate_id: Some(PersonId(delegate)),
        delegate_to: to.map(day),
        ..row
    };
    let rows = [
        by(51, Some("2026-11-10"), manager(2, 3, 50)),
        by(53, None, appointment::Model { valid_to: Some(day("2026-06-01")), ..manager(3, 3, 52) }),
        appointment_row(4, 1, 54, AppointmentRole::Coordinator),
        manager(5, 6, 55),
        by(56, None, appointment::Model { valid_to: Some(day("2027-04-01")), ..manager(6, 11, 60) }),
        appointment::Model { valid_from: Some(day("2027-01-01")), ..manager(7, 2, 57) },
        manager(8, 4, 65),
        // Their line manager is 8, who supports no one there and sees the ward because of 69 alone.
        by(44, None, manager(9, 8, 36)),
    ];
    insert::<appointment::Entity>(db, rows).await;
}
