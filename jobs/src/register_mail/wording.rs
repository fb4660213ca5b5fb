//! The sentences of each mail. None names a person: a mail may be read over a shoulder, and stays in a mailbox after an
//! erasure.

mod digest;

use entity::coverage::roster::UnitIx;
use entity::register::action_link::{LinkedStep, lapses_on as lapses_on_day};
use entity::register::digest::KnownNomination;
use entity::register::document::must_sign;
use entity::register::lapse::ApprovalLapse;
use entity::register::nomination::{ended_on, first_day, lapses_on};
use entity::register::notice::Notice;
use entity::value::Role;
use entity::value::command::Command;
use entity::value::register::DeclineReason;

use super::facts::DayFacts;
use super::view::LetterView;
use crate::output::one_line::{clip, one_line};
use crate::report::render::Setting;
use crate::report::wording::day;

/// Maximum length of the name of a unit in characters.
const LONGEST_NAME: usize = 80;

const OPEN: &str = "Open the Peer Support Network";
const TO_NOMINEE: &str = "You receive this mail because it is about a nomination of you.";
const TO_NOMINATOR: &str = "You receive this mail because you made the nomination.";

/// Writes the mails of a day.
pub(super) struct Wording<'a> {
    pub(super) facts: &'a DayFacts,
    pub(super) setting: &'a Setting,
}

