//! Export and erasure of personal data through the API: who may use them, what they return, and what is refused.

use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::store::run::{self, RETENTION};
use entity::table::{erased_person, person};
use entity::value::{AccessRole, RunState};
use psn::graphql::persisted::Persisted;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::{answer, board, closed, history, site};
use crate::harness::{World, both, day};
use crate::site::ask_with;

const ERASE: &str = "mutation($id: ID!) { erasePerson(input: { personId: $id, reason: REQUESTED }) {
    erased { id mails unsentMails rejectedRows exemptions } refusal { code sentence } } }";
const ACCESS: &str = "query($id: ID) { subjectAccess(personId: $id) }";

/// The id of person `number`, as the API returns it.
fn id(number: i64) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("Person:{number}"))
}

async fn as_person(world: &World, number: i64, query: &str, variables: Value) -> Value {
    let site = world.person(number).await.with(bare(world));
    ask_with(&site, &json!({ "query": query, "variables": variables })).await.json()
}

/// The site for an admin who has signed in: person 4.
async fn admin(world: &World) -> axum::Router {
    let new = NewGrant { person: PersonId(4), role: AccessRole::Admin, from: day("2026-11-01"), to: None };
    grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
    world.person(4).await.with(bare(world))
}

/// The site for a client without credentials.
fn bare(world: &World) -> axum::Router {
    closed(world, world.db.clone(), Persisted::default())
}

both!(
    async fn an_admin_erases_a_persons_name(world: World) {
        board::organisation(&world.db).await;
        history::reports(&world.db).await;
        let site = admin(&world).await;
        let name = "query($id: ID!) { node(id: $id) { ... on Person { displayName employer } } }";
        let asked = json!({ "id": id(1) });
        assert_eq!(answer(&site, name, asked.clone()).await["data"]["node"]["displayName"], "First1 Last1");
        let answered = answer(&site, ERASE, asked.clone()).await;
        let expected = json!({ "id": id(1), "mails": 1, "unsentMails": 1, "rejectedRows": 0, "exemptions": 0 });
        assert_eq!(answered["data"]["erasePerson"], json!({ "erased": expected, "refusal": null }), "{answered}");
        let shown = answer(&site, name, asked.clone()).await;
        assert_eq!(shown["data"]["node"], json!({ "displayName": null, "employer": "NHS" }));
        let again = answer(&site, ERASE, asked).await;
        assert_eq!(again["data"]["erasePerson"]["refusal"]["code"], "ALREADY_ERASED");
        for unknown in [id(4711), "nonsense".to_owned()] {
            let refused = answer(&site, ERASE, json!({ "id": unknown })).await;
            assert_eq!(refused["data"]["erasePerson"]["refusal"]["code"], "PERSON_UNKNOWN");
        }
        assert_eq!(erased_person::Entity::find().count(&world.db).await.unwrap(), 1);
        let run = run::find(&world.db, RETENTION, "2026-11-16").await.unwrap().unwrap();
        assert_eq!(run.state, RunState::Requested, "the worker removes the files of their mails");
    }
);

both!(
    async fn no_token_erases_a_person(world: World) {
        board::organisation(&world.db).await;
        let refused = answer(&site(&world), ERASE, json!({ "id": id(1) })).await;
        assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
        assert_eq!(erased_person::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn without_the_right_no_erasure_or_export(world: World) {
        board::organisation(&world.db).await;
        // Person 2 is responsible for units; 40 is a member of staff.
        for asker in [2, 40] {
            let refused = as_person(&world, asker, ERASE, json!({ "id": id(41) })).await;
            assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
            for other in [id(41), id(4711), "nonsense".to_owned()] {
                let hidden = as_person(&world, asker, ACCESS, json!({ "id": other })).await;
                assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{hidden}");
            }
        }
        let tokens = [AccessRole::Coordinator, AccessRole::Auditor, AccessRole::Dashboard];
        for role in tokens {
            let site = world.token(role, &[1], true).await.with(bare(&world));
            let body = json!({ "query": ERASE, "variables": { "id": id(41) } });
            assert_eq!(ask_with(&site, &body).await.json()["errors"][0]["extensions"]["code"], "FORBIDDEN", "{role}");
            for asked in [json!({ "id": id(41) }), json!({})] {
                let body = json!({ "query": ACCESS, "variables": asked });
                let hidden = ask_with(&site, &body).await.json();
                assert_eq!(hidden["errors"][0]["extensions"]["code"], "NOT_FOUND", "{role}: {hidden}");
            }
        }
        assert_eq!(erased_person::Entity::find().count(&world.db).await.unwrap(), 0);
        let named = person::Entity::find().all(&world.db).await.unwrap();
        assert!(named.iter().all(|person| person.first_name.is_some()));
    }
);

both!(
    async fn people_export_their_own_data_admins_anyones(world: World) {
        board::organisation(&world.db).await;
        let read = |answer: Value| -> Value {
            assert_eq!(answer.get("errors"), None, "{answer}");
            serde_json::from_str(answer["data"]["subjectAccess"].as_str().unwrap()).unwrap()
        };
        let last_name = |document: Value| document["held"]["person"]["records"][0]["lastName"].clone();
        for asked in [json!({}), json!({ "id": id(40) })] {
            assert_eq!(last_name(read(as_person(&world, 40, ACCESS, asked).await)), "Last40");
        }
        assert_eq!(last_name(read(answer(&site(&world), ACCESS, json!({ "id": id(41) })).await)), "Last41");
        // It reads every table and is recorded, so it is allowed once per request.
        let twice = answer(&site(&world), "{ a: subjectAccess(personId: null) b: subjectAccess }", json!({})).await;
        assert_eq!(twice["errors"].as_array().unwrap().len(), 2, "{twice}");
        let twice = as_person(&world, 40, "{ a: subjectAccess b: subjectAccess }", json!({})).await;
        assert_eq!(twice["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{twice}");
    }
);

both!(
    async fn an_erased_person_is_signed_out_for_good(world: World) {
        board::organisation(&world.db).await;
        let pass = world.person(40).await;
        let site_of = pass.with(bare(&world));
        let ask = json!({ "query": ACCESS, "variables": {} });
        assert_eq!(ask_with(&site_of, &ask).await.json().get("errors"), None);
        answer(&admin(&world).await, ERASE, json!({ "id": id(40) })).await;
        assert_eq!(ask_with(&site_of, &ask).await.status, axum::http::StatusCode::UNAUTHORIZED);
        // Not even with a session that was begun at the same moment.
        let late = world.person(40).await.with(bare(&world));
        assert_eq!(ask_with(&late, &ask).await.status, axum::http::StatusCode::UNAUTHORIZED);
    }
);
