//! `psn check`: what works and what does not, a line each. It changes nothing.

use std::fmt::Display;
use std::path::Path;
use std::time::Duration;

use entity::clock::{Clock, day_of};
use entity::period::IsoWeek;
use entity::store::{self, report, staff_list};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::say;
use crate::app::{self, mailer, persisted_operations, sender};
use crate::config::Settings;
use crate::error::ExitError;

/// A database or a mail server that takes longer than this to answer is away.
const WAIT: Duration = Duration::from_secs(5);

/// Missed weeks that are named at most.
const SHOWN: usize = 5;

/// What `psn check` takes besides the settings.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Args {
    /// Check what serves only, as `psn serve --no-jobs` does: another process runs the jobs and mails
    #[arg(long)]
    pub no_jobs: bool,
}

/// One thing that was looked at: what was found, or what fails and what to do.
type Finding = Result<String, String>;

/// Looks at everything, and prints a line each: `ok`, or `fails` with what to do.
///
/// # Errors
///
/// [`ExitError::Failed`] when anything fails.
pub async fn run(args: Args, settings: &Settings) -> Result<(), ExitError> {
    let Args { no_jobs } = args;
    let mut findings = vec![("configuration", configuration(settings)), ("safety", safety(settings, no_jobs))];
    findings.extend(database(settings).await);
    findings.push(("mail", mail(settings).await));
    findings.push(("identity provider", identity_provider(settings).await));
    for weakness in settings.weaknesses() {
        say(format_args!("warning: {weakness}"))?;
    }
    let mut failing = 0;
    for (part, finding) in &findings {
        match finding {
            Ok(found) => say(format_args!("{part}: ok, {found}"))?,
            Err(fault) => {
                failing += 1;
                say(format_args!("{part}: fails: {fault}"))?;
            }
        }
    }
    match failing {
        0 => Ok(()),
        1 => Err(ExitError::Failed("one of the checks fails".to_owned())),
        more => Err(ExitError::Failed(format!("{more} of the checks fail"))),
    }
}

fn configuration(settings: &Settings) -> Finding {
    settings.refuse_open_address().map_err(|stop| stop.to_string())?;
    sender(settings).map_err(|stop| stop.to_string())?;
    persisted_operations(&settings.query).map_err(|stop| stop.to_string())?;
    Ok(format!("served on {}, board time is {}", settings.bind, settings.board_zone))
}

fn safety(settings: &Settings, no_jobs: bool) -> Finding {
    let mailing = || if no_jobs { Ok(()) } else { settings.refuse_mail_into_folder() };
    let refused = settings.refuse_unsafe().and_then(|()| mailing());
    refused.map_err(|stop| stop.to_string())?;
    Ok(match settings.production() {
        Some(why) => format!("production settings, for {why}"),
        None => "settings for this machine alone".to_owned(),
    })
}

async fn database(settings: &Settings) -> Vec<(&'static str, Finding)> {
    let url = settings.database.url();
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        let fault = format!("there is no {} yet; run `psn migrate`, or `psn demo` for an example", file.display());
        return vec![("database", Err(fault))];
    }
    let away = |cause: &dyn Display| {
        Err(format!("{url} does not answer ({cause}); see that it runs and DATABASE_URL is right"))
    };
    let asked = tokio::time::timeout(WAIT, async {
        let db = store::connect_with(url.reveal(), &settings.database.options(None)).await?;
        db.execute_unprepared("SELECT 1").await?;
        Ok::<_, DbErr>(db)
    });
    let db = match asked.await {
        Ok(Ok(db)) => db,
        Ok(Err(cause)) => return vec![("database", away(&cause))],
        Err(_) => return vec![("database", away(&format_args!("for {} s", WAIT.as_secs())))],
    };
    let engine = if store::is_postgres(&db) { "PostgreSQL" } else { "SQLite" };
    let mut findings = vec![("database", Ok(format!("{engine} at {url} answers")))];
    findings.push(("tables", tables(&db).await));
    findings.push(("writing", writing(&db).await));
    findings.extend(staff_lists(&db, settings).await.map(|finding| ("staff lists", finding)));
    findings.extend(gap_reports(&db, settings).await.map(|finding| ("gap reports", finding)));
    findings
}

