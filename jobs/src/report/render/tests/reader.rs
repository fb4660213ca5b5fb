//! What a reader is told about the mail itself: why they receive it, and how old its data is.

use super::*;

#[test]
fn a_vacant_post_explains_the_recipient_first() {
    let (current, previous) = mixed();
    let why = Why::NextAbove { vacancy: Vacancy::Vacant, above: "Unit BOARD".into(), stands_in: false };
    let mail = rendered(&current, Some(&previous), &[answer(2, why), answer(3, Why::SeniorManager)]);
    let (top, _) = mail.text.split_once("DO THIS WEEK").unwrap();
    assert!(
        top.contains(
            "Unit NORTH: it has no senior manager at present. You receive its report as senior manager of Unit BOARD."
        ),
        "{top}"
    );
    snapshot("vacant", &mail);
}

#[test]
fn warns_of_data_older_than_35_days() {
    let teams = [team(11, "N-01", 12)];
    for (as_at, warned) in [("2026-10-19", false), ("2026-10-18", true)] {
        let oldest_list_employer = Some("Glasgow City Council".to_owned());
        let oldest_list_on = Some(at(as_at));
        let row = SnapshotUnit { oldest_list_on, oldest_list_employer, ..unit(1, "BOARD", None, &[&teams[0]]) };
        let current = SnapshotTree::new(SnapshotId(1), at("2026-11-23"), vec![row], Vec::new());
        let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
        let said = "These figures are based on a staff list of Glasgow City Council that is 36 days old (18 October).";
        for part in [&mail.text, &mail.html] {
            assert_eq!(part.contains(said), warned, "{part}");
        }
        let recent = "The oldest staff list behind these figures is from 19 October.";
        assert_eq!(mail.text.contains(recent), !warned, "{}", mail.text);
        if warned {
            assert!(mail.text.find(said) < mail.text.find("The team has cover"), "{}", mail.text);
            snapshot("stale_data", &mail);
        }
    }
}

#[test]
fn a_deputy_reads_the_reason_first() {
    let green = tree("2026-11-23", &[team(11, "N-01", 9)], &[]);
    let mail = rendered(&green, None, &[answer(2, Why::StandsIn { until: None })]);
    for (part, headline) in [(&mail.text, "The team has cover"), (&mail.html, "Questions?")] {
        let (top, _) = part.split_once(headline).unwrap();
        assert!(top.contains("Unit NORTH: you are deputy for its senior manager."), "{top}");
    }
}
