//! The mails of the register: an approver's digest, a Peer Supporter's mail before an approval lapses, a mail about a
//! nomination that lapsed to its nominee and nominator, and a mail about a change to the people concerned.
//!
//! Who gets what is decided by the rules in [`entity::register`] from the facts and the change records alone. The flow is
//! [`facts`] (database rows to plain data), [`letter`] (what is due), [`wording`] and [`view`] (text and HTML), and the outbox
//! that the gap report uses (stored first, then sent until accepted).

mod facts;
mod job;
mod letter;
mod outcome;
mod view;
mod wording;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::clock::day_of;
use entity::coverage::roster::PersonIx;
use entity::id::ChangeId;
use entity::json_column::MailUnits;
use entity::period::Day;
use entity::store::delivery::{Batch, NewDelivery};
use entity::store::register::mailing::{self as store, NewMailing, Occasion};
use entity::store::roster::{self, LoadError};
use entity::table::delivery;
use entity::value::{Action, DeliveryKind};
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::json;

use self::facts::DayFacts;
use self::letter::{Letter, letters};
pub use self::outcome::RegisterMailOutcome;
use self::wording::Wording;
use crate::mail::outbox::{Mailing, Outbox, OutboxError};
use crate::mail::{Email, Mailbox, Mailer, Process};
use crate::report::recipients::Contact;
use crate::report::render::Setting;

/// The job `register-mail`.
#[derive(Clone, Debug)]
pub struct RegisterMail {
    /// The destination of all mail.
    pub mailer: Mailer,
    /// The sender.
    pub from: Mailbox,
    /// The address of the service and the coordinator.
    pub setting: Setting,
    /// The board's time zone.
    pub zone: Tz,
    /// The facts for which this process has made all mails. Every change of the register makes another version.
    pub made_for: Arc<Mutex<Option<FactsOfDay>>>,
}

/// The facts of a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactsOfDay {
    version: i64,
    day: Day,
}

/// A mail as it would be sent.
#[derive(Clone, Debug)]
pub struct LetterPreview {
    /// The recipient's address. `None` if they have none, or no counting post.
    pub address: Option<String>,
    /// Subject line.
    pub subject: String,
    /// Plain-text part.
    pub text: String,
    /// HTML part.
    pub html: String,
}

/// Why mails of the register could not be made or sent.
#[derive(Debug, thiserror::Error)]
pub enum RegisterMailError {
    /// The facts could not be read.
    #[error(transparent)]
    Facts(#[from] LoadError),
    /// A template did not render.
    #[error("a mail could not be rendered: {0}")]
    Render(String),
    /// The audit log cannot be written.
    #[error("the audit log cannot be written, so no mail was sent; run `psn audit verify`")]
    AuditBroken,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbErr),
}

impl From<OutboxError> for RegisterMailError {
    fn from(error: OutboxError) -> Self {
        match error {
            OutboxError::AuditBroken => Self::AuditBroken,
            OutboxError::Database(cause) => Self::Database(cause),
        }
    }
}

/// What a run has made.
#[derive(Clone, Copy, Debug, Default)]
struct Made {
    mails: u64,
    without_address: u64,
}

impl RegisterMail {
    /// Makes the mails that are due, and sends those that wait.
    ///
    /// Each mail is stored in a transaction of its own, at most once per person and occasion, so a repetition, a crash and a
    /// second process make none twice. A change is settled once all of its mails are stored.
    ///
    /// # Errors
    ///
    /// [`RegisterMailError`]. A failed mail is not an error: see [`RegisterMailOutcome`].
    pub async fn run(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<RegisterMailOutcome, RegisterMailError> {
        self.run_in(db, now, &Process::default()).await
    }

    /// Like [`run`](Self::run), in a process that may be stopped meanwhile.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn run_in(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
        process: &Process,
    ) -> Result<RegisterMailOutcome, RegisterMailError> {
        let today = day_of(now, self.zone);
        let facts = FactsOfDay { version: roster::version(db).await?, day: today };
        let is_made = *self.made_for.lock().unwrap_or_else(PoisonError::into_inner) == Some(facts);
        let made = if is_made { Made::default() } else { self.make(db, now).await? };
        if store::unmailed(db).await?.is_empty() {
            *self.made_for.lock().unwrap_or_else(PoisonError::into_inner) = Some(facts);
        }
        self.send(db, now, process, made).await
    }

