//! The run summary: one mail to each coordinator of the network when all of a week's reports have been sent or refused. It
//! lists what the coordinators have to do.
//!
//! It is stored once with its report, and then sent like any mail ([`super::deliver`]).

mod todo;
mod view;

use chrono::{DateTime, Utc};
use entity::json_column::{MailUnit, MailUnits};
use entity::period::IsoWeek;
use entity::store::report::{self as store, NewDelivery};
use entity::table::{delivery, report};
use entity::value::DeliveryKind;
use sea_orm::DatabaseConnection;

use super::edition::ComparedTrees;
use super::recipients::{Network, Recipient, Why};
use super::render::Rendered;
use super::{GapReport, ReportError, ReportOutcome};
use crate::mail::{is_address, mask};
use crate::output::one_line::one_line;
use todo::{RefusedMail, Run};

/// The recipient key of a summary to the coordinator's address in the settings.
const TO_THE_SETTING: &str = "run:coordinator";

impl GapReport {
    /// Stores the run summary if every report of the week has been sent or refused permanently and no summary was stored
    /// before. Returns whether it did, so that there are mails to send.
    pub(super) async fn summarise(
        &self,
        db: &DatabaseConnection,
        week: IsoWeek,
        report: &report::Model,
        outcome: &ReportOutcome,
        now: DateTime<Utc>,
    ) -> Result<bool, ReportError> {
        if outcome.waiting > 0 || store::is_summarised(db, report.id).await? {
            return Ok(false);
        }
        let trees = ComparedTrees::pinned(db, report).await?;
        let edition = self.edition(db, week, &trees).await?;
        let readers = readers(edition.network.as_ref(), self.setting.coordinator.address());
        if readers.is_empty() {
            tracing::warn!(
                %week,
                "no run summary sent; appoint a coordinator with a work e-mail, or set COORDINATOR_EMAIL"
            );
            return Ok(false);
        }
        let refused = store::refused(db, report.id).await?;
        let unaddressed = store::unaddressed(db, report.id).await?;
        let run = Run {
            week,
            tree: &trees.current,
            previous: trees.previous.as_ref(),
            recipients: &edition.recipients,
            sent: outcome.sent,
            refused: refused.iter().filter(|mail| mail.kind == DeliveryKind::Report).map(refused_mail).collect(),
            unaddressed: unaddressed
                .into_iter()
                .flat_map(|units| units.0)
                .map(|of| with_current_reason(of, &edition.recipients))
                .collect(),
        };
        let mut mails = Vec::new();
        for reader in readers {
            let rendered = view::render(&run, &self.setting, &reader.reason).map_err(ReportError::Render)?;
            mails.push(new_delivery(reader, rendered, week, self.from.domain()));
        }
        Ok(store::summarise_once(db, report.id, now, mails).await?)
    }
}

/// A recipient of the summary.
struct SummaryReader {
    key: String,
    person: Option<entity::id::PersonId>,
    address: String,
    units: MailUnits,
    /// Why they receive it, in a sentence.
    reason: String,
}

/// Returns the coordinators of the network. If there are none, the coordinator's address in the settings.
fn readers(network: Option<&Network>, setting: Option<String>) -> Vec<SummaryReader> {
    const EVERY: &str = "This mail comes after each weekly run of the reports";
    if let Some(network) = network {
        let reader = |(person, contact): &(entity::id::PersonId, super::recipients::Contact)| {
            Some(SummaryReader {
                key: format!("run:{person}"),
                person: Some(*person),
                address: contact.address.clone()?,
                units: MailUnits(vec![MailUnit {
                    code: network.code.clone(),
                    name: network.name.clone(),
                    why: "you coordinate the network".to_owned(),
                }]),
                reason: format!("{EVERY}. You receive it as a coordinator of {}.", network.name),
            })
        };
        return network.people.iter().filter_map(reader).collect();
    }
    let reader = |address| SummaryReader {
        key: TO_THE_SETTING.to_owned(),
        person: None,
        address,
        units: MailUnits::default(),
        reason: format!(
            "{EVERY}. It goes to the coordinator's address, as no coordinator with a work e-mail is on file."
        ),
    };
    setting.map(reader).into_iter().collect()
}

fn new_delivery(reader: SummaryReader, rendered: Rendered, week: IsoWeek, domain: &str) -> NewDelivery {
    let SummaryReader { key, person, address, units, reason: _ } = reader;
    let Rendered { subject, text, html, csv } = rendered;
    NewDelivery {
        kind: DeliveryKind::RunSummary,
        message_id: format!("gap-report.{week}.{}@{domain}", key.replace(':', "-")),
        recipient: key,
        person_id: person,
        owner_id: None,
        address: Some(address),
        units,
        subject,
        text_part: text,
        html_part: html,
        csv_part: csv,
    }
}

/// Replaces the reason that was stored with the row by the present one.
fn with_current_reason(of: MailUnit, recipients: &[Recipient]) -> MailUnit {
    let answers = recipients.iter().flat_map(|recipient| &recipient.answers);
    let found = answers.filter(|answer| answer.code == of.code).find_map(|answer| match answer.why {
        Why::NoRecipient { vacancy } => Some(vacancy.to_string()),
        _ => None,
    });
    MailUnit { why: found.unwrap_or(of.why), ..of }
}

fn refused_mail(mail: &delivery::Model) -> RefusedMail {
    let address = mail.address.as_deref().unwrap_or_default();
    RefusedMail {
        units: mail.units.0.clone(),
        address: mask(&one_line(address)),
        why: refusal_in_words(address, mail.last_error.as_deref().unwrap_or_default()),
    }
}

/// Returns why a mail was refused permanently, in plain words. The server's own answer is for an administrator.
fn refusal_in_words(address: &str, said: &str) -> &'static str {
    let has = |code: &str| said.split(|c: char| !c.is_ascii_digit() && c != '.').any(|word| word == code);
    if !is_address(address) {
        "it is not an e-mail address"
    } else if said.starts_with("given up after") {
        "the mail server did not accept the mail for three days"
    } else if ["5.2.2", "552"].into_iter().any(has) {
        "the mailbox is full"
    } else if ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "550", "551", "553"].into_iter().any(has) {
        "the mail server does not know the address"
    } else {
        "the mail server refused the mail"
    }
}

#[cfg(test)]
mod tests;
