//! Files about appointments, policies and exemptions that are kept in the register.

use entity::table::{appointment, exemption, policy, register_kept};

use super::*;

/// What a file counts: kept, added, changed.
fn of_file(outcome: &ImportSummary, kind: FileKind) -> (u32, u32, u32) {
    let file = &outcome.files.iter().find(|file| file.kind == kind).unwrap().imported;
    (file.kept, file.added, file.changed)
}

/// Gives a command as the coordinator, which must not be refused.
async fn done(world: &World, field: &str, input: Value) {
    let payload = command(world, COORDINATOR, field, input, "refusals { code message }").await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
}

async fn appointments(world: &World) -> Vec<String> {
    let rows = appointment::Entity::find().order_by_asc(appointment::Column::Id).all(&world.db).await.unwrap();
    rows.iter().map(|row| format!("{row:?}")).collect()
}

both!(
    async fn a_row_about_a_kept_appointment_changes_nothing(world: World) {
        organised(&world).await;
        let input = json!({
            "personId": person_id(34), "unitCode": "N2", "role": "SENIOR_MANAGER", "from": "2026-11-16",
            "until": "2027-03-31",
        });
        done(&world, "appoint", input).await;
        let before = appointments(&world).await;
        let file = "Unit Code,Employer,Employee Number,Role,From,Until\n\
                    N2,NHS,000034,Senior Manager,16/11/2026,31/12/2026\nN2,NHS,000035,Senior Manager,16/11/2026,\n";
        let outcome = Import::new(&world, &[(FileKind::Managers, file)]).applied().await;
        assert_eq!(of_file(&outcome, FileKind::Managers), (1, 1, 0));
        let notice = outcome.notices.iter().find(|notice| notice.line == Some(2)).unwrap();
        for part in ["appointment that is kept in the register", "It differs in Until.", "--take-over"] {
            assert!(notice.sentence.contains(part), "{notice:?}");
        }
        assert_eq!(appointments(&world).await[..before.len()], before);
        // A file that leaves it out does not end it.
        let others = "Unit Code,Employer,Employee Number,Role,From,Until\nN2,NHS,000035,Senior Manager,16/11/2026,\n";
        Import::new(&world, &[(FileKind::Managers, others)]).applied().await;
        assert_eq!(appointments(&world).await[..before.len()], before);
        let outcome = Import::new(&world, &[(FileKind::Managers, file)]).taking_over().applied().await;
        assert_eq!(of_file(&outcome, FileKind::Managers), (0, 0, 1));
        assert!(outcome.notices.iter().any(|notice| notice.sentence.contains("given back from the register")));
        assert_eq!(register_kept::Entity::find().count(&world.db).await.unwrap(), 0);
        undo(&world.db, last_import(&world).await, world.clock.now()).await.unwrap();
        assert_eq!(appointments(&world).await[..before.len()], before);
        assert_eq!(register_kept::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);

both!(
    async fn an_ended_appointment_does_not_come_back(world: World) {
        organised(&world).await;
        let first = URL_SAFE_NO_PAD.encode("Appointment:1");
        done(&world, "endAppointment", json!({ "appointmentId": first, "lastDay": "2026-11-20" })).await;
        let before = appointments(&world).await;
        let row =
            appointment::Entity::find().order_by_asc(appointment::Column::Id).one(&world.db).await.unwrap().unwrap();
        let from = row.valid_from.map(|day| day.to_string()).unwrap_or_default();
        let file = format!(
            "Unit Code,Employer,Employee Number,Role,From,Until\nNORTH,NHS,{:06},Senior Manager,{from},\n",
            row.person_id.0
        );
        let outcome = Import::new(&world, &[(FileKind::Managers, &file)]).applied().await;
        assert_eq!(of_file(&outcome, FileKind::Managers), (1, 0, 0));
        assert_eq!(appointments(&world).await, before);
    }
);

both!(
    async fn a_row_about_a_kept_policy_changes_nothing(world: World) {
        organised(&world).await;
        let input = json!({ "unitCode": "N1", "inForceFrom": "2026-11-20", "policy": { "minSupporters": 3 } });
        done(&world, "publishPolicy", input).await;
        let stored = async || {
            let rows = policy::Entity::find().order_by_asc(policy::Column::Id).all(&world.db).await.unwrap();
            rows.into_iter().filter(|row| row.in_force_from == day("2026-11-20")).collect::<Vec<_>>()
        };
        let before = stored().await;
        // Another day of the same unit is the file's.
        let file = "Unit Code,In Force From,Minimum Supporters\nN1,20/11/2026,1\nN1,01/12/2026,2\n";
        let outcome = Import::new(&world, &[(FileKind::Policies, file)]).applied().await;
        assert_eq!(of_file(&outcome, FileKind::Policies), (1, 1, 0));
        let notice = outcome.notices.iter().find(|notice| notice.line == Some(2)).unwrap();
        assert!(notice.sentence.contains("Minimum Supporters"), "{notice:?}");
        assert_eq!(stored().await, before);
        let outcome = Import::new(&world, &[(FileKind::Policies, file)]).taking_over().applied().await;
        assert_eq!(of_file(&outcome, FileKind::Policies), (0, 0, 1));
        assert_eq!(stored().await[0].min_supporters, 1);
    }
);

both!(
    async fn a_row_about_a_kept_exemption_changes_nothing(world: World) {
        organised(&world).await;
        let input = json!({
            "unitCode": "N2", "from": "2026-11-16", "until": "2026-12-31", "reason": "The ward closes for repairs",
            "agreedByPersonId": person_id(9),
        });
        done(&world, "exemptUnit", input).await;
        let stored = async || {
            let rows = exemption::Entity::find().order_by_asc(exemption::Column::Id).all(&world.db).await.unwrap();
            rows.iter().map(|row| format!("{} {}..{}", row.unit_id, row.valid_from, row.valid_to)).collect::<Vec<_>>()
        };
        let before = stored().await;
        let file = "Unit Code,From,Until,Reason\nN2,20/11/2026,31/01/2027,Repairs\nN2,01/03/2027,31/03/2027,Repairs\n";
        let outcome = Import::new(&world, &[(FileKind::Exemptions, file)]).applied().await;
        assert_eq!(of_file(&outcome, FileKind::Exemptions), (2, 0, 0));
        let sentences: Vec<_> = outcome.notices.iter().map(|notice| notice.sentence.as_str()).collect();
        assert!(sentences[0].contains("It differs in From, Until and Reason"), "{sentences:?}");
        assert!(sentences[1].contains("The register has no such entry."), "{sentences:?}");
        assert_eq!(stored().await, before);
        let outcome = Import::new(&world, &[(FileKind::Exemptions, file)]).taking_over().applied().await;
        assert_eq!(of_file(&outcome, FileKind::Exemptions), (0, 2, 0));
        // What the command recorded ends where the file's begins.
        assert!(stored().await.iter().any(|row| row.ends_with("2026-11-16..2026-11-20")), "{:?}", stored().await);
    }
);
