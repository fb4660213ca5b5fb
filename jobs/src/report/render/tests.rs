mod chosen;
mod midweek;
mod reader;
mod safety;
mod sizes;
mod teams;
mod unknown;

use entity::coverage::PublishedCause;
use entity::id::{SnapshotId, UnitId};
use entity::json_column::{AtRiskCauses, NotCounting};
use entity::value::{Reason, Status, UnknownBecause};
use proptest::prelude::*;

use super::{Reader, Rendered, Setting, render};
use crate::report::build::{Report, build};
use crate::report::coordinator::Coordinator;
use crate::report::reading::reading_age;
use crate::report::recipients::{Answer, Vacancy, Why};
use crate::report::sample::{at, short, team, tree, unit, unmet_must};
use crate::report::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};
use crate::report::wording::Fraction;

fn answer(unit: i64, why: Why) -> Answer {
    Answer { unit: UnitId(unit), code: String::new(), name: String::new(), why }
}

fn rendered(current: &SnapshotTree, previous: Option<&SnapshotTree>, answers: &[Answer]) -> Rendered {
    rendered_over(current, previous, answers, &[])
}

fn setting() -> Setting {
    Setting {
        base_url: Some("https://psn.board.example".to_owned()),
        coordinator: Coordinator {
            name: Some("Mairi Reid".to_owned()),
            email: Some("Peer Support <peer.support@board.example>".parse().unwrap()),
            phone: Some("0141 496 0000".to_owned()),
        },
    }
}

/// Renders a report with these percentages of covered teams on the Mondays before, oldest first.
fn rendered_over(
    current: &SnapshotTree,
    previous: Option<&SnapshotTree>,
    answers: &[Answer],
    percent: &[i64],
) -> Rendered {
    let week = "2026-W48".parse().unwrap();
    let report = build(current, previous, week, answers);
    let weeks = i64::try_from(percent.len()).unwrap();
    let before = percent
        .iter()
        .zip(0..)
        .map(|(part, at)| (current.day.plus_days(7 * (at - weeks)), Fraction { part: *part, whole: 100 }));
    let trend = before.chain([(current.day, report.teams)]).filter(|(_, covered)| covered.whole > 0).collect();
    let report = Report { trend, ..report };
    render(&report, Reader::OWNER, &setting()).unwrap()
}

/// Compares what a person sees of a mail, and the list. The HTML's head is the same in all mails.
fn snapshot(name: &str, mail: &Rendered) {
    let list = mail.csv.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    insta::assert_snapshot!(name, format!("Subject: {}\n\n{}\n\n==== list ====\n{list}", mail.subject, mail.text));
    let body = mail.html.split_once("<body").expect("the HTML has a body").1;
    insta::assert_snapshot!(format!("{name}_html"), body);
    assert!(reading_age(&mail.text) <= 14.0, "reading age {}: {}", reading_age(&mail.text), mail.text);
    // Writes the mails for a person to read: `PSN_WRITE_MAILS=folder cargo test -p jobs report::render`.
    if let Ok(folder) = std::env::var("PSN_WRITE_MAILS") {
        std::fs::write(format!("{folder}/{name}.html"), &mail.html).unwrap();
        std::fs::write(format!("{folder}/{name}.txt"), format!("{}\n\n{}", mail.subject, mail.text)).unwrap();
    }
}

