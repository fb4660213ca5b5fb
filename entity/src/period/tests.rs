use proptest::prelude::*;

use super::*;

fn day(text: &str) -> Day {
    text.parse().expect("a day")
}

#[test]
fn a_validity_holds_on_its_first_day_and_not_on_its_end() {
    let validity = Validity { from: Some(day("2026-11-01")), to: Some(day("2026-11-16")) };
    assert!(!validity.holds_on(day("2026-10-31")));
    assert!(validity.holds_on(day("2026-11-01")));
    assert!(validity.holds_on(day("2026-11-15")));
    assert!(!validity.holds_on(day("2026-11-16")));
}

#[test]
fn months_clamp_to_the_end_of_the_month() {
    assert_eq!(day("2026-01-31").plus_months(1), day("2026-02-28"));
    assert_eq!(day("2028-01-31").plus_months(1), day("2028-02-29"));
    assert_eq!(day("2023-03-31").plus_months(36), day("2026-03-31"));
}

#[test]
fn weeks_are_written_by_iso_8601() {
    assert_eq!(IsoWeek::containing(day("2026-11-23")).to_string(), "2026-W48");
    assert_eq!(IsoWeek::containing(day("2027-01-01")).to_string(), "2026-W53");
    assert_eq!("2026-W48".parse::<IsoWeek>().expect("a week").monday(), day("2026-11-23"));
}

#[test]
fn invalid_days_and_weeks_are_refused() {
    for text in ["2026-02-30", "2026-1-6", "16/11/2026", "", "2026-11-16T00:00"] {
        assert!(text.parse::<Day>().is_err(), "{text}");
    }
    for text in ["2026-W54", "2027-W53", "2026-48", "2026-W5", "W48-2026", "+026-W48"] {
        assert!(text.parse::<IsoWeek>().is_err(), "{text}");
    }
}

#[test]
fn days_before_the_year_1_are_refused() {
    for text in ["0000-01-01", "-044-03-15", "0000-W10"] {
        assert!(text.parse::<Day>().is_err() && text.parse::<IsoWeek>().is_err(), "{text}");
    }
    for json in ["\"-4800-01-01\"", "\"-0044-03-15\"", "\"0000-12-31\""] {
        assert!(serde_json::from_str::<Day>(json).is_err(), "{json}");
    }
    for text in ["0001-01-01", "9999-12-31"] {
        let json = serde_json::to_string(&day(text)).expect("JSON");
        assert_eq!(serde_json::from_str::<Day>(&json).ok(), Some(day(text)));
    }
    let last = serde_json::to_string(&Day::LAST).expect("JSON");
    assert_eq!(serde_json::from_str::<Day>(&last).ok(), Some(Day::LAST), "what is written is read");
}

#[test]
fn an_error_quotes_only_the_start_of_a_text() {
    let long = "9".repeat(30_000);
    assert!(long.parse::<Day>().unwrap_err().to_string().len() < 200);
    assert!(long.parse::<IsoWeek>().unwrap_err().to_string().len() < 200);
}

fn any_day() -> impl Strategy<Value = Day> {
    (0i64..400).prop_map(|days| day("2026-01-01").plus_days(days))
}

fn any_validity() -> impl Strategy<Value = Validity> {
    (proptest::option::of(any_day()), proptest::option::of(any_day())).prop_map(|(from, to)| Validity { from, to })
}

proptest! {
    #[test]
    fn the_last_day_written_is_the_last_day_held(first in any_day(), length in 0i64..50) {
        let last = first.plus_days(length);
        let validity = Validity::from_last(Some(first), Some(last));
        prop_assert!(validity.holds_on(last));
        prop_assert!(!validity.holds_on(last.plus_days(1)));
        prop_assert_eq!(validity.last(), Some(last));
        prop_assert_eq!(validity.days(), Some(length + 1));
    }

    #[test]
    fn validities_overlap_exactly_if_they_share_a_day(a in any_validity(), b in any_validity()) {
        let shared = (-2i64..403).map(|n| day("2026-01-01").plus_days(n)).any(|d| a.holds_on(d) && b.holds_on(d));
        prop_assert_eq!(a.overlaps(b), shared);
    }

    #[test]
    fn every_day_lies_in_its_week(d in any_day()) {
        let week = IsoWeek::containing(d);
        prop_assert!(week.monday() <= d && d < week.monday().plus_days(7));
        prop_assert_eq!(week.to_string().parse::<IsoWeek>(), Ok(week));
        prop_assert_eq!(d.monday(), week.monday());
    }
}
