//! Another policy is no way to question Peer Supporters who are not seen: by how many would count if certificates lasted a
//! month less, or absences were forgiven, one could read off when somebody passed and that they are away.

use entity::id::{AppointmentId, PersonId, UnitId};
use entity::table::appointment;
use entity::value::{AccessRole, AppointmentRole};
use psn::access::Viewer;

use super::asking::Asking;
use super::world;
use crate::graphql::board::{changed, insert};
use crate::harness::both;

/// What says who counts, and what asks for more or fewer of those who do.
const MEASURES: [&str; 7] = [
    "certificateMonths: 1200",
    "approvalMonths: 1",
    "awayDays: 3660",
    "trainerCertificateMonths: 1",
    "approverOffice: REQUIRED",
    r#"mustMix: "1 from Nursing of job_family""#,
    r#"shouldMix: "2 different band""#,
];
const NUMBERS: [&str; 3] = ["staffPerSupporter: 1", "minSupporters: 3", "horizonDays: 300"];

both!(
    async fn another_measure_is_tried_only_where_all_whom_it_judges_are_seen(world: World) {
        world::build(&world).await;
        // Person 61 supports N3 as well and so sees its figures, but none of the records there.
        let own = appointment::Model {
            id: AppointmentId(600),
            unit_id: UnitId(11),
            person_id: PersonId(61),
            role: AppointmentRole::SeniorManager,
            valid_from: None,
            valid_to: None,
            delegate_id: None,
            delegate_from: None,
            delegate_to: None,
        };
        insert::<appointment::Entity>(&world.db, [own]).await;
        changed(&world.db).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        // N3 and N5 are each in a cover group with a ward of SOUTH, and theirs is the policy by which all of it is judged.
        let north = Viewer::person(PersonId(2), Vec::new());
        let supporter = Viewer::person(PersonId(61), Vec::new());
        let coordinator = Viewer::person(PersonId(54), vec![AccessRole::Coordinator]);
        for (viewer, unit, sees_all) in [
            (&north, "N1", true),
            (&north, "N3", false),
            (&north, "N5", false),
            (&north, "NORTH", false),
            (&supporter, "S4", false),
            (&coordinator, "N5", true),
            (&coordinator, "BOARD", true),
        ] {
            for (change, measures) in MEASURES.map(|one| (one, true)).into_iter().chain(NUMBERS.map(|one| (one, false)))
            {
                let query = format!(
                    "{{ whatIf(unitCode: \"{unit}\", policy: {{{change}}}) {{ after {{ activeSupporters }} \
                     teams {{ nodes {{ after {{ status activeSupporters atRiskFrom }} }} }} }} }}"
                );
                let answer = asking.answer(&query, viewer).await;
                assert_eq!(answer["data"]["whatIf"].is_object(), sees_all || !measures, "{unit} {change}: {answer}");
                if !sees_all && measures {
                    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{unit} {change}: {answer}");
                }
            }
        }
    }
);
