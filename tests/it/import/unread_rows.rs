//! Two rows about one post on overlapping days: the second is rejected and counted for the unit that it names, until a
//! list of the same day is corrected.

use entity::table::{rows_not_read, staff_list, unit};
use entity::value::{Status, UnknownBecause};
use jobs::import::{FileKind, ImportSummary};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::dated::{APPROVED, DayCoverage, MANAGERS, SUPPORTERS, TRAINING, import};
use super::{Import, UNITS, counts, rejects};
use crate::harness::{World, both};

/// A list of 25 people in T1, including supporter 1, and 8 and 9 in T2, followed by these rows.
fn list(more: &str) -> String {
    let staff: String = (101..125).map(|number| format!("X,{number},a,T1,1,01/01/2020,\n")).collect();
    let others = "X,1,a,T1,1,01/01/2020,\nX,8,a,T2,1,01/01/2020,\nX,9,a,T2,1,01/01/2020,\n";
    format!("Employer,Employee Number,Assignment Number,Unit Code,WTE,Start Date,End Date\n{staff}{others}{more}")
}

/// Returns the counted rows as `unit rows`.
async fn counted(world: &World) -> Vec<String> {
    let units = unit::Entity::find().all(&world.db).await.unwrap();
    let rows = rows_not_read::Entity::find().all(&world.db).await.unwrap();
    let told = |row: &rows_not_read::Model| {
        format!("{} {}", units.iter().find(|unit| unit.id == row.unit_id).unwrap().code, row.rows)
    };
    let mut told: Vec<_> = rows.iter().map(told).collect();
    told.sort();
    told
}

/// Imports the board with this staff list; the supporter of T1 counts.
async fn board(world: &World, as_at: &str, staff: &str) -> ImportSummary {
    let supporters = format!("{SUPPORTERS}{APPROVED}\n");
    let files = [
        (FileKind::Units, UNITS),
        (FileKind::Staff, staff),
        (FileKind::Training, TRAINING),
        (FileKind::Managers, MANAGERS),
        (FileKind::Supporters, supporters.as_str()),
    ];
    import(world, as_at, &files).await
}

async fn team(world: &World, code: &str, on: &str) -> (u32, u32, Status, Option<UnknownBecause>) {
    let told = DayCoverage::compute(world, on, None).await;
    let team = told.team(code).expect("a team");
    (team.headcount, team.rows_not_read, team.status, team.unknown_because)
}

both!(
    async fn an_overlapping_row_counts_until_corrected(world: World) {
        // Person 124 is already on the list; the second row begins while the first is valid.
        let doubled = list("X,124,a,T1,0.5,01/05/2024,\n");
        let outcome = board(&world, "2024-06-03", &doubled).await;
        assert_eq!(counts(&outcome, FileKind::Staff), (27, 0, 0, 0, 1));
        assert_eq!(rejects(&outcome), ["29 Assignment Number a"]);
        assert!(outcome.rejects[0].sentence.contains("on overlapping days"), "{:?}", outcome.rejects);
        assert_eq!(counted(&world).await, ["T1 1"]);
        // 25 people with one supporter are covered, and 26 are not: that row could be one more person.
        let unknown = (25, 1, Status::Unknown, Some(UnknownBecause::RowsNotRead));
        assert_eq!(team(&world, "T1", "2024-06-03").await, unknown);
        assert_eq!(team(&world, "T2", "2024-06-03").await.1, 0);

        // The corrected list of the same day: the first spell ends where the second begins.
        let mended = doubled.replace("X,124,a,T1,1,01/01/2020,\n", "X,124,a,T1,1,01/01/2020,30/04/2024\n");
        let outcome = board(&world, "2024-06-03", &mended).await;
        assert_eq!(rejects(&outcome), Vec::<String>::new());
        assert_eq!(counted(&world).await, Vec::<String>::new());
        assert_eq!(team(&world, "T1", "2024-06-03").await, (25, 0, Status::Covered, None));
        assert_eq!(staff_list::Entity::find().count(&world.db).await.unwrap(), 1, "it is the list of the same day");
    }
);

both!(
    async fn an_overlapping_row_counts_for_its_own_unit(world: World) {
        let outcome = board(&world, "2024-06-03", &list("X,124,a,T2,1,01/05/2024,\nX,123,a,T2,1,01/05/2024,\n")).await;
        assert_eq!(counts(&outcome, FileKind::Staff).4, 2);
        assert_eq!(counted(&world).await, ["T2 2"]);
        assert_eq!(team(&world, "T1", "2024-06-03").await, (25, 0, Status::Covered, None));
        // A later list is separate: the day of the first list keeps its unread row.
        board(&world, "2024-07-01", &list("")).await;
        assert_eq!(counted(&world).await, ["T2 2"]);
        let rows = async |on: &str| team(&world, "T2", on).await.1;
        assert_eq!([rows("2024-06-30").await, rows("2024-07-01").await], [2, 0]);
    }
);

both!(
    async fn another_employers_list_keeps_the_count(world: World) {
        board(&world, "2024-06-03", &list("X,124,a,T1,1,01/05/2024,\n")).await;
        let other = "Employer,Employee Number,Assignment Number,Unit Code\nY,1,a,T2\n";
        Import::new(&world, &[(FileKind::Staff, other)]).on("2024-06-03").applied().await;
        assert_eq!(counted(&world).await, ["T1 1"]);
        Import::new(&world, &[(FileKind::Staff, &list(""))]).on("2024-06-03").applied().await;
        assert_eq!(counted(&world).await, Vec::<String>::new());
    }
);
