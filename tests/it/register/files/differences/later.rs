//! Rows by which a role begins later than in the register.

use super::*;

/// How many Peer Supporters of ward S2 count on a day.
async fn active_on(site: &Router, on: &str) -> Value {
    let query = format!("{{ team(code: \"S2\", asOf: \"{on}\") {{ activeSupporters }} }}");
    let answer = answer(site, &query, json!({})).await;
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"]["team"]["activeSupporters"].clone()
}

/// The numbers who count on several days.
async fn active(site: &Router, days: [&str; 4]) -> Vec<Value> {
    let mut found = Vec::new();
    for on in days {
        found.push(active_on(site, on).await);
    }
    found
}

both!(
    async fn a_later_beginning_in_the_file_counts(world: World) {
        let site = kept(&world).await;
        let before = ward(&site).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,01/12/2026,"]);
        let outcome = import(&world, &file).applied().await;
        let notice = outcome.notices.iter().find(|notice| notice.line == Some(2)).unwrap();
        assert!(notice.sentence.contains("It differs in From. By this row the person counts for less."), "{notice:?}");
        let days = ["2026-11-15", "2026-11-16", "2026-11-30", "2026-12-01"];
        assert_eq!(active(&site, days).await, [1, 0, 0, 1], "before the as-at day the register holds");
        let open = differences(&world, COORDINATOR, true).await;
        assert_eq!(open.len(), 1);
        assert_eq!((&open[0]["kind"], &open[0]["since"]), (&json!("BEGINS_LATER"), &json!("2026-11-16")));
        let filed = json!({ "share": null, "firstDay": "2026-12-01", "lastDay": null, "unitCode": null });
        assert_eq!(open[0]["file"], filed);
        settled(&world, "REGISTER_HOLDS").await;
        assert_eq!(ward(&site).await, before);
        assert!(!import(&world, &file).applied().await.changes, "the same day opens nothing");
        assert_eq!(ward(&site).await, before);
        let other = supporters(&["NHS,000038,Peer Supporter,S2,90,02/12/2026,"]);
        assert!(import(&world, &other).applied().await.changes);
        assert_eq!(active(&site, days).await, [1, 0, 0, 0]);
    }
);

both!(
    async fn a_file_that_is_right_lets_the_role_begin_later(world: World) {
        drop(kept(&world).await);
        // The role has begun by the as-at day: it is interrupted until the day of the file.
        pass_days(&world, 2);
        let site = as_person(&world, COORDINATOR).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,90,01/12/2026,"]);
        import(&world, &file).on("2026-11-18").applied().await;
        let days = ["2026-11-17", "2026-11-18", "2026-11-30", "2026-12-01"];
        assert_eq!(active(&site, days).await, [1, 0, 0, 1]);
        let before = held(&world, OTHER_SUPPORTER).await;
        assert_eq!(before, ["1000 2026-01-05..2026-11-16", "900 2026-11-16.."]);
        settled(&world, "FILE_HOLDS").await;
        assert_eq!(active(&site, days).await, [1, 0, 0, 1], "no figure changes by it");
        let after = ["1000 2026-01-05..2026-11-16", "900 2026-11-16..2026-11-18", "900 2026-12-01.."];
        assert_eq!(held(&world, OTHER_SUPPORTER).await, after);
        assert!(!import(&world, &file).on("2026-11-18").applied().await.changes);
    }
);
