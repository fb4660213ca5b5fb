//! `Expires On` in training.csv is the last day of that pass, instead of the policy's months.

use entity::period::Day;
use entity::table::completion;
use entity::value::Reason;
use jobs::import::{FileKind, ImportSummary};
use sea_orm::EntityTrait as _;

use super::dated::{APPROVED, DayCoverage, MANAGED, MANAGERS, SUPPORTERS, import, staff};
use super::{Import, UNITS, counts, rejects};
use crate::harness::{World, both, day};

const HEAD: &str = "Employer,Employee Number,Course Code,Status,Completed On,Expires On\n";
const LEVEL1: &str = "X,1,L1,Passed,01/02/2024,\n";

/// Imports the board with one Peer Supporter and these Level 2 records in addition to their Level 1.
async fn trained(world: &World, records: &str) -> ImportSummary {
    let (staff, supporters) = (staff(MANAGED), format!("{SUPPORTERS}{APPROVED}\n"));
    let training = format!("{HEAD}{LEVEL1}{records}");
    let files = [
        (FileKind::Units, UNITS),
        (FileKind::Staff, staff.as_str()),
        (FileKind::Managers, MANAGERS),
        (FileKind::Training, training.as_str()),
        (FileKind::Supporters, supporters.as_str()),
    ];
    import(world, "2024-06-03", &files).await
}

/// Whether the supporter's certificate has expired by a day.
async fn has_expired(world: &World, on: &str) -> bool {
    DayCoverage::compute(world, on, None).await.reasons().contains(&Reason::CertificateExpired)
}

/// Returns the first day after each pass with its own expiry.
async fn ends(world: &World) -> Vec<Day> {
    let passes = completion::Entity::find().all(&world.db).await.unwrap();
    passes.into_iter().filter_map(|pass| pass.valid_to).collect()
}

both!(
    async fn a_pass_is_valid_on_its_last_day(world: World) {
        // The policy's 36 months would end on 1 February 2027.
        for (expires, last, first) in [
            ("", "2027-01-31", "2027-02-01"),
            ("30/06/2024", "2024-06-30", "2024-07-01"),
            ("31/12/2030", "2030-12-31", "2031-01-01"),
            ("31/12/9999", "2027-01-31", "2027-02-01"),
        ] {
            trained(&world, &format!("X,1,L2,Passed,01/02/2024,{expires}\n")).await;
            assert_eq!([has_expired(&world, last).await, has_expired(&world, first).await], [false, true], "{expires}");
        }
    }
);

both!(
    async fn the_last_pass_decides_with_its_own_expiry(world: World) {
        // A refresher without its own expiry is valid for the policy's months, whatever the earlier pass says.
        let refresher = "Course Code,Level\nL2R,2R\n";
        Import::new(&world, &[(FileKind::Courses, refresher)]).on("2024-06-03").applied().await;
        trained(&world, "X,1,L2,Passed,01/02/2024,31/12/2030\nX,1,L2R,Passed,01/03/2024,\n").await;
        assert_eq!([has_expired(&world, "2027-02-28").await, has_expired(&world, "2027-03-01").await], [false, true]);
        trained(&world, "X,1,L2,Passed,01/02/2024,31/12/2030\nX,1,L2R,Passed,01/03/2024,31/08/2024\n").await;
        assert_eq!([has_expired(&world, "2024-08-31").await, has_expired(&world, "2024-09-01").await], [false, true]);
    }
);

both!(
    async fn the_shorter_of_two_passes_applies(world: World) {
        let (short, long) = ("X,1,L2,Passed,01/02/2024,30/06/2024\n", "X,1,L2,Passed,01/02/2024,31/12/2030\n");
        let blank = "X,1,L2,Passed,01/02/2024,\n";
        let mut added = 2;
        for rows in [[short, long], [long, short], [short, blank], [blank, short]] {
            let outcome = trained(&world, &rows.concat()).await;
            assert_eq!(counts(&outcome, FileKind::Training), (added, 0, 0, 3 - added, 0), "{rows:?}");
            assert_eq!(outcome.changes, added > 0, "{rows:?}");
            assert_eq!(ends(&world).await, [day("2024-07-01")], "{rows:?}");
            added = 0;
        }
        assert_eq!([has_expired(&world, "2024-06-30").await, has_expired(&world, "2024-07-01").await], [false, true]);
        let outcome = trained(&world, &[long, "X,1,L2,Passed,01/02/2024,31/12/2029\n"].concat()).await;
        assert_eq!(counts(&outcome, FileKind::Training), (0, 1, 0, 2, 0), "a pass that changes is one changed row");
        assert_eq!(ends(&world).await, [day("2030-01-01")]);
    }
);

both!(
    async fn a_missing_column_keeps_and_a_blank_removes(world: World) {
        trained(&world, "X,1,L2,Passed,01/02/2024,30/06/2024\n").await;
        let without = "Employer,Employee Number,Course Code,Status,Completed On\nX,1,L2,Passed,01/02/2024\n";
        let outcome = Import::new(&world, &[(FileKind::Training, without)]).on("2024-06-03").applied().await;
        assert!(!outcome.changes);
        assert_eq!(ends(&world).await, [day("2024-07-01")]);
        trained(&world, "X,1,L2,Passed,01/02/2024,\n").await;
        assert_eq!(ends(&world).await, []);
    }
);

both!(
    async fn an_expiry_before_the_pass_rejects_the_row(world: World) {
        let outcome = trained(&world, "X,1,L2,Passed,01/02/2024,31/01/2024\n").await;
        assert_eq!(rejects(&outcome), ["3 Expires On 31/01/2024"]);
        let outcome = trained(&world, "X,1,L2,Passed,01/02/2024,01/02/2024\n").await;
        assert_eq!(rejects(&outcome), Vec::<String>::new(), "good for one day");
    }
);

both!(
    async fn level_3_expires_and_level_1_does_not(world: World) {
        trained(&world, "X,1,L2,Passed,01/02/2024,\n").await;
        let training = format!("{HEAD}X,1,L1,Passed,01/02/2024,30/06/2024\nX,9,L3,Passed,01/02/2024,31/07/2024\n");
        let trainer = "Employer,Employee Number,Role,Unit Code\nX,9,Trainer,B\n";
        let files = [
            (FileKind::Courses, "Course Code,Level\nL3,3\n"),
            (FileKind::Training, training.as_str()),
            (FileKind::Supporters, trainer),
        ];
        Import::new(&world, &files).on("2024-06-03").applied().await;
        assert_eq!(DayCoverage::compute(&world, "2024-07-01", None).await.reasons(), [], "Level 1 has no last day");
        let trainers = async |on: &str| DayCoverage::compute(&world, on, None).await.unit("B").trainers;
        assert_eq!([trainers("2024-07-31").await, trainers("2024-08-01").await], [1, 0]);
    }
);
