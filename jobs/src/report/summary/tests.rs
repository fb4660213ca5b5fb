use std::collections::BTreeSet;

use entity::id::{DeliveryId, PersonId, ReportId, UnitId};
use entity::value::{DeliveryState, Status, UnknownBecause};

use super::todo::{RefusedMail, Run, gaps_without_manager, without_policy};
use super::view::render;
use super::*;
use crate::report::coordinator::Coordinator;
use crate::report::reading::reading_age;
use crate::report::recipients::{Answer, Contact, Key, Vacancy};
use crate::report::render::Setting;
use crate::report::sample::{short, team, tree};
use crate::report::snapshot_tree::{SnapshotTree, SnapshotUnit, Team};

const REASON: &str =
    "This mail comes after each weekly run of the reports. You receive it as a coordinator of Unit BOARD.";

fn setting() -> Setting {
    Setting { base_url: Some("https://psn.board.example".to_owned()), coordinator: Coordinator::default() }
}

fn run<'a>(tree: &'a SnapshotTree, recipients: &'a [Recipient]) -> Run<'a> {
    Run {
        week: "2026-W48".parse().unwrap(),
        tree,
        previous: None,
        recipients,
        sent: 41,
        refused: Vec::new(),
        unaddressed: Vec::new(),
    }
}

fn recipient(person: i64, unit: i64, why: Why) -> Recipient {
    let answer = Answer { unit: UnitId(unit), code: format!("U{unit}"), name: format!("Unit {unit}"), why };
    Recipient {
        key: Key::Person(PersonId(person)),
        name: None,
        address: None,
        answers: vec![answer],
        hidden: BTreeSet::new(),
        copies: Vec::new(),
        midweek: false,
    }
}

fn unknown(id: i64, code: &str, because: UnknownBecause) -> Team {
    Team { status: Status::Unknown, unknown_because: Some(because), required: None, gap: None, ..team(id, code, 9) }
}

fn named(code: &str, why: &str) -> MailUnit {
    MailUnit { code: code.to_owned(), name: format!("Unit {code}"), why: why.to_owned() }
}

fn refused(code: &str) -> RefusedMail {
    RefusedMail {
        units: vec![named(code, "you are its senior manager"), named("EAST", "you are its senior manager")],
        address: "m…@board.example".to_owned(),
        why: "the mail server does not know the address",
    }
}

/// Returns a snapshot with one of every kind of task.
fn troubled() -> SnapshotTree {
    let unread = |id, code: &str, rows| Team { rows_not_read: rows, ..team(id, code, 9) };
    let all = tree(
        "2026-11-23",
        &[short(11, "N-01", 20, 1, "2026-11-02"), short(12, "N-02", 9, 1, "2026-11-02"), unread(13, "N-03", 4)],
        &[
            unknown(21, "S-01", UnknownBecause::NoPolicy),
            unknown(22, "S-02", UnknownBecause::NoPolicy),
            unknown(23, "S-03", UnknownBecause::DataStale),
        ],
    );
    let units = all.units().iter().map(|unit| SnapshotUnit {
        oldest_list_on: Some("2026-10-18".parse().unwrap()),
        oldest_list_employer: Some("Glasgow City Council".to_owned()),
        ..unit.clone()
    });
    SnapshotTree::new(all.id, all.day, units.collect(), all.teams().to_vec())
}

fn snapshot(name: &str, mail: &Rendered) {
    insta::assert_snapshot!(name, format!("Subject: {}\n\n{}", mail.subject, mail.text));
    insta::assert_snapshot!(format!("{name}_html"), mail.html.split_once("<body").expect("the HTML has a body").1);
    assert!(reading_age(&mail.text) <= 14.0, "reading age {}: {}", reading_age(&mail.text), mail.text);
    assert!(mail.csv.is_empty() && mail.html.starts_with("<!doctype html>"));
}

#[test]
fn says_what_to_look_at() {
    let tree = troubled();
    let recipients =
        [recipient(1, 2, Why::NextAbove { vacancy: Vacancy::Left, above: "Unit BOARD".into(), stands_in: false })];
    let run = Run {
        refused: vec![refused("WEST")],
        unaddressed: vec![named("NORTH", "it has no senior manager at present")],
        ..run(&tree, &recipients)
    };
    let mail = render(&run, &setting(), REASON).unwrap();
    // One unit without a recipient, one refused mail, two teams without a policy, one old list, one team that is unknown
    // because of it, one team with rejected rows, and one unit with gaps.
    assert_eq!(mail.subject, "Peer support: 41 reports sent, 8 to look at (week of 23 November)");
    assert!(
        mail.text.contains("Unit NORTH: 2 teams need cover, and its senior manager is no longer in post. Name one.")
    );
    assert!(mail.text.contains("The report on Unit WEST and 1 more unit did not reach m…@board.example: "));
    assert!(mail.text.contains("4 rows of the staff list about Team N-03 could not be read."));
    assert!(mail.text.contains("Cover of 1 team is not known"));
    assert!(mail.text.contains("The staff list of Glasgow City Council is 36 days old (18 October)."));
    snapshot("to_look_at", &mail);
}

#[test]
fn with_nothing_to_do_it_has_five_lines() {
    let tree = tree("2026-11-23", &[team(11, "N-01", 9)], &[]);
    let mail = render(&run(&tree, &[]), &setting(), REASON).unwrap();
    assert_eq!(mail.subject, "Peer support: 41 reports sent, nothing to do (week of 23 November)");
    assert_eq!(mail.text.lines().filter(|line| !line.is_empty()).count(), 5, "{}", mail.text);
    snapshot("nothing_to_do", &mail);
}