/// Returns a snapshot with one of everything, and the snapshot of the week before.
fn mixed() -> (SnapshotTree, SnapshotTree) {
    let without_supporter = Team {
        status: Status::None,
        supporters: 0,
        share: 0,
        not_counting: NotCounting(vec![(Reason::CertificateExpired, 2), (Reason::NotSignedOff, 1)]),
        champions: 0,
        level1_done: 20,
        ..short(11, "N-01", 32, 2, "2026-11-23")
    };
    let grouped = |id, code: &str, staff| Team {
        cover_group: Some("Night & Day".into()),
        headcount: 45,
        ..short(id, code, staff, 1, "2026-10-19")
    };
    let mix = Team {
        status: Status::MixGap,
        gap: Some(0),
        mix: unmet_must(&[("2 different job_family", "")]),
        ..short(14, "N-04", 12, 0, "2026-09-28")
    };
    let unknown = Team {
        status: Status::Unknown,
        unknown_because: Some(UnknownBecause::NoPolicy),
        required: None,
        gap: None,
        level1_target: None,
        ..team(15, "N-05", 5)
    };
    let at_risk = Team {
        status: Status::AtRisk,
        at_risk_from: Some(at("2026-12-14")),
        at_risk_status: Some(Status::None),
        at_risk_causes: AtRiskCauses(vec![PublishedCause::Work { reason: Reason::CertificateExpired, people: 1 }]),
        single_point: true,
        unproven: 1,
        ..team(21, "S-01", 18)
    };
    let current = tree(
        "2026-11-23",
        &[without_supporter.clone(), grouped(12, "N-02", 25), grouped(13, "N-03", 20), mix.clone(), unknown],
        &[at_risk, team(22, "S-02", 10), team(23, "S-03", 9)],
    );
    let previous = tree(
        "2026-11-16",
        &[
            team(11, "N-01", 32),
            Team { gap: Some(2), ..grouped(12, "N-02", 25) },
            Team { gap: Some(2), ..grouped(13, "N-03", 20) },
            mix,
        ],
        &[team(21, "S-01", 18), short(22, "S-02", 10, 1, "2026-11-02"), short(24, "S-04", 3, 1, "2026-11-09")],
    );
    (current, previous)
}

/// Returns the same units and teams as in the last report.
fn a_week_before(tree: &SnapshotTree) -> SnapshotTree {
    let mut before = tree.clone();
    before.day = before.day.plus_days(-7);
    before
}

#[test]
fn many_gaps() {
    let (current, previous) = mixed();
    let answers = [answer(1, Why::SeniorManager), answer(3, Why::SeniorManager)];
    let mail = rendered_over(&current, Some(&previous), &answers, &[20, 35, 40, 50, 62, 63]);
    assert_eq!(
        mail.subject,
        "Peer support: 4 teams need cover, 1 loses it on 14 December, cover of 1 is not known (Unit BOARD)"
    );
    snapshot("many_gaps", &mail);
}

#[test]
fn a_first_report_compares_with_nothing() {
    let (current, _) = mixed();
    let mail = rendered(&current, None, &[answer(2, Why::StandsIn { until: Some(at("2026-12-31")) })]);
    assert!(mail.text.contains("This is the first report."));
    assert!(!mail.text.contains("NEW") && !mail.text.contains("Since "), "{}", mail.text);
    snapshot("first", &mail);
}

#[test]
fn all_well_is_a_short_mail() {
    let green = tree("2026-11-23", &[team(11, "N-01", 12), team(12, "N-02", 30)], &[team(21, "S-01", 9)]);
    let mail = rendered_over(&green, Some(&a_week_before(&green)), &[answer(1, Why::SeniorManager)], &[90, 100, 100]);
    assert_eq!(mail.subject, "Peer support: all 3 teams have cover (Unit BOARD)");
    let (body, _) = mail.text.split_once("\n--\n").unwrap();
    assert_eq!(body.lines().filter(|line| !line.is_empty()).count(), 5, "{body}");
    snapshot("all_well", &mail);
}

/// Returns a covered team that loses its cover on a day for these causes.
fn losing(id: i64, code: &str, staff: i32, from: &str, causes: &[PublishedCause]) -> Team {
    Team {
        status: Status::AtRisk,
        at_risk_from: Some(at(from)),
        at_risk_status: Some(Status::None),
        at_risk_causes: AtRiskCauses(causes.to_vec()),
        ..team(id, code, staff)
    }
}

