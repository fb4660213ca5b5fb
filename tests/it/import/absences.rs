//! Two absences of one person from the same day are merged, until the later of the two ends.

use entity::table::{person, unavailability};
use entity::value::Reason;
use jobs::import::FileKind;
use sea_orm::EntityTrait as _;

use super::dated::{APPROVED, DayCoverage, MANAGED, supported};
use super::{Import, STAFF, UNITS, counts};
use crate::harness::{World, both};

const HEAD: &str = "Employer,Employee Number,From,Until\n";

/// Returns absences as `number from..to`, by number. `to` is the first day back.
async fn absences(world: &World) -> Vec<String> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let away = unavailability::Entity::find().all(&world.db).await.unwrap();
    let told = |away: &unavailability::Model| {
        let number = &people.iter().find(|person| person.id == away.person_id).unwrap().number;
        let to = away.valid_to.map(|day| day.to_string()).unwrap_or_default();
        format!("{number} {}..{to}", away.valid_from)
    };
    let mut told: Vec<_> = away.iter().map(told).collect();
    told.sort();
    told
}

both!(
    async fn the_longer_absence_counts_in_any_order(world: World) {
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, STAFF)];
        Import::new(&world, &files).applied().await;
        let away = format!(
            "{HEAD}X,0001,01/10/2026,05/10/2026\nX,0002,01/10/2026,20/11/2026\nX,0003,01/10/2026,05/10/2026\n\
             X,0004,01/10/2026,\nX,0001,01/10/2026,20/11/2026\nX,0002,01/10/2026,05/10/2026\nX,0003,01/10/2026,\n\
             X,0004,01/10/2026,05/10/2026\nX,0004,02/10/2026,03/10/2026\n"
        );
        let import = || Import::new(&world, &[(FileKind::Unavailability, away.as_str())]);
        assert_eq!(counts(&import().applied().await, FileKind::Unavailability), (5, 0, 0, 4, 0));
        let expected = [
            "0001 2026-10-01..2026-11-21",
            "0002 2026-10-01..2026-11-21",
            "0003 2026-10-01..",
            "0004 2026-10-01..",
            "0004 2026-10-02..2026-10-04",
        ];
        assert_eq!(absences(&world).await, expected);
        let again = import().applied().await;
        assert_eq!((counts(&again, FileKind::Unavailability), again.changes), ((0, 0, 0, 9, 0), false));
        assert_eq!(absences(&world).await, expected);
    }
);

both!(
    async fn the_longer_of_two_absences_counts(world: World) {
        supported(&world, "2024-06-03", MANAGED, APPROVED).await;
        // By default an absence of more than 28 days stops a supporter from counting. The first row alone is 5 days.
        for rows in [
            "X,1,01/04/2024,05/04/2024\nX,1,01/04/2024,30/04/2024\n",
            "X,1,01/04/2024,30/04/2024\nX,1,01/04/2024,05/04/2024\n",
        ] {
            let away = format!("{HEAD}{rows}");
            Import::new(&world, &[(FileKind::Unavailability, &away)]).on("2024-06-03").applied().await;
            for (on, expected) in [
                ("2024-03-31", vec![]),
                ("2024-04-01", vec![Reason::Away]),
                ("2024-04-30", vec![Reason::Away]),
                ("2024-05-01", vec![]),
            ] {
                assert_eq!(DayCoverage::compute(&world, on, None).await.reasons(), expected, "{on}");
            }
        }
    }
);
