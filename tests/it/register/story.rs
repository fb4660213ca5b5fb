//! The whole way from nomination to a Peer Supporter who counts, as it is told to people.

use entity::id::{AllocationId, SignOffId};
use entity::table::{completion, sign_off};
use serde_json::{Value, json};

use super::*;
use crate::board_builder::{changed, insert, pass};
use crate::harness::both;

/// Ward N2 as the coordinator sees it now.
async fn ward(world: &World) -> Value {
    let query = "{ team(code: \"N2\") { status gap supporters(first: 50) { nodes { isActive person { id } share
        protectedHours firstDay headline lineApproval { decidedOn by { id } } seniorApproval { by { id } } } } } }";
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["team"].clone()
}

both!(
    async fn from_nomination_to_cover(world: World) {
        organised(&world).await;
        // Ward N2 lacks one Peer Supporter.
        assert_eq!(ward(&world).await["gap"], 1);

        // A colleague nominates a nurse. No manager knows of it yet.
        let id = nominated(&world).await;
        assert_eq!(seen(&world, LINE_MANAGER, &id).await, Value::Null);
        assert_eq!(seen(&world, SENIOR_MANAGER, &id).await, Value::Null);
        assert_eq!(seen(&world, COLLEAGUE, &id).await["state"], "AWAITING_NOMINEE");
        assert_eq!(seen(&world, NOMINEE, &id).await["statement"], "People talk to her.");

        // She accepts. Both managers are asked.
        let input = json!({ "nominationId": id, "response": "ACCEPT" });
        let nomination = accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        assert_eq!(nomination["state"], "AWAITING_APPROVAL");
        let mine = "{ nominations(filter: { waitingForMe: true }) { nodes { id } totalCount } }";
        for manager in [LINE_MANAGER, SENIOR_MANAGER] {
            let waiting = answer(&as_person(&world, manager).await, mine, json!({})).await;
            assert_eq!(waiting["data"]["nominations"]["nodes"], json!([{ "id": id }]), "{manager}: {waiting}");
        }

        // Her line manager approves with four and a half hours a month, the senior manager with four.
        let nomination = accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        assert_eq!(nomination["state"], "AWAITING_APPROVAL");
        let nomination = accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await);
        assert_eq!(nomination["state"], "APPROVED");

        // She has the role and does not count yet: her training and sign-off are missing.
        let team = ward(&world).await;
        assert_eq!(team["gap"], 1);
        let own = team["supporters"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|own| own["person"]["id"] == person_id(NOMINEE));
        let own = own.unwrap();
        assert_eq!(own["isActive"], false);
        assert_eq!(own["headline"], "LEVEL2_MISSING");
        assert_eq!(own["protectedHours"], 4.0, "the smaller of the two figures");
        assert_eq!(own["firstDay"], "2026-11-16");
        assert_eq!(own["lineApproval"], json!({ "decidedOn": "2026-11-16", "by": { "id": person_id(LINE_MANAGER) } }));
        assert_eq!(own["seniorApproval"], json!({ "by": { "id": person_id(SENIOR_MANAGER) } }));

        // A file brings the training and the sign-off. She counts, and the gap closes with the next question.
        let allocation = allocation_of(&world, NOMINEE).await;
        insert::<completion::Entity>(&world.db, [pass(900, NOMINEE, 2, "2026-11-10")]).await;
        let signed =
            sign_off::Model { id: SignOffId(900), allocation_id: allocation, signed_off_on: day("2026-11-16") };
        insert::<sign_off::Entity>(&world.db, [signed]).await;
        changed(&world.db).await;
        let team = ward(&world).await;
        assert_eq!((&team["gap"], &team["status"]), (&json!(0), &json!("COVERED")));
    }
);

/// The newest allocation of a person.
async fn allocation_of(world: &World, person: i64) -> AllocationId {
    use entity::table::allocation;
    use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _};
    let newest = allocation::Entity::find()
        .filter(allocation::Column::PersonId.eq(PersonId(person)))
        .order_by_desc(allocation::Column::Id);
    newest.one(&world.db).await.unwrap().unwrap().id
}
