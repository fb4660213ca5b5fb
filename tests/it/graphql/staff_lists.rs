//! The age of the staff lists behind an answer, and how a team's status describes rejected rows and old lists.

use entity::id::{RowsNotReadId, StaffListId, UnitId};
use entity::table::{rows_not_read, staff_list};
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{board, data, site};
use crate::board_builder::staff_list_row;
use crate::harness::{World, both};

/// A staff list of an employer besides the one of the small board, which is of NHS as at 2 November.
async fn list(world: &World, id: i64, employer: &str, as_at: &str) {
    board::insert::<staff_list::Entity>(&world.db, [staff_list_row(id, employer, as_at)]).await;
}

async fn change(world: &World, sql: &str) {
    world.db.execute_unprepared(sql).await.unwrap();
    board::changed(&world.db).await;
}

/// The oldest staff list of N1, of N2 and of N1 on an earlier day.
async fn oldest(world: &World) -> [Value; 3] {
    let of = "oldestStaffList { asAt employer ageInDays }";
    let query = format!(
        "{{ a: team(code: \"N1\") {{ {of} }} b: team(code: \"N2\") {{ {of} }} c: team(code: \"N1\", asOf: \"2026-11-10\") {{ {of} }} }}"
    );
    let told = data(&site(world), &query).await;
    ["a", "b", "c"].map(|alias| told[alias]["oldestStaffList"].clone())
}

both!(
    async fn a_team_says_how_old_its_oldest_staff_list_is(world: World) {
        board::organisation(&world.db).await;
        let nhs = json!({ "asAt": "2026-11-02", "employer": "NHS", "ageInDays": 14 });
        assert_eq!(oldest(&world).await, [nhs.clone(), nhs.clone(), nhs.clone()], "the age is to today on any day");
        // A colleague from the council, whose list is older, makes it the oldest of their team and of no other.
        list(&world, 2, "Glasgow City Council", "2026-10-01").await;
        change(&world, "UPDATE person SET employer = 'Glasgow City Council' WHERE id = 4").await;
        let council = json!({ "asAt": "2026-10-01", "employer": "Glasgow City Council", "ageInDays": 46 });
        assert_eq!(oldest(&world).await, [council.clone(), nhs.clone(), council]);
        // The newest list of an employer decides, not the oldest.
        list(&world, 3, "Glasgow City Council", "2026-11-16").await;
        board::changed(&world.db).await;
        assert_eq!(oldest(&world).await, [nhs.clone(), nhs.clone(), nhs]);
        change(&world, "DELETE FROM staff_list").await;
        assert_eq!(oldest(&world).await, [Value::Null, Value::Null, Value::Null], "no list was ever applied");
    }
);

/// Status of a team, and its sentence.
async fn status_and_sentence(world: &World, team: &str) -> (Value, String) {
    let query = format!("{{ team(code: \"{team}\") {{ status unknownBecause rowsNotRead statusInWords }} }}");
    let mut told = data(&site(world), &query).await["team"].take();
    let words = told["statusInWords"].take().as_str().unwrap().to_owned();
    (json!([told["status"], told["unknownBecause"], told["rowsNotRead"]]), words)
}

both!(
    async fn an_unknown_status_says_why(world: World) {
        board::organisation(&world.db).await;
        // Nine people in S2 and S3 and one Peer Supporter, who is enough for nine.
        change(&world, "UPDATE policy SET staff_per_supporter = 9").await;
        assert_eq!(status_and_sentence(&world, "S2").await.0, json!(["COVERED", null, 0]));
        let rows = |rows| rows_not_read::Model {
            id: RowsNotReadId(1),
            staff_list_id: StaffListId(1),
            unit_id: UnitId(7),
            rows,
        };
        board::insert::<rows_not_read::Entity>(&world.db, [rows(1)]).await;
        board::changed(&world.db).await;
        let (status, words) = status_and_sentence(&world, "S2").await;
        assert_eq!(status, json!(["UNKNOWN", "ROWS_NOT_READ", 1]));
        assert_eq!(words, "Unknown: 1 row of staff lists that name this team could not be read.");
        change(&world, "UPDATE rows_not_read SET rows = 2").await;
        let (_, words) = status_and_sentence(&world, "S3").await;
        assert_eq!(words, "Unknown: 2 rows of staff lists that name this team could not be read.");
        change(&world, "DELETE FROM rows_not_read").await;

        // 92 days are not too old by default, and 93 are.
        change(&world, "UPDATE staff_list SET as_at = '2026-08-16'").await;
        assert_eq!(status_and_sentence(&world, "S2").await.0, json!(["COVERED", null, 0]));
        change(&world, "UPDATE staff_list SET as_at = '2026-08-15'").await;
        for covered in ["S2", "N1"] {
            let (status, words) = status_and_sentence(&world, covered).await;
            assert_eq!(status, json!(["UNKNOWN", "DATA_STALE", 0]));
            assert_eq!(words, "Unknown: the staff lists are too old.");
        }
        let (status, words) = status_and_sentence(&world, "S1").await;
        assert_eq!(status, json!(["NONE", null, 0]), "a gap stays as it was last known");
        assert_eq!(words, "No active Peer Supporter for 2 members of staff, 1 short.");

        change(&world, "DELETE FROM policy").await;
        let (status, words) = status_and_sentence(&world, "S2").await;
        assert_eq!(status, json!(["UNKNOWN", "NO_POLICY", 0]), "the first reason that holds");
        assert_eq!(words, "Unknown: no policy is in force for this unit or above it.");
    }
);
