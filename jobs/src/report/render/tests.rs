mod unknown;

use entity::id::{SnapshotId, UnitId};
use entity::value::{Reason, Status};

use super::{Rendered, render};
use crate::report::board::{Board, Team, Unit};
use crate::report::build::build;
use crate::report::recipients::{Answer, Vacancy, Why};
use crate::report::sample::{at, board, short, team, unit};

fn answer(unit: i64, why: Why) -> Answer {
    Answer { unit: UnitId(unit), code: String::new(), name: String::new(), why }
}

fn rendered(current: &Board, previous: Option<&Board>, answers: &[Answer]) -> Rendered {
    let week = "2026-W48".parse().unwrap();
    render(&build(current, previous, week, answers), Some("https://psn.board.example")).unwrap()
}

/// What a person sees of a mail, and the list; the HTML's head is the same in all.
fn snapshot(name: &str, mail: &Rendered) {
    let list = mail.csv.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    insta::assert_snapshot!(name, format!("Subject: {}\n\n{}\n\n==== list ====\n{list}", mail.subject, mail.text));
    let body = mail.html.split_once("<body").expect("the HTML has a body").1;
    insta::assert_snapshot!(format!("{name}_html"), body);
}

/// A board with one of everything, and how it was a week before.
fn mixed() -> (Board, Board) {
    let nobody = Team {
        status: Status::None,
        supporters: 0,
        share: 0,
        not_counting: vec![(Reason::CertificateExpired, 2), (Reason::NotSignedOff, 1)],
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
        unmet_must: vec!["one more supporter of another job family than Nursing".into()],
        ..short(14, "N-04", 12, 0, "2026-09-28")
    };
    let unknown =
        Team { status: Status::Unknown, required: None, gap: None, level1_target: None, ..team(15, "N-05", 5) };
    let at_risk = Team {
        status: Status::AtRisk,
        at_risk_from: Some(at("2026-12-14")),
        at_risk_status: Some(Status::None),
        at_risk_reasons: vec!["1 certificate expires on 14 December 2026".into()],
        single_point: true,
        unproven: 1,
        ..team(21, "S-01", 18)
    };
    let current = board(
        "2026-11-23",
        &[nobody.clone(), grouped(12, "N-02", 25), grouped(13, "N-03", 20), mix.clone(), unknown],
        &[at_risk, team(22, "S-02", 10), team(23, "S-03", 9)],
    );
    let previous = board(
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

#[test]
fn a_normal_mail() {
    let (current, previous) = mixed();
    snapshot(
        "normal",
        &rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager), answer(3, Why::SeniorManager)]),
    );
}

#[test]
fn a_first_report_compares_with_nothing() {
    let (current, _) = mixed();
    let mail = rendered(&current, None, &[answer(2, Why::StandsIn { until: Some(at("2026-12-31")) })]);
    assert!(mail.text.contains("This is the first report"));
    assert!(!mail.text.contains("NEW"));
    snapshot("first", &mail);
}

