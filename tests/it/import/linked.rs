//! Case 17 of COVERAGE.md section 9: one person with a number at each of two employers, linked by links.csv.

use jobs::import::FileKind;

use super::dated::{DayCoverage, LINKS, import, staff};
use super::{Import, UNITS, counts};
use crate::harness::{World, both};

/// Returns the headcounts of the two teams and of the unit above them.
async fn headcounts(world: &World, on: &str) -> [u32; 3] {
    let told = DayCoverage::compute(world, on, None).await;
    let team = |code: &str| told.team(code).expect("a team").headcount;
    [team("T1"), team("T2"), told.unit("B").headcount]
}

both!(
    async fn case_17_counts_a_linked_person_once(world: World) {
        let staff =
            staff("NHS,1,a,T1,Nursing,,1,Permanent,01/01/2020\nCouncil,7,a,T2,Nursing,,0.5,Permanent,01/01/2020\n");
        import(&world, "2026-11-16", &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).await;
        assert_eq!(headcounts(&world, "2026-11-16").await, [1, 1, 2], "two people so far");
        let links = format!("{LINKS}NHS,1,Council,7\n");
        let outcome = Import::new(&world, &[(FileKind::Links, &links)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Links), (1, 0, 0, 0, 0));
        assert_eq!(headcounts(&world, "2026-11-16").await, [1, 1, 1]);
        assert_eq!(headcounts(&world, "2020-01-01").await, [1, 1, 1], "a link holds for every day");
        let board = DayCoverage::compute(&world, "2026-11-16", None).await;
        assert_eq!(board.unit("B").wte, 150, "WTE is of posts, not of people");
        // The next lists of the two employers keep the link.
        import(&world, "2026-11-16", &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).await;
        assert_eq!(headcounts(&world, "2026-11-16").await, [1, 1, 1]);
    }
);
