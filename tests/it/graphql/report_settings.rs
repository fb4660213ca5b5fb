//! The sections that a recipient leaves out of their report, and its copies: who may set them, what is refused and what is
//! recorded.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::table::{appointment, audit_event, person, report_copy, report_preference};
use entity::value::{AccessRole, Action, AppointmentRole};
use psn::graphql::persisted::Persisted;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};
use serde_json::{Value, json};

use super::{answer, board, closed, site};
use crate::board_builder::appointment_row;
use crate::harness::{World, both, day};

const SET: &str = "mutation($whose: ID, $hidden: [ReportSection!]!, $copies: [ID!]!) {
    setReportPreferences(input: { personId: $whose, hiddenSections: $hidden, copiesTo: $copies }) {
        preferences { hiddenSections copies { id } changedAt } refusal { code sentence } } }";
const MIDWEEK: &str = "mutation($whose: ID, $midweek: Boolean) {
    setReportPreferences(input: { personId: $whose, hiddenSections: [], copiesTo: [], midweek: $midweek }) {
        preferences { midweek } refusal { code } } }";
const OWN: &str = "{ viewer { reportPreferences { hiddenSections copies { id } } } }";
const OF: &str = "query($id: ID!) { reportPreferences(personId: $id) { hiddenSections copies { id } } }";

/// The senior manager of NORTH in these tests: 10 has a post in its ward N2, and so have those up to 30.
const MANAGER: i64 = 10;

fn id(number: i64) -> String {
    URL_SAFE_NO_PAD.encode(format!("Person:{number}"))
}

/// The board, with person 10 as senior manager of NORTH.
async fn organised(world: &World) {
    board::organisation(&world.db).await;
    let office = appointment_row(50, 2, MANAGER, AppointmentRole::SeniorManager);
    board::insert::<appointment::Entity>(&world.db, [office]).await;
}

async fn as_person(world: &World, number: i64) -> axum::Router {
    world.person(number).await.with(closed(world, world.db.clone(), Persisted::default()))
}

async fn coordinator(world: &World) -> axum::Router {
    let new = NewGrant { person: PersonId(4), role: AccessRole::Coordinator, from: day("2026-11-01"), to: None };
    grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
    as_person(world, 4).await
}

/// Sets a report's sections and copies, and returns the answer.
async fn set(site: &axum::Router, whose: Option<i64>, hidden: &[&str], copies: &[i64]) -> Value {
    let copies: Vec<_> = copies.iter().copied().map(id).collect();
    answer(site, SET, json!({ "whose": whose.map(id), "hidden": hidden, "copies": copies })).await
}

fn refusal(answer: &Value) -> &Value {
    assert_eq!(answer.get("errors"), None, "{answer}");
    let payload = &answer["data"]["setReportPreferences"];
    assert_eq!(payload["preferences"], Value::Null, "{answer}");
    assert!(payload["refusal"]["sentence"].as_str().unwrap().ends_with('.'), "{answer}");
    &payload["refusal"]["code"]
}

async fn stored(world: &World) -> (u64, u64) {
    let settings = report_preference::Entity::find().count(&world.db).await.unwrap();
    (settings, report_copy::Entity::find().count(&world.db).await.unwrap())
}

both!(
    async fn a_manager_replaces_both_lists(world: World) {
        organised(&world).await;
        let me = as_person(&world, MANAGER).await;
        let none = json!({ "viewer": { "reportPreferences": { "hiddenSections": [], "copies": [] } } });
        assert_eq!(answer(&me, OWN, json!({})).await["data"], none);
        let answered = set(&me, None, &["FACTS", "CLOSED", "FACTS"], &[12, 11]).await;
        let told = &answered["data"]["setReportPreferences"]["preferences"];
        assert_eq!(told["hiddenSections"], json!(["CLOSED", "FACTS"]), "{answered}");
        assert_eq!(told["copies"], json!([{ "id": id(11) }, { "id": id(12) }]));
        assert!(told["changedAt"].is_string());
        let again = set(&me, Some(MANAGER), &[], &[12]).await;
        assert_eq!(again["data"]["setReportPreferences"]["refusal"], Value::Null, "{again}");
        let now = json!({ "hiddenSections": [], "copies": [{ "id": id(12) }] });
        assert_eq!(answer(&me, OWN, json!({})).await["data"]["viewer"]["reportPreferences"], now);
        assert_eq!(stored(&world).await, (1, 1));

        let events = audit_event::Entity::find()
            .filter(audit_event::Column::Action.eq(Action::ReportPreferencesSet.as_str()))
            .all(&world.db)
            .await
            .unwrap();
        let last = events.last().unwrap();
        assert_eq!((events.len(), last.object.as_deref()), (2, Some("person:10")));
        let said = |text: &Option<String>| serde_json::from_str::<Value>(text.as_deref().unwrap()).unwrap();
        assert_eq!(
            said(&last.before),
            json!({ "hiddenSections": ["CLOSED", "FACTS"], "copies": [11, 12], "midweek": false })
        );
        assert_eq!(said(&last.after), json!({ "hiddenSections": [], "copies": [12], "midweek": false }));
    }
);

