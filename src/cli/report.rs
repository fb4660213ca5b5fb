//! `psn report`: previews a week's mails before they are sent.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{ArgGroup, Subcommand};
use entity::actor::Actor;
use entity::clock::Clock;
use entity::period::IsoWeek;
use entity::store::audit::{self, Event};
use entity::store::run::job_of;
use entity::value::{Action, ReportKind};
use jobs::mail::{self, Email, Mailbox};
use jobs::output::owner_only::Replacement;
use jobs::report::{Preview, ReportKey};

use super::run::mails;
use super::say;
use crate::app::{self, App};
use crate::config::Settings;
use crate::error::ExitError;

/// The arguments of `psn report`.
#[derive(clap::Args, Debug)]
pub struct ReportArgs {
    /// The subcommand.
    #[command(subcommand)]
    pub command: ReportCommand,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Show a week's mails as text, write one as HTML, or send one to a test address. The recipients get nothing.
    #[command(group = ArgGroup::new("selector").required(true))]
    Preview {
        /// Week, such as 2026-W48
        #[arg(long, value_name = "WEEK")]
        week: IsoWeek,
        /// Preview the midweek report instead of the weekly one; available from the week's Thursday
        #[arg(long)]
        midweek: bool,
        /// The mail to this recipient
        #[arg(long, value_name = "ADDRESS", group = "selector")]
        to: Option<String>,
        /// The mails about this unit
        #[arg(long, value_name = "CODE", group = "selector")]
        unit: Option<String>,
        /// Write the HTML part to this file
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Send the mail to this address, marked as a test
        #[arg(long, value_name = "ADDRESS")]
        send: Option<Mailbox>,
    },
}

/// Runs the command.
///
/// # Errors
///
/// [`ExitError::Refused`] if the week has no such mail, [`ExitError::Failed`] if it could not be built, written or sent.
pub async fn run(args: ReportArgs, settings: Settings, clock: Clock) -> Result<(), ExitError> {
    let app = App::open_migrated(settings, clock).await?;
    let ReportCommand::Preview { week, midweek, to, unit, html, send } = args.command;
    let kind = if midweek { ReportKind::Midweek } else { ReportKind::Weekly };
    let done = preview(&app, ReportKey { week, kind }, &MailSelector { to, unit }, html, send).await;
    app.close().await;
    done
}

/// Selects mails by recipient or by unit: exactly one of the two is set.
struct MailSelector {
    to: Option<String>,
    unit: Option<String>,
}

impl MailSelector {
    fn matches(&self, mail: &Preview) -> bool {
        let to = self.to.as_deref().zip(mail.address.as_deref());
        let is_to = to.is_some_and(|(wanted, address)| wanted.trim().eq_ignore_ascii_case(address));
        is_to || self.unit.as_deref().is_some_and(|wanted| mail.units.iter().any(|(code, _)| code == wanted))
    }

    fn describe(&self) -> String {
        match (&self.to, &self.unit) {
            (Some(to), _) => format!("to {}", mail::mask(to)),
            (None, unit) => format!("about unit '{}'", unit.as_deref().unwrap_or_default()),
        }
    }
}

async fn preview(
    app: &App,
    report: ReportKey,
    selector: &MailSelector,
    html: Option<PathBuf>,
    send: Option<Mailbox>,
) -> Result<(), ExitError> {
    let ReportKey { week, kind } = report;
    let mails = mails(app, kind, week).await?;
    let mails: Vec<&Preview> = mails.iter().filter(|mail| selector.matches(mail)).collect();
    let Some(first) = mails.first() else {
        return Err(ExitError::Refused(format!(
            "the report of {week} has no mail {}: `psn run {} --week {week} --dry-run` lists them",
            selector.describe(),
            job_of(kind)
        )));
    };
    if mails.len() > 1 && (html.is_some() || send.is_some()) {
        return Err(ExitError::Refused(format!(
            "{} mails are {}: name one recipient with --to ADDRESS to write or send a mail",
            mails.len(),
            selector.describe()
        )));
    }
    for mail in &mails {
        record_read(app, report, mail).await?;
    }
    if let Some(path) = &html {
        let written = Replacement::begin(path).and_then(|mut file| {
            file.write_all(first.rendered.html.as_bytes())?;
            file.put_in_place()
        });
        written.map_err(|error| ExitError::Failed(format!("{} cannot be written: {error}", path.display())))?;
        say(format!("The HTML part is in {}. Open it in a browser.", path.display()))?;
    }
    if let Some(to) = &send {
        send_test(app, report, first, to).await?;
        say(format!("Sent to {} as a test. The recipient got nothing.", mail::mask(&to.address())))?;
    }
    if html.is_none() && send.is_none() {
        for mail in &mails {
            say(format!("To: {}", mail.address.as_deref().unwrap_or("no one, because no address is on file")))?;
            say(format!("Subject: {}\n\n{}\n", mail.rendered.subject, mail.rendered.text.trim_end()))?;
        }
    }
    Ok(())
}

/// Records in the audit log that a mail to another person was read.
async fn record_read(app: &App, report: ReportKey, preview: &Preview) -> Result<(), ExitError> {
    let ReportKey { week, kind } = report;
    let midweek = if kind == ReportKind::Midweek { "/midweek" } else { "" };
    let read = Event {
        object: Some(format!("report:{week}{midweek}/{}", preview.recipient)),
        ..Event::new(app.clock.now(), Actor::Operator, Action::ReportRead)
    };
    let recorded = audit::record_alone(&app.db, &read).await;
    recorded.map(|_| ()).map_err(|error| ExitError::Failed(format!("the read cannot be recorded: {error}")))
}

/// Sends the mail to a test address, with a subject and a first line that say so.
async fn send_test(app: &App, report: ReportKey, preview: &Preview, to: &Mailbox) -> Result<(), ExitError> {
    const NOTE: &str = "This is a test of a report. It was not sent to its recipient.";
    let ReportKey { week, kind } = report;
    let failed = |what: &str, error: String| ExitError::Failed(format!("{what}: {error}"));
    let now = app.clock.now();
    let job = app.gap_report(kind)?;
    let rendered = preview.rendered.clone();
    let email = Email {
        from: app::sender(&app.settings)?,
        reply_to: job.setting.coordinator.email.clone(),
        list: job_of(kind),
        to_name: None,
        to: to.address(),
        subject: format!("[Test] {}", rendered.subject),
        message_id: format!("test.{week}.{}@{}", now.timestamp_millis(), job.from.domain()),
        date: now,
        text: format!("{NOTE}\n\n{}", rendered.text),
        html: rendered.html.replacen("<div role=\"main\"", &format!("<p>{NOTE}</p>\n<div role=\"main\""), 1),
        csv: rendered.csv,
        csv_name: format!("peer-support-{week}.csv"),
        file_stem: format!("test_{week}"),
    };
    job.mailer.send(&email).await.map_err(|error| failed("the test was not sent", error.to_string()))?;
    Ok(())
}
