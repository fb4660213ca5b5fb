//! Tokens and grants over the API: made and ended by admins who have signed in, recorded, and refused in the answer.

use axum::Router;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::value::AccessRole;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::{granted, kind, recorded, request, site};
use crate::graphql::board;
use crate::harness::{Pass, World, both, day};

const MAKE: &str = "mutation($input: MakeTokenInput!) { makeToken(input: $input) { secret refusal { code sentence }
    token { id name role unitCodes names isGood madeBy expiresAt lastUsedAt revokedAt } } }";
const REVOKE: &str = "mutation($id: ID!) { revokeToken(id: $id) { token { id isGood revokedAt } refusal { code } } }";
const GRANT: &str = "mutation($input: GrantRoleInput!) { grantRole(input: $input) { refusal { code }
    grant { id role from until grantedBy person { id displayName } } } }";
const WITHDRAW: &str = "mutation($id: ID!) { withdrawRole(id: $id) { grant { id until } refusal { code } } }";

const END: &str = "mutation($id: ID!) { endSessions(personId: $id) { ended refusal { code sentence } } }";

/// The id of person `number`, as the API returns it.
fn id(number: i64) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(format!("Person:{number}"))
}

async fn answer(router: &Router, pass: &Pass, query: &str, variables: Value) -> Value {
    let headers = [(pass.0.as_str(), pass.1.to_str().unwrap()), ("content-type", "application/json")];
    let body = json!({ "query": query, "variables": variables }).to_string();
    request(router, "POST", "/graphql", &headers, &body).await.json()
}

/// An admin who has signed in: person 4.
async fn admin(world: &World) -> Pass {
    let new = NewGrant { person: PersonId(4), role: AccessRole::Admin, from: day("2026-11-01"), to: None };
    grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
    world.person(4).await
}

both!(
    async fn an_admin_makes_lists_and_revokes_a_token(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = site(&world);
        let admin = admin(&world).await;
        let input = json!({ "name": "Ward 7", "unitCodes": ["SOUTH", "N1"], "days": 30 });
        let made = answer(&router, &admin, MAKE, json!({ "input": input })).await["data"]["makeToken"].clone();
        let secret = made["secret"].as_str().unwrap().to_owned();
        assert!(secret.starts_with("psn_") && secret.len() == 47);
        let token = json!({ "id": "2", "name": "Ward 7", "role": "DASHBOARD", "unitCodes": ["N1", "SOUTH"], "names": false,
            "isGood": true, "madeBy": "person:4", "expiresAt": "2026-12-16T09:00:00Z", "lastUsedAt": null, "revokedAt": null });
        assert_eq!((&made["token"], &made["refusal"]), (&token, &Value::Null));

        let pass = Pass(axum::http::header::AUTHORIZATION, format!("Bearer {secret}").parse().unwrap());
        assert_eq!(kind(&router, &pass).await.as_deref(), Some("token:2"));
        authenticator.flush().await;
        let list = "{ apiTokens { totalCount nodes { id lastUsedAt } } }";
        let listed = answer(&router, &admin, list, json!({})).await;
        let expected = json!([{ "id": "2", "lastUsedAt": "2026-11-16T09:00:00Z" }, { "id": "1", "lastUsedAt": null }]);
        assert_eq!(listed["data"]["apiTokens"], json!({ "totalCount": 2, "nodes": expected }));

        let revoked = answer(&router, &admin, REVOKE, json!({ "id": "2" })).await;
        assert_eq!(revoked["data"]["revokeToken"]["token"]["isGood"], false);
        assert_eq!(kind(&router, &pass).await, None);
        for (id, code) in [("2", "TOKEN_REVOKED"), ("99", "TOKEN_UNKNOWN"), ("x", "TOKEN_UNKNOWN")] {
            let again = answer(&router, &admin, REVOKE, json!({ "id": id })).await;
            assert_eq!(again["data"]["revokeToken"]["refusal"]["code"], code);
        }
        authenticator.flush().await;
        let log = recorded(&world).await;
        let log: Vec<_> = log.iter().map(|(actor, action, object)| (&**actor, &**action, object.as_deref())).collect();
        let token = Some("token:2");
        let refused = ("anonymous", "SIGN_IN_REFUSED", None);
        assert_eq!(log, [("person:4", "TOKEN_MADE", token), ("person:4", "TOKEN_REVOKED", token), refused]);
    }
);