#[test]
fn a_section_has_five_rows_at_most() {
    let teams: Vec<_> =
        (11..=18_i32).map(|id| Team { rows_not_read: 20 - id, ..team(i64::from(id), &format!("N-{id}"), 9) }).collect();
    let tree = tree("2026-11-23", &teams, &[]);
    let mail = render(&run(&tree, &[]), &setting(), REASON).unwrap();
    assert_eq!(mail.text.matches("could not be read").count(), 5);
    assert!(mail.text.contains("And 3 more.") && mail.subject.contains("8 to look at"), "{}", mail.text);
    let first = mail.text.find("9 rows").unwrap();
    assert!(first < mail.text.find("8 rows").unwrap(), "most rows first: {}", mail.text);
}

#[test]
fn asks_for_a_policy_of_the_highest_unit() {
    let lacking = |id, code| unknown(id, code, UnknownBecause::NoPolicy);
    let exempt = Team { status: Status::Exempt, ..team(23, "S-03", 9) };
    let some = tree(
        "2026-11-23",
        &[lacking(11, "N-01"), team(12, "N-02", 9)],
        &[lacking(21, "S-01"), lacking(22, "S-02"), exempt],
    );
    let found: Vec<_> = without_policy(&some).iter().map(|found| (found.unit.unit_code.clone(), found.teams)).collect();
    assert_eq!(found, [("SOUTH".to_owned(), 2), ("N-01".to_owned(), 1)]);
    let all = tree("2026-11-23", &[lacking(11, "N-01")], &[lacking(21, "S-01")]);
    let found: Vec<_> = without_policy(&all).iter().map(|found| (found.unit.unit_code.clone(), found.teams)).collect();
    assert_eq!(found, [("BOARD".to_owned(), 2)]);
}

#[test]
fn gaps_belong_to_the_nearest_managed_unit() {
    let current =
        tree("2026-11-23", &[short(11, "N-01", 9, 1, "2026-11-02")], &[short(21, "S-01", 9, 1, "2026-11-02")]);
    let vacant = |unit| recipient(1, unit, Why::Delegate { vacancy: Vacancy::Vacant });
    let gaps = |recipients: &[Recipient]| -> Vec<(String, usize)> {
        let found = gaps_without_manager(&current, recipients);
        found.iter().map(|found| (found.unit.unit_code.clone(), found.gaps)).collect()
    };
    assert_eq!(gaps(&[vacant(1)]), [("BOARD".to_owned(), 2)]);
    assert_eq!(gaps(&[vacant(1), recipient(2, 2, Why::SeniorManager)]), [("BOARD".to_owned(), 1)]);
    assert_eq!(gaps(&[vacant(2), recipient(1, 1, Why::SeniorManager)]), [("NORTH".to_owned(), 1)]);
    // The unit without any recipient is named once, in its own section.
    assert_eq!(gaps(&[recipient(1, 1, Why::NoRecipient { vacancy: Vacancy::Vacant })]), []);
}

#[test]
fn refusals_are_plain_and_addresses_masked() {
    let of = |address: &str, said: &str| {
        let mail = delivery::Model {
            id: DeliveryId(1),
            report_id: Some(ReportId(1)),
            mailing_id: None,
            kind: DeliveryKind::Report,
            recipient: "person:1".to_owned(),
            person_id: Some(PersonId(1)),
            owner_id: None,
            address: Some(address.to_owned()),
            units: MailUnits(vec![named("N", "you are its senior manager")]),
            subject: String::new(),
            message_id: String::new(),
            text_part: String::new(),
            html_part: String::new(),
            csv_part: String::new(),
            state: DeliveryState::Refused,
            attempts: 1,
            next_attempt_at: None,
            accepted_at: None,
            last_error: Some(said.to_owned()),
            stored_at: None,
            refused_by: None,
        };
        let refused = refused_mail(&mail);
        assert!(!refused.address.contains("mairi"), "{}", refused.address);
        assert_eq!(refused.units[0].name, "Unit N");
        refused.why
    };
    let known = "mairi@board.example";
    assert_eq!(of("mairi", "the address on file is not a valid e-mail address"), "it is not an e-mail address");
    assert_eq!(of(known, "permanent error (550): 5.1.1 no such user"), "the mail server does not know the address");
    assert_eq!(of(known, "permanent error (552): 5.2.2 over quota"), "the mailbox is full");
    assert_eq!(of(known, "permanent error (554): 5.7.1 denied"), "the mail server refused the mail");
    let given_up = "given up after 23 attempts; the last one: error (451)";
    assert_eq!(of(known, given_up), "the mail server did not accept the mail for three days");
}

#[test]
fn goes_to_coordinators_else_the_configured_address() {
    let contact = |address: &str| Contact { name: None, address: Some(address.to_owned()) };
    let network = Network {
        code: "BOARD".to_owned(),
        name: "Unit BOARD".to_owned(),
        people: vec![(PersonId(4), contact("p4@board.example")), (PersonId(7), contact("p7@board.example"))],
    };
    let keys = |readers: Vec<SummaryReader>| {
        readers.into_iter().map(|reader| (reader.key, reader.address)).collect::<Vec<_>>()
    };
    let setting = || Some("psn@board.example".to_owned());
    let both = keys(readers(Some(&network), setting()));
    assert_eq!(both, [("run:4".into(), "p4@board.example".into()), ("run:7".into(), "p7@board.example".into())]);
    assert_eq!(keys(readers(None, setting())), [("run:coordinator".into(), "psn@board.example".into())]);
    assert!(readers(None, None).is_empty());
}