#[test]
fn all_green_is_a_short_mail_that_says_so() {
    let green = board("2026-11-23", &[team(11, "N-01", 12), team(12, "N-02", 30)], &[team(21, "S-01", 9)]);
    let mail = rendered(&green, Some(&green), &[answer(1, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer Support 2026-W48: all 3 teams covered (Unit BOARD)");
    assert!(mail.text.lines().count() < 25, "{}", mail.text);
    snapshot("all_green", &mail);
}

#[test]
fn a_vacant_post_says_at_the_top_why_it_came_to_another() {
    let (current, previous) = mixed();
    let why = Why::NextAbove { vacancy: Vacancy::Vacant, above: "Unit BOARD".into(), stands_in: false };
    let mail = rendered(&current, Some(&previous), &[answer(2, why), answer(3, Why::SeniorManager)]);
    let (top, _) = mail.text.split_once("YOUR UNITS").unwrap();
    assert!(top.contains("Unit NORTH (NORTH): it has no senior manager at present, and you are the next senior manager above it, of Unit BOARD."));
    snapshot("vacant", &mail);
}

#[test]
fn hostile_names_harm_neither_header_nor_html_nor_list() {
    let names = [
        "=HYPERLINK(\"http://evil.example\",\"Ward\")",
        "<script>alert(1)</script>",
        "A & B < C > \"D\" 'E'",
        "Ward\r\nBcc: all@board.example\u{0}\u{2028}",
        "{{ v.week }}{% if %} <mj-raw> </mj-table>",
    ];
    let mut teams: Vec<Team> = names
        .iter()
        .zip(11..)
        .map(|(name, id)| Team {
            name: crate::one_line::one_line(name),
            cover_group: Some("@group".into()),
            unmet_must: vec!["<b>one more</b>".into()],
            ..short(id, &format!("-{id}"), 10, 1, "2026-11-09")
        })
        .collect();
    teams.push(Team { name: "x".repeat(300), ..short(30, "LONG", 10, 1, "2026-11-09") });
    let current = board("2026-11-23", &teams, &[]);
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
fn a_subject_is_bounded_and_names_how_many_units() {
    let (mut current, _) = mixed();
    let long = Unit { name: "Very ".repeat(100), ..current.unit(UnitId(2)).unwrap().clone() };
    current = Board::new(current.id, current.day, vec![long, current.unit(UnitId(3)).unwrap().clone()], vec![]);
    let mail = rendered(&current, None, &[answer(2, Why::SeniorManager), answer(3, Why::SeniorManager)]);
    assert!(mail.subject.chars().count() < 130, "{}", mail.subject);
    assert!(mail.subject.ends_with("… and 1 more unit)"), "{}", mail.subject);
}

#[test]
fn a_long_list_is_cut_and_said_so_but_whole_in_the_attached_list() {
    let teams: Vec<_> = (0..250).map(|at| short(100 + at, &format!("N-{at:03}"), 10, 1, "2026-11-09")).collect();
    let mail = rendered(&board("2026-11-23", &teams, &[]), None, &[answer(1, Why::SeniorManager)]);
    for part in [&mail.html, &mail.text] {
        assert!(part.contains("… and 150 more in the attached list."), "{part}");
        assert!(part.contains("N-099") && !part.contains("N-100"));
    }
    assert_eq!(mail.csv.lines().count(), 251);
}

/// Many large teams with old gaps, and small ones whose gap is new, worse or gone.
fn many(changed: i64) -> (Board, Board) {
    let old: Vec<_> = (0..300).map(|at| short(1000 + at, &format!("OLD-{at:03}"), 90, 1, "2026-11-02")).collect();
    let with = |gaps: [i32; 3]| {
        let mut teams = old.clone();
        for at in 0..changed {
            for ((first, code), gap) in [(2000, "NEW"), (3000, "WORSE"), (4000, "CLOSED")].into_iter().zip(gaps) {
                let code = format!("{code}-{at:03}");
                let team =
                    if gap == 0 { team(first + at, &code, 2) } else { short(first + at, &code, 2, gap, "2026-11-09") };
                teams.push(team);
            }
        }
        teams
    };
    (board("2026-11-23", &with([1, 2, 0]), &[]), board("2026-11-16", &with([0, 1, 1]), &[]))
}

#[test]
fn what_changed_is_shown_before_any_other_gap_however_small_the_team() {
    let (current, previous) = many(3);
    let mail = rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager)]);
    for part in [&mail.html, &mail.text] {
        let at = |code: &str| part.find(code).unwrap_or_else(|| panic!("{code} is not in {part}"));
        for code in ["NEW-002", "WORSE-002", "CLOSED-002"] {
            assert!(at(code) < at("OLD-000"), "{code}");
        }
        assert!(at("NEW-000") < at("WORSE-000") && at("WORSE-000") < at("CLOSED-000"));
        assert_eq!(part.matches("(NEW-000)").count(), 1, "a gap is in one list of gaps");
    }
    assert!(mail.text.contains("ALL OTHER GAPS, MOST STAFF AFFECTED FIRST"));
}

#[test]
fn a_mail_is_never_longer_than_mail_programs_show_and_gives_up_changes_last() {
    for changed in [3, 30, 200] {
        let (current, previous) = many(changed);
        let mail = rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager)]);
        assert!(mail.html.len() <= 80_000, "{} bytes", mail.html.len());
        assert!(mail.html.len() > 60_000, "{} bytes are fewer than fit", mail.html.len());
        assert!(mail.text.len() < mail.html.len());
        for code in ["NEW-029", "WORSE-019", "CLOSED-009"] {
            assert!(changed < 30 || (mail.html.contains(code) && mail.text.contains(code)), "{changed}: {code}");
        }
        let shown = |part: &str| part.matches(" (OLD-").count() + part.matches(" (NEW-").count();
        assert_eq!(shown(&mail.text), shown(&mail.html));
    }
}

