//! Changes: requested runs of jobs (the worker finds the request in the ledger), refused mails that are sent again, access, and
//! the erasure of a person.

pub(crate) mod access;
pub(crate) mod link;
pub(crate) mod mail;
pub(crate) mod person;
pub(crate) mod register;
pub(crate) mod report_settings;

use async_graphql::{Context, Enum, InputObject, MergedObject, Object, SimpleObject};
use entity::period::{Day, IsoWeek};
use entity::store::audit::{self, Event};
use entity::store::{begin_write, run};
use entity::value::{Action, ReportKind, RunState};
use sea_orm::DatabaseConnection;

use super::access::Scope;
use super::audit::event;
use super::day_view::{YEARS, is_plausible};
use super::error::ApiError;
use super::object::enums::Job;
use super::object::job_run::JobRun;
use super::request_state::{local_day, today};
use crate::access::Right;

/// All mutations. A refusal that a client can expect is a value in the response and not an error.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    RunMutation,
    access::AccessMutation,
    person::PersonMutation,
    link::LinkMutation,
    mail::MailMutation,
    report_settings::ReportSettingsMutation,
    register::NominationMutation,
    register::RoleMutation,
    register::PaperMutation,
    register::AuthorityMutation,
    register::DocumentMutation,
    register::FrameworkMutation,
    register::UndoMutation,
);

#[derive(Debug, Default)]
pub(crate) struct RunMutation;

/// The run to request.
#[derive(Clone, Debug, InputObject)]
struct RequestRunInput {
    /// The job.
    job: Job,
    /// The period of the run: a day for COVERAGE and RETENTION (2026-11-16), an ISO week for GAP_REPORT and MIDWEEK_REPORT
    /// (2026-W48).
    period: String,
}

/// Why a run was not requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum RequestRunRefusalCode {
    /// The period is not a day (COVERAGE, RETENTION) or not an ISO week (GAP_REPORT, MIDWEEK_REPORT).
    PeriodUnreadable,
    /// The period has not begun, or the Thursday of the week of a MIDWEEK_REPORT has not.
    PeriodInFuture,
    /// The day is outside the years 1990 to 2100.
    PeriodOutOfRange,
    /// The period ended before the day of the first applied import, so there are no data for it; or there is no import yet.
    PeriodBeforeFirstImport,
    /// A worker is running it now.
    AlreadyRunning,
}

/// Why a run was not requested.
#[derive(Clone, Debug, SimpleObject)]
struct RequestRunRefusal {
    /// The code, for programs.
    code: RequestRunRefusalCode,
    /// What to do instead, in a sentence for people.
    sentence: String,
}

/// The result of requesting a run. If there is a refusal, nothing was changed.
#[derive(Clone, Debug, SimpleObject)]
struct RequestRunPayload {
    /// The run as it is now. Null if the period was refused.
    run: Option<JobRun>,
    /// Why nothing was changed. Null if the run was requested.
    refusal: Option<RequestRunRefusal>,
}

#[Object]
impl RunMutation {
    /// Requests a run of a job ("compute again", "send again"); the worker begins it within about a minute. Mails that were
    /// sent are not sent again. A mail that was refused permanently is sent again once its address, its text or the mail server
    /// has changed. A run that is already requested stays requested.
    async fn request_run(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The run to request.")] input: RequestRunInput,
    ) -> Result<RequestRunPayload, ApiError> {
        Scope::from_context(ctx).await?.require(Right::RequestRuns)?;
        let RequestRunInput { job, period } = input;
        let db =
            ctx.data_opt::<DatabaseConnection>().ok_or_else(|| ApiError::internal("the schema has no database"))?;
        let imported = run::first_import(db).await?.map(|at| local_day(ctx, at)).transpose()?;
        let period = match readable(job, &period, today(ctx)?, imported) {
            Ok(period) => period,
            Err(refusal) => return Ok(RequestRunPayload { run: None, refusal: Some(refusal) }),
        };
        let asked = event(ctx, Action::RunRequested)?;
        let txn = begin_write(db).await?;
        let before = run::find(&txn, job.stored(), &period).await?;
        let row = run::request(&txn, job.stored(), &period).await?;
        if row.state != RunState::Running {
            let request_id = asked.request_id;
            let event = run::requested(asked.at, asked.actor, before.as_ref(), &row);
            audit::record(&txn, &Event { request_id, ..event }).await?;
        }
        txn.commit().await?;
        let refusal = (row.state == RunState::Running).then(|| RequestRunRefusal {
            code: RequestRunRefusalCode::AlreadyRunning,
            sentence: format!("{} for {period} is running now. Request it again when it has ended.", job.stored()),
        });
        Ok(RequestRunPayload { run: Some(JobRun(row)), refusal })
    }
}

