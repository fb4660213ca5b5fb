//! Full lists end records that they do not name, and never rewrite history.

use jobs::import::{FileKind, ImportSummary};

use super::{Import, UNITS, counts, posts, rejects};
use crate::harness::{World, both};

const HEAD: &str = "Employer,Employee Number,Assignment Number,Unit Code,Contract Type,Start Date,End Date\n";

/// Ten people of T2 who stay, so that one leaver is less than a fifth.
fn staff(rows: &str) -> String {
    let others: String = (10..20).map(|number| format!("X,{number},{number}-1,T2,Permanent,,\n")).collect();
    format!("{HEAD}{others}{rows}")
}

async fn list(world: &World, as_at: &str, rows: &str) -> ImportSummary {
    let staff = staff(rows);
    Import::new(world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).on(as_at).applied().await
}

/// Returns the posts of person 1 after the list was applied twice with the same result.
async fn after(world: &World, as_at: &str, rows: &str) -> (Vec<String>, (u32, u32, u32)) {
    let outcome = list(world, as_at, rows).await;
    let (added, changed, ended, _, _) = counts(&outcome, FileKind::Staff);
    let first = posts(world).await;
    let again = list(world, as_at, rows).await;
    assert!(
        !again.changes,
        "the same import twice changes nothing the second time: {first:?} became {:?}",
        posts(world).await
    );
    (first.into_iter().filter(|post| post.starts_with("1 ")).collect(), (added, changed, ended))
}

both!(
    async fn unlisted_people_left_the_day_before(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        let (posts, counts) = after(&world, "2026-11-16", "").await;
        assert_eq!((posts, counts), (vec!["1 T1 2020-01-01..2026-11-16".to_owned()], (0, 0, 1)));
        // The person is listed again with the same start: the list before was wrong, and the post continues.
        let (posts, counts) = after(&world, "2026-11-23", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        assert_eq!((posts, counts), (vec!["1 T1 2020-01-01..".to_owned()], (0, 1, 0)));
        // A person who leaves and comes back on a later day has a new post.
        after(&world, "2026-11-30", "").await;
        let (posts, _) = after(&world, "2026-12-14", "X,1,a,T1,Permanent,07/12/2026,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-30", "1 T1 2026-12-07.."]);
    }
);

both!(
    async fn an_unlisted_future_post_never_starts(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/12/2026,\n").await;
        let (posts, counts) = after(&world, "2026-11-16", "").await;
        assert_eq!((posts, counts), (vec!["1 T1 2026-12-01..2026-12-01".to_owned()], (0, 0, 1)));
    }
);

both!(
    async fn a_change_of_unit_starts_a_new_post(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        let (posts, counts) = after(&world, "2026-11-16", "X,1,a,T2,Permanent,01/01/2020,\n").await;
        assert_eq!(
            posts,
            ["1 T1 2020-01-01..2026-11-16", "1 T2 2026-11-16.."],
            "the start of the assignment is not the day of the move"
        );
        assert_eq!(counts, (0, 1, 0));
        let (posts, _) = after(&world, "2026-11-23", "X,1,a,T2,Permanent,01/01/2020,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-16", "1 T2 2026-11-16.."]);
        // Back again.
        let (posts, _) = after(&world, "2026-11-30", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-16", "1 T1 2026-11-30..", "1 T2 2026-11-16..2026-11-30"]);
    }
);

both!(
    async fn a_later_start_date_dates_the_move(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        let (posts, _) = after(&world, "2026-11-16", "X,1,a,T2,Permanent,09/11/2026,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-09", "1 T2 2026-11-09.."]);
        // A future post is kept as dated.
        let (posts, _) = after(&world, "2026-11-16", "X,1,a,T1,Permanent,01/12/2026,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-09", "1 T1 2026-12-01..", "1 T2 2026-11-09..2026-12-01"]);
    }
);

both!(
    async fn going_to_bank_is_a_move_too(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        let (posts, _) = after(&world, "2026-11-16", "X,1,a,T1,Bank,01/01/2020,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-16", "1 T1 bank 2026-11-16.."]);
    }
);

both!(
    async fn a_same_day_correction_leaves_no_empty_post(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        after(&world, "2026-11-16", "X,1,a,B,Permanent,01/01/2020,\n").await;
        let (posts, _) = after(&world, "2026-11-16", "X,1,a,T2,Permanent,01/01/2020,\n").await;
        assert_eq!(posts, ["1 T1 2020-01-01..2026-11-16", "1 T2 2026-11-16.."]);
    }
);

both!(
    async fn rows_of_one_assignment_must_not_overlap(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\n").await;
        let rows = "X,1,a,T1,Permanent,01/01/2020,31/12/2024\nX,1,a,T2,Permanent,01/01/2025,\n";
        let (posts, _) = after(&world, "2026-11-16", rows).await;
        assert_eq!(posts, ["1 T1 2020-01-01..2025-01-01", "1 T2 2025-01-01.."]);
        let outcome =
            list(&world, "2026-11-16", "X,1,a,T1,Permanent,01/01/2020,\nX,1,a,T2,Permanent,01/01/2025,\n").await;
        assert_eq!(rejects(&outcome), ["13 Assignment Number a"]);
    }
);

both!(
    async fn person_and_unit_identify_an_unnumbered_post(world: World) {
        list(&world, "2026-11-02", "X,1,,T1,Permanent,01/01/2020,\nX,1,,T2,Permanent,,\n").await;
        let (posts, counts) = after(&world, "2026-11-16", "X,1,,T1,Permanent,01/02/2020,\n").await;
        assert_eq!(posts, ["1 T1 2020-02-01..", "1 T2 ..2026-11-16"], "a corrected start");
        assert_eq!(counts, (0, 1, 1));
        // The list now gives numbers: it is still the same post.
        let (posts, counts) = after(&world, "2026-11-23", "X,1,a,T1,Permanent,01/02/2020,\n").await;
        assert_eq!((posts, counts), (vec!["1 T1 2020-02-01..".to_owned(), "1 T2 ..2026-11-16".to_owned()], (0, 1, 0)));
    }
);

both!(
    async fn a_rejected_row_does_not_end_its_post(world: World) {
        list(&world, "2026-11-02", "X,1,a,T1,Permanent,01/01/2020,\nX,1,b,T2,Permanent,01/01/2021,\n").await;
        let outcome = list(&world, "2026-11-16", "X,1,a,T1,Permanent,32/01/2020,\n").await;
        assert_eq!(
            (counts(&outcome, FileKind::Staff), rejects(&outcome)),
            ((0, 0, 1, 10, 1), vec!["12 Start Date 32/01/2020".to_owned()])
        );
        let kept: Vec<_> = posts(&world).await.into_iter().filter(|post| post.starts_with("1 ")).collect();
        assert_eq!(kept, ["1 T1 2020-01-01..", "1 T2 2021-01-01..2026-11-16"]);
    }
);

both!(
    async fn unlisted_units_close_and_relisted_ones_reopen(world: World) {
        let more = format!("{UNITS}T3,Team 3,B,\n");
        Import::new(&world, &[(FileKind::Units, &more)]).applied().await;
        let outcome = Import::new(&world, &[(FileKind::Units, UNITS)]).on("2026-11-23").applied().await;
        assert_eq!(counts(&outcome, FileKind::Units), (0, 0, 1, 3, 0));
        let outcome = Import::new(&world, &[(FileKind::Units, &more)]).on("2026-11-30").applied().await;
        assert_eq!(counts(&outcome, FileKind::Units), (0, 1, 0, 3, 0));
    }
);
