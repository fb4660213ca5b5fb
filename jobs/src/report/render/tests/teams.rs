//! Teams of one name, of a cover group, exempt teams, and none.

use super::*;

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
fn a_unit_without_teams_divides_by_nothing() {
    let empty = tree("2026-11-23", &[], &[]);
    let mail = rendered(&empty, Some(&empty), &[answer(2, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer support: there are no teams to report on (Unit NORTH)");
    assert!(!mail.text.contains(" 0%") && !mail.text.contains("100%"), "{}", mail.text);
}
