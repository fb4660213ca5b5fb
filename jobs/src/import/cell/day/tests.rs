use std::borrow::Cow;

use chrono_tz::Europe::London;
use entity::period::Day;
use proptest::prelude::{prop_assert_eq, proptest};

use super::{EndDay, MONTH_FIRST, NEVER, day, done_day, end};

fn on(year: i32, month: u32, of_month: u32) -> Day {
    Day::new(year, month, of_month).unwrap()
}

fn read(raw: &str) -> Option<Day> {
    day(raw, London).ok()
}

#[test]
fn reads_every_form_of_the_specification() {
    let expected = Some(on(2026, 9, 4));
    for raw in [
        "04/09/2026",
        "4/9/2026",
        "4/9/26",
        " 2026-09-04 ",
        "2026-9-4",
        "2026/09/04",
        "20260904",
        "4-Sep-26",
        "04-SEPT-2026",
        "4 Sept. 2026",
        "4 September 2026",
        "4th September, 2026",
        "4.9.2026",
        "04.09.26",
        "04-09-2026",
        "04 09 2026",
        "04\u{2011}09\u{2011}2026",
        "04\u{a0}Sep\u{a0}2026",
        "4Sep2026",
        "Friday 4 September 2026",
        "Fri, 04/09/2026",
        "fri. 4-Sep-26",
        "46269",
        "46269.0",
        "46269.99",
        "=\"04/09/2026\"",
        "'04/09/2026",
    ] {
        assert_eq!(read(raw), expected, "{raw}");
    }
}

#[test]
fn ignores_the_time_of_day() {
    let expected = Some(on(2026, 10, 16));
    for raw in [
        "16/10/26, 09:30",
        "16/10/2026 23:59:59",
        "2026-10-16 00:00:00.000",
        "2026-10-16T23:30",
        "20261016 09:30",
        "Friday, 16 October 2026, 9:30 AM",
        "16 October 2026 at 11:30pm",
        "16 Oct 2026 9 am",
    ] {
        assert_eq!(read(raw), expected, "{raw}");
    }
    for raw in ["16/10/2026 25:00", "16/10/2026 09:30 later", "16/10/2026 9:", "09:30", "2026-10-16+01:00"] {
        assert_eq!(read(raw), None, "{raw}");
    }
}

#[test]
fn converts_offset_times_to_board_time() {
    for (raw, expected) in [
        // Summer time in Scotland: an hour before midnight in UTC is the next day.
        ("2026-10-16T23:30:00Z", on(2026, 10, 17)),
        ("2026-10-16T22:59:59.999Z", on(2026, 10, 16)),
        ("2026-11-16T23:30:00Z", on(2026, 11, 16)),
        ("2026-10-17T00:30:00+02:00", on(2026, 10, 16)),
        ("2026-10-16 20:00:00-0500", on(2026, 10, 17)),
        ("16/10/2026 00:30 +01", on(2026, 10, 16)),
        ("16 Oct 2026 11:30 PM GMT", on(2026, 10, 17)),
        ("16 Oct 2026 23:30 BST", on(2026, 10, 16)),
        ("Fri, 16 Oct 2026 23:30:00 +0000", on(2026, 10, 17)),
    ] {
        assert_eq!(read(raw), Some(expected), "{raw}");
    }
    assert_eq!(day("2026-10-16T23:30:00Z", chrono_tz::UTC), Ok(on(2026, 10, 16)));
}

#[test]
fn two_digit_years_from_70_are_19xx() {
    assert_eq!(read("1-Jan-69"), Some(on(2069, 1, 1)));
    assert_eq!(read("1-Jan-70"), Some(on(1970, 1, 1)));
    assert_eq!(read("01/01/99"), Some(on(1999, 1, 1)));
    assert_eq!(read("01/01/00"), Some(on(2000, 1, 1)));
}

