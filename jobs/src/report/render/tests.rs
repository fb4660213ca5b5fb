mod chosen;
mod midweek;
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

#[test]
fn nothing_changed_is_a_count_and_no_repetition() {
    let old = |at: i64| short(100 + at, &format!("N-{at:03}"), 40 - i32::try_from(at).unwrap(), 1, "2026-09-07");
    let teams: Vec<_> = (0..30).map(old).collect();
    let current = tree("2026-11-23", &teams, &[team(21, "S-01", 9)]);
    let previous = tree("2026-11-16", &teams, &[team(21, "S-01", 9)]);
    let mail = rendered_over(&current, Some(&previous), &[answer(1, Why::SeniorManager)], &[3, 3, 3]);
    assert!(mail.text.contains("Gaps since the last report: 30 unchanged."), "{}", mail.text);
    for part in [&mail.text, &mail.html] {
        assert!(part.contains("And 20 more."), "{part}");
        assert!(part.contains("N-009") && !part.contains("N-010"), "{part}");
        assert_eq!(part.matches("Team N-000").count(), 1 + usize::from(part.contains("<!doctype")), "{part}");
    }
    snapshot("nothing_changed", &mail);
}

/// Returns a board of sectors with services and teams below.
fn nation(sectors: i64, teams: i64) -> SnapshotTree {
    let mut units = Vec::new();
    let mut all = Vec::new();
    for sector in 0..sectors {
        let below: Vec<_> = (0..teams)
            .map(|at| {
                let (id, code) = (1000 + sector * teams + at, format!("T-{sector:02}-{at:03}"));
                if at % 3 == 0 { short(id, &code, 20, 1, "2026-10-05") } else { team(id, &code, 20) }
            })
            .collect();
        let own: Vec<_> = below.iter().collect();
        units.push(SnapshotUnit {
            trainer_units: 2,
            trainer_units_met: 1,
            ..unit(100 + sector, &format!("SEC-{sector:02}"), Some(1), &own)
        });
        units.extend(below.iter().map(|team| SnapshotUnit {
            unit_id: team.unit_id,
            ..unit(0, &team.unit_code, Some(100 + sector), &[team])
        }));
        all.extend(below);
    }
    units.push(SnapshotUnit {
        trainer_units: 60,
        trainer_units_met: 30,
        ..unit(1, "NATION", None, &all.iter().collect::<Vec<_>>())
    });
    SnapshotTree::new(SnapshotId(1), at("2026-11-23"), units, all)
}

#[test]
fn lists_each_unit_below_the_root() {
    let current = nation(6, 4);
    let mail = rendered_over(&current, Some(&a_week_before(&current)), &[answer(1, Why::SeniorManager)], &[40, 45, 50]);
    for sector in 0..6 {
        assert!(mail.text.contains(&format!("- Unit SEC-{sector:02}: 2 of 4 teams have cover (50%)")), "{}", mail.text);
    }
    snapshot("top_of_the_tree", &mail);
}

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
fn hostile_names_are_escaped_everywhere() {
    let names = [
        "=HYPERLINK(\"http://evil.example\",\"Ward\")",
        "<script>alert(1)</script>",
        "A & B < C > \"D\" 'E'",
        "Ward\r\nBcc: all@board.example\u{0}\u{2028}",
        "{{ v.week }}{% if %} </div></table>",
    ];
    let mut teams: Vec<Team> = names
        .iter()
        .zip(11..)
        .map(|(name, id)| Team {
            unit_name: crate::output::one_line::one_line(name),
            cover_group: Some(format!("@group {id}")),
            mix: unmet_must(&[("1 from <b>Nursing</b> of job_family", ""), ("<b>no rule</b>", "<b>one more</b>")]),
            ..short(id, &format!("-{id}"), 10, 1, "2026-11-09")
        })
        .collect();
    teams.push(Team { unit_name: "x".repeat(300), ..short(30, "LONG", 10, 1, "2026-11-09") });
    let current = tree("2026-11-23", &teams, &[]);
    let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);

    assert!(!mail.html.contains("<script>") && !mail.html.contains("<b>"), "markup came through");
    assert!(mail.html.contains("&#60;script&#62;"), "{}", mail.html);
    assert!(!mail.subject.chars().any(char::is_control));
    for part in [&mail.text, &mail.html] {
        assert!(!part.lines().any(|line| line.trim_start().starts_with("Bcc:")));
    }
    let mut reader = csv::Reader::from_reader(mail.csv.trim_start_matches('\u{feff}').as_bytes());
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), teams.len());
    for row in &rows {
        assert!(
            row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && !cell.contains('\n')),
            "{row:?}"
        );
    }
    snapshot("hostile", &mail);
}

