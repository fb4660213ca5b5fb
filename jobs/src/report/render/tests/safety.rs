//! What must never be in a mail: markup, formulas, personal reasons, and anything that is loaded.

use super::*;

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
