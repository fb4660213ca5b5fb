//! Approvals, sign-offs and pauses of an allocation: a later day adds one; an earlier or a blank one is a correction
//! and replaces the last.

use entity::period::Day;
use entity::table::{approval, pause, person, sign_off};
use entity::value::{ApproverCapacity, Reason};
use sea_orm::EntityTrait as _;

use super::dated::{APPROVED, DayCoverage, MANAGED, supported};
use crate::harness::{World, both};

/// Returns the sign-offs on file, oldest first.
async fn sign_offs(world: &World) -> Vec<String> {
    let rows = sign_off::Entity::find().all(&world.db).await.unwrap();
    let mut days: Vec<_> = rows.into_iter().map(|row| row.signed_off_on.to_string()).collect();
    days.sort();
    days
}

/// Returns the approvals on file of one capacity as `day approver`, oldest first.
async fn approvals(world: &World, capacity: ApproverCapacity) -> Vec<String> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let rows = approval::Entity::find().all(&world.db).await.unwrap();
    let shown = |row: &approval::Model| {
        let by = people.iter().find(|person| Some(person.id) == row.approver_id);
        format!("{} {}", row.decided_on, by.map_or("none", |person| person.number.as_str()))
    };
    let mut approvals: Vec<_> = rows.iter().filter(|row| row.capacity == capacity).map(shown).collect();
    approvals.sort();
    approvals
}

/// Returns the pauses on file as `from..to`, oldest first.
async fn pauses(world: &World) -> Vec<String> {
    let mut rows = pause::Entity::find().all(&world.db).await.unwrap();
    rows.sort_by_key(|row| row.valid_from);
    let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
    rows.iter().map(|row| format!("{}..{}", day(row.valid_from), day(row.valid_to))).collect()
}

/// Imports one row about the allocation of person 1 twice; the second time changes nothing.
async fn file(world: &World, as_at: &str, row: &str) {
    let outcome = supported(world, as_at, MANAGED, row).await;
    assert!(outcome.rejects.is_empty(), "{row}: {:?}", outcome.rejects);
    assert!(!supported(world, as_at, MANAGED, row).await.changes, "{row} twice");
}

both!(
    async fn a_later_sign_off_renews_an_earlier_corrects(world: World) {
        let signed_off = |on: &str| APPROVED.replace("X/8,01/03/2024,4", &format!("X/8,{on},4"));
        let is_signed_off =
            async |on: &str| !DayCoverage::compute(&world, on, None).await.reasons().contains(&Reason::NotSignedOff);
        for (as_at, on, expected) in [
            ("2025-03-03", "01/04/2024", &["2024-04-01"][..]),
            ("2025-03-04", "01/10/2024", &["2024-04-01", "2024-10-01"]),
            // An earlier day: the last one was wrong.
            ("2025-03-05", "01/07/2024", &["2024-04-01", "2024-07-01"]),
            ("2025-03-06", "01/02/2025", &["2024-04-01", "2024-07-01", "2025-02-01"]),
            // A blank removes the last one. On another day it removes no other.
            ("2025-03-07", "", &["2024-04-01", "2024-07-01"]),
            ("2025-03-08", "", &["2024-04-01", "2024-07-01"]),
            // The remaining one is given again, which changes nothing.
            ("2025-03-09", "01/07/2024", &["2024-04-01", "2024-07-01"]),
            // A correction to one that is on file does not duplicate it.
            ("2025-03-10", "01/04/2024", &["2024-04-01"]),
            ("2025-03-11", "01/03/2024", &["2024-03-01"]),
        ] {
            file(&world, as_at, &signed_off(on)).await;
            assert_eq!(sign_offs(&world).await, expected, "{as_at}");
            let first = expected.first().unwrap().parse::<Day>().unwrap();
            assert!(is_signed_off(&first.to_string()).await, "{as_at}");
            assert!(!is_signed_off(&first.plus_days(-1).to_string()).await, "{as_at}");
        }
        file(&world, "2025-03-12", &signed_off("")).await;
        assert_eq!(sign_offs(&world).await, Vec::<String>::new());
        // A row that changes for another reason removes nothing either.
        file(&world, "2025-03-13", &signed_off("01/03/2024")).await;
        file(&world, "2025-03-14", &signed_off("01/10/2024")).await;
        file(&world, "2025-03-15", &signed_off("")).await;
        file(&world, "2025-03-16", &signed_off("").replace("X/9,01/03/2024", "X/9,02/03/2024")).await;
        assert_eq!(sign_offs(&world).await, ["2024-03-01"]);
        file(&world, "2025-03-17", &signed_off("01/02/2024")).await;
        assert_eq!(sign_offs(&world).await, ["2024-02-01"], "earlier than what is on file: that was wrong");
        file(&world, "2025-03-18", &signed_off("")).await;
        assert!(!is_signed_off("2025-03-12").await);
    }
);