async fn tables(db: &DatabaseConnection) -> Finding {
    match migration::pending(db).await {
        Ok(0) => Ok("they are up to date".to_owned()),
        Ok(steps) => Err(format!("they lack {steps} steps; run `psn migrate`")),
        Err(error) => Err(error.to_string()),
    }
}

/// How old the staff lists are; absent where the tables are not made yet. Old ones are no fault of this machine.
async fn staff_lists(db: &DatabaseConnection, settings: &Settings) -> Option<Finding> {
    let today = day_of(Clock::wall().now(), settings.board_zone);
    Some(Ok(match staff_list::oldest(db).await.ok()? {
        None => "none was imported yet".to_owned(),
        Some(list) if list.is_old(today) => format!(
            "but the list of {} is {} days old (as at {}); import a new one before teams become UNKNOWN",
            list.employer,
            list.age_in_days(today),
            list.as_at
        ),
        Some(list) => format!("the oldest is as at {} ({})", list.as_at, list.employer),
    }))
}

/// Whether a week's report was never mailed since the last one that was; absent where the tables are not made yet. The next
/// report tells its readers, and then this is over.
async fn gap_reports(db: &DatabaseConnection, settings: &Settings) -> Option<Finding> {
    let zone = settings.board_zone;
    let this_week = IsoWeek::containing(day_of(Clock::wall().now(), zone));
    let missed = report::missed_before(db, zone, this_week).await.ok()?;
    Some(match missed.as_slice() {
        [] => Ok("no week was missed".to_owned()),
        [.., last] => {
            let weeks: Vec<_> = missed.iter().rev().take(SHOWN).rev().map(IsoWeek::to_string).collect();
            let more = if missed.len() > SHOWN { " and before" } else { "" };
            Err(format!(
                "no report was sent for {}{more}; see that `psn worker` runs. `psn run gap-report --week {last}` sends one late",
                weeks.join(", ")
            ))
        }
    })
}

/// Makes a table and takes it back: on both engines that is part of the transaction.
async fn writing(db: &DatabaseConnection) -> Finding {
    let tried = async {
        let txn = store::begin_write(db).await?;
        txn.execute_unprepared("CREATE TABLE psn_check (one INTEGER)").await?;
        txn.rollback().await
    };
    match tried.await {
        Ok(()) => Ok("it can be written".to_owned()),
        Err(cause) => {
            Err(format!("it cannot be written ({cause}); give its user the right to, or its file and folder"))
        }
    }
}

/// Asks it for its keys; why it did not answer stands in the log.
async fn identity_provider(settings: &Settings) -> Finding {
    let Some(provider) = app::identity_provider(settings, Clock::wall()).map_err(|stop| stop.to_string())? else {
        return Ok("there is none, so nobody signs in that way".to_owned());
    };
    let issuer = settings.oidc.oidc_issuer.as_deref().unwrap_or_default();
    match tokio::time::timeout(WAIT, provider.check()).await {
        Ok(Ok(keys)) => Ok(format!("{issuer} answers, with keys: {keys}")),
        Ok(Err(_)) | Err(_) => Err(format!(
            "{issuer} gives no document and keys as OpenID Connect asks for; see that it runs and OIDC_ISSUER is right"
        )),
    }
}

async fn mail(settings: &Settings) -> Finding {
    let Some(url) = settings.mail.smtp_url() else { return mail_folder(&settings.mail.mail_folder) };
    let mailer = mailer(settings).map_err(|stop| stop.to_string())?;
    match tokio::time::timeout(WAIT, mailer.check()).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(cause)) => Err(format!("{url} does not take mail ({cause}); see that SMTP_URL is right")),
        Err(_) => Err(format!("{url} does not answer for {} s; see that SMTP_URL is right", WAIT.as_secs())),
    }
}

fn mail_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    if !folder.exists() {
        return Ok(format!("no mail server; mails will be written into {shown}, which will be made"));
    }
    jobs::output::owner_only::check_writable(folder).map_err(|cause| {
        format!("nothing can be written into {shown} ({cause}); choose another with MAIL_FOLDER, or set SMTP_URL")
    })?;
    Ok(format!("no mail server; mails are written into {shown}"))
}
