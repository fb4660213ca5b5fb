use entity::id::PersonId;
use entity::table::post;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, QueryFilter as _, QueryOrder as _};

use super::*;
use crate::register::history::commands_about;

const ACTING: &str =
    "actingLineManager { person { id } forPerson { id } firstDay lastDay } refusals { code message path }";
/// A nurse of ward N2 who acts as line manager.
const ACTING_MANAGER: i64 = 34;

async fn appoint(world: &World, input: Value) -> Value {
    command(world, COORDINATOR, "appointActingLineManager", input, ACTING).await
}

/// An acting line manager for the nominee.
fn acting(person: i64, from: &str, until: &str) -> Value {
    json!({ "forPersonId": person_id(NOMINEE), "personId": person_id(person), "from": from, "until": until })
}

/// From now on no post of the nominee names a line manager, nor one of person 11, whose number one test links to theirs.
async fn without_line_manager(world: &World) {
    let blank = post::Entity::update_many().col_expr(post::Column::LineManagerId, Expr::value(None::<i64>));
    blank.filter(post::Column::PersonId.is_in([PersonId(NOMINEE), PersonId(11)])).exec(&world.db).await.unwrap();
    crate::board_builder::changed(&world.db).await;
}

/// An accepted nomination of a person without a line manager.
async fn waiting(world: &World) -> Value {
    organised(world).await;
    let id = nominated_and_accepted(world).await;
    without_line_manager(world).await;
    id
}

/// The number of nominations that a person is shown by a filter.
async fn listed(world: &World, by: i64, filter: &str) -> Value {
    let query = format!("{{ nominations(filter: {{ {filter} }}) {{ totalCount }} }}");
    answer(&as_person(world, by).await, &query, json!({})).await["data"]["nominations"]["totalCount"].clone()
}

/// The id of the newest change.
async fn newest_change(world: &World) -> String {
    let newest = register_change::Entity::find().order_by_desc(register_change::Column::Id).one(&world.db).await;
    URL_SAFE_NO_PAD.encode(format!("Change:{}", newest.unwrap().unwrap().id))
}

both!(
    async fn an_acting_line_manager_lets_a_nomination_complete(world: World) {
        let id = waiting(&world).await;
        // The 90 days stand still, today included.
        let told = seen(&world, COORDINATOR, &id).await;
        assert_eq!((&told["state"], &told["lapsesOn"]), (&json!("NO_APPROVER"), &json!("2027-02-15")));
        pass_days(&world, 10);
        let told = seen(&world, COORDINATOR, &id).await;
        assert_eq!((&told["state"], &told["lapsesOn"]), (&json!("NO_APPROVER"), &json!("2027-02-25")));
        assert_eq!(listed(&world, COORDINATOR, "state: [NO_APPROVER]").await, 1);
        assert_eq!(seen(&world, ACTING_MANAGER, &id).await, Value::Null);
        assert_eq!(listed(&world, ACTING_MANAGER, "waitingForMe: true").await, 0);

        let payload = appoint(&world, acting(ACTING_MANAGER, "2026-11-26", "2026-12-10")).await;
        let appointed = json!({
            "person": { "id": person_id(ACTING_MANAGER) }, "forPerson": { "id": person_id(NOMINEE) },
            "firstDay": "2026-11-26", "lastDay": "2026-12-10",
        });
        assert_eq!(payload, json!({ "actingLineManager": appointed, "refusals": [] }));
        let told = seen(&world, ACTING_MANAGER, &id).await;
        assert_eq!((&told["state"], &told["lapsesOn"]), (&json!("AWAITING_APPROVAL"), &json!("2027-02-24")));
        assert_eq!(listed(&world, ACTING_MANAGER, "waitingForMe: true").await, 1);
        let decides = &told["possibleDeciders"][0];
        assert_eq!((&decides["capacity"], &decides["because"]), (&json!("LINE"), &json!("ACTING_LINE_MANAGER")));

        let change = newest_change(&world).await;
        let decided = accepted(&decide(&world, ACTING_MANAGER, line(&id)).await);
        assert_eq!(decided["decisions"][0]["decidedBy"]["id"], person_id(ACTING_MANAGER));
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
        // The approval rests on the office.
        let undo =
            command(&world, COORDINATOR, "undo", json!({ "changeId": change }), "refusals { code message }").await;
        assert_eq!(refused(&undo), "BUILT_UPON");
    }
);

