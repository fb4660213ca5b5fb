//! Staff lists never end a role that is kept in the register: people who are missing do not count until they are back.

use entity::store::retention::Periods;
use jobs::retention::Retention;
use tokio_util::sync::CancellationToken;

use super::*;

/// A staff.csv of everyone on the board but these people.
pub(crate) fn staff_without(missing: &[i64]) -> String {
    let wards = [("BOARD", 1..=2), ("N1", 3..=5), ("N2", 6..=35), ("S1", 36..=37), ("S2", 38..=41), ("S3", 42..=46)];
    let rows = wards.into_iter().flat_map(|(unit, people)| people.map(move |person| (unit, person)));
    let rows = rows.filter(|(_, person)| !missing.contains(person)).map(|(unit, person)| {
        let (family, wte) = if person % 2 == 0 { ("Nursing", "1") } else { ("Administration", "0.6") };
        format!("NHS,{person:06},{unit},000001,{wte},{family},5\n")
    });
    let header = "Employer,Employee Number,Unit Code,Line Manager Employee Number,WTE,Job Family,Band\n";
    header.to_owned() + &rows.collect::<String>()
}

both!(
    async fn a_supporter_missing_from_one_staff_list_keeps_the_role(world: World) {
        organised(&world).await;
        lowered(&world, 4, 900).await;
        let before = (held(&world, OTHER_SUPPORTER).await, status(&world, "S2").await);
        let omitted = staff_without(&[OTHER_SUPPORTER]);
        let outcome = Import::new(&world, &[(FileKind::Staff, &omitted)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff).2, 1, "{outcome:?}");
        assert_eq!(held(&world, OTHER_SUPPORTER).await, before.0);
        assert_ne!(status(&world, "S2").await, before.1);
        pass_days(&world, 7);
        let whole = staff_without(&[]);
        Import::new(&world, &[(FileKind::Staff, &whole)]).on("2026-11-23").applied().await;
        assert_eq!((held(&world, OTHER_SUPPORTER).await, status(&world, "S2").await), before);
        assert_eq!(register_role::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);

both!(
    async fn a_supporter_missing_for_thirteen_months_counts_again(world: World) {
        organised(&world).await;
        lowered(&world, 4, 900).await;
        let before = held(&world, OTHER_SUPPORTER).await;
        let omitted = staff_without(&[OTHER_SUPPORTER]);
        Import::new(&world, &[(FileKind::Staff, &omitted)]).applied().await;
        pass_days(&world, 392);
        let retention = Retention { periods: Periods::default() };
        let (today, stop) = (day("2027-12-13"), CancellationToken::new());
        retention.remove(&world.db, today, world.clock.now(), &stop).await.unwrap();
        Import::new(&world, &[(FileKind::Staff, &omitted)]).on("2027-12-13").applied().await;
        assert_eq!(standing(&world).await, json!({ "headline": "LEFT", "isActive": false, "share": 900 }));
        assert_eq!(held(&world, OTHER_SUPPORTER).await, before, "no list ends a role");
        pass_days(&world, 7);
        Import::new(&world, &[(FileKind::Staff, &staff_without(&[]))]).on("2027-12-20").applied().await;
        assert_eq!(standing(&world).await, json!({ "headline": null, "isActive": true, "share": 900 }));
        assert_eq!(held(&world, OTHER_SUPPORTER).await, before);
        assert_eq!(register_role::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);

/// How the Peer Supporter of ward S2 stands today.
async fn standing(world: &World) -> Value {
    let query = "{ team(code: \"S2\") { supporters(first: 50) { nodes { person { id } headline isActive share } } } }";
    let answer = answer(&as_person(world, COORDINATOR).await, query, json!({})).await;
    let all = answer["data"]["team"]["supporters"]["nodes"].as_array().unwrap_or_else(|| panic!("{answer}"));
    let mut own = all.iter().find(|one| one["person"]["id"] == person_id(OTHER_SUPPORTER)).unwrap().clone();
    own.as_object_mut().unwrap().remove("person");
    own
}
