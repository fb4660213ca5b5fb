//! The age of the staff lists, as operators see it: in readiness, in `psn check`, and in the daily log.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::time::Duration;

use axum::http::StatusCode;
use entity::clock::{Clock, day_of};
use entity::period::Day;
use entity::table::staff_list;
use jobs::import::FileKind;
use sea_orm::EntityTrait as _;
use serde_json::{Value, json};

use crate::cli::{code_and_output, psn};
use crate::harness::{World, both};
use crate::import::{Import, UNITS};
use crate::site::{get, site};

/// Applies a staff list of an employer as at a day.
async fn list(world: &World, employer: &str, as_at: &str) {
    let staff = format!("Employer,Employee Number,Unit Code\n{employer},1,T1\n");
    Import::new(world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).on(as_at).applied().await;
}

both!(
    async fn readiness_names_the_day_of_the_oldest_list(world: World) {
        let router = site(&world.db, Duration::from_secs(10)).await;
        let oldest = async || {
            let ready = get(&router, "/health/ready").await;
            assert_eq!(ready.status, StatusCode::OK, "an old list makes the service no less ready");
            ready.json()["oldestStaffList"].clone()
        };
        assert_eq!(oldest().await, Value::Null);
        list(&world, "X", "2026-05-20").await;
        assert_eq!(oldest().await, json!("2026-05-20"));
        list(&world, "Y", "2026-11-02").await;
        assert_eq!(oldest().await, json!("2026-05-20"));
        list(&world, "X", "2026-11-10").await;
        assert_eq!(oldest().await, json!("2026-11-02"), "of each employer the newest list counts");
    }
);

/// Returns what a command of psn prints, and its log, on one and the same day.
fn on_one_day(world: &World, args: &[&str]) -> (Day, String, String) {
    let today = || day_of(Clock::wall().now(), chrono_tz::Europe::London);
    loop {
        let before = today();
        let mut command = psn(world.folder.path(), args);
        let run = command.env("DATABASE_URL", &world.url).env("LOG", "info").output().unwrap();
        let (code, said, log) = code_and_output(run);
        // The check fails because of weeks whose reports were not sent here.
        assert!(code == Some(0) || args == ["check"] && said.contains("gap reports: fails"), "{said}{log}");
        if today() == before {
            return (before, said, log);
        }
    }
}

/// Sets the day of the only staff list on file.
async fn date(world: &World, as_at: Day) {
    let column = sea_orm::sea_query::Expr::value(as_at);
    staff_list::Entity::update_many().col_expr(staff_list::Column::AsAt, column).exec(&world.db).await.unwrap();
}

both!(
    async fn a_check_reports_the_oldest_list_and_its_age(world: World) {
        let line = || {
            let (today, said, _) = on_one_day(&world, &["check"]);
            let line = said.lines().find(|line| line.starts_with("staff lists: ")).expect("a line").to_owned();
            (today, line)
        };
        assert_eq!(line().1, "staff lists: ok, none imported yet");
        list(&world, "Glasgow City Council", "2026-05-20").await;
        for (days, is_old) in [(35, false), (36, true), (181, true)] {
            // The age is counted by the machine's clock, which may pass midnight before the check.
            let (as_at, line) = loop {
                let before = day_of(Clock::wall().now(), chrono_tz::Europe::London);
                let as_at = before.plus_days(-days);
                date(&world, as_at).await;
                match line() {
                    (today, line) if today == before => break (as_at, line),
                    _ => {}
                }
            };
            let expected = if is_old {
                format!(
                    "staff lists: ok, but the list of Glasgow City Council is {days} days old (as at {as_at}); import a new one before \
                     its teams become UNKNOWN"
                )
            } else {
                format!("staff lists: ok, the oldest is as at {as_at} (Glasgow City Council)")
            };
            assert_eq!(line, expected);
        }
    }
);

both!(
    async fn the_daily_log_reports_the_age(world: World) {
        let line = |log: &str, event: &str| log.lines().find(|line| line.contains(event)).map(str::to_owned);
        list(&world, "X", "2024-01-05").await;
        let (today, _, log) = on_one_day(&world, &["run", "coverage", "--as-of", "2024-01-05"]);
        let days = today.days_since("2024-01-05".parse().unwrap());
        let said = line(&log, "staff list is old").unwrap_or_else(|| panic!("{log}"));
        for part in ["WARN", "employer=\"X\"", "as_at=2024-01-05", &format!("age_in_days={days}")] {
            assert!(said.contains(part), "no {part} in {said}");
        }
        assert_eq!(line(&log, "oldest staff list"), None, "once");

        date(&world, today).await;
        let (_, _, log) = on_one_day(&world, &["run", "coverage", "--as-of", "2024-01-06"]);
        let said = line(&log, "oldest staff list").unwrap_or_else(|| panic!("{log}"));
        assert!(said.contains("INFO") && said.contains("employer=\"X\""), "{said}");
        assert_eq!(line(&log, "staff list is old"), None);
    }
);
