use entity::table::post;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::*;

const DELEGATION: &str =
    "delegation { principal { id } delegate { id } unitCode firstDay lastDay } refusals { code message path }";

async fn delegate(world: &World, by: i64, input: Value) -> Value {
    command(world, by, "delegate", input, DELEGATION).await
}

fn days(person: i64, from: &str, until: &str) -> Value {
    json!({ "personId": person_id(person), "from": from, "until": until })
}

fn of_north(person: i64, from: &str, until: &str) -> Value {
    with(days(person, from, until), json!({ "unitCode": "NORTH" }))
}

both!(
    async fn a_delegate_is_refused_with_the_reason(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        let for_manager = |input: Value| with(input, json!({ "forPersonId": person_id(SENIOR_MANAGER) }));
        let today = "2026-11-16";
        for (by, input, code) in [
            (SENIOR_MANAGER, of_north(9, "2026-11-15", today), "DAY_OUT_OF_RANGE"),
            (SENIOR_MANAGER, of_north(9, today, "2026-11-15"), "DAY_OUT_OF_RANGE"),
            (SENIOR_MANAGER, of_north(SENIOR_MANAGER, today, today), "OWN_CASE"),
            (SENIOR_MANAGER, days(9, today, today), "MISSING"),
            // The present delegate of the senior manager does not delegate on, neither for the manager nor for themselves.
            (LINE_MANAGER, for_manager(of_north(9, today, today)), "NOT_YOUR_STEP"),
            (LINE_MANAGER, of_north(9, today, today), "NO_OFFICE"),
            (NOMINEE, for_manager(of_north(9, today, today)), "NOT_YOUR_STEP"),
            (NOMINEE, days(9, today, today), "NO_OFFICE"),
            (COORDINATOR, for_manager(of_north(COORDINATOR, today, today)), "OWN_CASE"),
            (COORDINATOR, with(of_north(9, today, today), json!({ "forPersonId": "nonsense" })), "PERSON_UNKNOWN"),
        ] {
            assert_eq!(refused(&delegate(&world, by, input.clone()).await), code, "{by} {input}");
        }
        assert_eq!(rows(&world).await, before);
    }
);

both!(
    async fn a_new_delegate_leaves_the_days_of_the_earlier_one(world: World) {
        organised(&world).await;
        let payload = delegate(&world, SENIOR_MANAGER, of_north(9, "2026-11-18", "2026-12-10")).await;
        let delegation = json!({
            "principal": { "id": person_id(SENIOR_MANAGER) }, "delegate": { "id": person_id(9) }, "unitCode": "NORTH",
            "firstDay": "2026-11-18", "lastDay": "2026-12-10",
        });
        assert_eq!(payload, json!({ "delegation": delegation, "refusals": [] }));
        let sam = || json!(person_id(SENIOR_MANAGER));
        for (day, stands_in) in [
            ("2026-11-09", Value::Null),
            ("2026-11-17", json!(person_id(LINE_MANAGER))),
            ("2026-11-18", json!(person_id(9))),
            ("2026-12-10", json!(person_id(9))),
            ("2026-12-11", Value::Null),
        ] {
            assert_eq!(responsible(&world, day).await, [(sam(), stands_in)], "{day}");
        }
    }
);

both!(
    async fn a_new_delegate_leaves_the_days_of_a_later_one(world: World) {
        organised(&world).await;
        let name = async |by: i64, input: Value| {
            assert_eq!(delegate(&world, by, input.clone()).await["refusals"], json!([]), "{input}");
        };
        name(SENIOR_MANAGER, of_north(9, "2026-12-10", "2026-12-20")).await;
        // Named later, for days before, and for days amid those of the other.
        name(SENIOR_MANAGER, of_north(10, "2026-12-01", "2026-12-05")).await;
        name(SENIOR_MANAGER, of_north(11, "2026-12-12", "2026-12-13")).await;
        let expected = [
            ("2026-11-20", Some(LINE_MANAGER)),
            ("2026-11-21", None),
            ("2026-12-01", Some(10)),
            ("2026-12-05", Some(10)),
            ("2026-12-06", None),
            ("2026-12-09", None),
            ("2026-12-10", Some(9)),
            ("2026-12-11", Some(9)),
            ("2026-12-12", Some(11)),
            ("2026-12-13", Some(11)),
            ("2026-12-14", Some(9)),
            ("2026-12-20", Some(9)),
            ("2026-12-21", None),
        ];
        for (day, stands_in) in expected {
            let stands_in = stands_in.map_or(Value::Null, |person| json!(person_id(person)));
            assert_eq!(responsible(&world, day).await, [(json!(person_id(SENIOR_MANAGER)), stands_in)], "{day}");
        }
        // Over all of them, in one payload.
        let payload = delegate(&world, SENIOR_MANAGER, of_north(12, "2026-12-04", "2026-12-31")).await;
        assert_eq!(payload["delegation"]["delegate"]["id"], person_id(12), "{payload}");
        for (day, stands_in) in [("2026-12-03", 10), ("2026-12-04", 12), ("2026-12-13", 12), ("2026-12-31", 12)] {
            let both = (json!(person_id(SENIOR_MANAGER)), json!(person_id(stands_in)));
            assert_eq!(responsible(&world, day).await, [both], "{day}");
        }
    }
);

