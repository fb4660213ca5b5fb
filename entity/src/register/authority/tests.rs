use super::*;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn today() -> Day {
    day("2026-11-16")
}

fn held(from: &str, to: &str) -> Validity {
    let day = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity { from: day(from), to: day(to) }
}

#[test]
fn days_begin_between_today_and_a_year_ahead() {
    let check = |from: &str, until: Option<&str>| Days { from: day(from), until: until.map(day) }.check(today());
    assert_eq!(check("2026-11-16", None), Ok(held("2026-11-16", "")));
    assert_eq!(check("2026-11-16", Some("2026-11-16")), Ok(held("2026-11-16", "2026-11-17")));
    assert_eq!(check("2026-11-15", None), Err(AuthorityRefusal::BeforeToday));
    assert_eq!(check("2027-11-16", None), Ok(held("2027-11-16", "")));
    assert_eq!(check("2027-11-17", None), Err(AuthorityRefusal::TooFarAhead));
    assert_eq!(check("2026-11-17", Some("2026-11-16")), Err(AuthorityRefusal::EndsBeforeStart));
}

#[test]
fn a_former_appointment_ends_the_day_before() {
    let from = day("2026-12-01");
    assert_eq!(replaced(held("", ""), from), Ok(held("", "2026-12-01")));
    assert_eq!(replaced(held("2026-12-01", ""), from), Err(AuthorityRefusal::NotReplaceable));
    assert_eq!(replaced(held("", "2026-11-30"), from), Err(AuthorityRefusal::NotReplaceable));
    assert_eq!(replaced(held("", "2026-12-01"), from), Ok(held("", "2026-12-01")));
}

#[test]
fn an_appointment_ends_yesterday_at_the_earliest() {
    let open = held("2026-01-01", "");
    assert_eq!(ended(open, day("2026-11-15"), today()), Ok(Some(held("2026-01-01", "2026-11-16"))));
    assert_eq!(ended(open, day("2026-11-14"), today()), Err(AuthorityRefusal::BeforeToday));
    let until_december = held("", "2026-12-01");
    assert_eq!(ended(until_december, day("2026-11-30"), today()), Err(AuthorityRefusal::EndsEarlier));
    assert_eq!(ended(until_december, day("2026-11-29"), today()), Ok(Some(held("", "2026-11-30"))));
}

#[test]
fn an_appointment_that_has_not_begun_is_removed() {
    assert_eq!(ended(held("2026-12-01", ""), day("2026-11-20"), today()), Ok(None));
    assert_eq!(ended(held("2026-12-01", ""), day("2026-12-01"), today()), Ok(Some(held("2026-12-01", "2026-12-02"))));
}

#[test]
fn days_of_an_earlier_delegate_are_kept() {
    let new = day("2026-11-20");
    let open = held("", "");
    assert_eq!(earlier_days(open, open, new), Some(held("", "2026-11-20")));
    assert_eq!(earlier_days(open, held("2026-01-01", "2026-02-01"), new), Some(held("2026-01-01", "2026-02-01")));
    assert_eq!(earlier_days(open, held("2026-11-20", ""), new), None);
    assert_eq!(earlier_days(held("2026-11-20", ""), open, new), None);
}