/// Returns the period in the form of the ledger. `imported` is the day of the first applied import.
fn readable(job: Job, period: &str, today: Day, imported: Option<Day>) -> Result<String, RequestRunRefusal> {
    let refusal = |code, sentence| RequestRunRefusal { code, sentence };
    let report = |kind: ReportKind| {
        period.parse::<IsoWeek>().map(|week| (kind.day(week), week.monday().plus_days(6), week.to_string()))
    };
    let (first, last, written) = match job {
        Job::Coverage | Job::Retention => period.parse::<Day>().map(|day| (day, day, day.to_string())),
        Job::GapReport => report(ReportKind::Weekly),
        Job::MidweekReport => report(ReportKind::Midweek),
    }
    .map_err(|error| refusal(RequestRunRefusalCode::PeriodUnreadable, error.to_string()))?;
    if !is_plausible(first) {
        let sentence = format!("{written} is outside the years {} to {}.", YEARS.start(), YEARS.end());
        return Err(refusal(RequestRunRefusalCode::PeriodOutOfRange, sentence));
    }
    if first > today {
        let sentence = format!("The run of {written} is due on {first} and starts by itself then.");
        return Err(refusal(RequestRunRefusalCode::PeriodInFuture, sentence));
    }
    run::refuse_before_first_import(&written, last, imported)
        .map_err(|sentence| refusal(RequestRunRefusalCode::PeriodBeforeFirstImport, sentence))?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_is_parsed_by_its_job_and_must_have_begun() {
        let monday = Day::new(2026, 11, 23).unwrap();
        let code =
            |job, period: &str| readable(job, period, monday, Day::new(2026, 11, 11)).map_err(|refusal| refusal.code);
        assert_eq!(code(Job::Coverage, "2026-11-23"), Ok("2026-11-23".to_owned()));
        assert_eq!(code(Job::GapReport, "2026-W48"), Ok("2026-W48".to_owned()));
        assert_eq!(code(Job::Coverage, "2026-W48"), Err(RequestRunRefusalCode::PeriodUnreadable));
        assert_eq!(code(Job::GapReport, "2026-11-23"), Err(RequestRunRefusalCode::PeriodUnreadable));
        assert_eq!(code(Job::Coverage, "2026-11-24"), Err(RequestRunRefusalCode::PeriodInFuture));
        assert_eq!(code(Job::GapReport, "2026-W49"), Err(RequestRunRefusalCode::PeriodInFuture));
        assert_eq!(code(Job::MidweekReport, "2026-W48"), Err(RequestRunRefusalCode::PeriodInFuture), "on the Monday");
        assert_eq!(code(Job::MidweekReport, "2026-W47"), Ok("2026-W47".to_owned()));
        assert_eq!(code(Job::MidweekReport, "2026-11-19"), Err(RequestRunRefusalCode::PeriodUnreadable));
        assert_eq!(code(Job::Coverage, "2026-11-11"), Ok("2026-11-11".to_owned()));
        assert_eq!(code(Job::Coverage, "2026-11-10"), Err(RequestRunRefusalCode::PeriodBeforeFirstImport));
        // The week of the first import has days with data.
        assert_eq!(code(Job::GapReport, "2026-W46"), Ok("2026-W46".to_owned()));
        assert_eq!(code(Job::GapReport, "2026-W45"), Err(RequestRunRefusalCode::PeriodBeforeFirstImport));
        for day in ["1989-12-31", "2101-01-01"] {
            assert_eq!(code(Job::Coverage, day), Err(RequestRunRefusalCode::PeriodOutOfRange), "{day}");
        }
        let nothing = readable(Job::Coverage, "2026-11-23", monday, None).map_err(|refusal| refusal.code);
        assert_eq!(nothing, Err(RequestRunRefusalCode::PeriodBeforeFirstImport));
    }
}
