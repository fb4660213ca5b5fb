//! Another policy must not reveal what records hide: from how many would count if certificates lasted a month less, or if
//! absences did not matter, a viewer could work out when a person passed and on which days they were away.

use entity::id::PersonId;
use entity::table::appointment;
use entity::value::{AccessRole, AppointmentRole, Role};
use psn::access::Viewer;

use super::asking::Asking;
use super::world;
use crate::board_builder::{allocation_row, appointment_row, changed, insert, insert_allocations};
use crate::harness::both;

/// Policies that assess people by records that their managers see, by Trainers' certificates, by what no record shows, and by
/// none.
const RECORDS: &[&str] = &["certificateMonths: 1200", "approvalMonths: 1", "approverOffice: REQUIRED"];
const TRAINERS: &[&str] = &["trainerCertificateMonths: 1"];
const UNRECORDED: &[&str] = &[
    "awayDays: 3660",
    "awayDays: 0, minSupporters: 2",
    r#"mustMix: "1 from Nursing of job_family""#,
    r#"shouldMix: "2 different band""#,
];
const NUMBERS: &[&str] = &["staffPerSupporter: 1", "minSupporters: 3", "horizonDays: 300", "staleDays: 1"];

both!(
    async fn a_policy_needs_sight_of_assessed_records(world: World) {
        world::build(&world).await;
        // Person 61 supports N3 as well and so sees its figures, but none of the records there.
        let own = appointment_row(600, 11, 61, AppointmentRole::SeniorManager);
        let own = appointment::Model { valid_from: None, ..own };
        insert::<appointment::Entity>(&world.db, [own]).await;
        // Person 5 of N2 is Trainer of S1, whose manager may not see them.
        insert_allocations(&world.db, [allocation_row(600, 5, Role::Trainer, 6)]).await;
        changed(&world.db).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        // N3 and N5 are each in a cover group with a ward of SOUTH, whose policy applies to the group.
        let north = Viewer::person(PersonId(2), Vec::new());
        let supporter = Viewer::person(PersonId(61), Vec::new());
        let coordinator = Viewer::person(PersonId(54), vec![AccessRole::Coordinator]);
        let auditor = Viewer::person(PersonId(64), vec![AccessRole::Auditor]);
        let small = Viewer::person(PersonId(55), Vec::new());
        for (viewer, unit, may) in [
            (&north, "N1", [true, true, false]),
            (&north, "N3", [false, false, false]),
            (&north, "N5", [false, false, false]),
            (&north, "NORTH", [false, false, false]),
            (&supporter, "S4", [false, false, false]),
            (&small, "S1", [true, false, false]),
            (&auditor, "BOARD", [true, true, false]),
            (&coordinator, "N5", [true, true, true]),
            (&coordinator, "BOARD", [true, true, true]),
        ] {
            let [records, trainers, unrecorded] = may;
            for (changes, may) in [(RECORDS, records), (TRAINERS, trainers), (UNRECORDED, unrecorded), (NUMBERS, true)]
            {
                for change in changes {
                    let query = format!(
                        "{{ whatIf(unitCode: \"{unit}\", policy: {{{change}}}) {{ after {{ activeSupporters }} \
                         teams {{ nodes {{ after {{ status activeSupporters atRiskFrom }} }} }} }} }}"
                    );
                    let answer = asking.answer(&query, viewer).await;
                    assert_eq!(answer["data"]["whatIf"].is_object(), may, "{unit} {change}: {answer}");
                    if !may {
                        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{unit} {change}: {answer}");
                    }
                }
            }
        }
    }
);
