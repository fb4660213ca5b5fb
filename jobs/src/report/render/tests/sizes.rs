//! Boards of any size: what is shown, what is counted, and how large a mail becomes.

use super::*;

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
fn lists_each_unit_below_the_root() {
    let current = nation(6, 4);
    let mail = rendered_over(&current, Some(&a_week_before(&current)), &[answer(1, Why::SeniorManager)], &[40, 45, 50]);
    for sector in 0..6 {
        assert!(mail.text.contains(&format!("- Unit SEC-{sector:02}: 2 of 4 teams have cover (50%)")), "{}", mail.text);
    }
    snapshot("top_of_the_tree", &mail);
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