#[test]
fn cover_that_ends_soon_comes_first() {
    let work = |reason, people| PublishedCause::Work { reason, people };
    let current = tree(
        "2026-11-23",
        &[
            losing(11, "N-01", 12, "2026-11-30", &[work(Reason::SeniorApprovalMissing, 1)]),
            losing(12, "N-02", 30, "2026-12-14", &[work(Reason::LineApprovalMissing, 2)]),
            losing(13, "N-03", 8, "2027-01-04", &[PublishedCause::Unstated]),
            short(14, "N-04", 50, 1, "2026-11-02"),
        ],
        &[team(21, "S-01", 9)],
    );
    let mail = rendered_over(&current, Some(&a_week_before(&current)), &[answer(1, Why::SeniorManager)], &[60, 60, 80]);
    assert_eq!(mail.subject, "Peer support: 1 team needs cover, 3 lose it, the first on 30 November (Unit BOARD)");
    let (_, actions) = mail.text.split_once("DO THIS WEEK").unwrap();
    let order = [
        "N-01 loses its cover on 30 November. Before then: renew 1 approval.",
        "N-04 has too few",
        "2 more teams lose their cover, the first on 14 December. Renew 2 approvals and nominate another colleague.",
    ];
    let places: Vec<_> =
        order.iter().map(|text| actions.find(text).unwrap_or_else(|| panic!("{text} is not in {actions}"))).collect();
    assert!(places.is_sorted(), "{actions}");
    assert!(mail.text.contains("4 of 5 teams have cover."), "{}", mail.text);
    snapshot("loses_cover_soon", &mail);
}

#[test]
fn the_subject_and_the_actions_count_the_same_teams() {
    let grouped = |id, code: &str| Team {
        cover_group: Some("Nights".into()),
        headcount: 30,
        ..losing(id, code, 15, "2026-12-21", &[PublishedCause::Unstated])
    };
    let current = tree(
        "2026-11-23",
        &[
            losing(11, "N-01", 12, "2026-11-30", &[PublishedCause::Unstated]),
            grouped(12, "N-02"),
            grouped(13, "N-03"),
            losing(14, "N-04", 9, "2027-01-04", &[PublishedCause::Unstated]),
        ],
        &[],
    );
    let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer support: 4 teams lose their cover, the first on 30 November (Unit BOARD)");
    assert!(mail.text.contains("All 4 teams have cover today, 4 lose it, the first on 30 November."), "{}", mail.text);
    assert!(mail.text.contains("3 more teams lose their cover, the first on 21 December."), "{}", mail.text);
}

proptest! {
    /// Every figure of the headline, the trend and the facts comes from the snapshot.
    #[test]
    fn the_figures_are_the_snapshots(gaps in proptest::collection::vec((0..3_i32, 1..60_i32), 1..12)) {
        let teams: Vec<_> = gaps
            .iter()
            .zip(11..)
            .map(|((gap, staff), id)| match gap {
                0 => team(id, &format!("N-{id}"), *staff),
                gap => short(id, &format!("N-{id}"), *staff, *gap, "2026-11-02"),
            })
            .collect();
        let current = tree("2026-11-23", &teams, &[]);
        let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
        let unit = current.unit(UnitId(1)).unwrap();
        if unit.teams_assessed() > 1 && unit.teams_covered() < unit.teams_assessed() {
            let headline = format!("{} of {} teams have cover.", unit.teams_covered(), unit.teams_assessed());
            prop_assert!(mail.text.contains(&headline));
        }
        let staff = format!("Staff whose team has cover: {} of {} (", unit.staff_covered, unit.staff_assessed);
        prop_assert!(mail.text.contains(&staff), "{}", mail.text);
        let short: i64 = teams.iter().filter_map(|team| team.gap).map(i64::from).sum();
        let would = format!("In all, {short} more Peer Supporter");
        prop_assert_eq!(mail.text.contains(&would), short > 0);
        let listed = mail.csv.lines().skip(1).count();
        prop_assert_eq!(listed, teams.len());
    }
}
