//! The midweek report shows only what became worse since Monday.

use std::collections::BTreeSet;

use super::*;
use crate::report::news::News;
use crate::report::render::render_news;

fn rendered_news(current: &SnapshotTree, previous: &SnapshotTree, unit: i64, is_copy: bool) -> Rendered {
    let news = News::new(current, Some(previous), "2026-W48".parse().unwrap(), &[answer(unit, Why::SeniorManager)]);
    assert!(!news.is_empty());
    render_news(&news, Reader { hidden: &BTreeSet::new(), is_copy }, &setting()).unwrap()
}

/// Returns Monday's and Thursday's snapshots: N-01 lost its cover, N-02 will lose it, N-03 has an old gap, N-04 a worse gap.
fn a_week() -> (SnapshotTree, SnapshotTree) {
    let before = tree(
        "2026-11-23",
        &[
            team(11, "N-01", 26),
            team(12, "N-02", 14),
            short(13, "N-03", 40, 1, "2026-09-28"),
            short(14, "N-04", 12, 1, "2026-10-19"),
        ],
        &[short(21, "S-01", 9, 1, "2026-11-02")],
    );
    let lost = Team {
        status: Status::None,
        supporters: 0,
        share: 0,
        not_counting: NotCounting(vec![(Reason::CertificateExpired, 1)]),
        ..short(11, "N-01", 26, 1, "2026-11-26")
    };
    let causes = [PublishedCause::Work { reason: Reason::SeniorApprovalMissing, people: 1 }];
    let now = tree(
        "2026-11-26",
        &[
            lost,
            losing(12, "N-02", 14, "2026-11-30", &causes),
            short(13, "N-03", 40, 1, "2026-09-28"),
            short(14, "N-04", 12, 2, "2026-10-19"),
        ],
        &[short(21, "S-01", 9, 1, "2026-11-02")],
    );
    (now, before)
}

#[test]
fn says_what_became_worse_and_nothing_else() {
    let (now, before) = a_week();
    let mail = rendered_news(&now, &before, 2, false);
    assert_eq!(
        mail.subject,
        "Peer support: since Monday 1 more team needs cover, 1 will lose it on 30 November, 1 gap is worse (Unit NORTH)"
    );
    for part in [&mail.text, &mail.html] {
        assert!(!part.contains("N-03") && !part.contains("S-01"), "an old gap is not repeated: {part}");
        assert!(part.contains("1 of 4 teams have cover (25%). Last report (23 November): 2 of 4."), "{part}");
        assert!(part.contains("when something becomes worse during the week"), "{part}");
        assert!(!part.contains("every Monday") && !part.contains("attached"), "{part}");
    }
    for order in ["DO THIS WEEK", "LOSES COVER SOON", "NEW SINCE THE LAST REPORT", "WORSE SINCE THE LAST REPORT"] {
        assert!(mail.text.contains(order), "{order}: {}", mail.text);
    }
    assert_eq!(mail.csv, "", "all of it is in the mail");
    snapshot("midweek", &mail);
}

#[test]
fn the_subject_names_teams_losing_cover() {
    let before = tree("2026-11-23", &[team(11, "N-01", 26)], &[]);
    let now = tree("2026-11-26", &[losing(11, "N-01", 26, "2026-12-14", &[PublishedCause::Unstated])], &[]);
    let mail = rendered_news(&now, &before, 1, false);
    assert_eq!(mail.subject, "Peer support: since Monday 1 team will lose its cover on 14 December (Unit BOARD)");
}

#[test]
fn unknown_cover_is_not_called_a_gap() {
    let unknown = Team {
        status: Status::Unknown,
        unknown_because: Some(UnknownBecause::NoPolicy),
        required: None,
        gap: None,
        ..team(11, "N-01", 26)
    };
    let before = tree("2026-11-23", &[team(11, "N-01", 26), team(12, "N-02", 9)], &[]);
    let now = tree("2026-11-26", &[unknown, team(12, "N-02", 9)], &[]);
    let mail = rendered_news(&now, &before, 1, false);
    assert_eq!(mail.subject, "Peer support: since Monday cover of 1 more team is not known (Unit BOARD)");
    assert!(mail.text.contains("1 team has no policy yet"), "{}", mail.text);
    assert!(!mail.text.contains("have cover."), "it must not read as if all were well: {}", mail.text);
}

#[test]
fn the_attached_list_has_every_row() {
    let teams = |make: fn(i64) -> Team| (11..18).map(make).collect::<Vec<_>>();
    let before = tree("2026-11-23", &teams(|id| team(id, &format!("N-{id}"), 9)), &[]);
    let now = tree("2026-11-26", &teams(|id| short(id, &format!("N-{id}"), 9, 1, "2026-11-26")), &[]);
    let mail = rendered_news(&now, &before, 1, false);
    assert!(
        mail.text.contains("And 2 more.") && mail.text.contains("The attached list has every team."),
        "{}",
        mail.text
    );
    assert_eq!(mail.csv.lines().filter(|line| line.contains(",PARTIAL,NEW,")).count(), 7, "{}", mail.csv);
    let actions =
        mail.text.lines().filter(|line| line.starts_with(|c: char| c.is_ascii_digit()) && line.contains(". "));
    assert_eq!(actions.count(), 5, "{}", mail.text);
}

#[test]
fn a_midweek_copy_says_why_it_came() {
    let (now, before) = a_week();
    let copy = rendered_news(&now, &before, 2, true);
    let said = "You receive a copy because the senior manager of Unit NORTH asked for it.";
    for part in [&copy.text, &copy.html] {
        assert_eq!(part.matches(said).count(), 1, "{part}");
        assert!(!part.contains("settings of your report"), "{part}");
    }
}

#[test]
fn personal_reasons_change_no_word_of_it() {
    let (now, before) = a_week();
    let with = |team: &Team| {
        let away = [(Reason::Away, 1), (Reason::Paused, 2), (Reason::StoodDown, 1)];
        Team { not_counting: NotCounting([team.not_counting.0.clone(), away.to_vec()].concat()), ..team.clone() }
    };
    let personal = SnapshotTree::new(now.id, now.day, now.units().to_vec(), now.teams().iter().map(with).collect());
    assert_eq!(rendered_news(&personal, &before, 2, false), rendered_news(&now, &before, 2, false));
}
