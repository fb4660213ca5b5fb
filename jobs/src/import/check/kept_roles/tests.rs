use super::*;
use crate::import::limits::Allowances;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn options(take_over: bool) -> CheckOptions {
    CheckOptions { as_at: day("2026-11-16"), today: day("2026-11-17"), allow: Allowances::default(), take_over }
}

#[test]
fn urgent_rows_come_first_and_the_rest_is_counted() {
    let mut findings = Findings::default();
    findings.notice("units.csv", None, "Something else.");
    let row = |line| KeptRow {
        line,
        differs: Some(vec!["Share"]),
        caution: if line > 21 { Caution::Open } else { Caution::NotNeeded },
        own_wish: false,
    };
    report("supporters.csv", (1..=23).map(row).collect(), options(false), &mut findings);
    let lines: Vec<_> = findings.notices.iter().map(|notice| notice.line).collect();
    assert_eq!(lines[..3], [Some(22), Some(23), None]);
    assert_eq!((lines.len(), lines[3], lines[20], lines[21]), (22, Some(1), Some(18), None));
    assert_eq!(findings.notices[21].sentence, "3 more row(s) about roles that are kept in the register differ.");
}

#[test]
fn sentences_name_columns_and_the_way_out() {
    let row = |differs, caution, own_wish| KeptRow { line: 7, differs, caution, own_wish };
    let kept = "This row is about a role that is kept in the register and changes nothing.";
    let back = "To give the role back to the file: psn import --take-over.";
    assert_eq!(
        row(Some(vec!["Share", "From", "Until"]), Caution::NotNeeded, false).sentence(options(false)),
        format!("{kept} It differs in Share, From and Until. {back}")
    );
    assert_eq!(
        row(None, Caution::NotNeeded, true).sentence(options(false)),
        format!("{kept} The register has no such allocation.")
    );
    assert_eq!(
        row(Some(vec!["Until"]), Caution::Settled, false).sentence(options(false)),
        format!("{kept} It differs in Until. A coordinator has decided that the register is right. {back}")
    );
    assert_eq!(
        row(Some(vec!["Until"]), Caution::Open, true).sentence(options(true)),
        format!(
            "{kept} It differs in Until. By this row the person counts for less. From 2026-11-16 on the more cautious of file \
             and register counts, until a coordinator settles the difference. --take-over does not give this role back."
        )
    );
}