both!(
    async fn a_line_managers_delegates_keep_their_other_days(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        for input in [days(10, "2026-11-16", "2026-11-30"), days(11, "2026-11-18", "2026-11-19")] {
            assert_eq!(delegate(&world, LINE_MANAGER, input).await["refusals"], json!([]));
        }
        for (passed, stands_in, other) in [(0, 10, 11), (2, 11, 10), (2, 10, 11)] {
            pass_days(&world, passed);
            assert_ne!(seen(&world, stands_in, &id).await, Value::Null);
            assert_eq!(seen(&world, other, &id).await, Value::Null);
        }
    }
);

both!(
    async fn a_coordinator_names_a_delegate_for_others(world: World) {
        organised(&world).await;
        let input = with(of_north(9, "2027-01-01", "2027-01-31"), json!({ "forPersonId": person_id(SENIOR_MANAGER) }));
        assert_eq!(delegate(&world, COORDINATOR, input.clone()).await["refusals"], json!([]));
        assert_eq!(refused(&delegate(&world, COORDINATOR, input).await), "ALREADY_DONE");
        assert_eq!(responsible(&world, "2027-01-15").await, [(json!(person_id(SENIOR_MANAGER)), json!(person_id(9)))]);
    }
);

both!(
    async fn a_line_managers_delegate_approves_in_their_place(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        assert_eq!(refused(&decide_hidden(&world, 10, line(&id)).await), "NOT_FOUND");
        let payload = delegate(&world, LINE_MANAGER, days(10, "2026-11-16", "2026-11-30")).await;
        assert_eq!(payload["delegation"]["unitCode"], Value::Null);
        assert_eq!(payload["delegation"]["delegate"]["id"], person_id(10));
        let nomination = accepted(&decide(&world, 10, line(&id)).await);
        let decision = &nomination["decisions"][0];
        assert_eq!(decision["decidedBy"]["id"], person_id(10));
        assert_eq!(decision["onBehalfOf"]["id"], person_id(LINE_MANAGER));
        // The line manager takes part in that approval, so neither decides as senior manager: the line manager is the
        // senior manager's delegate today.
        let own = with(senior(&id), json!({ "onBehalfOf": person_id(SENIOR_MANAGER) }));
        assert_eq!(refused(&decide(&world, LINE_MANAGER, own).await), "BOTH_APPROVALS");
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
        // After the last day, another nomination is hidden from the former delegate.
        pass_days(&world, 15);
        let item = json!({ "personId": person_id(11), "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let other = accepted(&nominate(&world, 11, item).await)["id"].clone();
        assert_eq!(seen(&world, 10, &other).await, Value::Null);
    }
);

both!(
    async fn a_manager_whose_delegate_approved_is_no_senior_manager_of_it(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        delegate(&world, LINE_MANAGER, days(10, "2026-11-16", "2026-11-30")).await;
        accepted(&decide(&world, 10, line(&id)).await);
        // The line manager becomes senior manager of the ward, and another person the line manager of the nominee.
        let payload = command(&world, COORDINATOR, "appoint", manager(LINE_MANAGER, "N2", "2026-11-16"), APPOINTMENT);
        assert_eq!(payload.await["refusals"], json!([]));
        assert_eq!(refused(&decide(&world, LINE_MANAGER, senior(&id)).await), "BOTH_APPROVALS");
        let moved = post::Entity::update_many().col_expr(post::Column::LineManagerId, Expr::value(11));
        moved.filter(post::Column::PersonId.eq(NOMINEE)).exec(&world.db).await.unwrap();
        board::changed(&world.db).await;
        assert_eq!(refused(&decide(&world, LINE_MANAGER, senior(&id)).await), "BOTH_APPROVALS");
        assert_eq!(refused(&decide(&world, 10, senior(&id)).await), "BOTH_APPROVALS");
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
    }
);

/// Decides on a nomination that is hidden from the person: the code of the error as a refusal.
async fn decide_hidden(world: &World, by: i64, item: Value) -> Value {
    let answer =
        attempt(world, by, "decideNomination", json!({ "items": [item] }), "results { refusals { code } }").await;
    let code = answer["errors"][0]["extensions"]["code"].clone();
    json!({ "refusals": [{ "code": code, "message": "." }] })
}
