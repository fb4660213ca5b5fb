//! Differences about Trainers and Wellbeing Champions.

use super::*;

/// The Wellbeing Champion of ward N1.
const CHAMPION: i64 = 4;
/// The Trainer of the board.
const TRAINER: i64 = LINE_MANAGER;

/// The board, with both roles kept in the register until 29 June 2027.
async fn kept_roles(world: &World) {
    organised(world).await;
    for (person, role, unit) in [(CHAMPION, "WELLBEING_CHAMPION", "N1"), (TRAINER, "TRAINER", "BOARD")] {
        let input = json!({ "personId": person_id(person), "role": role, "unitCode": unit, "day": "2027-06-30" });
        let payload = command(world, COORDINATOR, "standDown", input, "refusals { code message }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
    }
}

async fn champions(world: &World, unit: &str) -> Value {
    let query = format!("{{ team(code: \"{unit}\") {{ champions {{ counting }} }} }}");
    let answer = answer(&as_person(world, COORDINATOR).await, &query, json!({})).await;
    answer["data"]["team"]["champions"]["counting"].clone()
}

async fn active_trainers(world: &World) -> usize {
    let query = "{ trainers(first: 50) { nodes { isActive } } }";
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    let nodes = answer["data"]["trainers"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    nodes.iter().filter(|node| node["isActive"] == true).count()
}

/// The kinds of the open differences.
async fn kinds(world: &World) -> Vec<Value> {
    differences(world, COORDINATOR, true).await.iter().map(|open| open["kind"].clone()).collect()
}

both!(
    async fn a_champion_who_ends_in_the_file_is_none_until_it_is_settled(world: World) {
        kept_roles(&world).await;
        assert_eq!(champions(&world, "N1").await, 1);
        let file = supporters(&["NHS,000004,Wellbeing Champion,N1,100,05/01/2026,10/11/2026"]);
        let outcome = import(&world, &file).applied().await;
        assert_eq!((kept_rows(&outcome), champions(&world, "N1").await), (1, json!(0)));
        let open = differences(&world, COORDINATOR, true).await;
        assert_eq!((&open[0]["kind"], &open[0]["role"]), (&json!("ENDS"), &json!("WELLBEING_CHAMPION")));
        let register = json!({ "share": 1000, "firstDay": "2026-01-05", "lastDay": "2027-06-29" });
        assert_eq!(open[0]["register"], register);
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!(champions(&world, "N1").await, 1);
        // Another day is a difference again, and now the file is right.
        let file = supporters(&["NHS,000004,Wellbeing Champion,N1,100,05/01/2026,12/11/2026"]);
        import(&world, &file).applied().await;
        assert_eq!(champions(&world, "N1").await, 0);
        settled(&world, "FILE_HOLDS").await;
        assert_eq!(
            (champions(&world, "N1").await, held(&world, CHAMPION).await),
            (json!(0), vec!["1000 2026-01-05..2026-11-16".to_owned()])
        );
    }
);

both!(
    async fn a_champion_has_no_share_that_differs(world: World) {
        kept_roles(&world).await;
        let file = supporters(&["NHS,000004,Wellbeing Champion,N1,50,05/01/2026,29/06/2027"]);
        let outcome = import(&world, &file).applied().await;
        assert_eq!((kept_rows(&outcome), kinds(&world).await), (1, vec![]));
        assert_eq!(champions(&world, "N1").await, 1);
    }
);

both!(
    async fn a_champion_of_another_unit_in_the_file_counts_for_neither(world: World) {
        kept_roles(&world).await;
        let file = supporters(&["NHS,000004,Wellbeing Champion,N2,100,05/01/2026,"]);
        import(&world, &file).applied().await;
        assert_eq!(kinds(&world).await, ["OTHER_UNIT"]);
        assert_eq!((champions(&world, "N1").await, champions(&world, "N2").await), (json!(0), json!(0)));
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!((champions(&world, "N1").await, champions(&world, "N2").await), (json!(1), json!(0)));
    }
);

both!(
    async fn a_trainer_who_ends_in_the_file_assesses_no_one(world: World) {
        kept_roles(&world).await;
        let statement = json!({ "code": "C1", "level": 2, "domain": "Coping", "text": "Listens without judging." });
        let framework = json!({
            "version": "1", "inForceFrom": "2026-11-16", "transitionUntil": "2026-12-31", "approvedBy": "Committee",
            "approvedOn": "2026-11-02", "statements": [statement],
        });
        let payload = command(&world, COORDINATOR, "publishFramework", framework, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        let assess = async || {
            let results = json!([{ "code": "C1", "outcome": "MET" }]);
            let input = json!({ "personId": person_id(OTHER_SUPPORTER), "level": 2, "results": results });
            let answer = attempt(&world, TRAINER, "recordAssessment", input, "refusals { code message }").await;
            answer["errors"][0]["extensions"]["code"].clone()
        };
        let file = supporters(&["NHS,000001,Trainer,BOARD,100,05/01/2026,10/11/2026"]);
        import(&world, &file).applied().await;
        assert_eq!((kinds(&world).await, active_trainers(&world).await), (vec![json!("ENDS")], 0));
        assert_eq!(assess().await, "FORBIDDEN");
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!((active_trainers(&world).await, assess().await), (1, Value::Null));
    }
);

both!(
    async fn a_trainer_begins_later_if_the_file_is_right(world: World) {
        kept_roles(&world).await;
        let file = supporters(&["NHS,000001,Trainer,BOARD,100,01/12/2026,29/06/2027"]);
        import(&world, &file).applied().await;
        assert_eq!((kinds(&world).await, active_trainers(&world).await), (vec![json!("BEGINS_LATER")], 0));
        settled(&world, "FILE_HOLDS").await;
        assert_eq!(active_trainers(&world).await, 0);
        let spells = ["1000 2026-01-05..2026-11-16", "1000 2026-12-01..2027-06-30"];
        assert_eq!(held(&world, TRAINER).await, spells);
        pass_days(&world, 15);
        assert_eq!(active_trainers(&world).await, 1);
    }
);
