use chrono::{NaiveTime, TimeZone as _};
use chrono_tz::Europe::London;
use entity::period::IsoWeek;
use entity::store::run::job_of;
use entity::value::ReportKind;
use proptest::prelude::*;

use super::*;
use crate::schedule::{Entry, TABLE};

fn coverage() -> Schedule {
    TABLE[0].parse().unwrap()
}

fn gap_report() -> Schedule {
    TABLE[1].parse().unwrap()
}

fn midweek_report() -> Schedule {
    TABLE[2].parse().unwrap()
}

fn daily(cron: &'static str) -> Schedule {
    Entry { cron, ..TABLE[0] }.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

fn texts(periods: &[Period]) -> Vec<String> {
    periods.iter().map(Period::to_string).collect()
}

fn owed_to_nobody(schedule: &Schedule, first: &str, now: &str) -> Vec<String> {
    texts(&missed_periods(schedule, London, &BTreeSet::new(), day(first), at(now)))
}

#[test]
fn seven_oclock_stays_local_across_clock_changes() {
    let begins = |week: &str| occurrence(&gap_report(), London, Period::Week(week.parse().unwrap())).unwrap();
    // The Mondays before and after 2026-03-29, 2026-10-25 and 2027-03-28.
    assert_eq!(begins("2026-W13"), at("2026-03-23T07:00:00Z"));
    assert_eq!(begins("2026-W14"), at("2026-03-30T06:00:00Z"));
    assert_eq!(begins("2026-W43"), at("2026-10-19T06:00:00Z"));
    assert_eq!(begins("2026-W44"), at("2026-10-26T07:00:00Z"));
    assert_eq!(begins("2027-W12"), at("2027-03-22T07:00:00Z"));
    assert_eq!(begins("2027-W13"), at("2027-03-29T06:00:00Z"));
}

#[test]
fn five_oclock_is_right_on_clock_change_days() {
    let begins = |text: &str| occurrence(&coverage(), London, Period::Day(day(text))).unwrap();
    assert_eq!(begins("2026-03-28"), at("2026-03-28T05:00:00Z"));
    assert_eq!(begins("2026-03-29"), at("2026-03-29T04:00:00Z"));
    assert_eq!(begins("2026-10-24"), at("2026-10-24T04:00:00Z"));
    assert_eq!(begins("2026-10-25"), at("2026-10-25T05:00:00Z"));
    assert_eq!(begins("2027-03-28"), at("2027-03-28T04:00:00Z"));
}

#[test]
fn a_skipped_local_time_is_due_after_the_change() {
    let schedule = daily("30 1 * * *");
    for text in ["2026-03-29", "2027-03-28"] {
        let begins = occurrence(&schedule, London, Period::Day(day(text))).unwrap();
        assert_eq!(begins, at(&format!("{text}T01:00:00Z")));
    }
    assert_eq!(owed_to_nobody(&schedule, "2026-03-29", "2026-03-29T00:59:59Z"), [""; 0]);
    assert_eq!(owed_to_nobody(&schedule, "2026-03-29", "2026-03-29T01:00:00Z"), ["2026-03-29"]);
}

#[test]
fn a_repeated_local_time_is_due_once() {
    let schedule = daily("30 1 * * *");
    let sunday = Period::Day(day("2026-10-25"));
    assert_eq!(occurrence(&schedule, London, sunday).unwrap(), at("2026-10-25T00:30:00Z"));
    assert_eq!(owed_to_nobody(&schedule, "2026-10-25", "2026-10-25T00:30:00Z"), ["2026-10-25"]);
    // The second 01:30.
    let now = at("2026-10-25T01:30:00Z");
    assert_eq!(missed_periods(&schedule, London, &BTreeSet::from([sunday]), day("2026-10-25"), now), []);
}

#[test]
fn a_clock_change_at_midnight_loses_no_day() {
    let schedule = daily("0 0 * * *");
    // In Cairo 2026-04-24 begins at 01:00.
    let begins = occurrence(&schedule, chrono_tz::Africa::Cairo, Period::Day(day("2026-04-24"))).unwrap();
    assert_eq!(begins, at("2026-04-23T22:00:00Z"));
}

#[test]
fn nothing_is_due_early_or_before_service() {
    assert_eq!(owed_to_nobody(&coverage(), "2026-11-16", "2026-11-16T04:59:59Z"), [""; 0]);
    assert_eq!(owed_to_nobody(&coverage(), "2026-11-16", "2026-11-16T05:00:00Z"), ["2026-11-16"]);
    assert_eq!(owed_to_nobody(&coverage(), "2026-11-18", "2026-11-18T12:00:00Z"), ["2026-11-18"]);
    assert_eq!(owed_to_nobody(&gap_report(), "2026-11-16", "2026-11-16T06:59:59Z"), [""; 0]);
    assert_eq!(owed_to_nobody(&gap_report(), "2026-11-16", "2026-11-16T07:00:00Z"), ["2026-W47"]);
    assert_eq!(owed_to_nobody(&gap_report(), "2026-11-17", "2026-11-17T12:00:00Z"), [""; 0]);
}

#[test]
fn an_outage_leaves_mondays_and_the_latest_day() {
    // The service was down from Friday 6 to Tuesday 17 November 2026.
    let known = (1..=5).map(|n| Period::Day(Day::new(2026, 11, n).unwrap()));
    let known: BTreeSet<_> = known.chain([Period::Day(day("2026-10-26"))]).collect();
    let now = at("2026-11-17T09:00:00Z");
    let caught_up = missed_periods(&coverage(), London, &known, day("2026-10-26"), now);
    assert_eq!(texts(&caught_up), ["2026-11-09", "2026-11-16", "2026-11-17"]);
}

#[test]
fn mondays_are_caught_up_for_eight_weeks() {
    let missed_periods = owed_to_nobody(&coverage(), "2020-01-01", "2026-11-18T04:00:00Z");
    let expected = [
        "2026-09-21",
        "2026-09-28",
        "2026-10-05",
        "2026-10-12",
        "2026-10-19",
        "2026-10-26",
        "2026-11-02",
        "2026-11-09",
        "2026-11-16",
        "2026-11-17",
    ];
    assert_eq!(missed_periods, expected);
}

#[test]
fn only_this_weeks_report_is_due() {
    assert_eq!(owed_to_nobody(&gap_report(), "2020-01-01", "2026-11-20T12:00:00Z"), ["2026-W47"]);
    // On Monday before 07:00, last week's report is too old and this week's is not due.
    assert_eq!(owed_to_nobody(&gap_report(), "2020-01-01", "2026-11-23T06:30:00Z"), [""; 0]);
}

#[test]
fn a_missed_midweek_report_is_due_within_its_week_only() {
    let owed = |now| owed_to_nobody(&midweek_report(), "2020-01-01", now);
    assert_eq!(owed("2026-11-19T06:59:59Z"), [""; 0]);
    assert_eq!(owed("2026-11-19T07:00:00Z"), ["2026-W47"]);
    assert_eq!(owed("2026-11-22T23:59:59Z"), ["2026-W47"]);
    assert_eq!(owed("2026-11-23T00:00:00Z"), [""; 0]);
}

#[test]
fn a_report_is_due_on_the_day_that_it_shows() {
    for (schedule, kind) in [(gap_report(), ReportKind::Weekly), (midweek_report(), ReportKind::Midweek)] {
        assert_eq!(schedule.entry.name, job_of(kind));
        // The clocks change on the Sundays of these weeks and of those before.
        for week in ["2026-W13", "2026-W14", "2026-W43", "2026-W44", "2026-W53", "2027-W01"] {
            let week: IsoWeek = week.parse().unwrap();
            assert_eq!(day_due(&schedule, London, Period::Week(week)), kind.day(week));
        }
    }
    assert_eq!(day_due(&coverage(), London, Period::Day(day("2026-11-18"))), day("2026-11-18"));
}

#[test]
fn on_sunday_a_weekday_schedule_is_due_for_friday() {
    let schedule = daily("0 5 * * 1-5");
    assert_eq!(owed_to_nobody(&schedule, "2026-11-20", "2026-11-22T12:00:00Z"), ["2026-11-20"]);
}

#[test]
fn a_period_of_another_kind_has_no_occurrence() {
    assert_eq!(occurrence(&coverage(), London, Period::Week(IsoWeek::containing(day("2026-11-16")))), None);
}

/// Returns the first instant of a local time on a day, computed with the date library alone.
fn on_the_wall(day: Day, hour: u32) -> DateTime<Utc> {
    let wall = day.date().and_time(NaiveTime::from_hms_opt(hour, 0, 0).unwrap());
    London.from_local_datetime(&wall).earliest().unwrap().to_utc()
}

/// Wakes at instants that are `gaps` minutes apart. Returns the periods that became due and when; each is in the ledger
/// from then on.
fn simulate(schedule: &Schedule, first: Day, gaps: &[i64]) -> Vec<(Period, DateTime<Utc>)> {
    let mut now = first.date().and_time(NaiveTime::MIN).and_utc();
    let mut known = BTreeSet::new();
    let mut seen = Vec::new();
    for gap in gaps {
        now += TimeDelta::minutes(*gap);
        let periods = missed_periods(schedule, London, &known, first, now);
        // A second tick at the same instant finds only what the first did not take: nothing.
        known.extend(periods.iter().copied());
        assert_eq!(missed_periods(schedule, London, &known, first, now), []);
        seen.extend(periods.into_iter().map(|period| (period, now)));
    }
    seen
}

/// Gaps of up to `longest` minutes between wakings, which together span two years.
fn two_years(longest: i64) -> impl Strategy<Value = Vec<i64>> {
    const SPAN: i64 = 2 * 366 * 24 * 60;
    let gap = prop_oneof![8 => longest / 4..longest, 1 => 1..=60_i64];
    let count = usize::try_from(SPAN / (longest / 8)).unwrap();
    proptest::collection::vec(gap, count).prop_map(|mut gaps| {
        let mut sum = 0;
        gaps.retain(|gap| {
            sum += gap;
            sum <= SPAN
        });
        gaps
    })
}

fn start() -> impl Strategy<Value = Day> {
    (0..400_i64).prop_map(|days| day("2026-01-01").plus_days(days))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn daily_wake_ups_run_every_day_once(first in start(), gaps in two_years(22 * 60)) {
        let seen = simulate(&coverage(), first, &gaps);
        for (period, when) in &seen {
            prop_assert!(*when >= on_the_wall(period.first_day(), 5));
        }
        let days: Vec<_> = seen.iter().map(|(period, _)| *period).collect();
        let last = days.last().unwrap().first_day();
        let all: Vec<_> = (0..=last.days_since(first)).map(|n| Period::Day(first.plus_days(n))).collect();
        prop_assert_eq!(days, all);
        let end = first.date().and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(gaps.iter().sum());
        prop_assert!(end < on_the_wall(last.plus_days(1), 5));
    }

    #[test]
    fn no_outage_under_eight_weeks_loses_a_monday(first in start(), gaps in two_years(8 * 7 * 24 * 60)) {
        let seen = simulate(&coverage(), first, &gaps);
        let days: BTreeSet<_> = seen.iter().map(|(period, _)| period.first_day()).collect();
        prop_assert_eq!(days.len(), seen.len());
        for (period, when) in &seen {
            prop_assert!(period.first_day() >= first && *when >= on_the_wall(period.first_day(), 5));
        }
        let end = first.date().and_time(NaiveTime::MIN).and_utc() + TimeDelta::minutes(gaps.iter().sum());
        let mut monday = first.plus_days(6).monday();
        while on_the_wall(monday, 5) <= end {
            prop_assert!(days.contains(&monday), "{} is lost", monday);
            monday = monday.plus_days(7);
        }
    }

    #[test]
    fn a_week_is_due_once_within_itself(first in start(), gaps in two_years(3 * 24 * 60)) {
        let seen = simulate(&gap_report(), first, &gaps);
        for (period, when) in &seen {
            prop_assert!(*when >= on_the_wall(period.first_day(), 7));
            prop_assert_eq!(*period, Period::Week(IsoWeek::containing(day_of(*when, London))));
        }
        let weeks: Vec<_> = seen.iter().map(|(period, _)| period.first_day()).collect();
        prop_assert_eq!(weeks[0], first.plus_days(6).monday());
        prop_assert!(weeks.windows(2).all(|pair| pair[1].days_since(pair[0]) == 7));
    }
}
