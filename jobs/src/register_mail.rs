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
mod reach;
mod view;
mod wording;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use entity::clock::day_of;
use entity::coverage::roster::PersonIx;
use entity::id::ChangeId;
use entity::json_column::MailUnits;
use entity::period::Day;
use entity::register::action_link::LinkedStep;
use entity::register::approvers::approvers;
use entity::register::facts::capacities;
use entity::secret::{Secret, SecretKind};
use entity::store::access::action_link;
use entity::store::delivery::{Batch, NewDelivery};
use entity::store::register::mailing::{self as store, NewMailing, Occasion};
use entity::store::roster::{self, LoadError};
use entity::table::{delivery, register_mailing};
use entity::value::{Action, DeliveryKind};
use sea_orm::{DatabaseConnection, DbErr};
use serde_json::json;

use self::facts::DayFacts;
use self::letter::{Letter, form_letters, letters};
pub use self::outcome::RegisterMailOutcome;
use self::reach::Reach;
use self::wording::Wording;
use crate::links::{WITHOUT_SECRET, action_path};
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

/// The mails that are due.
#[derive(Debug)]
struct Due {
    facts: DayFacts,
    letters: Vec<Letter>,
    /// Those of the recipients who have a work address.
    contacts: HashMap<PersonIx, Contact>,
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
        let Due { facts, letters, contacts } = self.due(db, day_of(now, self.zone)).await?;
        let mut previews = Vec::new();
        for Letter { to, occasion, told: _, renewals: _, steps: _, view } in letters {
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

    async fn due(&self, db: &DatabaseConnection, today: Day) -> Result<Due, RegisterMailError> {
        let facts = DayFacts::load(db, today).await?;
        let wording = Wording { facts: &facts, setting: &self.setting };
        let mut due = letters(&facts, &wording);
        let reach = Reach::load(db, &facts, recipients(&facts, &due)).await?;
        for letter in due.iter_mut().filter(|letter| reach.has_account(letter.to)) {
            letter.steps.clear();
        }
        due.extend(form_letters(&facts, &wording, &due, &reach));
        for letter in due.iter_mut().filter(|letter| !letter.steps.is_empty()) {
            if self.setting.base_url.is_some() && reach.takes_links(letter.to) {
                letter.view = wording.with_action_link(letter.view.clone(), &letter.steps);
            } else {
                letter.steps.clear();
            }
        }
        Ok(Due { letters: due, contacts: reach.contacts, facts })
    }

    /// Stores the mails that are due.
    async fn make(&self, db: &DatabaseConnection, now: DateTime<Utc>) -> Result<Made, RegisterMailError> {
        let today = day_of(now, self.zone);
        let Due { facts, letters, contacts } = self.due(db, today).await?;
        let mut made = Made::default();
        for letter in letters {
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
        let Letter { to, occasion, told, renewals, steps, view } = letter;
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
        Ok(NewMailing { person, occasion, day: facts.today, at: now, told, renewals, steps, mail })
    }

    async fn send(
        &self,
        db: &DatabaseConnection,
        now: DateTime<Utc>,
        process: &Process,
        made: Made,
    ) -> Result<RegisterMailOutcome, RegisterMailError> {
        let outbox = Outbox { db, mailer: &self.mailer, from: &self.from };
        let sent = outbox.send(&RegisterMails { job: self, db, now }, now, process).await?;
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

/// Everyone who gets a mail or might get one instead: the coordinators, and everyone who may decide on a nomination of a digest.
fn recipients(facts: &DayFacts, letters: &[Letter]) -> BTreeSet<PersonIx> {
    let asked = letters.iter().map(|letter| letter.to).chain(facts.coordinators.iter().copied());
    let decided = letters.iter().flat_map(|letter| &letter.steps).filter_map(|step| match step {
        LinkedStep::Decide(id) => facts.nominations.get(id).map(|known| &known.facts),
        LinkedStep::Respond(_) | LinkedStep::Answer(_) | LinkedStep::Dispute(_) => None,
    });
    let deciders = decided.flat_map(|nomination| {
        let of_capacity = |capacity| approvers(&facts.index, capacity, nomination, facts.today);
        capacities(nomination.role).iter().copied().flat_map(of_capacity)
    });
    asked.chain(deciders.map(|approver| approver.decider)).collect()
}

/// Returns the Message-ID, which is the same for every attempt, so that a mail program shows a repeated mail once.
fn message_id(person: entity::id::PersonId, occasion: Occasion, domain: &str) -> String {
    format!("register-mail.{}.person-{person}@{domain}", occasion.to_string().replace(':', "-"))
}

impl RegisterMails<'_> {
    /// The mail with the secret of a new link, if it has a link by which its reader takes steps.
    async fn with_secret(
        &self,
        mail: delivery::Model,
        mailing: &register_mailing::Model,
    ) -> Result<delivery::Model, DbErr> {
        if !action_link::has_steps(self.db, mailing.id).await? {
            return Ok(mail);
        }
        let secret = Secret::new(SecretKind::ActionLink)
            .map_err(|cause| DbErr::Custom(format!("the operating system returned no random bytes: {cause}")))?;
        action_link::create(self.db, mailing.id, secret.hash(), self.now).await?;
        let filled = |part: &str| part.replace(&action_path(WITHOUT_SECRET), &action_path(secret.reveal()));
        Ok(delivery::Model { text_part: filled(&mail.text_part), html_part: filled(&mail.html_part), ..mail })
    }
}

/// All mails of the register.
struct RegisterMails<'a> {
    job: &'a RegisterMail,
    db: &'a DatabaseConnection,
    /// When the run began.
    now: DateTime<Utc>,
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

    /// Only the mail that is sent contains the secret of its link: those who may read stored mails may not act for others. So
    /// each attempt has a link of its own, and all of them are valid.
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
        let mail = self.with_secret(mail, &mailing).await?;
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