#[test]
fn a_mail_for_very_many_units_is_bounded_as_well() {
    let teams: Vec<_> = (0..400).map(|at| team(100 + at, &format!("N-{at:03}"), 10)).collect();
    let green = board("2026-11-23", &teams, &[]);
    let vacant = || Why::Coordinator { vacancy: Vacancy::Vacant, of: "Unit BOARD".into() };
    let answers: Vec<_> = (0..400).map(|at| answer(100 + at, vacant())).collect();
    let mail = rendered(&green, None, &answers);
    assert!(mail.html.len() <= 80_000 && mail.text.len() <= 80_000, "{} bytes", mail.html.len());
    assert!(mail.text.contains("… and 380 more units."), "{}", mail.text);
}

#[test]
fn long_lists_of_level_1_and_champions_name_the_worst() {
    let lacking = |number: i32| -> Vec<_> {
        (0..number)
            .map(|at| Team { level1_done: at, champions: 0, ..team(100 + i64::from(at), &format!("N-{at:03}"), 50) })
            .collect()
    };
    let mail = rendered(&board("2026-11-23", &lacking(40), &[]), None, &[answer(1, Why::SeniorManager)]);
    let (_, lists) = mail.text.split_once("LEVEL 1 BELOW TARGET").unwrap();
    let (level1, champions) = lists.split_once("TOO FEW WELLBEING CHAMPIONS").unwrap();
    for list in [level1, champions] {
        assert!(list.contains("20. Team N-019") && !list.contains("N-020"), "{list}");
        assert!(list.contains("… and 20 more in the attached list."), "{list}");
    }
    let few = rendered(&board("2026-11-23", &lacking(25), &[]), None, &[answer(1, Why::SeniorManager)]);
    assert!(few.text.contains("25. Team N-024") && !few.text.contains("more in the attached list"));
}

#[test]
fn level_1_of_a_small_team_is_exact() {
    let small = |id, code: &str, done| Team { level1_done: done, ..team(id, code, 5) };
    let current = board("2026-11-23", &[small(11, "N-01", 4), small(12, "N-02", 0)], &[]);
    let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
    for figures in ["4 of 5 (80 %), below the target of 90 %", "0 of 5 (0 %), below", "Level 1: 4 of 10 (40 %), below"]
    {
        assert!(mail.text.contains(figures), "{}", mail.text);
    }
    assert!(mail.csv.contains(",4,90,") && !mail.csv.contains("hidden"), "{}", mail.csv);
}

#[test]
fn a_grouped_team_says_which_figures_are_the_groups() {
    let member = Team {
        cover_group: Some("Nights".into()),
        headcount: 45,
        level1_done: 20,
        champions: 0,
        ..team(11, "N-01", 25)
    };
    let mail = rendered(&board("2026-11-23", &[member], &[]), None, &[answer(1, Why::SeniorManager)]);
    let with = "   Assessed together with the teams of cover group Nights, 45 people in all, of whom 25 work here.";
    for figures in ["20 of 45 (44 %) in the group, below the target of 90 %", "0 of 1 needed in the group"] {
        assert!(mail.text.contains(&format!("1. Team N-01 (N-01): 25 staff\n   {figures}\n{with}")), "{}", mail.text);
    }
}