both!(
    async fn a_coordinator_sets_anothers_a_token_none(world: World) {
        organised(&world).await;
        let site = coordinator(&world).await;
        let answered = set(&site, Some(MANAGER), &["LAYERS"], &[]).await;
        assert_eq!(answered["data"]["setReportPreferences"]["refusal"], Value::Null, "{answered}");
        let told = answer(&site, OF, json!({ "id": id(MANAGER) })).await;
        assert_eq!(told["data"]["reportPreferences"]["hiddenSections"], json!(["LAYERS"]), "{told}");

        let bare = closed(&world, world.db.clone(), Persisted::default());
        let token = world.token(AccessRole::Coordinator, &[1], true).await.with(bare);
        for whose in [Some(MANAGER), None] {
            let refused = set(&token, whose, &[], &[]).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        }
        let hidden = answer(&token, OF, json!({ "id": id(MANAGER) })).await;
        assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden}");
        assert_eq!(answer(&token, OWN, json!({})).await["data"]["viewer"]["reportPreferences"], Value::Null);
        assert_eq!(stored(&world).await, (1, 0));
    }
);

both!(
    async fn the_reader_or_a_coordinator_chooses_midweek_reports(world: World) {
        organised(&world).await;
        let me = as_person(&world, MANAGER).await;
        let own = async || {
            let told = answer(&me, "{ viewer { reportPreferences { midweek } } }", json!({})).await;
            told["data"]["viewer"]["reportPreferences"]["midweek"].clone()
        };
        let set = async |site: &axum::Router, midweek: Option<bool>| {
            answer(site, MIDWEEK, json!({ "whose": id(MANAGER), "midweek": midweek })).await
        };
        let midweek = |answer: &Value| answer["data"]["setReportPreferences"]["preferences"]["midweek"].clone();
        assert_eq!(own().await, false);
        assert_eq!(midweek(&set(&me, Some(true)).await), true);
        assert_eq!(own().await, true);
        assert_eq!(midweek(&set(&me, None).await), true, "not given, it stays");
        assert_eq!(midweek(&set(&coordinator(&world).await, Some(false)).await), false);
        let refused = set(&as_person(&world, 11).await, Some(true)).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        assert_eq!(own().await, false);
        let events = audit_event::Entity::find()
            .filter(audit_event::Column::Action.eq(Action::ReportPreferencesSet.as_str()))
            .all(&world.db)
            .await
            .unwrap();
        let last: Value = serde_json::from_str(events.last().unwrap().after.as_deref().unwrap()).unwrap();
        assert_eq!((events.len(), &last["midweek"]), (3, &json!(false)));
    }
);

both!(
    async fn no_one_else_sets_or_sees_it(world: World) {
        organised(&world).await;
        // Staff of the ward, and the manager for one of their people.
        for (viewer, whose) in [(11, None), (11, Some(MANAGER)), (MANAGER, Some(11)), (MANAGER, Some(4711))] {
            let site = as_person(&world, viewer).await;
            let refused = set(&site, whose, &[], &[]).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{viewer} {whose:?}: {refused}");
            let hidden = answer(&site, OF, json!({ "id": id(whose.unwrap_or(11)) })).await;
            assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{viewer} {whose:?}: {hidden}");
        }
        assert_eq!(stored(&world).await, (0, 0));
    }
);

both!(
    async fn what_cannot_be_is_refused_and_changes_nothing(world: World) {
        organised(&world).await;
        let me = as_person(&world, MANAGER).await;
        let no_address = person::Entity::update_many().col_expr(person::Column::WorkEmail, Expr::value(" "));
        no_address.filter(person::Column::Id.eq(13)).exec(&world.db).await.unwrap();
        // 40 works in SOUTH, and no one has the number 4711: the manager of NORTH gets the same answer.
        for (copies, code) in [
            (vec![11, 12, 14, 15, 16, 17], "TOO_MANY_COPIES"),
            (vec![40], "COPY_UNKNOWN"),
            (vec![4711], "COPY_UNKNOWN"),
            (vec![11, MANAGER], "COPY_TO_ONESELF"),
            (vec![11, 13], "COPY_CANNOT_BE_WRITTEN_TO"),
        ] {
            assert_eq!(refusal(&set(&me, None, &["FACTS"], &copies).await), code, "{copies:?}");
        }
        let admin = coordinator(&world).await;
        assert_eq!(refusal(&set(&admin, Some(4711), &[], &[]).await), "PERSON_UNKNOWN");
        assert_eq!(refusal(&set(&admin, Some(11), &[], &[]).await), "NOT_A_RECIPIENT");
        assert_eq!(stored(&world).await, (0, 0));
        let seen = answer(&site(&world), OF, json!({ "id": id(MANAGER) })).await;
        assert_eq!(seen["errors"][0]["extensions"]["code"], "NOT_FOUND", "the site asks with a token: {seen}");
    }
);