impl Wording<'_> {
    fn view(&self, subject: &str, headline: String, sentences: Vec<String>, reason: &'static str) -> LetterView {
        LetterView {
            subject: format!("Peer support: {subject}"),
            headline,
            sentences,
            items: Vec::new(),
            link: self.setting.home_link(),
            link_text: OPEN.to_owned(),
            note: None,
            ask: self.setting.coordinator.line(),
            reason,
        }
    }

    fn unit_name(&self, unit: UnitIx) -> String {
        clip(&one_line(&self.facts.index.roster().units[unit.at()].name), LONGEST_NAME)
    }

    /// Returns `Peer Supporter for Ward N2`.
    fn role_for(&self, nomination: &KnownNomination) -> String {
        format!("{} for {}", role_name(nomination.facts.role), self.unit_name(nomination.facts.unit))
    }

    /// The same mail with a link by which its reader, who has no account, takes the steps that it asks for.
    pub(super) fn with_action_link(&self, view: LetterView, steps: &[LinkedStep]) -> LetterView {
        let last = day(lapses_on_day(self.facts.today).plus_days(-1));
        let link_text = match steps {
            [LinkedStep::Respond(_)] => "Accept or decline",
            [LinkedStep::Answer(_)] => "Answer the question",
            [LinkedStep::Dispute(_)] => "See the record and dispute it",
            _ => "See and decide",
        };
        let note = format!(
            "You do not need an account. The link in this mail is for you alone, so please do not forward it. It works until \
             {last}, once for each answer. After that, a coordinator can record your answer from a signed form."
        );
        LetterView { link: self.setting.action_link(), link_text: link_text.to_owned(), note: Some(note), ..view }
    }

    /// A coordinator's mail about a step of a person who has neither an account nor a work address.
    pub(super) fn form(&self, step: LinkedStep, nomination: &KnownNomination) -> LetterView {
        let whose = match step {
            LinkedStep::Decide(_) => "a manager's decision",
            LinkedStep::Respond(_) | LinkedStep::Answer(_) | LinkedStep::Dispute(_) => "the nominee's answer",
        };
        let headline = format!("A nomination as {} waits for {whose} on paper.", self.role_for(nomination));
        let then = match step {
            LinkedStep::Answer(_) => {
                "Please pass the manager's question on. With the answer, the manager can decide on the form. Record it then."
            }
            LinkedStep::Respond(_) | LinkedStep::Decide(_) | LinkedStep::Dispute(_) => {
                "Please print the form, have it filled in and signed, and record it."
            }
        };
        let sentences = vec![
            "The person has not signed in and has no work e-mail of their own, so no link can be sent to them."
                .to_owned(),
            then.to_owned(),
        ];
        let reason = "You receive this mail because you are a coordinator of the network.";
        let view = self.view("print a form", headline, sentences, reason);
        LetterView { link: self.setting.form_link(nomination.id.0), link_text: "Open the form".to_owned(), ..view }
    }

    /// A Peer Supporter's mail about an approval that lapses soon.
    pub(super) fn lapse(&self, lapse: ApprovalLapse) -> LetterView {
        let last = day(lapse.on.plus_days(-1));
        let headline = format!(
            "An approval of your role as Peer Supporter for {} holds until {last}.",
            self.unit_name(lapse.unit)
        );
        let sentences = vec![
            format!("Please ask your managers to renew it by {last}. They can do so now."),
            "Without it you do not count as Peer Supporter of the team from the next day on.".to_owned(),
        ];
        let reason = "You receive this mail 60, 30 and 7 days before an approval ends.";
        self.view(&format!("ask for a renewal by {last}"), headline, sentences, reason)
    }

    /// A mail about a nomination that lapsed, or for its nominator would have.
    pub(super) fn nomination_lapse(&self, notice: Notice, nomination: Option<&KnownNomination>) -> LetterView {
        // The mail to the nominator is that after a decline, to the letter. The command matters for units only.
        self.notice(notice, Command::Nominate, nomination)
    }

    /// A mail about a change.
    pub(super) fn notice(&self, notice: Notice, command: Command, nomination: Option<&KnownNomination>) -> LetterView {
        let role = nomination.map_or_else(|| "a role in the network".to_owned(), |known| self.role_for(known));
        match notice {
            Notice::Nominated => self.nominated(&role, nomination),
            Notice::Question => self.view(
                "please answer a question",
                format!("A manager has a question about your nomination as {role}."),
                vec!["The manager decides after you have answered.".to_owned()],
                TO_NOMINEE,
            ),
            Notice::Approved => self.view(
                "read a decision, and what comes next",
                format!("Your nomination as {role} was approved."),
                nomination.and_then(|known| self.next_steps(known)).into_iter().collect(),
                TO_NOMINEE,
            ),
            Notice::Declined => {
                let reason = nomination.and_then(|known| self.facts.reasons.get(&known.id));
                let said = reason.map(|reason| format!("The manager's reason: {}", reason_sentence(*reason)));
                let sentences = said.into_iter().chain(["Only you and the coordinators see the reason.".to_owned()]);
                let headline = format!("A manager has declined your nomination as {role}.");
                self.view("read a decision", headline, sentences.collect(), TO_NOMINEE)
            }
            Notice::TakenBack => self.view(
                "no answer is needed any more",
                format!("Your nomination as {role} was taken back."),
                vec!["There is nothing that you need to do.".to_owned()],
                TO_NOMINEE,
            ),
            Notice::Lapsed => self.lapsed(&role, nomination),
            Notice::TheirsApproved => self.view(
                "read the outcome of a nomination",
                format!("A nomination that you made, as {role}, was approved."),
                vec!["There is nothing that you need to do.".to_owned()],
                TO_NOMINATOR,
            ),
            Notice::DidNotGoAhead => self.view(
                "read the outcome of a nomination",
                format!("A nomination that you made, as {role}, did not go ahead."),
                vec!["There is nothing that you need to do.".to_owned()],
                TO_NOMINATOR,
            ),
            Notice::UnitChanged(unit) => self.unit_changed(unit, command),
            Notice::Recorded => self.view(
                "check what was recorded for you",
                "Another person recorded something about your part in the network.".to_owned(),
                vec!["If you did not ask for it, or do not know what it is, contact a coordinator.".to_owned()],
                "You receive this mail because it is about you.",
            ),
            Notice::RecordedFromPaper => self.view(
                "check a paper that was recorded for you",
                "A coordinator recorded a step of yours from a paper.".to_owned(),
                vec![
                    "If you did not take it, dispute the record within 30 days: it then does not count until it is settled."
                        .to_owned(),
                ],
                "You receive this mail because the paper is in your name.",
            ),
            Notice::Undone => self.view(
                "disregard an earlier mail",
                "A change about which you had a mail was undone.".to_owned(),
                vec!["If you do not know what holds now, contact a coordinator.".to_owned()],
                "You receive this mail because you had one about the change.",
            ),
        }
    }

    fn nominated(&self, role: &str, nomination: Option<&KnownNomination>) -> LetterView {
        let last = nomination.map(|KnownNomination { id: _, facts, terms }| {
            day(lapses_on(&self.facts.index, facts, terms, self.facts.today).plus_days(-1))
        });
        let by = last.map(|last| format!(" by {last}")).unwrap_or_default();
        self.view(
            &format!("please answer{by}"),
            format!("A colleague has nominated you as {role}."),
            vec![
                format!("Please accept or decline{by}. If you decline, no one asks why."),
                "Until you accept, only you, your colleague and the coordinators know of it.".to_owned(),
            ],
            TO_NOMINEE,
        )
    }

    /// To a nominee whose nomination has lapsed: why, and what they can do.
    fn lapsed(&self, role: &str, nomination: Option<&KnownNomination>) -> LetterView {
        let (index, today) = (&self.facts.index, self.facts.today);
        let why = nomination.map(|KnownNomination { id: _, facts, terms }| {
            let by_age = lapses_on(index, facts, terms, today);
            let last = day(by_age.plus_days(-1));
            match facts.accepted_on {
                _ if today < by_age || ended_on(index, facts, terms, today).is_some_and(|on| on < by_age) => {
                    "The unit has closed, or you had no post for some time.".to_owned()
                }
                None => format!("It was open for your answer until {last}."),
                Some(_) => format!("It was open until {last}, and not everyone had decided by then."),
            }
        });
        let can_do = "If you would like the role, you can put yourself forward. A coordinator can help you.".to_owned();
        self.view(
            "read what you can do next",
            format!("Your nomination as {role} has lapsed."),
            why.into_iter().chain([can_do]).collect(),
            TO_NOMINEE,
        )
    }

    /// What comes after the approval. `None` if the role has no first day yet.
    fn next_steps(&self, KnownNomination { id: _, facts, terms: _ }: &KnownNomination) -> Option<String> {
        let first = first_day(facts)?;
        let begins = format!("The role begins on {}.", day(first));
        let must_sign = || must_sign(&self.facts.index, facts.person, facts.unit, first.max(self.facts.today));
        Some(match facts.role {
            Role::PeerSupporter if must_sign() => format!(
                "{begins} You count once you have signed the agreement, and your training and your sign-off are complete."
            ),
            Role::PeerSupporter => format!("{begins} You count once your training and your sign-off are complete."),
            Role::Trainer | Role::Champion => begins,
        })
    }

    fn unit_changed(&self, unit: UnitIx, command: Command) -> LetterView {
        let name = self.unit_name(unit);
        let headline = match command {
            Command::Appoint => format!("A person was appointed for {name}."),
            Command::EndAppointment => format!("The end of an appointment for {name} was recorded."),
            Command::Delegate => format!("A delegate was named for an appointment for {name}."),
            Command::ExemptUnit => format!("{name} was exempted."),
            Command::PublishPolicy => format!("A policy was published for {name}."),
            _ => format!("Something was changed for {name}."),
        };
        let sentences = vec!["If it is not right, contact a coordinator.".to_owned()];
        let reason = "You receive this mail as senior manager of the unit, or of the nearest unit above that has one.";
        let view = self.view(&format!("check a change for {name}"), headline, sentences, reason);
        let code = &self.facts.index.roster().units[unit.at()].code;
        LetterView { link: self.setting.unit_link(&one_line(code)), link_text: format!("Open {name}"), ..view }
    }
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::PeerSupporter => "Peer Supporter",
        Role::Trainer => "Trainer",
        Role::Champion => "Wellbeing Champion",
    }
}

const fn reason_sentence(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::Time => "the team cannot spare the time now.",
        DeclineReason::Grade => "the grade does not fit the role.",
        DeclineReason::Experience => "more experience is needed first.",
        DeclineReason::TeamNeeds => "the team needs something else now.",
        DeclineReason::RoleChanged => "your job is changing.",
        DeclineReason::TalkToMe => "the manager would like to talk to you.",
    }
}