#[test]
fn a_team_with_part_of_a_supporter_is_told_of_that_part() {
    let part = Team { share: 700, required: Some(1), ..short(11, "N-01", 20, 1, "2026-11-09") };
    let mail = rendered(&board("2026-11-23", &[part], &[]), None, &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer Support 2026-W48: the one team is not covered (Unit NORTH)");
    assert!(mail.text.contains("1 Peer Supporter here, but shares come to 0.7 of 1 needed"), "{}", mail.text);
}

#[test]
fn a_unit_whose_only_team_is_exempt_says_so() {
    let exempt =
        || board("2026-11-23", &[Team { status: Status::Exempt, ..team(11, "N-01", 9) }], &[team(21, "S-01", 9)]);
    let mail = rendered(&exempt(), None, &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer Support 2026-W48: the one team is exempt (Unit NORTH)");
    assert!(mail.text.contains("The one team is exempt: there is nothing to assess."));
    let above = rendered(&exempt(), None, &[answer(1, Why::SeniorManager)]);
    assert!(above.text.contains("1 more team is exempt and not assessed."), "{}", above.text);
}

#[test]
fn whoever_stands_in_learns_so_at_the_top() {
    let green = board("2026-11-23", &[team(11, "N-01", 9)], &[]);
    let mail = rendered(&green, None, &[answer(2, Why::StandsIn { until: None })]);
    for (part, units) in [(&mail.text, "YOUR UNITS"), (&mail.html, "Your units")] {
        let (top, _) = part.split_once(units).unwrap();
        assert!(top.contains("Unit NORTH (NORTH): you stand in for its senior manager."), "{top}");
    }
}

#[test]
fn a_unit_without_teams_divides_by_nothing() {
    let empty = board("2026-11-23", &[], &[]);
    let mail = rendered(&empty, Some(&empty), &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer Support 2026-W48: no teams to assess (Unit NORTH)");
    assert!(mail.text.contains("Staff covered: no staff assessed"), "{}", mail.text);
    assert!(!mail.text.contains(" 0 %") && !mail.text.contains("100 %"), "{}", mail.text);
}

/// So that a person can look: `PSN_WRITE_MAIL=$PWD/mail.html cargo test -p jobs a_mail_to_look_at`.
#[test]
fn a_mail_to_look_at() {
    let (current, previous) = mixed();
    let mail = rendered(&current, Some(&previous), &[answer(1, Why::SeniorManager), answer(3, Why::SeniorManager)]);
    assert!(mail.html.starts_with("<!doctype html>"));
    assert!(!mail.html.contains("fonts.googleapis.com") && !mail.html.contains("src=\"http"), "asks another host");
    if let Ok(path) = std::env::var("PSN_WRITE_MAIL") {
        std::fs::write(path, mail.html).unwrap();
    }
}

#[test]
fn the_mail_tells_the_oldest_staff_list_and_warns_of_one_older_than_35_days() {
    let teams = [team(11, "N-01", 12)];
    for (as_at, said) in [
        ("2026-10-19", "The oldest staff list behind these figures is of 19 October 2026."),
        ("2026-10-18", "These figures rest on staff lists up to 36 days old (Glasgow City Council, 18 October 2026)."),
    ] {
        let oldest_list = Some((at(as_at), Some("Glasgow City Council".to_owned())));
        let row = Unit { oldest_list, ..unit(1, "BOARD", None, &[&teams[0]]) };
        let current = Board::new(SnapshotId(1), at("2026-11-23"), vec![row], Vec::new());
        let mail = rendered(&current, None, &[answer(1, Why::SeniorManager)]);
        for text in [&mail.text, &mail.html] {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(text.contains(said), "{text}");
        }
    }
}
