//! A disputed step does not count from the next query on, and counts again only if a coordinator finds that it stands.

use serde_json::{Value, json};

use super::*;
use crate::harness::both;

async fn is_not_found(world: &World, by: i64, field: &str, input: Value) {
    let answer = attempt(world, by, field, input, RECORD).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{by} {field}: {answer}");
}

both!(
    async fn a_disputed_approval_takes_cover_away_until_it_stands(world: World) {
        with_coordinators(&world).await;
        approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        assert_eq!(status_now(&world).await, "COVERED");
        let id = disputed(&world, SENIOR_MANAGER, "DECISION").await;
        assert_eq!(status_now(&world).await, "PARTIAL");
        let record = done(&settle(&world, COORDINATOR, &id, "STANDS").await);
        assert_eq!((&record["counts"], &record["outcome"]), (&json!(true), &json!("STANDS")));
        assert_eq!(status_now(&world).await, "COVERED");
    }
);

both!(
    async fn a_wrong_approval_never_counts(world: World) {
        with_coordinators(&world).await;
        approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        let id = disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(status_now(&world).await, "PARTIAL");
        done(&settle(&world, SECOND, &id, "WRONG").await);
        assert_eq!(status_now(&world).await, "PARTIAL");
        assert_eq!(status(&world, "2026-06-01").await, "PARTIAL", "nor on any day before");
        assert_eq!(refused(&settle(&world, THIRD, &id, "STANDS").await), "ALREADY_DONE");
        assert_eq!(refused(&dispute(&world, LINE_MANAGER, &id).await), "ALREADY_DONE");
    }
);

both!(
    async fn a_disputed_acceptance_or_nomination_takes_cover_away(world: World) {
        with_coordinators(&world).await;
        let nomination = approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        for (person, step) in [(NOMINEE, "ACCEPTANCE"), (COLLEAGUE, "NOMINATION")] {
            assert_eq!(status_now(&world).await, "COVERED");
            let id = disputed(&world, person, step).await;
            assert_eq!(status_now(&world).await, "PARTIAL", "{step}");
            done(&settle(&world, THIRD, &id, "STANDS").await);
            assert_eq!(seen(&world, COORDINATOR, &nomination).await["acceptedOn"], "2026-05-06");
        }
        assert_eq!(status_now(&world).await, "COVERED");
    }
);

both!(
    async fn a_role_without_an_acceptance_never_was(world: World) {
        with_coordinators(&world).await;
        let nomination = approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        let id = disputed(&world, NOMINEE, "ACCEPTANCE").await;
        done(&settle(&world, THIRD, &id, "WRONG").await);
        assert_eq!(status_now(&world).await, "PARTIAL");
        assert_eq!(status(&world, "2026-06-01").await, "PARTIAL");
        let role = newest_allocation(&world, NOMINEE).await;
        assert_eq!(role.valid_to, role.valid_from, "it ends on its own first day");
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["state"], "WITHDRAWN");
        // Her share is free again.
        accepted(&nominate(&world, NOMINEE, json!({ "role": "PEER_SUPPORTER", "unitCode": "N2" })).await);
    }
);

both!(
    async fn a_lowered_share_keeps_the_dispute(world: World) {
        with_coordinators(&world).await;
        approved_on_paper(&world).await;
        trained_and_signed_off(&world).await;
        let id = disputed(&world, SENIOR_MANAGER, "DECISION").await;
        let role = newest_allocation(&world, NOMINEE).await.id;
        let input = json!({ "allocationId": allocation_id(role), "share": 600 });
        let payload = command(&world, NOMINEE, "changeAllocation", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        assert_ne!(newest_allocation(&world, NOMINEE).await.id, role);
        assert_ne!(headline(&world).await, Value::Null, "the copy of the approval is disputed too");
        done(&settle(&world, THIRD, &id, "STANDS").await);
        assert_eq!(headline(&world).await, Value::Null);
    }
);

/// Why the nominee does not count for ward N2. Null if she does.
async fn headline(world: &World) -> Value {
    let query = "{ team(code: \"N2\") { supporters(first: 50) { nodes { headline person { id } } } } }";
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    let nodes = answer["data"]["team"]["supporters"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let own = nodes.iter().find(|one| one["person"]["id"] == person_id(NOMINEE));
    own.unwrap_or_else(|| panic!("{answer}"))["headline"].clone()
}

/// The id of an allocation in the API.
fn allocation_id(id: AllocationId) -> String {
    URL_SAFE_NO_PAD.encode(format!("Allocation:{id}"))
}

both!(
    async fn an_open_nomination_goes_on_without_the_disputed_step(world: World) {
        with_coordinators(&world).await;
        let nomination = accepted_on_paper(&world).await;
        accepted(&decide(&world, COORDINATOR, line_form(&nomination)).await);
        let record = disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["decisions"], json!([]));
        let decided = accepted(&decide(&world, SENIOR_MANAGER, senior(&nomination)).await);
        assert_eq!(decided["state"], "AWAITING_APPROVAL", "the line manager's approval is missing");
        // It stands: with it the nomination is complete, and the role begins.
        done(&settle(&world, SECOND, &record, "STANDS").await);
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["state"], "APPROVED");
        trained_and_signed_off(&world).await;
        assert_eq!(status_now(&world).await, "COVERED");
    }
);

