use proptest::prelude::*;

use super::*;
use crate::coverage::tests::board::day;
use crate::id::{AllocationId, PersonId};

const AS_AT: &str = "2026-11-16";

fn days(from: &str, to: &str) -> Validity {
    let day_of = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity { from: day_of(from), to: day_of(to) }
}

fn registered(validity: Validity) -> RegisteredRole {
    RegisteredRole { role: Role::PeerSupporter, validity, share: 600, pauses: Vec::new() }
}

fn filed(validity: Validity) -> FiledRole {
    FiledRole { validity, share: 600, pause: None }
}

#[test]
fn a_row_that_agrees_or_gives_more_lowers_nothing() {
    let register = registered(days("2026-01-05", "2027-01-01"));
    let more = FiledRole { share: 1000, ..filed(days("2026-01-01", "")) };
    for row in [filed(register.validity), more] {
        assert_eq!(register.lowered_by(&row, day(AS_AT)), []);
    }
}

#[test]
fn an_earlier_end_lowers_unless_the_role_is_over() {
    let row = filed(days("2026-01-05", "2026-11-10"));
    let found = registered(days("2026-01-05", "")).lowered_by(&row, day(AS_AT));
    assert_eq!(found, [FileSays::Ends(day("2026-11-10"))]);
    assert_eq!(registered(days("2026-01-05", AS_AT)).lowered_by(&row, day(AS_AT)), []);
}

#[test]
fn a_later_beginning_lowers_if_it_lies_ahead() {
    let register = registered(days("2026-01-05", ""));
    assert_eq!(register.lowered_by(&filed(days("2026-03-01", "")), day(AS_AT)), []);
    let found = register.lowered_by(&filed(days("2026-12-01", "")), day(AS_AT));
    assert_eq!(found, [FileSays::BeginsLater(day("2026-12-01"))]);
}

#[test]
fn a_pause_lowers_unless_the_register_has_its_days() {
    let mut register = registered(days("2026-01-05", ""));
    let pause = days("2026-10-01", "2026-12-01");
    let row = FiledRole { pause: Some(pause), ..filed(register.validity) };
    assert_eq!(register.lowered_by(&row, day(AS_AT)), [FileSays::Paused(pause)]);
    register.pauses = vec![days("2026-11-20", "2026-12-05"), days("2026-11-01", "2026-11-20")];
    assert_eq!(register.lowered_by(&row, day(AS_AT)), []);
    register.pauses.pop();
    assert_eq!(register.lowered_by(&row, day(AS_AT)), [FileSays::Paused(pause)]);
}

#[test]
fn champions_have_no_share_and_no_pause() {
    let register = RegisteredRole { role: Role::Champion, ..registered(days("2026-01-05", "")) };
    let row = FiledRole { share: 1, pause: Some(days("2026-11-01", "")), ..filed(register.validity) };
    assert_eq!(register.lowered_by(&row, day(AS_AT)), []);
}

#[test]
fn sayings_are_stored_and_read_back() {
    let sayings = [
        FileSays::Ends(day(AS_AT)),
        FileSays::BeginsLater(day(AS_AT)),
        FileSays::Paused(days(AS_AT, "")),
        FileSays::LowerShare(5),
        FileSays::OtherUnit,
    ];
    for says in sayings {
        assert_eq!(FileSays::from_stored(says.stored()), Some(says));
    }
}

fn allocation(validity: Validity) -> Allocation {
    Allocation {
        id: AllocationId(1),
        person: crate::coverage::roster::PersonIx(0),
        filed_for: PersonId(1),
        unit: crate::coverage::roster::UnitIx(0),
        share: 600,
        validity,
        line: Vec::new(),
        senior: Vec::new(),
        terms: Vec::new(),
        signed_off: Vec::new(),
        pauses: Vec::new(),
        disputed: None,
    }
}

/// Whether an allocation is held on a day, is not paused, and with what share.
fn counted(allocation: &Allocation, on: Day) -> u32 {
    let held = allocation.validity.holds_on(on) && !allocation.begins_after(on);
    let paused = allocation.pauses.iter().any(|pause| pause.holds_on(on));
    if held && !paused { allocation.share_on(on) } else { 0 }
}

/// What a row says of a day.
fn filed_on(row: &FiledRole, on: Day) -> u32 {
    let paused = row.pause.is_some_and(|pause| pause.holds_on(on));
    if row.validity.holds_on(on) && !paused { row.share } else { 0 }
}

fn any_days() -> impl Strategy<Value = Validity> {
    (proptest::option::of(0i64..60), proptest::option::of(0i64..60)).prop_map(|(from, to)| {
        let on = |days: i64| day("2026-10-20").plus_days(days);
        Validity { from: from.map(on), to: to.map(on) }
    })
}

proptest! {
    /// From the as-at day on the smaller of both, before it the register.
    #[test]
    fn the_more_cautious_holds_from_the_day_of_the_file_on(
        validity in any_days(), pauses in proptest::collection::vec(any_days(), 0..2),
        row_days in any_days(), share in 1u32..1000, pause in proptest::option::of(any_days()),
    ) {
        let as_at = day(AS_AT);
        let register = RegisteredRole { pauses: pauses.clone(), ..registered(validity) };
        let row = FiledRole { validity: row_days, share, pause };
        let plain = Allocation { pauses, ..allocation(validity) };
        let mut cautious = plain.clone();
        for says in register.lowered_by(&row, as_at) {
            (OpenDifference { says, as_at }).apply(&mut cautious);
        }
        prop_assert_eq!(cautious.registered(), validity);
        for days in -30..60 {
            let on = as_at.plus_days(days);
            let known = counted(&plain, on);
            // A row that began in the past and is not on file with that day says nothing about days before the import.
            let expected = if on < as_at { known } else { known.min(filed_on(&row, on)) };
            prop_assert_eq!(counted(&cautious, on), expected, "{}", on);
        }
    }
}