both!(
    async fn a_blank_pause_removes_the_last(world: World) {
        let paused = |from: &str, until: &str| APPROVED.replace(",4,,,", &format!(",4,{from},{until},"));
        let is_paused =
            async |on: &str| DayCoverage::compute(&world, on, None).await.reasons().contains(&Reason::Paused);
        file(&world, "2024-06-03", &paused("01/05/2024", "31/05/2024")).await;
        file(&world, "2024-11-04", &paused("01/10/2024", "")).await;
        assert_eq!(pauses(&world).await, ["2024-05-01..2024-06-01", "2024-10-01.."]);
        assert!(is_paused("2024-11-04").await);
        file(&world, "2024-11-05", &paused("", "")).await;
        assert_eq!(pauses(&world).await, ["2024-05-01..2024-06-01"], "the one before it stays");
        let told = [is_paused("2024-05-31").await, is_paused("2024-10-01").await, is_paused("2024-11-05").await];
        assert_eq!(told, [true, false, false]);
        // An earlier first day is a correction, and so is a blank one next to a last day.
        file(&world, "2024-11-06", &paused("15/04/2024", "31/05/2024")).await;
        assert_eq!(pauses(&world).await, ["2024-04-15..2024-06-01"]);
        file(&world, "2024-11-07", &paused("", "30/04/2024")).await;
        assert_eq!(pauses(&world).await, ["..2024-05-01"]);
        let told = [is_paused("2024-03-01").await, is_paused("2024-04-30").await, is_paused("2024-05-01").await];
        assert_eq!(told, [true, true, false]);
    }
);

both!(
    async fn a_corrected_approval_replaces_the_last(world: World) {
        let senior = |on: &str, by: &str| APPROVED.replace("X/9,01/03/2024,X/8", &format!("X/9,{on},{by}"));
        let lacks = async |on: &str| {
            DayCoverage::compute(&world, on, None).await.reasons().contains(&Reason::SeniorApprovalMissing)
        };
        file(&world, "2024-06-03", &senior("01/03/2024", "X/8")).await;
        // A renewal adds one, for 12 months.
        file(&world, "2025-03-03", &senior("20/02/2025", "X/8")).await;
        assert_eq!(approvals(&world, ApproverCapacity::Senior).await, ["2024-03-01 8", "2025-02-20 8"]);
        assert_eq!(
            [lacks("2025-03-01").await, lacks("2026-02-19").await, lacks("2026-02-20").await],
            [false, false, true]
        );
        // A correction: the renewal was decided earlier, so it also lapses earlier, and the first approval stays.
        file(&world, "2025-03-04", &senior("10/01/2025", "X/8")).await;
        assert_eq!(approvals(&world, ApproverCapacity::Senior).await, ["2024-03-01 8", "2025-01-10 8"]);
        assert_eq!(
            [lacks("2024-03-01").await, lacks("2026-01-09").await, lacks("2026-01-10").await],
            [false, false, true]
        );
        file(&world, "2025-03-05", &senior("", "")).await;
        assert_eq!(approvals(&world, ApproverCapacity::Senior).await, ["2024-03-01 8"]);
        assert_eq!([lacks("2025-02-28").await, lacks("2025-03-01").await], [false, true]);
        assert_eq!(
            approvals(&world, ApproverCapacity::Line).await,
            ["2024-03-01 9"],
            "the other capacity is left alone"
        );
    }
);

both!(
    async fn another_approver_on_the_day_corrects(world: World) {
        let by = |line: &str, senior: &str| APPROVED.replace("X/9", line).replace("X/8", senior);
        let both = async || {
            (approvals(&world, ApproverCapacity::Line).await, approvals(&world, ApproverCapacity::Senior).await)
        };
        let one = |line: &str, senior: &str| (vec![format!("2024-03-01 {line}")], vec![format!("2024-03-01 {senior}")]);
        let reasons = async || DayCoverage::compute(&world, "2024-06-03", None).await.reasons();
        file(&world, "2024-06-03", APPROVED).await;
        file(&world, "2024-06-04", &by("X/2", "X/8")).await;
        assert_eq!(both().await, one("2", "8"));
        assert_eq!(reasons().await, []);
        // The person who approved as line manager cannot also approve as senior manager. An approver who is no longer
        // named does not prevent it.
        file(&world, "2024-06-05", &by("X/2", "X/2")).await;
        assert_eq!(both().await, one("2", "2"));
        assert_eq!(reasons().await, [Reason::SeniorApprovalMissing]);
        file(&world, "2024-06-06", &by("X/9", "X/2")).await;
        assert_eq!(both().await, one("9", "2"));
        assert_eq!(reasons().await, []);
        // An approval by the supporter, or without an approver, does not count.
        file(&world, "2024-06-07", &by("X/1", "")).await;
        assert_eq!(both().await, one("1", "none"));
        assert_eq!(reasons().await, [Reason::LineApprovalMissing, Reason::SeniorApprovalMissing]);
    }
);