both!(
    async fn the_nominee_accepts_after_disputing_the_form(world: World) {
        with_coordinators(&world).await;
        let nomination = accepted_on_paper(&world).await;
        let record = disputed(&world, NOMINEE, "ACCEPTANCE").await;
        assert_eq!(seen(&world, NOMINEE, &nomination).await["state"], "AWAITING_NOMINEE");
        assert_eq!(refused(&decide(&world, COORDINATOR, line_form(&nomination)).await), "NOT_ACCEPTED");
        let input = json!({ "nominationId": nomination, "response": "ACCEPT" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        done(&settle(&world, THIRD, &record, "WRONG").await);
        assert_eq!(seen(&world, NOMINEE, &nomination).await["acceptedOn"], "2026-11-16");
        accepted(&decide(&world, LINE_MANAGER, line(&nomination)).await);
    }
);

both!(
    async fn a_disputed_nomination_waits(world: World) {
        with_coordinators(&world).await;
        let nomination = accepted_on_paper(&world).await;
        let record = disputed(&world, COLLEAGUE, "NOMINATION").await;
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["state"], "BLOCKED");
        assert_eq!(refused(&decide(&world, LINE_MANAGER, line(&nomination)).await), "IN_DISPUTE");
        done(&settle(&world, THIRD, &record, "WRONG").await);
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["state"], "WITHDRAWN");
    }
);

both!(
    async fn a_disputed_decline_opens_the_nomination_again(world: World) {
        with_coordinators(&world).await;
        let nomination = accepted_on_paper(&world).await;
        let decline = json!({
            "nominationId": nomination, "capacity": "LINE", "decision": "DECLINE", "reason": "TIME",
            "paper": paper(LINE_MANAGER, "2026-05-07"),
        });
        assert_eq!(accepted(&decide(&world, COORDINATOR, decline).await)["state"], "DECLINED");
        let record = disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(seen(&world, COORDINATOR, &nomination).await["state"], "AWAITING_APPROVAL");
        done(&settle(&world, SECOND, &record, "STANDS").await);
        let seen = seen(&world, COORDINATOR, &nomination).await;
        assert_eq!((&seen["state"], &seen["endedOn"]), (&json!("DECLINED"), &json!("2026-05-07")));
    }
);

both!(
    async fn a_champion_by_disputed_paper_is_no_champion(world: World) {
        with_coordinators(&world).await;
        let form = json!({ "role": "WELLBEING_CHAMPION", "unitCode": "N2", "paper": signed(NOMINEE, "2026-05-04") });
        let id = accepted(&nominate(&world, COORDINATOR, form).await)["id"].clone();
        let line = json!({
            "nominationId": id, "capacity": "LINE", "decision": "ACCEPT", "skills": true, "experience": true,
            "paper": paper(LINE_MANAGER, "2026-05-07"),
        });
        assert_eq!(accepted(&decide(&world, SECOND, line).await)["state"], "APPROVED");
        assert_eq!(champions(&world).await, 1);
        let record = disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(champions(&world).await, 0);
        done(&settle(&world, THIRD, &record, "STANDS").await);
        assert_eq!(champions(&world).await, 1);
        let record = disputed(&world, NOMINEE, "NOMINATION").await;
        assert_eq!(champions(&world).await, 0);
        done(&settle(&world, THIRD, &record, "WRONG").await);
        assert_eq!(champions(&world).await, 0);
    }
);

/// The number of Wellbeing Champions of ward N2.
async fn champions(world: &World) -> usize {
    let query = "{ champions(underCode: \"N2\", first: 10) { nodes { person { id } } } }";
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    answer["data"]["champions"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}")).len()
}

both!(
    async fn only_the_named_person_disputes_within_thirty_days(world: World) {
        with_coordinators(&world).await;
        approved_on_paper(&world).await;
        let line = record_of(&world, LINE_MANAGER, "DECISION").await;
        let input = json!({ "recordId": line });
        for stranger in [NOMINEE, COLLEAGUE, SENIOR_MANAGER, 37] {
            is_not_found(&world, stranger, "disputeRecord", input.clone()).await;
            is_not_found(&world, stranger, "settleRecord", with(input.clone(), json!({ "outcome": "STANDS" }))).await;
        }
        assert_eq!(refused(&dispute(&world, SECOND, &line).await), "NOT_YOUR_STEP", "a coordinator sees it");
        pass_days(&world, 30);
        let own = records(&world, LINE_MANAGER).await;
        assert_eq!(own[0]["mayDispute"], true);
        pass_days(&world, 1);
        assert_eq!(records(&world, LINE_MANAGER).await[0]["mayDispute"], false);
        assert_eq!(refused(&dispute(&world, LINE_MANAGER, &line).await), "TOO_LATE");
    }
);

both!(
    async fn only_another_coordinator_settles(world: World) {
        with_coordinators(&world).await;
        approved_on_paper(&world).await;
        let line = record_of(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(refused(&settle(&world, THIRD, &line, "STANDS").await), "NOTHING_TO_CHANGE");
        disputed(&world, LINE_MANAGER, "DECISION").await;
        assert_eq!(refused(&settle(&world, COORDINATOR, &line, "STANDS").await), "OWN_CASE", "who recorded it");
        assert_eq!(refused(&settle(&world, LINE_MANAGER, &line, "WRONG").await), "NOT_YOUR_STEP");
        let open = "{ paperRecords(disputed: true) { totalCount } }";
        let count = |answer: Value| answer["data"]["paperRecords"]["totalCount"].clone();
        assert_eq!(count(answer(&as_person(&world, THIRD).await, open, json!({})).await), 1);
        done(&settle(&world, THIRD, &line, "STANDS").await);
        assert_eq!(count(answer(&as_person(&world, THIRD).await, open, json!({})).await), 0);
    }
);