    /// Sends what waits, without making any mail.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn send_waiting(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
        process: &Process,
    ) -> Result<RegisterMailOutcome, RegisterMailError> {
        self.send(db, now, process, Made::default()).await
    }

    /// Returns the mails that a run would make, without writing or sending anything.
    ///
    /// # Errors
    ///
    /// As [`run`](Self::run).
    pub async fn dry_run(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
    ) -> Result<Vec<LetterPreview>, RegisterMailError> {
        let (facts, due) = self.due(db, day_of(now, self.zone)).await?;
        let contacts = facts.contacts(db, recipients(&due)).await?;
        let mut previews = Vec::new();
        for Letter { to, occasion, told: _, renewals: _, view } in due {
            if store::find(db, facts.index.roster().people[to.at()].id, occasion).await?.is_some() {
                continue;
            }
            let rendered = view.render().map_err(RegisterMailError::Render)?;
            let address = contacts.get(&to).and_then(|contact| contact.address.clone());
            previews.push(LetterPreview {
                address,
                subject: rendered.subject,
                text: rendered.text,
                html: rendered.html,
            });
        }
        Ok(previews)
    }

    async fn due(&self, db: &DatabaseConnection, today: Day) -> Result<(DayFacts, Vec<Letter>), RegisterMailError> {
        let facts = DayFacts::load(db, today).await?;
        let due = letters(&facts, &Wording { facts: &facts, setting: &self.setting });
        Ok((facts, due))
    }

    /// Stores the mails that are due.
    async fn make(&self, db: &DatabaseConnection, now: DateTime<Utc>) -> Result<Made, RegisterMailError> {
        let today = day_of(now, self.zone);
        let (facts, due) = self.due(db, today).await?;
        let contacts = facts.contacts(db, recipients(&due)).await?;
        let mut made = Made::default();
        for letter in due {
            match contacts.get(&letter.to) {
                Some(contact) => {
                    let mailing = self.mailing(&facts, letter, contact, now)?;
                    made.mails += u64::from(store::store_once(db, mailing).await?);
                }
                None => made.without_address += 1,
            }
        }
        if made.without_address > 0 {
            tracing::warn!(
                mails = made.without_address,
                "no mail was made for people without a current post or a work e-mail; complete staff.csv"
            );
        }
        let settled: Vec<ChangeId> = facts.changes.iter().map(|mailed| mailed.change.row.id).collect();
        store::settle(db, &settled).await?;
        Ok(made)
    }

    fn mailing(
        &self,
        facts: &DayFacts,
        letter: Letter,
        contact: &Contact,
        now: DateTime<Utc>,
    ) -> Result<NewMailing, RegisterMailError> {
        let Letter { to, occasion, told, renewals, view } = letter;
        let rendered = view.render().map_err(RegisterMailError::Render)?;
        let person = facts.index.roster().people[to.at()].id;
        let recipient = format!("person:{person}");
        let mail = NewDelivery {
            kind: DeliveryKind::Register,
            owner_id: None,
            person_id: Some(person),
            address: contact.address.clone(),
            units: MailUnits::default(),
            subject: rendered.subject,
            message_id: message_id(person, occasion, self.from.domain()),
            recipient,
            text_part: rendered.text,
            html_part: rendered.html,
            csv_part: rendered.csv,
        };
        Ok(NewMailing { person, occasion, day: facts.today, at: now, told, renewals, mail })
    }

    async fn send(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
        process: &Process,
        made: Made,
    ) -> Result<RegisterMailOutcome, RegisterMailError> {
        let outbox = Outbox { db, mailer: &self.mailer, from: &self.from };
        let sent = outbox.send(&RegisterMails { job: self, db }, now, process).await?;
        let open = store::open_mails(db, day_of(now, self.zone)).await?;
        Ok(RegisterMailOutcome {
            made: made.mails,
            without_address: made.without_address,
            sent_now: sent.sent_now,
            waiting: open.waiting,
            next_attempt_at: open.next_attempt_at,
            refused: open.refused,
            relay_refuses: sent.relay_refuses,
        })
    }
}

fn recipients(letters: &[Letter]) -> BTreeSet<PersonIx> {
    letters.iter().map(|letter| letter.to).collect()
}

/// Returns the Message-ID, which is the same for every attempt, so that a mail program shows a repeated mail once.
fn message_id(person: entity::id::PersonId, occasion: Occasion, domain: &str) -> String {
    format!("register-mail.{}.person-{person}@{domain}", occasion.to_string().replace(':', "-"))
}

/// All mails of the register.
struct RegisterMails<'a> {
    job: &'a RegisterMail,
    db: &'a DatabaseConnection,
}

#[async_trait::async_trait]
impl Mailing for RegisterMails<'_> {
    fn name(&self) -> String {
        entity::store::run::REGISTER_MAIL.to_owned()
    }

    fn batch(&self) -> Batch {
        Batch::Register
    }

    fn action(&self) -> Action {
        Action::RegisterMailSent
    }

    /// Not why the mail was sent: readers of the audit log may not know how a person is.
    fn named(&self, recipient: &str) -> serde_json::Value {
        json!({ "recipient": recipient })
    }

    fn counts(&self, kind: DeliveryKind) -> bool {
        kind == DeliveryKind::Register
    }

    async fn email(&self, mail: delivery::Model) -> Result<Email, DbErr> {
        let name = match mail.person_id {
            Some(person) => crate::report::load::contact(self.db, person).await?.name,
            None => None,
        };
        let mailing = match mail.mailing_id {
            Some(id) => store::find_by_id(self.db, id).await?,
            None => None,
        };
        let mailing = mailing.ok_or_else(|| DbErr::RecordNotFound(format!("mailing of delivery {}", mail.id)))?;
        let file_stem = format!("{}_register_{}_{}", mailing.day, mail.recipient, mailing.occasion).replace(':', "-");
        Ok(Email {
            from: self.job.from.clone(),
            reply_to: self.job.setting.coordinator.email.clone(),
            list: entity::store::run::REGISTER_MAIL,
            to_name: name,
            to: mail.address.unwrap_or_default(),
            subject: mail.subject,
            message_id: mail.message_id,
            date: mailing.created_at,
            text: mail.text_part,
            html: mail.html_part,
            csv: mail.csv_part,
            csv_name: String::new(),
            file_stem,
        })
    }
}
