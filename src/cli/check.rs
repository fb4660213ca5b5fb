//! `psn check`: checks each part, and prints one line per part. It changes nothing.

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

/// A database or mail server that takes longer than this to respond counts as unreachable.
const WAIT: Duration = Duration::from_secs(5);

/// The maximum number of missed weeks that are listed.
const SHOWN: usize = 5;

/// The arguments of `psn check`.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct CheckArgs {
    /// Check only what `psn serve --no-jobs` needs: another process runs the jobs and sends the mails
    #[arg(long)]
    pub no_jobs: bool,
}

/// The result of one check: what was found, or what fails and what to do.
type Finding = Result<String, String>;

/// Runs all checks and prints one line each: `ok`, or `fails` with what to do.
///
/// # Errors
///
/// [`ExitError::Failed`] if any check fails.
pub async fn run(args: CheckArgs, settings: &Settings) -> Result<(), ExitError> {
    let CheckArgs { no_jobs } = args;
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
        1 => Err(ExitError::Failed("1 check failed".to_owned())),
        more => Err(ExitError::Failed(format!("{more} checks failed"))),
    }
}

fn configuration(settings: &Settings) -> Finding {
    settings.refuse_open_address().map_err(|stop| stop.to_string())?;
    sender(settings).map_err(|stop| stop.to_string())?;
    persisted_operations(&settings.query).map_err(|stop| stop.to_string())?;
    Ok(format!("serving on {}, board time zone {}", settings.bind, settings.board_zone))
}

fn safety(settings: &Settings, no_jobs: bool) -> Finding {
    let mailing = || if no_jobs { Ok(()) } else { settings.refuse_mail_into_folder() };
    let refused = settings.refuse_unsafe().and_then(|()| mailing());
    refused.map_err(|stop| stop.to_string())?;
    Ok(match settings.production() {
        Some(why) => format!("production settings, because {why}"),
        None => "settings for this machine only".to_owned(),
    })
}

async fn database(settings: &Settings) -> Vec<(&'static str, Finding)> {
    let url = settings.database.url();
    if let Some(file) = url.file().filter(|file| !file.exists()) {
        let fault = format!("{} does not exist yet; run `psn migrate`, or `psn demo` for an example", file.display());
        return vec![("database", Err(fault))];
    }
    let away = |cause: &dyn Display| {
        Err(format!("{url} does not respond ({cause}); check that it is running and that DATABASE_URL is correct"))
    };
    let opened = tokio::time::timeout(WAIT, async {
        let db = store::connect_with(url.reveal(), &settings.database.options(None)).await?;
        db.execute_unprepared("SELECT 1").await?;
        Ok::<_, DbErr>(db)
    });
    let db = match opened.await {
        Ok(Ok(db)) => db,
        Ok(Err(cause)) => return vec![("database", away(&cause))],
        Err(_) => return vec![("database", away(&format_args!("within {} s", WAIT.as_secs())))],
    };
    let engine = if store::is_postgres(&db) { "PostgreSQL" } else { "SQLite" };
    let mut findings = vec![("database", Ok(format!("{engine} at {url} responds")))];
    findings.push(("tables", tables(&db).await));
    findings.push(("writing", writing(&db).await));
    findings.extend(staff_lists(&db, settings).await.map(|finding| ("staff lists", finding)));
    findings.extend(gap_reports(&db, settings).await.map(|finding| ("gap reports", finding)));
    findings
}

async fn tables(db: &DatabaseConnection) -> Finding {
    match migration::pending(db).await {
        Ok(0) => Ok("up to date".to_owned()),
        Ok(steps) => Err(format!("{steps} migration steps are missing; run `psn migrate`")),
        Err(error) => Err(error.to_string()),
    }
}

/// Returns the age of the staff lists; `None` if the tables do not exist yet. Old lists are not a fault of this machine.
async fn staff_lists(db: &DatabaseConnection, settings: &Settings) -> Option<Finding> {
    let today = day_of(Clock::wall().now(), settings.board_zone);
    Some(Ok(match staff_list::oldest(db).await.ok()? {
        None => "none imported yet".to_owned(),
        Some(list) if list.is_old(today) => format!(
            "but the list of {} is {} days old (as at {}); import a new one before its teams become UNKNOWN",
            list.employer,
            list.age_in_days(today),
            list.as_at
        ),
        Some(list) => format!("the oldest is as at {} ({})", list.as_at, list.employer),
    }))
}

/// Whether the report of a week since the last sent one was never mailed; `None` if the tables do not exist yet. The next
/// report tells its readers, and then this check passes again.
async fn gap_reports(db: &DatabaseConnection, settings: &Settings) -> Option<Finding> {
    let zone = settings.board_zone;
    let this_week = IsoWeek::containing(day_of(Clock::wall().now(), zone));
    let missed = report::missed_before(db, zone, this_week).await.ok()?;
    Some(match missed.as_slice() {
        [] => Ok("no week missed".to_owned()),
        [.., last] => {
            let weeks: Vec<_> = missed.iter().rev().take(SHOWN).rev().map(IsoWeek::to_string).collect();
            let more = if missed.len() > SHOWN { " and earlier weeks" } else { "" };
            Err(format!(
                "no report was sent for {}{more}; check that `psn worker` is running. `psn run gap-report --week {last}` sends it late",
                weeks.join(", ")
            ))
        }
    })
}

/// Creates a table and rolls it back: on both engines that is part of the transaction.
async fn writing(db: &DatabaseConnection) -> Finding {
    let tried = async {
        let txn = store::begin_write(db).await?;
        txn.execute_unprepared("CREATE TABLE psn_check (one INTEGER)").await?;
        txn.rollback().await
    };
    match tried.await {
        Ok(()) => Ok("the database is writable".to_owned()),
        Err(cause) => Err(format!(
            "the database is not writable ({cause}); give its user write access to the database, or to its file and folder"
        )),
    }
}

/// Requests the keys of the provider. The log says why it did not respond.
async fn identity_provider(settings: &Settings) -> Finding {
    let Some(provider) = app::identity_provider(settings, Clock::wall()).map_err(|stop| stop.to_string())? else {
        return Ok("none set up, so people cannot sign in through a provider".to_owned());
    };
    let issuer = settings.oidc.oidc_issuer.as_deref().unwrap_or_default();
    match tokio::time::timeout(WAIT, provider.check()).await {
        Ok(Ok(keys)) => Ok(format!("{issuer} responds, with keys: {keys}")),
        Ok(Err(_)) | Err(_) => Err(format!(
            "{issuer} does not return a valid OpenID Connect document and keys; check that it is running and that OIDC_ISSUER is correct"
        )),
    }
}

async fn mail(settings: &Settings) -> Finding {
    let Some(url) = settings.mail.smtp_url() else { return mail_folder(&settings.mail.mail_folder) };
    let mailer = mailer(settings).map_err(|stop| stop.to_string())?;
    match tokio::time::timeout(WAIT, mailer.check()).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(cause)) => Err(format!("{url} does not accept mail ({cause}); check SMTP_URL")),
        Err(_) => Err(format!("{url} does not respond within {} s; check SMTP_URL", WAIT.as_secs())),
    }
}

fn mail_folder(folder: &Path) -> Finding {
    let shown = folder.display();
    if !folder.exists() {
        return Ok(format!("no mail server; mails will be written to {shown}, which will be created"));
    }
    jobs::output::owner_only::check_writable(folder).map_err(|cause| {
        format!("{shown} is not writable ({cause}); choose another folder with MAIL_FOLDER, or set SMTP_URL")
    })?;
    Ok(format!("no mail server; mails are written to {shown}"))
}