both!(
    async fn an_admin_ends_a_persons_sessions(world: World) {
        board::organisation(&world.db).await;
        world.db.execute_unprepared("INSERT INTO person_link (person_id, same_as_id) VALUES (40, 41)").await.unwrap();
        let (router, authenticator) = site(&world);
        let admin = admin(&world).await;
        let (one, another, linked) = (world.person(40).await, world.person(40).await, world.person(41).await);
        let other = world.person(5).await;
        for pass in [&one, &another] {
            assert_eq!(kind(&router, pass).await.as_deref(), Some("person:40"));
        }
        let ended = answer(&router, &admin, END, json!({ "id": id(40) })).await["data"]["endSessions"].clone();
        assert_eq!(ended, json!({ "ended": 3, "refusal": null }));
        for pass in [&one, &another, &linked] {
            assert_eq!(kind(&router, pass).await, None);
        }
        assert_eq!(kind(&router, &other).await.as_deref(), Some("person:5"));
        assert_eq!(kind(&router, &admin).await.as_deref(), Some("person:4"));
        assert_eq!(kind(&router, &world.person(40).await).await.as_deref(), Some("person:40"), "who may sign in again");

        // A person who is not signed in, and ids that name no person.
        let none = answer(&router, &admin, END, json!({ "id": id(2) })).await["data"]["endSessions"].clone();
        assert_eq!(none, json!({ "ended": 0, "refusal": null }));
        for unknown in [id(4711), "nonsense".to_owned()] {
            let refused = answer(&router, &admin, END, json!({ "id": unknown })).await;
            assert_eq!(refused["data"]["endSessions"]["refusal"]["code"], "PERSON_UNKNOWN", "{refused}");
        }
        authenticator.flush().await;
        let log = recorded(&world).await;
        let done: Vec<_> = log.iter().filter(|event| event.1 != "SIGN_IN_REFUSED").collect();
        let expected = ("person:4".to_owned(), "SESSION_REVOKED".to_owned(), Some("person:40".to_owned()));
        assert_eq!(done, [&expected]);
    }
);

both!(
    async fn an_invalid_token_is_refused_in_the_answer(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let admin = admin(&world).await;
        for (input, code) in [
            (json!({ "name": "  ", "unitCodes": ["N1"] }), "NAME_UNUSABLE"),
            (json!({ "name": "a\nb", "unitCodes": ["N1"] }), "NAME_UNUSABLE"),
            (json!({ "name": "x".repeat(101), "unitCodes": ["N1"] }), "NAME_UNUSABLE"),
            (json!({ "name": "x", "role": "STAFF" }), "ROLE_NOT_GIVEN"),
            (json!({ "name": "x", "role": "SENIOR_MANAGER", "unitCodes": ["N1"] }), "ROLE_NOT_GIVEN"),
            (json!({ "name": "x", "unitCodes": ["N1"], "days": 0 }), "DAYS_OUT_OF_RANGE"),
            (json!({ "name": "x", "unitCodes": ["N1"], "days": 367 }), "DAYS_OUT_OF_RANGE"),
            (json!({ "name": "x" }), "UNITS_OUT_OF_RANGE"),
            (json!({ "name": "x", "unitCodes": vec!["N1"; 101] }), "UNITS_OUT_OF_RANGE"),
            (json!({ "name": "x", "unitCodes": ["N1", "nowhere"] }), "UNIT_UNKNOWN"),
            (json!({ "name": "x", "role": "AUDITOR", "unitCodes": ["N1"] }), "ONLY_FOR_DASHBOARDS"),
            (json!({ "name": "x", "role": "ADMIN", "names": true }), "ONLY_FOR_DASHBOARDS"),
        ] {
            let refused = answer(&router, &admin, MAKE, json!({ "input": input })).await["data"]["makeToken"].clone();
            assert_eq!((&refused["refusal"]["code"], &refused["secret"]), (&json!(code), &Value::Null), "{input}");
            let sentence = refused["refusal"]["sentence"].as_str().unwrap();
            assert!(sentence.starts_with(char::is_uppercase) && sentence.ends_with('.'), "{sentence}");
        }
        assert!(recorded(&world).await.is_empty(), "what was not done is not recorded");
        for role in ["ADMIN", "AUDITOR", "COORDINATOR"] {
            let made = answer(&router, &admin, MAKE, json!({ "input": { "name": "x", "role": role } })).await;
            assert_eq!(made["data"]["makeToken"]["token"]["role"], role);
        }
    }
);

