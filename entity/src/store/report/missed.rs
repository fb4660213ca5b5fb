//! Weeks whose report was not sent to anyone.

use chrono_tz::Tz;
use sea_orm::{ConnectionTrait, DbErr};

use super::last_mailed;
use crate::clock::day_of;
use crate::period::IsoWeek;
use crate::store::run;

/// Returns the weeks before `week` and after the last week whose report was sent to at least one recipient, oldest
/// first. No report is due for a week that began before the first import.
pub async fn missed_before(db: &impl ConnectionTrait, zone: Tz, week: IsoWeek) -> Result<Vec<IsoWeek>, DbErr> {
    let Some(imported) = run::first_import(db).await? else { return Ok(Vec::new()) };
    let imported = day_of(imported, zone);
    let first = if imported == imported.monday() { imported } else { imported.monday().plus_days(7) };
    let after = last_mailed(db, week).await?.and_then(|report| report.week.parse::<IsoWeek>().ok());
    let from = after.map_or(first, |last| first.max(last.monday().plus_days(7)));
    let mondays = (0..).map(|weeks| from.plus_days(7 * weeks)).take_while(|monday| *monday < week.monday());
    Ok(mondays.map(IsoWeek::containing).collect())
}
