//! Recording steps from paper: for the person who took them, by coordinators who have no part in them.

use entity::table::{nomination, paper_record, register_change, register_change_row};
use sea_orm::{EntityTrait as _, PaginatorTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The rows that a refused command must not add.
async fn rows(world: &World) -> [u64; 3] {
    [
        nomination::Entity::find().count(&world.db).await.unwrap(),
        paper_record::Entity::find().count(&world.db).await.unwrap(),
        register_change::Entity::find().count(&world.db).await.unwrap(),
    ]
}

both!(
    async fn a_whole_nomination_from_paper_covers_its_team(world: World) {
        with_coordinators(&world).await;
        let id = approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        assert_eq!(status_now(&world).await, "COVERED");
        let begun = newest_allocation(&world, NOMINEE).await;
        assert_eq!(begun.valid_from, Some(day("2026-05-11")), "the latest of the papers' days");
        assert_eq!(status(&world, "2026-05-12").await, "COVERED");
        assert_eq!(status(&world, "2026-05-10").await, "PARTIAL", "not before the role began");

        let seen = seen(&world, NOMINEE, &id).await;
        let by =
            |at: usize| (seen["decisions"][at]["decidedBy"]["id"].clone(), seen["decisions"][at]["capacity"].clone());
        assert_eq!(by(0), (json!(person_id(LINE_MANAGER)), json!("LINE")), "the manager decided, not the coordinator");
        assert_eq!(by(1), (json!(person_id(SENIOR_MANAGER)), json!("SENIOR")));
        assert_eq!(seen["acceptedOn"], "2026-05-06");
    }
);

both!(
    async fn the_record_names_both_and_no_one_else_sees_it(world: World) {
        with_coordinators(&world).await;
        let id = approved_on_paper(&world).await;
        assert_eq!(records(&world, COORDINATOR).await.len(), 4);
        let own = records(&world, LINE_MANAGER).await;
        assert_eq!(own.len(), 1, "{own:?}");
        let told = json!({
            "id": own[0]["id"], "step": "DECISION", "capacity": "LINE", "counts": true, "mayDispute": true,
            "person": { "id": person_id(LINE_MANAGER) }, "recordedBy": { "id": person_id(COORDINATOR) },
            "reference": "PSN-2026/17", "nominationId": id,
        });
        assert_eq!(own[0], told);
        for stranger in [10, 37] {
            assert_eq!(records(&world, stranger).await, Vec::<Value>::new());
        }
        let of_nomination = |by: i64| {
            let (world, id) = (&world, id.clone());
            async move {
                let query = "query($id: ID!) { nomination(id: $id) { paperRecords { step } } }";
                let answer = answer(&as_person(world, by).await, query, json!({ "id": id })).await;
                answer["data"]["nomination"]["paperRecords"].clone()
            }
        };
        assert_eq!(of_nomination(NOMINEE).await, json!([{ "step": "ACCEPTANCE" }]));
        assert_eq!(of_nomination(COORDINATOR).await.as_array().unwrap().len(), 4);
        let changes = register_change::Entity::find().order_by_asc(register_change::Column::Id);
        let changes = changes.all(&world.db).await.unwrap();
        let both: Vec<_> = changes.iter().map(|row| (row.actor_id.0, row.principal_id.map(|id| id.0))).collect();
        let expected = [COLLEAGUE, NOMINEE, LINE_MANAGER].map(|person| (COORDINATOR, Some(person)));
        assert_eq!(both, [expected.as_slice(), &[(SECOND, Some(SENIOR_MANAGER))]].concat());
        let images = register_change_row::Entity::find().all(&world.db).await.unwrap();
        assert!(
            images.iter().filter_map(|row| row.after.as_ref()).all(|row| !row.to_string().contains("PSN-2026/17")),
            "an image of a row holds no code of a paper"
        );
    }
);

both!(
    async fn one_coordinator_records_one_of_the_two_approvals(world: World) {
        with_coordinators(&world).await;
        let id = accepted_on_paper(&world).await;
        accepted(&decide(&world, COORDINATOR, line_form(&id)).await);
        let before = rows(&world).await;
        assert_eq!(refused(&decide(&world, COORDINATOR, senior_form(&id)).await), "ONE_RECORDER");
        assert_eq!(rows(&world).await, before, "a refused command leaves nothing");
        // Also while the first is disputed: it may yet stand.
        disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(refused(&decide(&world, COORDINATOR, senior_form(&id)).await), "ONE_RECORDER");
        accepted(&decide(&world, SECOND, senior_form(&id)).await);
    }
);

both!(
    async fn an_acceptance_needs_the_signed_form(world: World) {
        with_coordinators(&world).await;
        let id = accepted(&nominate(&world, COORDINATOR, nomination_form()).await)["id"].clone();
        let unsigned = acceptance(&id, paper(NOMINEE, "2026-05-06"));
        assert_eq!(refused(&about(&world, COORDINATOR, "respondToNomination", unsigned).await), "FORM_NOT_SIGNED");
        let other = acceptance(&id, signed(COLLEAGUE, "2026-05-06"));
        assert_eq!(refused(&about(&world, COORDINATOR, "respondToNomination", other).await), "NOT_YOUR_STEP");
        // Who puts themselves forward accepts with the same form.
        let own = |paper: Value| json!({ "role": "PEER_SUPPORTER", "unitCode": "N2", "paper": paper });
        assert_eq!(refused(&nominate(&world, COORDINATOR, own(paper(10, "2026-05-04"))).await), "FORM_NOT_SIGNED");
        let nomination = accepted(&nominate(&world, COORDINATOR, own(signed(10, "2026-05-04"))).await);
        assert_eq!(nomination["acceptedOn"], "2026-05-04");
    }
);

both!(
    async fn a_coordinator_records_no_step_of_their_own(world: World) {
        with_coordinators(&world).await;
        let form = |nominee: i64, by: i64| {
            json!({
                "personId": person_id(nominee), "role": "PEER_SUPPORTER", "unitCode": "N2", "paper": paper(by, "2026-05-04"),
            })
        };
        assert_eq!(refused(&nominate(&world, COORDINATOR, form(NOMINEE, COORDINATOR)).await), "OWN_CASE");
        assert_eq!(refused(&nominate(&world, COORDINATOR, form(COORDINATOR, COLLEAGUE)).await), "OWN_CASE");
        let id = accepted(&nominate(&world, SECOND, form(COORDINATOR, COLLEAGUE)).await)["id"].clone();
        let own = acceptance(&id, signed(COORDINATOR, "2026-05-06"));
        assert_eq!(refused(&about(&world, COORDINATOR, "respondToNomination", own.clone()).await), "OWN_CASE");
        accepted(&about(&world, SECOND, "respondToNomination", own).await);
        assert_eq!(refused(&decide(&world, COORDINATOR, line_form(&id)).await), "OWN_CASE");
    }
);

both!(
    async fn only_coordinators_record_from_paper(world: World) {
        with_coordinators(&world).await;
        let before = rows(&world).await;
        for person in [COLLEAGUE, LINE_MANAGER, SENIOR_MANAGER] {
            assert_eq!(refused(&nominate(&world, person, nomination_form()).await), "NOT_YOUR_STEP");
        }
        assert_eq!(rows(&world).await, before);
        let id = nominated_and_accepted(&world).await;
        let form = with(line(&id), json!({ "paper": paper(LINE_MANAGER, "2026-11-16") }));
        assert_eq!(refused(&decide(&world, SENIOR_MANAGER, form).await), "NOT_YOUR_STEP");
    }
);

both!(
    async fn the_day_of_a_paper_is_possible(world: World) {
        with_coordinators(&world).await;
        let on = |day: &str| with(nomination_form(), json!({ "paper": paper(COLLEAGUE, day) }));
        for day in ["2021-11-15", "2026-11-17"] {
            assert_eq!(refused(&nominate(&world, COORDINATOR, on(day)).await), "DAY_OUT_OF_RANGE", "{day}");
        }
        let id = accepted_on_paper(&world).await;
        let early = with(line(&id), json!({ "paper": paper(LINE_MANAGER, "2026-05-03") }));
        assert_eq!(refused(&decide(&world, COORDINATOR, early).await), "DAY_OUT_OF_RANGE", "before the nomination");
        for (field, value, code) in [
            ("reference", json!("Form #17"), "PAPER_INVALID"),
            ("reference", Value::Null, "MISSING"),
            ("day", Value::Null, "MISSING"),
            ("personId", json!("nonsense"), "PERSON_UNKNOWN"),
        ] {
            let mut form = line_form(&id);
            form["paper"][field] = value;
            assert_eq!(refused(&decide(&world, COORDINATOR, form).await), code, "{field}");
        }
        let ask = json!({
            "nominationId": id, "capacity": "LINE", "decision": "ASK", "question": "Which days?",
            "paper": paper(LINE_MANAGER, "2026-05-07"),
        });
        assert_eq!(refused(&decide(&world, COORDINATOR, ask).await), "PAPER_INVALID");
    }
);

both!(
    async fn the_office_was_held_on_the_day_of_the_paper(world: World) {
        with_coordinators(&world).await;
        // Person 2 is the senior manager since 1 January 2026.
        let form = with(nomination_form(), json!({ "paper": paper(COLLEAGUE, "2025-12-01") }));
        let id = accepted(&nominate(&world, COORDINATOR, form).await)["id"].clone();
        let input = acceptance(&id, signed(NOMINEE, "2025-12-01"));
        accepted(&about(&world, COORDINATOR, "respondToNomination", input).await);
        let early = with(senior(&id), json!({ "paper": paper(SENIOR_MANAGER, "2025-12-31") }));
        assert_eq!(refused(&decide(&world, COORDINATOR, early).await), "NOT_APPROVER");
        let never = with(line(&id), json!({ "paper": paper(COLLEAGUE, "2026-02-02") }));
        assert_eq!(refused(&decide(&world, COORDINATOR, never).await), "NOT_APPROVER");
        let in_office = with(senior(&id), json!({ "paper": paper(SENIOR_MANAGER, "2026-01-01") }));
        accepted(&decide(&world, COORDINATOR, in_office).await);
        // One person stands on one approval, on paper too.
        let both = with(line(&id), json!({ "paper": paper(SENIOR_MANAGER, "2026-02-02") }));
        assert_eq!(refused(&decide(&world, SECOND, both).await), "BOTH_APPROVALS");
    }
);

both!(
    async fn the_days_of_a_nomination_count_from_its_recording(world: World) {
        with_coordinators(&world).await;
        let nomination = accepted(&nominate(&world, COORDINATOR, nomination_form()).await);
        assert_eq!((&nomination["state"], &nomination["lapsesOn"]), (&json!("AWAITING_NOMINEE"), &json!("2027-02-14")));
        pass_days(&world, 89);
        assert_eq!(seen(&world, COORDINATOR, &nomination["id"]).await["state"], "AWAITING_NOMINEE");
        pass_days(&world, 1);
        assert_eq!(seen(&world, COORDINATOR, &nomination["id"]).await["state"], "LAPSED");
    }
);

both!(
    async fn paper_and_people_work_together(world: World) {
        with_coordinators(&world).await;
        let id = nominated_and_accepted(&world).await;
        let form = with(line(&id), json!({ "paper": paper(LINE_MANAGER, "2026-11-16") }));
        accepted(&decide(&world, COORDINATOR, form).await);
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
    }
);

both!(
    async fn no_paper_overrides_what_the_person_decided_since(world: World) {
        with_coordinators(&world).await;
        let id = nominated(&world).await;
        let declined = json!({ "nominationId": id, "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", declined).await);
        pass_days(&world, 366);
        let form = json!({
            "role": "PEER_SUPPORTER", "unitCode": "N2", "paper": signed(NOMINEE, "2026-05-04"),
        });
        assert_eq!(refused(&nominate(&world, COORDINATOR, form.clone()).await), "OWN_WISH");
        let later = with(form, json!({ "paper": signed(NOMINEE, "2026-11-17") }));
        accepted(&nominate(&world, COORDINATOR, later).await);
    }
);

both!(
    async fn fifty_forms_are_entered_in_one_go(world: World) {
        with_coordinators(&world).await;
        // Twenty-five nominations and as many approvals, with one day, one code and one line manager for all.
        let people: Vec<i64> = (8..33).collect();
        let item = |number: &i64| json!({ "role": "PEER_SUPPORTER", "unitCode": "N2", "paper": { "personId": person_id(*number) } });
        let input = json!({
            "items": people.iter().map(item).collect::<Vec<_>>(),
            "paper": { "day": "2026-05-04", "reference": "Box 3", "signedForm": true },
        });
        let results = "results { nomination { id acceptedOn } refusals { code } }";
        let payload = command(&world, COORDINATOR, "nominate", input, results).await;
        let made = payload["results"].as_array().unwrap();
        assert!(made.iter().all(|one| one["nomination"]["acceptedOn"] == "2026-05-04"), "{payload}");
        let acknowledged = |number: i64| if number % 5 == 0 { json!(["LEVEL_1"]) } else { json!([]) };
        let approvals = made.iter().zip(&people).map(|(one, number)| {
            json!({
                "nominationId": one["nomination"]["id"], "capacity": "LINE", "decision": "ACCEPT", "skills": true,
                "experience": true, "acknowledged": acknowledged(*number),
            })
        });
        let input = json!({
            "items": approvals.collect::<Vec<_>>(), "protectedHours": 4,
            "paper": with(paper(LINE_MANAGER, "2026-05-07"), json!({ "reference": "Box 3" })),
        });
        let results = "results { nomination { decisions { decidedBy { id } } } refusals { code } }";
        let payload = command(&world, COORDINATOR, "decideNomination", input, results).await;
        let by = json!([{ "decidedBy": { "id": person_id(LINE_MANAGER) } }]);
        assert!(
            payload["results"].as_array().unwrap().iter().all(|one| one["nomination"]["decisions"] == by),
            "{payload}"
        );
        assert_eq!(rows(&world).await, [25, 50, 50]);
        assert_eq!(records(&world, LINE_MANAGER).await.len(), 25);
    }
);

both!(
    async fn a_form_that_is_sent_twice_is_recorded_once(world: World) {
        with_coordinators(&world).await;
        let form = with(nomination_form(), json!({ "idempotencyKey": "form-17" }));
        let first = accepted(&nominate(&world, COORDINATOR, form.clone()).await);
        let before = rows(&world).await;
        assert_eq!(accepted(&nominate(&world, COORDINATOR, form.clone()).await)["id"], first["id"]);
        let other = with(form, json!({ "paper": paper(10, "2026-05-04") }));
        assert_eq!(refused(&nominate(&world, COORDINATOR, other).await), "IDEMPOTENCY_KEY_REUSED");
        assert_eq!(rows(&world).await, before);
    }
);