both!(
    async fn after_the_last_day_no_approver_is_left(world: World) {
        let id = waiting(&world).await;
        let key = with(acting(ACTING_MANAGER, "2026-11-16", "2026-11-18"), json!({ "idempotencyKey": "once" }));
        let payload = appoint(&world, key.clone()).await;
        assert_eq!(payload["refusals"], json!([]));
        let before = rows(&world).await;
        assert_eq!(appoint(&world, key).await, payload, "a repeated command returns the same");
        assert_eq!(rows(&world).await, before);
        pass_days(&world, 2);
        assert_eq!(seen(&world, COORDINATOR, &id).await["state"], "AWAITING_APPROVAL");
        pass_days(&world, 1);
        assert_eq!(seen(&world, COORDINATOR, &id).await["state"], "NO_APPROVER");
        assert_eq!(seen(&world, ACTING_MANAGER, &id).await, Value::Null);
    }
);

both!(
    async fn another_one_takes_over_on_their_days(world: World) {
        let id = waiting(&world).await;
        let stored = async || delegation::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(appoint(&world, acting(34, "2026-11-16", "2026-11-30")).await["refusals"], json!([]));
        let first = stored().await;
        assert_eq!(appoint(&world, acting(35, "2026-11-18", "2026-11-19")).await["refusals"], json!([]));
        for (days, decides, other) in [(0, 34, 35), (2, 35, 34), (2, 34, 35)] {
            pass_days(&world, days);
            assert_ne!(seen(&world, decides, &id).await, Value::Null);
            assert_eq!(seen(&world, other, &id).await, Value::Null);
        }
        // As if the second had never been appointed.
        let undo = json!({ "changeId": newest_change(&world).await, "reason": "WRONG_PERSON" });
        assert_eq!(command(&world, COORDINATOR, "undo", undo, "refusals { code }").await["refusals"], json!([]));
        assert_eq!(stored().await, first);
    }
);

both!(
    async fn an_acting_line_manager_is_refused_with_the_reason(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        let today = "2026-11-16";
        let wish = |person: i64| acting(person, today, today);
        assert_eq!(refused(&appoint(&world, wish(34)).await), "NOT_NEEDED", "the line manager is there");
        without_line_manager(&world).await;
        let link = async |a: i64, b: i64| {
            let query = "mutation($input: LinkPeopleInput!) { linkPeople(input: $input) { done } }";
            let input = json!({ "personId": person_id(a), "sameAsId": person_id(b) });
            let linked = answer(&as_person(&world, COORDINATOR).await, query, json!({ "input": input })).await;
            assert_eq!(linked["data"]["linkPeople"]["done"], true, "{linked}");
        };
        link(NOMINEE, 11).await;
        link(COORDINATOR, 12).await;
        link(SENIOR_MANAGER, 13).await;
        let before = rows(&world).await;
        let refusals = [
            (acting(34, "2026-11-15", today), "DAY_OUT_OF_RANGE"),
            (acting(34, today, "2026-11-15"), "DAY_OUT_OF_RANGE"),
            (wish(NOMINEE), "OWN_CASE"),
            (wish(11), "OWN_CASE"),
            (wish(COORDINATOR), "OWN_CASE"),
            (wish(12), "OWN_CASE"),
            (with(wish(34), json!({ "forPersonId": person_id(12) })), "OWN_CASE"),
            (with(wish(34), json!({ "forPersonId": "nonsense" })), "PERSON_UNKNOWN"),
            (with(wish(34), json!({ "forPersonId": person_id(COLLEAGUE) })), "NOT_NEEDED"),
            // The only one who can give the other approval.
            (wish(SENIOR_MANAGER), "BOTH_APPROVALS"),
        ];
        for (input, code) in refusals {
            assert_eq!(refused(&appoint(&world, input.clone()).await), code, "{input}");
        }
        for by in [NOMINEE, COLLEAGUE, LINE_MANAGER, SENIOR_MANAGER] {
            forbidden(&world, by, "appointActingLineManager", wish(34), ACTING).await;
        }
        let preview = appoint(&world, with(wish(34), json!({ "preview": true }))).await;
        assert_eq!(preview, json!({ "actingLineManager": null, "refusals": [] }));
        assert_eq!(rows(&world).await, before);
        // Who has given the other approval, under any number.
        accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        assert_eq!(refused(&appoint(&world, wish(SENIOR_MANAGER)).await), "BOTH_APPROVALS");
        assert_eq!(refused(&appoint(&world, wish(13)).await), "BOTH_APPROVALS");
        assert_eq!(appoint(&world, wish(34)).await["refusals"], json!([]));
        assert_eq!(accepted(&decide(&world, 34, line(&id)).await)["state"], "APPROVED");
    }
);

