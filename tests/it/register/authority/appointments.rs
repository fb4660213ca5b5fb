use super::*;

async fn appoint(world: &World, input: Value) -> Value {
    command(world, COORDINATOR, "appoint", input, APPOINTMENT).await
}

/// The id in the API of the appointment of the board's senior manager.
fn first_appointment() -> String {
    URL_SAFE_NO_PAD.encode("Appointment:1")
}

both!(
    async fn only_coordinators_appoint(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        for by in [NOMINEE, LINE_MANAGER, SENIOR_MANAGER] {
            forbidden(&world, by, "appoint", manager(34, "N2", "2026-11-16"), APPOINTMENT).await;
            let end = json!({ "appointmentId": first_appointment(), "lastDay": "2026-12-01" });
            forbidden(&world, by, "endAppointment", end, APPOINTMENT).await;
        }
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn an_appointment_is_refused_with_its_reason(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        let unit = with(manager(34, "N2", "2026-11-16"), json!({ "unitCode": "OLD" }));
        let no_person = json!({ "workEmail": "no.one@board.example", "unitCode": "N2", "role": "COORDINATOR", "from": "2026-11-16" });
        let end = with(manager(34, "N2", "2026-11-16"), json!({ "until": "2026-11-15" }));
        let other_unit = with(manager(34, "N2", "2026-11-16"), json!({ "replaces": first_appointment() }));
        for (input, code) in [
            (manager(34, "N2", "2026-11-15"), "DAY_OUT_OF_RANGE"),
            (manager(34, "N2", "2027-11-17"), "DAY_OUT_OF_RANGE"),
            (end, "DAY_OUT_OF_RANGE"),
            (manager(COORDINATOR, "N2", "2026-11-16"), "OWN_CASE"),
            (manager(SENIOR_MANAGER, "NORTH", "2026-11-16"), "ALREADY_DONE"),
            (unit, "UNIT_UNKNOWN"),
            (no_person, "PERSON_UNKNOWN"),
            (other_unit, "NOT_REPLACEABLE"),
        ] {
            assert_eq!(refused(&appoint(&world, input.clone()).await), code, "{input}");
        }
        assert_eq!(rows(&world).await, before);
        let preview = with(manager(34, "N2", "2026-11-16"), json!({ "preview": true }));
        assert_eq!(appoint(&world, preview).await, json!({ "appointment": null, "refusals": [] }));
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn a_linked_person_is_ones_own_case(world: World) {
        organised(&world).await;
        let link = json!({ "personId": person_id(COORDINATOR), "sameAsId": person_id(34) });
        let query = "mutation($input: LinkPeopleInput!) { linkPeople(input: $input) { done } }";
        answer(&as_person(&world, COORDINATOR).await, query, json!({ "input": link })).await;
        assert_eq!(refused(&appoint(&world, manager(34, "N2", "2026-11-16")).await), "OWN_CASE");
    }
);

both!(
    async fn an_appointed_manager_decides_in_the_next_request(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        assert_eq!(seen(&world, 34, &id).await, Value::Null);
        let key = with(manager(34, "N2", "2026-11-16"), json!({ "idempotencyKey": "once" }));
        let payload = appoint(&world, key.clone()).await;
        assert_eq!(payload["refusals"], json!([]));
        assert_eq!(payload["appointment"]["person"]["id"], person_id(34));
        assert_eq!(payload["appointment"]["firstDay"], "2026-11-16");
        let before = rows(&world).await;
        assert_eq!(appoint(&world, key).await, payload, "a repeated command returns the same");
        assert_eq!(rows(&world).await, before);
        let nomination = accepted(&decide(&world, 34, senior(&id)).await);
        assert_eq!(nomination["state"], "APPROVED");
    }
);

both!(
    async fn a_successor_replaces_a_named_appointment_only(world: World) {
        organised(&world).await;
        let beside = appoint(&world, manager(9, "NORTH", "2026-12-01")).await;
        assert_eq!(beside["refusals"], json!([]));
        assert_eq!(responsible(&world, "2026-12-01").await.len(), 2, "it ends nothing of others");
        let successor = with(manager(10, "NORTH", "2026-12-10"), json!({ "replaces": first_appointment() }));
        assert_eq!(appoint(&world, successor).await["refusals"], json!([]));
        let people = |rows: Vec<(Value, Value)>| rows.into_iter().map(|(person, _)| person).collect::<Vec<_>>();
        let both: [Value; 2] = [json!(person_id(9)), json!(person_id(SENIOR_MANAGER))];
        assert_eq!(people(responsible(&world, "2026-12-09").await), both);
        assert_eq!(people(responsible(&world, "2026-12-10").await), [json!(person_id(10)), json!(person_id(9))]);
    }
);

both!(
    async fn an_appointment_ends_on_its_last_day(world: World) {
        organised(&world).await;
        let end = async |id: &str, last: &str| {
            let input = json!({ "appointmentId": id, "lastDay": last });
            command(&world, COORDINATOR, "endAppointment", input, APPOINTMENT).await
        };
        assert_eq!(refused(&end(&first_appointment(), "2026-11-14").await), "DAY_OUT_OF_RANGE");
        let ended = end(&first_appointment(), "2026-11-30").await;
        assert_eq!(ended["appointment"]["lastDay"], "2026-11-30");
        assert_eq!(refused(&end(&first_appointment(), "2026-11-30").await), "NOTHING_TO_CHANGE");
        assert_eq!(responsible(&world, "2026-11-30").await.len(), 1);
        assert_eq!(responsible(&world, "2026-12-01").await.len(), 0);
        // One that has not begun is removed.
        let later = appoint(&world, manager(9, "NORTH", "2027-01-01")).await["appointment"]["id"].clone();
        let removed = end(later.as_str().unwrap(), "2026-12-15").await;
        assert_eq!(removed, json!({ "appointment": null, "refusals": [] }));
        assert_eq!(responsible(&world, "2027-01-01").await.len(), 0);
        let input = json!({ "appointmentId": later, "lastDay": "2026-12-15" });
        let unknown = attempt(&world, COORDINATOR, "endAppointment", input, APPOINTMENT).await;
        assert_eq!(unknown["errors"][0]["extensions"]["code"], "NOT_FOUND");
    }
);
