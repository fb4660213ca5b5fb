//! What Peer Supporters say about themselves in the directory: for all staff to read, and erased with the person.

use entity::id::PersonId;
use entity::store::audit::AuditContext;
use entity::store::erasure;
use entity::table::{register_change_row, register_text};
use entity::value::ErasureReason;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;

/// The Peer Supporter of ward N1.
const SUPPORTER: i64 = 3;

/// Sets the caller's entry.
async fn set(world: &World, by: i64, input: Value) -> Value {
    command(world, by, "setDirectoryEntry", input, "person { id } refusals { code message path }").await
}

/// The Peer Supporters of ward N1 as a nurse of another ward sees them.
async fn listed(world: &World) -> Value {
    let query = "{ directory(underCode: \"N1\") { nodes { supporters { name contact languages about } } } }";
    let answer = answer(&as_person(world, NOMINEE).await, query, json!({})).await;
    answer["data"]["directory"]["nodes"][0]["supporters"].clone()
}

fn entry() -> Value {
    json!({ "listed": true, "contact": "Extension 4711", "languages": "English, Polish", "about": "Ask me on nights." })
}

both!(
    async fn all_staff_read_what_a_supporter_says(world: World) {
        organised(&world).await;
        let silent = json!([{ "name": "First3 Last3", "contact": null, "languages": null, "about": null }]);
        assert_eq!(listed(&world).await, silent);
        assert_eq!(set(&world, SUPPORTER, entry()).await["refusals"], json!([]));
        let said = json!([{
            "name": "First3 Last3", "contact": "Extension 4711", "languages": "English, Polish",
            "about": "Ask me on nights."
        }]);
        assert_eq!(listed(&world).await, said);
        // What is replaced is removed.
        set(&world, SUPPORTER, json!({ "listed": true, "about": "Ask me by day." })).await;
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 1);
        set(&world, SUPPORTER, json!({ "listed": false, "about": "Ask me by day." })).await;
        assert_eq!(listed(&world).await, json!([]));
        for row in register_change_row::Entity::find().all(&world.db).await.unwrap() {
            let kept = json!([row.before, row.after]).to_string();
            assert!(!kept.contains("Ask me"), "{kept}");
        }
    }
);

both!(
    async fn only_supporters_have_an_entry(world: World) {
        organised(&world).await;
        assert_eq!(refused(&set(&world, NOMINEE, entry()).await), "NO_SUCH_ROLE");
        let long = json!({ "listed": true, "about": "x".repeat(501) });
        assert_eq!(refused(&set(&world, SUPPORTER, long).await), "TEXT_TOO_LONG");
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn an_erasure_removes_the_texts(world: World) {
        organised(&world).await;
        set(&world, SUPPORTER, entry()).await;
        let by = AuditContext::operator(world.clock.now());
        let gone = erasure::erase(&world.db, PersonId(SUPPORTER), ErasureReason::Requested, &by).await.unwrap();
        assert_eq!(gone.texts, 3);
        assert_eq!(register_text::Entity::find().count(&world.db).await.unwrap(), 0);
        let nameless = json!([{ "name": null, "contact": null, "languages": null, "about": null }]);
        assert_eq!(listed(&world).await, nameless);
    }
);
