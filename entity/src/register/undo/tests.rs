use super::*;

fn at(hours: i64) -> DateTime<Utc> {
    "2026-11-16T09:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
}

fn case(command: Command) -> UndoCase {
    UndoCase {
        command,
        recorded_at: at(0),
        is_undone: false,
        is_actor: false,
        is_coordinator: false,
        is_subject: false,
        is_by_subject: false,
        reason: None,
    }
}

#[test]
fn actors_undo_within_a_day() {
    let own = UndoCase { is_actor: true, is_subject: true, is_by_subject: true, ..case(Command::Pause) };
    assert_eq!(may_undo(&own, at(24)), Ok(()));
    assert_eq!(may_undo(&own, at(25)), Err(CannotUndo::TooLate));
    assert_eq!(may_undo(&case(Command::Pause), at(1)), Err(CannotUndo::NotYourChange));
}

#[test]
fn coordinators_undo_within_31_days_with_a_reason() {
    let reason = Some(UndoReason::WrongPerson);
    let by_coordinator = UndoCase { is_coordinator: true, reason, ..case(Command::DecideNomination) };
    assert_eq!(may_undo(&by_coordinator, at(31 * 24)), Ok(()));
    assert_eq!(may_undo(&by_coordinator, at(31 * 24 + 1)), Err(CannotUndo::TooLate));
    assert_eq!(may_undo(&UndoCase { reason: None, ..by_coordinator }, at(1)), Err(CannotUndo::ReasonMissing));
    let about_them = UndoCase { is_subject: true, ..by_coordinator };
    assert_eq!(may_undo(&about_them, at(1)), Err(CannotUndo::OwnCase));
}

#[test]
fn own_wishes_are_undone_by_the_person_alone() {
    let reason = Some(UndoReason::Other);
    for command in [Command::RespondToNomination, Command::WithdrawNomination, Command::Pause, Command::StandDown] {
        let wish = UndoCase { is_coordinator: true, is_by_subject: true, reason, ..case(command) };
        assert_eq!(may_undo(&wish, at(1)), Err(CannotUndo::NotYourChange), "{command}");
        let of_coordinator = UndoCase { is_by_subject: false, ..wish };
        assert_eq!(may_undo(&of_coordinator, at(1)), Ok(()), "{command}");
    }
}

#[test]
fn links_and_undoing_stay() {
    for command in [
        Command::LinkPeople,
        Command::Undo,
        Command::CarryOver,
        Command::PublishDocument,
        Command::AcknowledgeDocument,
        Command::SignAgreement,
        Command::PublishFramework,
        Command::RecordAssessment,
        Command::DisputeRecord,
        Command::SettleRecord,
    ] {
        let own = UndoCase { is_actor: true, ..case(command) };
        assert_eq!(may_undo(&own, at(1)), Err(CannotUndo::NotUndoable));
    }
    let twice = UndoCase { is_actor: true, is_undone: true, ..case(Command::Pause) };
    assert_eq!(may_undo(&twice, at(1)), Err(CannotUndo::AlreadyUndone));
}

fn row(table: &str, id: i64) -> RowKey {
    RowKey { table: table.to_owned(), id }
}

#[test]
fn later_changes_that_rest_on_it_are_found() {
    let begun = Footprint {
        rows: [row("nomination", 1), row("allocation", 7)].into(),
        added: [row("allocation", 7)].into(),
        roles: [PersonRole { person: PersonId(8), role: Role::PeerSupporter }].into(),
        officers: [PersonId(3)].into(),
        ..Footprint::new(ChangeId(5))
    };
    let later = Footprint::new(ChangeId(6));
    let resting = [
        Footprint { rows: [row("nomination", 1)].into(), ..later.clone() },
        Footprint { refers_to: [row("allocation", 7)].into(), ..later.clone() },
        Footprint { roles: begun.roles.clone(), ..later.clone() },
        Footprint { by_office_of: [PersonId(3)].into(), ..later.clone() },
    ];
    for later in resting {
        assert_eq!(first_built_upon(&begun, std::slice::from_ref(&later)), Some(ChangeId(6)), "{later:?}");
        assert_eq!(first_built_upon(&begun, &[Footprint { id: ChangeId(4), ..later }]), None);
    }
    let elsewhere = Footprint {
        rows: [row("nomination", 2)].into(),
        roles: [PersonRole { person: PersonId(8), role: Role::Champion }].into(),
        officers: begun.officers.clone(),
        ..later
    };
    assert_eq!(first_built_upon(&begun, &[elsewhere]), None);
}