both!(
    async fn an_admin_grants_a_role_and_withdraws_it_at_once(world: World) {
        board::organisation(&world.db).await;
        let (router, authenticator) = site(&world);
        let admin = admin(&world).await;
        let other = world.person(5).await;
        let input = json!({ "workEmail": "P5@BOARD.example", "role": "AUDITOR" });
        let payload = answer(&router, &admin, GRANT, json!({ "input": input })).await["data"]["grantRole"].clone();
        assert_eq!((&payload["grant"]["role"], &payload["grant"]["from"]), (&json!("AUDITOR"), &json!("2026-11-16")));
        assert_eq!(payload["grant"]["grantedBy"], "person:4");
        assert_eq!(granted(&authenticator, &other).await.unwrap(), [AccessRole::Auditor]);
        let by_number =
            json!({ "employer": "NHS", "employeeNumber": "000005", "role": "AUDITOR", "from": "2026-12-01" });
        let code = async |input: Value| {
            let answer = answer(&router, &admin, GRANT, json!({ "input": input })).await;
            answer["data"]["grantRole"]["refusal"]["code"].as_str().unwrap_or("").to_owned()
        };
        assert_eq!(code(by_number.clone()).await, "GRANTED_ALREADY");
        for (id, code) in [("2", Value::Null), ("2", json!("GRANT_ENDED")), ("9", json!("GRANT_UNKNOWN"))] {
            let withdrawn = answer(&router, &admin, WITHDRAW, json!({ "id": id })).await;
            assert_eq!(withdrawn["data"]["withdrawRole"]["refusal"]["code"], code);
        }
        assert_eq!(granted(&authenticator, &other).await.unwrap(), []);
        assert_eq!(code(by_number).await, "");
        for (input, expected) in [
            (json!({ "workEmail": "p5@board.example", "role": "SENIOR_MANAGER" }), "ROLE_NOT_GIVEN"),
            (json!({ "workEmail": "nobody@board.example", "role": "ADMIN" }), "PERSON_UNKNOWN"),
            (json!({ "workEmail": "p5@board.example", "role": "ADMIN", "from": "2026-11-15" }), "DAYS_UNUSABLE"),
            (json!({ "workEmail": "p5@board.example", "role": "ADMIN", "until": "2026-11-15" }), "DAYS_UNUSABLE"),
            // On SQLite the day after it would sort as a day long ago.
            (json!({ "workEmail": "p5@board.example", "role": "ADMIN", "until": "9999-12-31" }), "DAYS_UNUSABLE"),
        ] {
            assert_eq!(code(input.clone()).await, expected, "{input}");
        }
        let listed =
            answer(&router, &admin, "{ grants { nodes { id until person { displayName } } } }", json!({})).await;
        assert_eq!(listed["data"]["grants"]["nodes"].as_array().unwrap().len(), 3);
        let log: Vec<_> =
            recorded(&world).await.into_iter().map(|(_, action, object)| (action, object.unwrap())).collect();
        let did = |action: &str| (action.to_owned(), "person:5".to_owned());
        assert_eq!(log, [did("ROLE_GRANTED"), did("ROLE_WITHDRAWN"), did("ROLE_GRANTED")]);
    }
);

both!(
    async fn one_of_two_concurrent_grants_succeeds(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let admin = admin(&world).await;
        let input = json!({ "workEmail": "p5@board.example", "role": "AUDITOR" });
        let granting = (0..4).map(|_| answer(&router, &admin, GRANT, json!({ "input": input })));
        let answers = futures_util::future::join_all(granting).await;
        let granted = answers.iter().filter(|answer| answer["data"]["grantRole"]["grant"].is_object()).count();
        assert_eq!(granted, 1, "{answers:?}");
    }
);

both!(
    async fn only_signed_in_admins_manage_access(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let staff = world.person(5).await;
        let coordinator = world.token(AccessRole::Coordinator, &[], false).await;
        let auditor = world.token(AccessRole::Auditor, &[], false).await;
        for pass in [&world.admin, &coordinator, &auditor, &staff] {
            for (query, variables) in [
                (MAKE, json!({ "input": { "name": "x", "role": "ADMIN" } })),
                (REVOKE, json!({ "id": "1" })),
                (GRANT, json!({ "input": { "workEmail": "p5@board.example", "role": "ADMIN" } })),
                (WITHDRAW, json!({ "id": "1" })),
            ] {
                let refused = answer(&router, pass, query, variables).await;
                assert_eq!(refused["errors"][0]["extensions"]["code"], "FORBIDDEN", "{refused}");
            }
            let listed = answer(&router, pass, "{ apiTokens { totalCount } grants { totalCount } }", json!({})).await;
            assert_eq!(listed["data"], json!({ "apiTokens": { "totalCount": 0 }, "grants": { "totalCount": 0 } }));
        }
        assert_eq!(kind(&router, &world.admin).await.as_deref(), Some("token:1"), "it was not revoked");
    }
);
