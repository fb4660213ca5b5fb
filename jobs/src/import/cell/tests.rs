use entity::period::Day;
use proptest::prelude::{Strategy, any, prop_assert_eq, proptest};

use super::{Written, damage, day, key, millionths, number, person, rounded, text};

fn on(year: i32, month: u32, of_month: u32) -> Day {
    Day::new(year, month, of_month).unwrap()
}

fn read(raw: &str) -> Option<Day> {
    match day(raw, on(2026, 11, 16)) {
        Ok(Written::Day(day)) => Some(day),
        Ok(Written::ForEver) | Err(_) => None,
    }
}

#[test]
fn days_read_in_the_four_ways_and_the_day_always_comes_first() {
    let expected = Some(on(2026, 11, 5));
    for raw in ["05/11/2026", "5/11/2026", " 2026-11-05 ", "5-Nov-26", "05-NOV-2026", "46331", "=\"05/11/2026\""] {
        assert_eq!(read(raw), expected, "{raw}");
    }
}

#[test]
fn anything_else_and_impossible_days_are_errors() {
    for raw in [
        "13/25/2026",
        "11/16/2026",
        "29/02/2025",
        "00/01/2026",
        "5/11/26",
        "2026-1-5",
        "2026/11/05",
        "20261105",
        "5 Nov 2026",
        "05.11.2026",
        "Nov-26",
        "5-Nvo-26",
        "05/11/2026 00:00",
        "",
        "-",
        "tbc",
        "31/12/1899",
        "01/01/2200",
        "05/11/+026",
    ] {
        assert!(day(raw, on(2026, 11, 16)).is_err(), "{raw}");
    }
}

#[test]
fn serials_are_taken_from_20000_to_80000_only() {
    assert_eq!(read("20000"), Some(on(1954, 10, 3)));
    assert_eq!(read("80000"), Some(on(2119, 1, 11)));
    for raw in ["19999", "80001", "046331", "46331.5", "1"] {
        assert_eq!(read(raw), None, "{raw}");
    }
}

#[test]
fn a_year_of_two_digits_lies_at_most_twenty_years_ahead() {
    assert_eq!(read("1-Jan-46"), Some(on(2046, 1, 1)));
    assert_eq!(read("1-Jan-47"), Some(on(1947, 1, 1)));
    assert_eq!(read("1-Jan-99"), Some(on(1999, 1, 1)));
}

#[test]
fn two_days_mean_for_ever() {
    for raw in ["31/12/4712", "31/12/9999", "4712-12-31", "31-Dec-4712"] {
        assert_eq!(day(raw, on(2026, 11, 16)), Ok(Written::ForEver), "{raw}");
    }
    assert!(day("30/12/4712", on(2026, 11, 16)).is_err());
}

#[test]
fn numbers_keep_their_zeros_lose_their_guards_and_are_refused_where_a_spreadsheet_has_changed_them() {
    assert_eq!(number(" 00010001 "), Ok("00010001"));
    assert_eq!(number("'00010003"), Ok("00010003"));
    assert_eq!(number("=\"00010004\""), Ok("00010004"));
    assert_eq!(number("E1234"), Ok("E1234"));
    assert_eq!(number("A1E2B"), Ok("A1E2B"));
    for raw in ["1.0002E+04", "1E+05", "1.2e5", "1,5E-3", "10001.0", "10,001"] {
        assert!(number(raw).is_err(), "{raw}");
    }
}

#[test]
fn a_person_is_cut_at_the_last_slash() {
    assert_eq!(person("East/West Council/0012"), Ok(("East/West Council", "0012")));
    assert!(person("0012").is_err() && person("/0012").is_err() && person("NHSGGC/").is_err());
    assert!(person("NHSGGC/1.2E+05").is_err());
}

#[test]
fn text_keeps_formulas_as_text_and_sheds_our_own_apostrophe() {
    assert_eq!(text(" =1+1 "), "=1+1");
    assert_eq!(text("'=1+1"), "=1+1");
    assert_eq!(text("'t Hooft"), "'t Hooft");
    assert_eq!(key("'0001"), "0001");
}

#[test]
fn spreadsheet_errors_and_control_characters_are_damage() {
    assert!(damage("#N/A").is_some() && damage("#####").is_some() && damage("a\u{7}b").is_some());
    assert!(damage("#1 Ward").is_none() && damage("two\nlines").is_none());
}

#[test]
fn decimals_take_a_point_or_a_comma_and_round_half_up() {
    assert_eq!(millionths("0,8"), Some(800_000));
    assert_eq!(millionths(".5"), Some(500_000));
    assert_eq!(millionths("1.00"), Some(1_000_000));
    assert_eq!(rounded(millionths("0.333333333").unwrap(), 10_000), 33);
    assert_eq!(rounded(millionths("0.855").unwrap(), 10_000), 86);
    for raw in ["-", "-1", "+1", "1e3", "1.2.3", "half", "", ".", "1 000", "0x1"] {
        assert_eq!(millionths(raw), None, "{raw}");
    }
}

proptest! {
    #[test]
    fn every_way_of_writing_a_day_reads_back(days in 0_i64..98_000) {
        let day = on(1930, 1, 1).plus_days(days);
        for format in ["%d/%m/%Y", "%Y-%m-%d", "%-d-%b-%Y"] {
            prop_assert_eq!(read(&day.date().format(format).to_string()), Some(day));
        }
        let serial = day.days_since(on(1899, 12, 30));
        prop_assert_eq!(read(&serial.to_string()), Some(day).filter(|_| (20_000..=80_000).contains(&serial)));
        let near = on(2026, 11, 16).plus_days(days % 7_000 - 4_000);
        prop_assert_eq!(read(&near.date().format("%-d-%b-%y").to_string()), Some(near));
    }

    #[test]
    fn no_text_makes_a_cell_panic(raw in any::<String>().prop_map(|text| text.chars().take(20).collect::<String>())) {
        let _ = (day(&raw, on(2026, 11, 16)), number(&raw), person(&raw), millionths(&raw), damage(&raw), text(&raw));
    }
}
