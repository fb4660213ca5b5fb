//! Rows about kept roles by which someone would count for less: the more cautious of file and register counts, until a
//! coordinator settles it.

mod later;
mod other_roles;

use entity::table::{file_difference, pause};

use super::*;

const FIELDS: &str = "id kind role since foundOn settledOn outcome unitCode person { id } register { share firstDay lastDay } \
    file { share firstDay lastDay unitCode }";

/// The Peer Supporter of ward S2 as the coordinator sees them, whether or not the role has ended, and how many count.
async fn ward(site: &Router) -> Value {
    let query = "{ team(code: \"S2\") { status activeSupporters supporters(first: 50, includeEnded: true) { nodes { \
        person { id } share headline differsFromFile } } } }";
    let answer = answer(site, query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["team"].clone()
}

/// What the last allocation of the Peer Supporter of ward S2 says.
fn last_of(ward: &Value) -> Value {
    let nodes = ward["supporters"]["nodes"].as_array().unwrap();
    nodes.iter().rfind(|node| node["person"]["id"] == person_id(OTHER_SUPPORTER)).unwrap().clone()
}

/// The differences as a person sees them.
async fn differences(world: &World, by: i64, open: bool) -> Vec<Value> {
    let query = format!("{{ fileDifferences(open: {open}) {{ totalCount nodes {{ {FIELDS} }} }} }}");
    let answer = answer(&as_person(world, by).await, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    let nodes = answer["data"]["fileDifferences"]["nodes"].as_array().unwrap().clone();
    assert_eq!(answer["data"]["fileDifferences"]["totalCount"], nodes.len());
    nodes
}

/// Settles the only open difference.
async fn settled(world: &World, outcome: &str) -> Value {
    let open = differences(world, COORDINATOR, true).await;
    assert_eq!(open.len(), 1, "{open:?}");
    let input = json!({ "differenceId": open[0]["id"], "outcome": outcome, "idempotencyKey": outcome });
    let selection = format!("difference {{ {FIELDS} }} refusals {{ code message path }}");
    let payload = command(world, COORDINATOR, "settleDifference", input.clone(), &selection).await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
    assert_eq!(payload["difference"]["outcome"], outcome);
    let again = command(world, COORDINATOR, "settleDifference", input, &selection).await;
    assert_eq!(again, payload, "a repeat reads the same");
    payload["difference"].clone()
}

/// The board, with the role of the Peer Supporter of ward S2 kept in the register at 90 percent since today.
async fn kept(world: &World) -> Router {
    organised(world).await;
    lowered(world, 4, 900).await;
    as_person(world, COORDINATOR).await
}

both!(
    async fn an_end_in_the_file_counts_until_the_register_is_found_right(world: World) {
        let site = kept(&world).await;
        let before = ward(&site).await;
        assert_eq!(last_of(&before)["differsFromFile"], false);
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,10/11/2026"]);
        for changes in [true, false] {
            let outcome = import(&world, &file).applied().await;
            assert_eq!((kept_rows(&outcome), outcome.changes), (1, changes), "the same is not stored twice");
        }
        assert_eq!(held(&world, OTHER_SUPPORTER).await, ["1000 2026-01-05..2026-11-16", "900 2026-11-16.."]);
        let cautious = ward(&site).await;
        assert_ne!(cautious["status"], before["status"]);
        assert_eq!(cautious["activeSupporters"], 0);
        let own = last_of(&cautious);
        assert_eq!((&own["headline"], &own["differsFromFile"]), (&json!("STOOD_DOWN"), &json!(true)));
        let open = differences(&world, COORDINATOR, true).await;
        assert_eq!(open.len(), 1);
        assert_eq!((&open[0]["kind"], &open[0]["since"]), (&json!("ENDS"), &json!("2026-11-16")));
        assert_eq!(open[0]["register"], json!({ "share": 900, "firstDay": "2026-11-16", "lastDay": null }));
        let filed = json!({ "share": null, "firstDay": null, "lastDay": "2026-11-10", "unitCode": null });
        assert_eq!(open[0]["file"], filed);
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!(ward(&site).await, before);
        assert!(differences(&world, COORDINATOR, true).await.is_empty());
        // The same row again opens nothing, another one does.
        let outcome = import(&world, &file).applied().await;
        assert!(!outcome.changes);
        let notice = outcome.notices.iter().find(|notice| notice.line == Some(2)).unwrap();
        assert!(notice.sentence.contains("A coordinator has decided that the register is right."), "{notice:?}");
        assert_eq!(ward(&site).await, before);
        let other = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,12/11/2026"]);
        assert!(import(&world, &other).applied().await.changes);
        assert_eq!(ward(&site).await["activeSupporters"], 0);
    }
);

both!(
    async fn a_file_that_is_right_ends_the_role_in_the_register(world: World) {
        let site = kept(&world).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,20/11/2026"]);
        import(&world, &file).applied().await;
        let cautious = ward(&site).await;
        assert_eq!(last_of(&cautious)["headline"], Value::Null, "it has not ended yet");
        pass_days(&world, 7);
        let site = as_person(&world, COORDINATOR).await;
        assert_eq!(ward(&site).await["activeSupporters"], 0);
        assert_eq!(settled(&world, "FILE_HOLDS").await["settledOn"], "2026-11-23");
        assert_eq!(held(&world, OTHER_SUPPORTER).await, ["1000 2026-01-05..2026-11-16", "900 2026-11-16..2026-11-21"]);
        assert_eq!(ward(&site).await["activeSupporters"], 0);
        assert_eq!(last_of(&ward(&site).await)["differsFromFile"], false);
        assert!(!import(&world, &file).on("2026-11-23").applied().await.changes);
    }
);

both!(
    async fn undoing_the_import_takes_its_differences_back(world: World) {
        let site = kept(&world).await;
        let before = ward(&site).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,50,05/01/2026,10/11/2026"]);
        import(&world, &file).applied().await;
        assert_ne!(ward(&site).await, before);
        undo(&world.db, last_import(&world).await, world.clock.now()).await.unwrap();
        assert_eq!(ward(&site).await, before);
        assert_eq!(file_difference::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn a_pause_in_the_file_counts(world: World) {
        let site = kept(&world).await;
        let file = "Employer,Employee Number,Role,Unit Code,Share,From,Until,Paused From,Paused Until\n\
                    NHS,000038,Peer Supporter,S2,90,05/01/2026,,01/11/2026,\n";
        import(&world, file).applied().await;
        let own = last_of(&ward(&site).await);
        assert_eq!((&own["headline"], &own["differsFromFile"]), (&json!("PAUSED"), &json!(true)));
        let open = differences(&world, COORDINATOR, true).await;
        let filed = json!({ "share": null, "firstDay": "2026-11-01", "lastDay": null, "unitCode": null });
        assert_eq!((&open[0]["kind"], &open[0]["file"]), (&json!("PAUSED"), &filed));
        settled(&world, "FILE_HOLDS").await;
        let own = last_of(&ward(&site).await);
        assert_eq!((&own["headline"], &own["differsFromFile"]), (&json!("PAUSED"), &json!(false)));
        assert_eq!(pause::Entity::find().count(&world.db).await.unwrap(), 1);
        assert!(!import(&world, file).applied().await.changes);
    }
);

both!(
    async fn a_lower_share_in_the_file_counts(world: World) {
        let site = kept(&world).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,50,05/01/2026,"]);
        import(&world, &file).applied().await;
        assert_eq!(last_of(&ward(&site).await)["share"], 500);
        settled(&world, "FILE_HOLDS").await;
        assert_eq!(last_of(&ward(&site).await)["share"], 500);
        assert_eq!(held(&world, OTHER_SUPPORTER).await, ["1000 2026-01-05..2026-11-16", "500 2026-11-16.."]);
    }
);

both!(
    async fn another_unit_in_the_file_counts_for_neither(world: World) {
        let site = kept(&world).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S3,90,16/11/2026,"]);
        let outcome = import(&world, &file).applied().await;
        let notice = &outcome.notices[0];
        assert!(notice.sentence.contains("no such allocation. By this row the person counts for less"), "{notice:?}");
        assert_eq!(ward(&site).await["activeSupporters"], 0);
        let open = differences(&world, COORDINATOR, true).await;
        assert_eq!((&open[0]["kind"], &open[0]["file"]["unitCode"]), (&json!("OTHER_UNIT"), &json!("S3")));
        let back = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,"]);
        import(&world, &back).applied().await;
        assert_eq!(differences(&world, COORDINATOR, false).await[0]["outcome"], "FILE_AGREES");
        assert_eq!(ward(&site).await["activeSupporters"], 1);
    }
);

both!(
    async fn a_command_about_the_role_settles_nothing(world: World) {
        drop(kept(&world).await);
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,10/11/2026"]);
        import(&world, &file).applied().await;
        pass_days(&world, 2);
        let site = as_person(&world, COORDINATOR).await;
        let rows = allocation::Entity::find().order_by_desc(allocation::Column::Id).all(&world.db).await.unwrap();
        let id = rows.iter().find(|row| row.person_id == PersonId(OTHER_SUPPORTER)).unwrap().id;
        let input = json!({ "allocationId": URL_SAFE_NO_PAD.encode(format!("Allocation:{id}")), "share": 800 });
        let payload = command(&world, COORDINATOR, "changeAllocation", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        assert_eq!(ward(&site).await["activeSupporters"], 0);
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!(ward(&site).await["activeSupporters"], 1);
    }
);

both!(
    async fn a_role_given_back_to_the_file_has_no_differences(world: World) {
        let site = kept(&world).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,10/11/2026"]);
        import(&world, &file).applied().await;
        import(&world, &file).taking_over().applied().await;
        assert_eq!(file_difference::Entity::find().count(&world.db).await.unwrap(), 0);
        assert_eq!(ward(&site).await["activeSupporters"], 0);
    }
);

both!(
    async fn only_coordinators_see_and_settle_and_not_their_own(world: World) {
        drop(kept(&world).await);
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,05/01/2026,10/11/2026"]);
        import(&world, &file).applied().await;
        let id = differences(&world, COORDINATOR, true).await[0]["id"].clone();
        let input = json!({ "differenceId": id, "outcome": "REGISTER_HOLDS" });
        for by in [OTHER_SUPPORTER, LINE_MANAGER, SENIOR_MANAGER] {
            assert!(differences(&world, by, true).await.is_empty());
            let answer = attempt(&world, by, "settleDifference", input.clone(), "refusals { code }").await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{by}: {answer}");
        }
        let new = NewGrant {
            person: PersonId(OTHER_SUPPORTER),
            role: AccessRole::Coordinator,
            from: day("2026-01-01"),
            to: None,
        };
        grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
        let selection = "refusals { code message }";
        let payload = command(&world, OTHER_SUPPORTER, "settleDifference", input, selection).await;
        assert_eq!(refused(&payload), "OWN_CASE");
        let unknown = json!({ "differenceId": "nonsense", "outcome": "FILE_HOLDS" });
        let answer = attempt(&world, COORDINATOR, "settleDifference", unknown, selection).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
    }
);
