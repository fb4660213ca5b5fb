use chrono_tz::Europe::London;
use proptest::prelude::{Strategy, any, proptest};

use super::{damage, day, done_day, email, end, key, millionths, number, person, rounded, text};

#[test]
fn keeps_leading_zeros_and_rejects_changed_numbers() {
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
fn splits_a_person_at_the_last_slash() {
    assert_eq!(person("East/West Council/0012"), Ok(("East/West Council", "0012")));
    assert!(person("0012").is_err() && person("/0012").is_err() && person("NHSGGC/").is_err());
    assert!(person("NHSGGC/1.2E+05").is_err());
}

#[test]
fn removes_only_psns_own_apostrophe() {
    assert_eq!(text(" =1+1 "), "=1+1");
    assert_eq!(text("'=1+1"), "=1+1");
    assert_eq!(text("'\nx"), "\nx", "a cell that began with a carriage return");
    assert_eq!(text("'t Hooft"), "'t Hooft");
    assert_eq!(key("'0001"), "0001");
    assert_eq!(key("'=\"0001\""), "0001", "as in a saved list of rejected rows");
}

#[test]
fn spreadsheet_errors_and_control_characters_are_damage() {
    assert!(damage("#N/A").is_some() && damage("#####").is_some() && damage("a\u{7}b").is_some());
    assert!(damage("Ann \u{FFFD}").is_some(), "what a list of rejected rows has in its place");
    assert!(damage("#1 Ward").is_none() && damage("two\nlines").is_none());
    assert!(damage(&"é".repeat(32_767)).is_none() && damage(&"e".repeat(32_768)).is_some());
}

#[test]
fn reads_decimals_and_rounds_half_up() {
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
    fn no_text_makes_a_cell_panic(raw in any::<String>().prop_map(|text| text.chars().take(20).collect::<String>())) {
        let _ = (number(&raw), person(&raw), millionths(&raw), damage(&raw), text(&raw), email(&raw));
        let _ = (day(&raw, London), done_day(&raw, London), end(&raw, London));
    }
}
