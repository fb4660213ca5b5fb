use std::collections::HashMap;

use entity::id::PersonId;
use entity::period::Validity;
use entity::value::AppointmentRole;

use super::*;
use crate::report::sample::{at, tree};

const SENIOR: AppointmentRole = AppointmentRole::SeniorManager;
const COORDINATOR: AppointmentRole = AppointmentRole::Coordinator;

/// Returns the sample organisation: root 1, units 2 and 3 below, and people 1 to 9 in post with an address.
fn data(appointments: Vec<UnitAppointment>) -> RecipientData {
    let node = |code: &str, parent: Option<i64>| UnitNode {
        code: code.to_owned(),
        name: format!("Unit {code}"),
        parent: parent.map(UnitId),
    };
    RecipientData {
        day: at("2026-11-23"),
        units: [
            (UnitId(1), node("BOARD", None)),
            (UnitId(2), node("NORTH", Some(1))),
            (UnitId(3), node("SOUTH", Some(1))),
        ]
        .into(),
        appointments,
        preferences: HashMap::new(),
        contacts: (1..=9)
            .map(|id| (PersonId(id), Contact { name: None, address: Some(format!("p{id}@board.example")) }))
            .collect(),
    }
}

fn holds(unit: i64, person: i64, role: AppointmentRole) -> UnitAppointment {
    UnitAppointment { unit: UnitId(unit), person: PersonId(person), role, validity: Validity::ALWAYS, delegate: None }
}

fn ended(appointment: UnitAppointment, to: &str) -> UnitAppointment {
    UnitAppointment { validity: Validity { from: None, to: Some(at(to)) }, ..appointment }
}

fn with_delegate(appointment: UnitAppointment, person: i64, from: &str, to: &str) -> UnitAppointment {
    let validity = Validity { from: Some(at(from)), to: Some(at(to)) };
    UnitAppointment { delegate: Some((PersonId(person), validity)), ..appointment }
}

/// Returns the recipients as `(person or unit, [(unit, why)])`.
fn answers_by_recipient(data: &RecipientData) -> Vec<(String, Vec<(i64, Why)>)> {
    recipients(data, &tree("2026-11-23", &[], &[]))
        .into_iter()
        .map(|recipient| {
            assert_eq!(recipient.address.is_some(), matches!(recipient.key, Key::Person(_)));
            let answers = recipient.answers.into_iter().map(|answer| (answer.unit.0, answer.why)).collect();
            (recipient.key.to_string(), answers)
        })
        .collect()
}

#[test]
fn sends_one_mail_per_person() {
    let data = data(vec![holds(3, 1, SENIOR), holds(1, 1, SENIOR), holds(2, 2, SENIOR), holds(2, 1, SENIOR)]);
    assert_eq!(
        answers_by_recipient(&data),
        [
            ("person:1".to_owned(), vec![(1, Why::SeniorManager), (2, Why::SeniorManager), (3, Why::SeniorManager)]),
            ("person:2".to_owned(), vec![(2, Why::SeniorManager)]),
        ]
    );
}

#[test]
fn a_deputy_gets_it_too() {
    let manager = with_delegate(holds(1, 1, SENIOR), 2, "2026-11-02", "2026-11-24");
    let until = Some(at("2026-11-23"));
    assert_eq!(
        answers_by_recipient(&data(vec![manager.clone()])),
        [
            ("person:1".to_owned(), vec![(1, Why::SeniorManager)]),
            ("person:2".to_owned(), vec![(1, Why::StandsIn { until })])
        ]
    );
    let over = with_delegate(manager, 2, "2026-11-02", "2026-11-23");
    assert_eq!(answers_by_recipient(&data(vec![over])), [("person:1".to_owned(), vec![(1, Why::SeniorManager)])]);
    let oneself = with_delegate(holds(1, 1, SENIOR), 1, "2026-11-02", "2026-12-24");
    assert_eq!(answers_by_recipient(&data(vec![oneself])), [("person:1".to_owned(), vec![(1, Why::SeniorManager)])]);
}

