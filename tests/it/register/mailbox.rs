//! The mails of the register as their recipients get them: the job that sends them, and what each mail must be like.

use std::collections::BTreeMap;

use jobs::mail::{Mailer, Memory, StoredMail};
use jobs::register_mail::{RegisterMail, RegisterMailOutcome};
use jobs::report::coordinator::Coordinator;
use jobs::report::render::Setting;
use mail_parser::MessageParser;

use super::pass_days;
use crate::harness::World;

pub(crate) const BASE: &str = "https://psn.board.example";

/// A job of its own, as another process has it: it knows nothing but the database.
pub(crate) fn job(mailer: &Mailer) -> RegisterMail {
    let coordinator = Coordinator {
        name: Some("Mairi Reid".to_owned()),
        email: Some("network@board.example".parse().unwrap()),
        phone: None,
    };
    RegisterMail {
        mailer: mailer.clone(),
        from: "Peer Support <psn@board.example>".parse().unwrap(),
        setting: Setting { base_url: Some(BASE.to_owned()), coordinator },
        zone: chrono_tz::Europe::London,
        made_for: Default::default(),
    }
}

pub(crate) async fn run(world: &World, mailer: &Mailer) -> RegisterMailOutcome {
    job(mailer).run(&world.db, world.clock.now()).await.unwrap()
}

/// The subjects of the mails to each person since the last look, by the number of the person.
pub(crate) fn subjects(memory: &Memory) -> BTreeMap<i64, Vec<String>> {
    let mut found: BTreeMap<i64, Vec<String>> = BTreeMap::new();
    for mail in memory.drain() {
        assert_sound(&mail);
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        found.entry(number(&mail)).or_default().push(parsed.subject().unwrap().to_owned());
    }
    found
}

pub(crate) fn number(mail: &StoredMail) -> i64 {
    mail.to.trim_start_matches('p').split('@').next().unwrap().parse().unwrap()
}

/// Every mail has exactly one link, in both parts, and names no person.
pub(crate) fn assert_sound(mail: &StoredMail) {
    let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
    let (text, html) = (parsed.body_text(0).unwrap(), parsed.body_html(0).unwrap());
    assert_eq!(text.matches("https://").count(), 1, "{text}");
    assert_eq!(html.matches("<a ").count(), 1, "{html}");
    assert_eq!(html.matches(&format!("href=\"{BASE}/")).count(), 1, "{html}");
    assert!(parsed.attachment(0).is_none());
    let subject = parsed.subject().unwrap();
    assert!(subject.starts_with("Peer support: "), "{subject}");
    for private in ["pause", "stood down", "declined", "nominated you"] {
        assert!(!subject.contains(private), "{subject}");
    }
    for named in ["People talk to her", "First8", "Last8", "@board.example>"] {
        assert!(!text.contains(named) && !html.contains(named), "{text}");
    }
}

pub(crate) fn one(person: i64, subject: &str) -> BTreeMap<i64, Vec<String>> {
    BTreeMap::from([(person, vec![format!("Peer support: {subject}")])])
}

pub(crate) fn none() -> BTreeMap<i64, Vec<String>> {
    BTreeMap::new()
}

/// Runs the job on each of the next days, and returns what was sent on which, by the days since.
pub(crate) async fn each_day(
    world: &World,
    mailer: &Mailer,
    memory: &Memory,
    days: i64,
) -> BTreeMap<i64, BTreeMap<i64, Vec<String>>> {
    let mut sent = BTreeMap::new();
    for number in 1..=days {
        pass_days(world, 1);
        run(world, mailer).await;
        let subjects = subjects(memory);
        if !subjects.is_empty() {
            sent.insert(number, subjects);
        }
    }
    sent
}

/// The text with the same letters in place of the secret of its link.
pub(crate) fn without_secret(text: &str) -> String {
    let Some((before, rest)) = text.split_once("psna_") else { return text.to_owned() };
    format!("{before}psna_SECRET{}", &rest[43..])
}