#[test]
fn recognises_us_order() {
    for raw in ["10/13/2026", "11-16-26", "11.16.2026 09:30", "October 16, 2026", "Friday, October 16, 2026"] {
        assert_eq!(day(raw, London), Err(Cow::Borrowed(MONTH_FIRST)), "{raw}");
        assert_eq!(end(raw, London), Err(Cow::Borrowed(MONTH_FIRST)), "{raw}");
        assert_eq!(done_day(raw, London), Err(Cow::Borrowed(MONTH_FIRST)), "{raw}");
    }
}

#[test]
fn rejects_impossible_dates() {
    for raw in [
        "13/25/2026",
        "29/02/2025",
        "30/02/2026",
        "00/01/2026",
        "5/11/026",
        "16112026",
        "Nov-26",
        "5-Nvo-26",
        "05/11-2026",
        "05//11/2026",
        "/05/11/2026",
        "05/11/2026/",
        "05/11/2026 x",
        "Monday 16 October 2026",
        "",
        "-",
        "n/a",
        "tbc",
        "31/12/1899",
        "01/01/2200",
        "05/11/+026",
        "31/12/4712",
    ] {
        let error = day(raw, London).expect_err(raw);
        assert_ne!(error, MONTH_FIRST, "{raw}");
    }
}

#[test]
fn accepts_serials_from_20000_to_80000() {
    assert_eq!(read("20000"), Some(on(1954, 10, 3)));
    assert_eq!(read("80000"), Some(on(2119, 1, 11)));
    for raw in ["19999", "80001", "046331", "46331.x", "1", "-46331", "463310"] {
        assert_eq!(read(raw), None, "{raw}");
    }
}

#[test]
fn reads_open_ends() {
    for raw in ["31/12/2099", "31/12/4712", "31/12/9999", "4712-12-31", "31-Dec-4712", "01/01/2100", "31/12/2099 00:00"]
    {
        assert_eq!(end(raw, London), Ok(EndDay::ForEver), "{raw}");
    }
    for raw in ["-", "n/a", "N/A", "00/00/0000", "0000-00-00", "00/00/0000 00:00:00", " - "] {
        assert_eq!(end(raw, London), Ok(EndDay::NoEnd), "{raw}");
    }
    assert_eq!(end("30/12/2099", London), Ok(EndDay::Day(on(2099, 12, 30))));
    assert!(end("31/12/1899", London).is_err() && end("none", London).is_err());
}

#[test]
fn rejects_placeholder_dates_of_events() {
    for raw in
        ["01/01/1970", "01/01/1900", "31/12/1899", "1753-01-01", "31/12/1989", "25569", "01/01/0001", "00/00/0000"]
    {
        assert_eq!(done_day(raw, London), Err(Cow::Borrowed(NEVER)), "{raw}");
    }
    assert_eq!(done_day("01/01/1990", London), Ok(on(1990, 1, 1)));
    assert_eq!(read("01/01/1970"), Some(on(1970, 1, 1)), "a post may have begun then");
}

proptest! {
    #[test]
    fn reads_back_every_written_form(days in 0_i64..60_000) {
        let day = on(1955, 1, 1).plus_days(days);
        for format in ["%d/%m/%Y", "%Y-%m-%d", "%-d-%b-%Y", "%Y%m%d", "%A, %-d %B %Y, %-I:%M %p", "%d.%m.%Y %H:%M"] {
            let evening = day.date().and_hms_opt(21, 5, 0).unwrap();
            prop_assert_eq!(read(&evening.format(format).to_string()), Some(day));
        }
        let serial = day.days_since(on(1899, 12, 30));
        prop_assert_eq!(read(&serial.to_string()), Some(day).filter(|_| (20_000..=80_000).contains(&serial)));
        let near = on(1970, 1, 1).plus_days(days % 36_500);
        prop_assert_eq!(read(&near.date().format("%-d-%b-%y").to_string()), Some(near));
    }
}
