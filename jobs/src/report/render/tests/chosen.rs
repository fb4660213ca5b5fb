//! Sections that a reader leaves out, and copies.

use std::collections::BTreeSet;

use entity::value::ReportSection;

use super::*;

fn mail(hidden: &BTreeSet<ReportSection>, is_copy: bool, previous: bool) -> Rendered {
    let (current, before) = mixed();
    let answers = [answer(1, Why::SeniorManager), answer(2, Why::StandsIn { until: None })];
    let report = build(&current, previous.then_some(&before), "2026-W48".parse().unwrap(), &answers);
    render(&report, Reader { hidden, is_copy }, &setting()).unwrap()
}

const HEADINGS: [(ReportSection, &str); 5] = [
    (ReportSection::Better, "BETTER SINCE THE LAST REPORT"),
    (ReportSection::Closed, "CLOSED SINCE THE LAST REPORT"),
    (ReportSection::ByUnit, "UNITS BELOW"),
    (ReportSection::Layers, "CHAMPIONS, LEVEL 1 AND TRAINERS"),
    (ReportSection::Facts, "Staff whose team has cover"),
];

#[test]
fn each_optional_section_is_left_out_alone() {
    let whole = mail(&BTreeSet::new(), false, true);
    for (section, heading) in HEADINGS {
        assert!(whole.text.contains(heading), "{heading}: {}", whole.text);
        let without = mail(&[section].into(), false, true);
        assert!(!without.text.contains(heading), "{heading}: {}", without.text);
        for (_, other) in HEADINGS.iter().filter(|other| other.0 != section) {
            assert!(without.text.contains(other), "{heading} took {other} with it");
        }
        assert!(without.text.contains("Some sections are left out, as chosen in the settings of this report."));
        assert_eq!((&without.subject, &without.csv), (&whole.subject, &whole.csv));
    }
    assert!(!whole.text.contains("left out"));
}

#[test]
fn actions_and_news_cannot_be_left_out() {
    let all: BTreeSet<ReportSection> = ReportSection::ALL.iter().copied().collect();
    let mail = mail(&all, false, true);
    for kept in ["DO THIS WEEK", "LOSES COVER SOON", "NEW SINCE THE LAST REPORT", "teams have cover"] {
        assert!(mail.text.contains(kept), "{kept}: {}", mail.text);
    }
    assert!(mail.text.contains("you are deputy for its senior manager"), "a warning: {}", mail.text);
}

#[test]
fn the_gaps_of_a_first_report_stay() {
    let all: BTreeSet<ReportSection> = ReportSection::ALL.iter().copied().collect();
    assert!(mail(&all, false, false).text.contains("LARGEST GAPS"), "every gap is new to its reader");
}

#[test]
fn a_copy_gives_a_reason_without_names() {
    let copy = mail(&BTreeSet::new(), true, true);
    let said = "You receive a copy because the senior manager of Unit BOARD asked for it.";
    for part in [&copy.text, &copy.html] {
        assert_eq!(part.matches(said).count(), 1, "{part}");
        assert!(!part.contains("you stand in") && !part.contains("You receive this report"), "{part}");
    }
    let own = mail(&BTreeSet::new(), false, true);
    assert_eq!((&own.subject, &own.csv), (&copy.subject, &copy.csv));
    assert!(!own.text.contains("a copy"));
}
