//! The audit log: nothing is changed in it or removed from it, and where somebody does so all the same, it shows.

mod chain;

use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::audit::Event;
use entity::value::Action;

use crate::harness::instant;

/// A sign-in of person `number`.
fn sign_in(number: i64) -> Event {
    Event {
        at: instant("2026-11-16T09:00:00.000001Z"),
        actor: Actor::Person(PersonId(number)),
        action: Action::SignIn,
        object: Some(format!("person:{number}")),
        before: None,
        after: Some(serde_json::json!({ "roles": ["STAFF"], "b": 1, "a": 2 })),
        request_id: Some("00ff".to_owned()),
    }
}