#[test]
fn a_subject_is_short_and_counts_units() {
    let (mut current, _) = mixed();
    let long = SnapshotUnit { unit_name: "Very ".repeat(100), ..current.unit(UnitId(2)).unwrap().clone() };
    current = SnapshotTree::new(current.id, current.day, vec![long, current.unit(UnitId(3)).unwrap().clone()], vec![]);
    let mail = rendered(&current, None, &[answer(2, Why::SeniorManager), answer(3, Why::SeniorManager)]);
    assert!(mail.subject.chars().count() < 160, "{}", mail.subject);
    assert!(mail.subject.ends_with("… and 1 more unit)"), "{}", mail.subject);
}

/// Returns snapshots for which every list of the mail is longer than what is shown, with the longest possible names.
fn largest() -> (SnapshotTree, SnapshotTree) {
    let long = |id: i64, code: &str| Team {
        unit_name: format!("{code} {}", "Ward of a very long name ".repeat(20)),
        ..team(id, code, 9)
    };
    let gap = |id, code: &str, gap, day: &str| Team {
        status: Status::Partial,
        required: Some(gap + 1),
        gap: Some(gap),
        gap_opened_on: Some(at(day)),
        not_counting: NotCounting(vec![
            (Reason::Level2Missing, 2),
            (Reason::NotSignedOff, 2),
            (Reason::Left, 2),
            (Reason::NotInTeam, 2),
        ]),
        cover_group: Some(format!("{} {id}", "Group".repeat(60))),
        champions: 0,
        level1_done: 0,
        ..long(id, code)
    };
    let with = |gaps: [i32; 4]| {
        let mut teams = Vec::new();
        for at in 0..60 {
            for ((first, code), people) in
                [(1000, "OLD"), (2000, "NEW"), (3000, "WORSE"), (4000, "CLOSED")].into_iter().zip(gaps)
            {
                let (id, code) = (first + at, format!("{code}-{at:03}"));
                teams.push(if people == 0 { long(id, &code) } else { gap(id, &code, people, "2026-11-09") });
            }
            let causes = [PublishedCause::Unstated, PublishedCause::Other { sentence: "x".repeat(200) }];
            teams.push(Team {
                unit_name: "Soon ".repeat(100),
                ..losing(5000 + at, &format!("SOON-{at:03}"), 9, "2026-12-01", &causes)
            });
        }
        teams
    };
    (tree("2026-11-23", &with([2, 1, 2, 0]), &[]), tree("2026-11-16", &with([2, 0, 1, 1]), &[]))
}

#[test]
fn a_mail_stays_below_60_kilobytes() {
    let (current, previous) = largest();
    let vacant = || Why::Coordinator { vacancy: Vacancy::Vacant, of: "Unit BOARD".into() };
    let mut answers = vec![answer(1, Why::SeniorManager)];
    answers.extend(current.teams_below(UnitId(1)).iter().map(|team| answer(team.unit_id.0, vacant())));
    let below = rendered(&current, Some(&previous), &answers);
    let single: Vec<_> = current.teams_below(UnitId(1)).iter().map(|team| answer(team.unit_id.0, vacant())).collect();
    let several = rendered(&current, Some(&previous), &single);
    for mail in [below, several, rendered(&nation(60, 50), None, &[answer(1, Why::SeniorManager)])] {
        assert!(mail.html.len() <= 60_000, "{} bytes", mail.html.len());
        assert!(mail.text.len() <= 40_000, "{} bytes", mail.text.len());
    }
}

#[test]
fn a_list_too_large_for_mail_is_shortened() {
    let mail = rendered(&nation(60, 120), None, &[answer(1, Why::SeniorManager)]);
    assert!(mail.csv.len() <= 650_000, "{} bytes", mail.csv.len());
    let rows = mail.csv.lines().count() - 1;
    assert!(rows < 7_200 && rows > 3_000, "{rows} rows");
    let said = format!(
        "The attached list has the first {},{:03} of 7,200 teams, those with gaps first.",
        rows / 1000,
        rows % 1000
    );
    assert!(mail.text.contains(&said), "{}", mail.text);
    let gaps = mail.csv.lines().filter(|line| line.contains(",PARTIAL,")).count();
    assert_eq!(gaps, 60 * 40, "every gap is in it");
}

#[test]
fn changed_gaps_come_before_other_gaps() {
    let (current, previous) = largest();
    let mail = rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager)]);
    let places: Vec<_> = [
        "LOSES COVER SOON",
        "NEW SINCE THE LAST REPORT",
        "WORSE SINCE THE LAST REPORT",
        "CLOSED SINCE THE LAST REPORT",
        "LARGEST OF THE OTHER GAPS",
    ]
    .iter()
    .map(|heading| mail.text.find(heading).unwrap_or_else(|| panic!("{heading} is not in {}", mail.text)))
    .collect();
    assert!(places.is_sorted());
}

