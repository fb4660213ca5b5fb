use entity::table::register_change_object;
use entity::value::command::Command;
use sea_orm::{ColumnTrait as _, QueryFilter as _};

use super::*;

async fn link(world: &World, a: i64, b: i64) -> Value {
    let query = "mutation($input: LinkPeopleInput!) { linkPeople(input: $input) { done refusal { code } } }";
    let input = json!({ "personId": person_id(a), "sameAsId": person_id(b) });
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({ "input": input })).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["linkPeople"].clone()
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
    async fn a_refused_link_leaves_nothing(world: World) {
        organised(&world).await;
        let before = rows(&world).await;
        // Persons 3 and 38 each give their whole share.
        assert_eq!(link(&world, 3, 38).await["refusal"]["code"], "SHARES_TOO_LARGE");
        assert_eq!(rows(&world).await, before);
    }
);
