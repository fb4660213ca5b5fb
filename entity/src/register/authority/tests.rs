use super::*;
use crate::coverage::tests::board::{Board, TODAY, day, through};
use crate::register::tests::index;

fn today() -> Day {
    day(TODAY)
}

fn days(from: &str, until: &str) -> WishedDays {
    WishedDays { from: day(from), until: (!until.is_empty()).then(|| day(until)) }
}

/// Ann works in T under Lin, and Sam is Senior Manager of T until the end of the year. Cora is a coordinator.
fn board() -> Board {
    let board = Board::new().unit("T").staff("T", 3).post_under("Ann", "T", "Lin").post("Cora", "T");
    board.appointment("Sam", AppointmentRole::SeniorManager, "T", through("", "2026-12-31"))
}

fn held(from: &str, to: &str) -> Validity {
    let day = |text: &str| (!text.is_empty()).then(|| day(text));
    Validity { from: day(from), to: day(to) }
}

#[test]
fn days_begin_between_today_and_a_year_ahead() {
    let check = |from: &str, until: Option<&str>| WishedDays { from: day(from), until: until.map(day) }.check(today());
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
fn no_one_appoints_themselves_or_twice() {
    let mut board = board();
    let unit = board.place("T");
    let mut check = |person: &str, from: &str| {
        let (person, actor) = (board.person(person), board.person("Cora"));
        let new = NewAppointment { person, unit, role: AppointmentRole::SeniorManager, days: days(from, "") };
        check_appointment(&index(&board), &new, actor, today())
    };
    assert_eq!(check("Cora", TODAY), Err(AuthorityRefusal::OwnCase));
    assert_eq!(check("Sam", TODAY), Err(AuthorityRefusal::Already));
    assert_eq!(check("Sam", "2027-01-01"), Ok(held("2027-01-01", "")));
    assert_eq!(check("Ann", TODAY), Ok(held(TODAY, "")));
}

#[test]
fn an_exemption_ends_within_a_year_and_is_agreed_by_another() {
    let mut board = board().unit("U").exempt("U", "2026-12-01", "2026-12-31");
    let (cora, lin) = (board.person("Cora"), board.person("Lin"));
    let check = |unit: &str, days: WishedDays, agreed_by: PersonIx| {
        let new = NewExemption { unit: board.place(unit), days, agreed_by };
        check_exemption(&index(&board), &new, cora, today())
    };
    assert_eq!(check("T", days(TODAY, "2027-11-16"), lin), Ok(held(TODAY, "2027-11-17")));
    assert_eq!(check("T", days(TODAY, "2027-11-17"), lin), Err(AuthorityRefusal::TooLong));
    assert_eq!(check("T", days(TODAY, ""), lin), Err(AuthorityRefusal::TooLong));
    assert_eq!(check("T", days(TODAY, TODAY), cora), Err(AuthorityRefusal::OwnCase));
    assert_eq!(check("U", days(TODAY, "2026-12-01"), lin), Err(AuthorityRefusal::Already));
    assert_eq!(check("U", days(TODAY, "2026-11-30"), lin), Ok(held(TODAY, "2026-12-01")));
}