#[test]
fn a_vacant_post_falls_to_deputy_then_above() {
    let root = holds(1, 1, SENIOR);
    let gone = ended(holds(2, 3, SENIOR), "2026-08-01");
    let stood_in = with_delegate(gone.clone(), 4, "2026-08-01", "2026-12-31");
    assert_eq!(
        answers_by_recipient(&data(vec![root.clone(), stood_in])),
        [
            ("person:1".to_owned(), vec![(1, Why::SeniorManager)]),
            ("person:4".to_owned(), vec![(2, Why::Delegate { vacancy: Vacancy::Vacant })])
        ]
    );
    let above = Why::NextAbove { vacancy: Vacancy::Vacant, above: "Unit BOARD".to_owned(), stands_in: false };
    assert_eq!(
        answers_by_recipient(&data(vec![root, gone])),
        [("person:1".to_owned(), vec![(1, Why::SeniorManager), (2, above)])]
    );
}

#[test]
fn skips_managers_without_post_or_address() {
    for (vacancy, contact) in [(Vacancy::Left, None), (Vacancy::NoAddress, Some(Contact::default()))] {
        let mut data = data(vec![holds(1, 1, SENIOR), holds(2, 2, SENIOR)]);
        match contact {
            Some(contact) => data.contacts.insert(PersonId(2), contact),
            None => data.contacts.remove(&PersonId(2)),
        };
        let above = Why::NextAbove { vacancy, above: "Unit BOARD".to_owned(), stands_in: false };
        assert_eq!(answers_by_recipient(&data), [("person:1".to_owned(), vec![(1, Why::SeniorManager), (2, above)])]);
    }
}

#[test]
fn falls_back_to_the_nearest_coordinator() {
    let asked = |of: &str| Why::Coordinator { vacancy: Vacancy::Vacant, of: of.to_owned() };
    let vacant = || ended(holds(2, 9, SENIOR), "2026-01-01");
    let own = data(vec![vacant(), holds(2, 5, COORDINATOR), holds(1, 6, COORDINATOR), holds(3, 7, COORDINATOR)]);
    assert_eq!(
        answers_by_recipient(&own),
        [
            ("person:5".to_owned(), vec![(2, asked("Unit NORTH"))]),
            ("person:6".to_owned(), vec![(1, asked("Unit BOARD"))])
        ]
    );
    // The root has no coordinator, so the one nearest the root is used, by code.
    let elsewhere = data(vec![holds(3, 7, COORDINATOR), holds(2, 5, COORDINATOR)]);
    assert_eq!(answers_by_recipient(&elsewhere), [("person:5".to_owned(), vec![(1, asked("Unit NORTH"))])]);
}

#[test]
fn a_unit_without_recipient_has_its_own_row() {
    let mut data = data(vec![holds(2, 2, SENIOR), holds(3, 3, COORDINATOR)]);
    data.contacts.clear();
    assert_eq!(
        answers_by_recipient(&data),
        [
            ("unit:1".to_owned(), vec![(1, Why::NoRecipient { vacancy: Vacancy::Vacant })]),
            ("unit:2".to_owned(), vec![(2, Why::NoRecipient { vacancy: Vacancy::Left })])
        ]
    );
}

#[test]
fn a_future_first_manager_needs_no_recipient() {
    let later =
        UnitAppointment { validity: Validity { from: Some(at("2026-11-24")), to: None }, ..holds(2, 2, SENIOR) };
    assert_eq!(answers_by_recipient(&data(vec![holds(1, 1, SENIOR), later])).len(), 1);
}

#[test]
fn ancestors_pass_closed_units_and_end_in_cycles() {
    let mut with_closed = data(vec![holds(1, 1, SENIOR), ended(holds(3, 9, SENIOR), "2026-01-01")]);
    let closed = UnitNode { code: "OLD".into(), name: "Old".into(), parent: Some(UnitId(1)) };
    with_closed.units.insert(UnitId(77), closed);
    with_closed.units.get_mut(&UnitId(3)).unwrap().parent = Some(UnitId(77));
    assert_eq!(answers_by_recipient(&with_closed)[0].1.len(), 2);

    let mut cycle = data(vec![holds(2, 2, SENIOR)]);
    cycle.contacts.clear();
    cycle.units.get_mut(&UnitId(2)).unwrap().parent = Some(UnitId(3));
    cycle.units.get_mut(&UnitId(3)).unwrap().parent = Some(UnitId(2));
    assert_eq!(answers_by_recipient(&cycle).len(), 2);
}