both!(
    async fn only_those_concerned_see_that_one_was_appointed(world: World) {
        waiting(&world).await;
        assert_eq!(appoint(&world, acting(ACTING_MANAGER, "2026-11-16", "2026-11-30")).await["refusals"], json!([]));
        let sees = async |by: i64, person: i64| {
            let commands = commands_about(&world, by, person).await;
            commands.contains(&"APPOINT_ACTING_LINE_MANAGER".to_owned())
        };
        for (by, person) in [(NOMINEE, NOMINEE), (ACTING_MANAGER, ACTING_MANAGER), (COORDINATOR, NOMINEE)] {
            assert!(sees(by, person).await, "{by} {person}");
        }
        for by in [LINE_MANAGER, SENIOR_MANAGER, COLLEAGUE] {
            assert!(!sees(by, NOMINEE).await && !sees(by, ACTING_MANAGER).await, "{by}");
        }
    }
);

both!(
    async fn a_senior_manager_is_appointed_if_none_is_left(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        let end = json!({ "appointmentId": URL_SAFE_NO_PAD.encode("Appointment:1"), "lastDay": "2026-11-15" });
        let ended = command(&world, COORDINATOR, "endAppointment", end, APPOINTMENT).await;
        assert_eq!(ended["refusals"], json!([]));
        pass_days(&world, 4);
        let told = seen(&world, COORDINATOR, &id).await;
        assert_eq!((&told["state"], &told["lapsesOn"]), (&json!("NO_APPROVER"), &json!("2027-02-19")));
        let dated = |from: &str, until: &str| with(manager(34, "N2", from), json!({ "until": until }));
        let first = command(&world, COORDINATOR, "appoint", dated("2026-11-20", "2026-11-21"), APPOINTMENT).await;
        assert_eq!(first["refusals"], json!([]));
        let told = seen(&world, COORDINATOR, &id).await;
        assert_eq!((&told["state"], &told["lapsesOn"]), (&json!("AWAITING_APPROVAL"), &json!("2027-02-18")));
        pass_days(&world, 2);
        assert_eq!(seen(&world, COORDINATOR, &id).await["state"], "NO_APPROVER", "after the last day");
        let second = command(&world, COORDINATOR, "appoint", dated("2026-11-22", "2026-11-30"), APPOINTMENT).await;
        assert_eq!(second["refusals"], json!([]));
        assert_eq!(accepted(&decide(&world, 34, senior(&id)).await)["state"], "APPROVED");
    }
);
