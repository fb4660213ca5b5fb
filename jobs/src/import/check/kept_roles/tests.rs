use super::*;
use crate::import::record::AllocationTerms;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn period(from: Option<&str>, to: Option<&str>) -> Validity {
    Validity { from: from.map(day), to: to.map(day) }
}

fn allocation(validity: Validity, pause: Option<Validity>, share: i32) -> Allocation {
    Allocation {
        person: PersonIx::new(0),
        role: Role::PeerSupporter,
        unit: UnitIx::new(0),
        share,
        validity,
        line: None,
        senior: None,
        signed_off_on: None,
        pause,
        terms: AllocationTerms::default(),
    }
}

#[test]
fn an_end_a_pause_and_a_lower_share_count_for_less() {
    let open = period(Some("2026-01-01"), None);
    let ended = period(Some("2026-01-01"), Some("2026-12-01"));
    let as_at = day("2026-11-16");
    let paused = |from, to| allocation(open, Some(period(Some(from), to)), 500);
    let known = allocation(open, None, 500);
    for (row, known, less) in [
        (known, known, false),
        (allocation(ended, None, 500), known, true),
        (known, allocation(ended, None, 500), false),
        (allocation(open, None, 400), known, true),
        (allocation(open, None, 600), known, false),
        (allocation(period(Some("2027-01-01"), None), None, 500), known, true),
        (paused("2026-11-01", None), known, true),
        (paused("2026-10-01", Some("2026-11-01")), known, false),
        (paused("2026-11-01", Some("2026-12-01")), paused("2026-11-01", None), false),
        (paused("2026-11-01", None), paused("2026-11-01", Some("2026-12-01")), true),
        // In the register the role has ended already.
        (allocation(open, None, 400), allocation(period(None, Some("2026-11-16")), None, 500), false),
    ] {
        assert_eq!(counts_for_less(&row, &known, as_at), less, "{row:?} {known:?}");
    }
}

#[test]
fn urgent_rows_come_first_and_the_rest_is_counted() {
    let mut findings = Findings::default();
    findings.notice("units.csv", None, "Something else.");
    let row = |line| KeptRow { line, differs: Some(vec!["Share"]), lowers: line > 21, own_wish: false };
    report("supporters.csv", (1..=23).map(row).collect(), false, &mut findings);
    let lines: Vec<_> = findings.notices.iter().map(|notice| notice.line).collect();
    assert_eq!(lines[..3], [Some(22), Some(23), None]);
    assert_eq!((lines.len(), lines[3], lines[20], lines[21]), (22, Some(1), Some(18), None));
    assert_eq!(findings.notices[21].sentence, "3 more row(s) about roles that are kept in the register differ.");
}

#[test]
fn sentences_name_columns_and_the_way_out() {
    let row = |differs, lowers, own_wish| KeptRow { line: 7, differs, lowers, own_wish };
    let kept = "This row is about a role that is kept in the register and changes nothing.";
    let back = "To give the role back to the file: psn import --take-over.";
    assert_eq!(
        row(Some(vec!["Share", "From", "Until"]), false, false).sentence(false),
        format!("{kept} It differs in Share, From and Until. {back}")
    );
    assert_eq!(row(None, false, true).sentence(false), format!("{kept} The register has no such allocation."));
    assert_eq!(
        row(Some(vec!["Until"]), true, true).sentence(true),
        format!(
            "{kept} It differs in Until. The role goes on in the register, so the person still counts there. If the file is \
             right, ask a coordinator to end, pause or change the role in the register. --take-over does not give this role \
             back."
        )
    );
}