#[test]
fn sites_tell_two_wards_of_one_name_apart() {
    let ward = |id, code: &str| Team { unit_name: "Ward 25".into(), ..short(id, code, 9, 1, "2026-11-02") };
    let wards = [ward(11, "A"), ward(12, "B"), ward(13, "C")];
    let sites = [(UnitId(11), "Gartnavel".to_owned()), (UnitId(12), "Stobhill".to_owned())];
    let current = tree("2026-11-23", &wards, &[short(21, "D", 9, 1, "2026-11-02")]).with_sites(sites.into());
    let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
    for name in [
        "- Ward 25, Gartnavel (9 staff)",
        "- Ward 25, Stobhill (9 staff)",
        "- Ward 25 (C) (9 staff)",
        "- Team D (9 staff)",
    ] {
        assert!(mail.text.contains(name), "{name}: {}", mail.text);
    }
}

#[test]
fn personal_reasons_are_in_no_part_of_the_mail() {
    let with = |personal: &[(Reason, u32)]| {
        let not_counting = [&[(Reason::NotSignedOff, 1)], personal].concat();
        let gap = Team { not_counting: NotCounting(not_counting), ..short(11, "N-01", 20, 2, "2026-11-02") };
        let losing = losing(12, "N-02", 20, "2026-12-01", &[PublishedCause::Unstated]);
        rendered(&tree("2026-11-23", &[gap, losing], &[]), None, &[answer(1, Why::SeniorManager)])
    };
    let plain = with(&[]);
    assert_eq!(with(&[(Reason::Away, 1), (Reason::Paused, 2), (Reason::StoodDown, 3)]), plain);
    for part in [&plain.text, &plain.html, &plain.csv] {
        let words: Vec<_> = part.split(|c: char| !c.is_alphabetic()).collect();
        for word in ["away", "paused", "pause", "available", "ill", "stood", "leave"] {
            assert!(!words.contains(&word), "{word} is in {part}");
        }
    }
}

#[test]
fn level_1_of_a_small_team_is_exact() {
    let small = |id, code: &str, done| Team { level1_done: done, ..team(id, code, 5) };
    let current = tree("2026-11-23", &[small(11, "N-01", 4), small(12, "N-02", 0)], &[]);
    let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
    for figures in ["4 of 10 (40%) staff have done it, the target is 90%.", "Team N-02 (0 of 5)", "Team N-01 (4 of 5)"]
    {
        assert!(mail.text.contains(figures), "{}", mail.text);
    }
    assert!(mail.csv.contains(",4,90,") && !mail.csv.contains("hidden"), "{}", mail.csv);
}

#[test]
fn a_cover_group_has_one_action() {
    let member = |id, code: &str| Team {
        cover_group: Some("Nights".into()),
        headcount: 45,
        ..short(id, code, 25, 1, "2026-11-02")
    };
    let mail = rendered(
        &tree("2026-11-23", &[member(11, "N-01"), member(12, "N-02")], &[]),
        None,
        &[answer(1, Why::SeniorManager)],
    );
    assert!(
        mail.text.contains("Covered together with the other teams of cover group Nights, 45 staff in all."),
        "{}",
        mail.text
    );
    let action =
        "Team N-01 and the teams of its cover group have too few Peer Supporters (45 staff, since 2 November).";
    assert!(mail.text.contains(action), "{}", mail.text);
    assert_eq!(mail.text.matches("of its cover group").count(), 1, "{}", mail.text);
}

#[test]
fn a_unit_whose_only_team_is_exempt_says_so() {
    let exempt =
        || tree("2026-11-23", &[Team { status: Status::Exempt, ..team(11, "N-01", 9) }], &[team(21, "S-01", 9)]);
    let mail = rendered(&exempt(), None, &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer support: the only team is exempt (Unit NORTH)");
    let above = rendered_over(&exempt(), None, &[answer(1, Why::SeniorManager)], &[]);
    assert!(above.text.contains("The team has cover."), "{}", above.text);
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

#[test]
fn a_unit_without_teams_divides_by_nothing() {
    let empty = tree("2026-11-23", &[], &[]);
    let mail = rendered(&empty, Some(&empty), &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer support: there are no teams to report on (Unit NORTH)");
    assert!(!mail.text.contains(" 0%") && !mail.text.contains("100%"), "{}", mail.text);
}

#[test]
fn html_is_accessible_and_loads_nothing() {
    let (current, previous) = mixed();
    let mail = rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager)]);
    assert!(mail.html.starts_with("<!doctype html>"));
    assert!(!mail.html.contains("src=") && !mail.html.contains("url("), "loads from another host");
    for once in ["role=\"article\"", "role=\"main\"", "<h1 ", "lang=\"en-GB\">\n<head>", "prefers-color-scheme: dark"] {
        assert_eq!(mail.html.matches(once).count(), 1, "{once}");
    }
    for link in mail.html.split("href=\"").skip(1).map(|rest| rest.split_once('"').unwrap().0) {
        assert!(link.starts_with("https://psn.board.example/") || link.starts_with("mailto:"), "{link}");
    }
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
