use entity::table::register_change_object;
use entity::value::command::Command;
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::*;

async fn link(world: &World, a: i64, b: i64) -> Value {
    linked_by(world, "linkPeople", json!({ "personId": person_id(a), "sameAsId": person_id(b) })).await
}

async fn linked_by(world: &World, field: &str, input: Value) -> Value {
    let query =
        format!("mutation($input: LinkPeopleInput!) {{ {field}(input: $input) {{ done refusal {{ code }} }} }}");
    let answer = answer(&as_person(world, COORDINATOR).await, &query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"][field].clone()
}

both!(
    async fn a_link_between_two_approvals_bars_the_second(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        assert_eq!(link(&world, LINE_MANAGER, SENIOR_MANAGER).await["done"], true);
        assert_eq!(refused(&decide(&world, SENIOR_MANAGER, senior(&id)).await), "BOTH_APPROVALS");
        assert_ne!(seen(&world, NOMINEE, &id).await["state"], "APPROVED");
        // The coordinator appoints another senior manager, whose approval counts.
        let payload = command(&world, COORDINATOR, "appoint", manager(34, "NORTH", "2026-11-16"), APPOINTMENT).await;
        assert_eq!(payload["refusals"], json!([]));
        assert_eq!(accepted(&decide(&world, 34, senior(&id)).await)["state"], "APPROVED");
    }
);

both!(
    async fn the_later_of_two_nominations_is_withdrawn(world: World) {
        organised(&world).await;
        let item = |person: i64| json!({ "personId": person_id(person), "role": "PEER_SUPPORTER", "unitCode": "N2" });
        let first = accepted(&nominate(&world, COORDINATOR, item(NOMINEE)).await)["id"].clone();
        let second = accepted(&nominate(&world, COORDINATOR, item(COLLEAGUE)).await)["id"].clone();
        assert_eq!(link(&world, NOMINEE, COLLEAGUE).await["done"], true);
        assert_eq!(seen(&world, COORDINATOR, &first).await["state"], "AWAITING_NOMINEE");
        assert_eq!(seen(&world, COORDINATOR, &second).await["state"], "WITHDRAWN");
        let changes = register_change::Entity::find().filter(register_change::Column::Command.eq(Command::LinkPeople));
        let changes = changes.all(&world.db).await.unwrap();
        assert_eq!(changes.len(), 1);
        let objects = register_change_object::Entity::find()
            .filter(register_change_object::Column::ChangeId.eq(changes[0].id))
            .count(&world.db);
        assert_eq!(objects.await.unwrap(), 3, "both people, and the nomination that was withdrawn");
    }
);

both!(
    async fn separating_two_people_completes_a_nomination(world: World) {
        organised(&world).await;
        let id = nominated_and_accepted(&world).await;
        let input = json!({ "personId": person_id(10), "from": "2026-11-16", "until": "2026-11-30" });
        let named = command(&world, LINE_MANAGER, "delegate", input, "refusals { code }").await;
        assert_eq!(named["refusals"], json!([]));
        accepted(&decide(&world, 10, line(&id)).await);
        // While the delegate counts as the nominee, that approval is void, and the other one alone is not enough.
        assert_eq!(link(&world, 10, NOMINEE).await["done"], true);
        let decided = accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        assert_eq!(decided["state"], "AWAITING_APPROVAL");
        let version = decided["version"].as_i64().unwrap();
        let separate =
            |dry_run: bool| json!({ "personId": person_id(10), "sameAsId": person_id(NOMINEE), "dryRun": dry_run });
        assert_eq!(linked_by(&world, "unlinkPeople", separate(true)).await["done"], false);
        assert_eq!(seen(&world, NOMINEE, &id).await["state"], "AWAITING_APPROVAL");
        assert_eq!(linked_by(&world, "unlinkPeople", separate(false)).await["done"], true);
        let told = seen(&world, NOMINEE, &id).await;
        assert_eq!((&told["state"], &told["version"]), (&json!("APPROVED"), &json!(version + 1)));
        let query = r#"{ team(code: "N2") { supporters(first: 50) { nodes { person { id } } } } }"#;
        let supporters = asked(&world, query).await["team"]["supporters"].to_string();
        assert!(supporters.contains(&person_id(NOMINEE)), "{supporters}");
    }
);

both!(
    async fn a_refused_link_leaves_nothing(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        // Persons 3 and 38 each give their whole share.
        assert_eq!(link(&world, 3, 38).await["refusal"]["code"], "SHARES_TOO_LARGE");
        assert_eq!(rows(&world).await, before);
    }
);
