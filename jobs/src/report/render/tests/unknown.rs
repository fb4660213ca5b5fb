//! Teams whose cover is not known because of a staff list.

use entity::value::{Status, UnknownBecause};

use super::{answer, rendered, snapshot};
use crate::report::recipients::Why;
use crate::report::sample::{team, tree};
use crate::report::snapshot_tree::Team;
use crate::report::tasks::to_close;
use crate::report::wording::{state, status};

fn unknown(id: i64, code: &str, staff: i32, because: UnknownBecause, rows: i32) -> Team {
    Team {
        status: Status::Unknown,
        unknown_because: Some(because),
        rows_not_read: rows,
        gap_opened_on: Some("2026-11-23".parse().unwrap()),
        ..team(id, code, staff)
    }
}

/// A team with rejected rows, one with a single such row, one on an old list, and one without a policy.
fn teams() -> [Team; 4] {
    let no_policy = Team { required: None, gap: None, ..unknown(14, "N-04", 5, UnknownBecause::NoPolicy, 0) };
    [
        unknown(11, "N-01", 40, UnknownBecause::RowsNotRead, 3),
        unknown(12, "N-02", 25, UnknownBecause::RowsNotRead, 1),
        unknown(13, "N-03", 12, UnknownBecause::DataStale, 0),
        no_policy,
    ]
}

#[test]
fn each_reason_has_words_of_its_own() {
    let teams = teams();
    let headings: Vec<_> = teams.iter().map(status).collect();
    let states: Vec<_> = teams.iter().map(state).collect();
    let closing: Vec<_> = teams.iter().map(to_close).collect();
    insta::assert_debug_snapshot!("unknown_words", (headings, states, closing));
}

#[test]
fn a_mail_says_why_it_is_not_known() {
    let current = tree("2026-11-23", &teams(), &[]);
    let before = tree("2026-11-16", &[team(11, "N-01", 40), team(12, "N-02", 25), team(13, "N-03", 12)], &[]);
    let mail = rendered(&current, Some(&before), &[answer(1, Why::SeniorManager)]);
    assert_eq!(mail.subject, "Peer support: cover of 4 teams is not known (Unit BOARD)");
    snapshot("unknown", &mail);
}
