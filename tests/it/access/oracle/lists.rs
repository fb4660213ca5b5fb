//! Lists that find people by their data on file, and the units of a line manager.

use entity::id::PersonId;
use entity::value::AccessRole;
use psn::access::Viewer;
use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};

use super::asking::{Asking, decoded};
use super::world;
use crate::graphql::board::changed;
use crate::harness::both;

fn texts(list: &Value, field: &str) -> Vec<String> {
    list["nodes"].as_array().unwrap().iter().map(|node| node[field].as_str().unwrap().to_owned()).collect()
}

both!(
    async fn a_line_manager_sees_figures_of_managed_units(world: World) {
        world::build(&world).await;
        let manager = Viewer::person(PersonId(8), Vec::new());
        let query = "{ units(first: 100) { nodes { code rollUp { headcount level1 { done { denominator } } } } }
            snapshots { totalCount } gapReports { totalCount } }";
        let asking = Asking::over(&world, world.db.clone()).await;
        let told = asking.answer(query, &manager).await;
        assert_eq!(texts(&told["data"]["units"], "code"), ["N1", "N2", "S1", "S2"], "{told}");
        // Nothing is below N1, so the person sees the roll-up.
        let ward = &told["data"]["units"]["nodes"][0]["rollUp"];
        assert_eq!(ward["level1"]["done"]["denominator"], ward["headcount"], "{told}");
        // S1 has an annexe below it.
        assert_eq!(told["data"]["units"]["nodes"][2]["rollUp"], Value::Null, "{told}");
        assert_eq!(told["data"]["gapReports"]["totalCount"], 0, "{told}");

        for change in ["bank = true WHERE person_id = 69", "valid_to = '2026-11-16' WHERE person_id = 36"] {
            world.db.execute_unprepared(&format!("UPDATE post SET {change}")).await.unwrap();
        }
        changed(&world.db).await;
        let told = asking.answer(query, &manager).await;
        assert_eq!(texts(&told["data"]["units"], "code"), ["N1", "N2"], "{told}");
    }
);

both!(
    async fn a_number_or_address_finds_exportable_people_only(world: World) {
        world::build(&world).await;
        let asking = Asking::over(&world, world.db.clone()).await;
        let coordinator = Viewer::person(PersonId(54), vec![AccessRole::Coordinator]);
        let admin = Viewer::person(PersonId(63), vec![AccessRole::Admin]);
        let (staff, leaver) = (Viewer::person(PersonId(41), Vec::new()), Viewer::person(PersonId(60), Vec::new()));
        for (viewer, search, found) in [
            (&coordinator, "first41", &[41][..]),
            (&coordinator, "000041", &[]),
            (&coordinator, "p41@board", &[]),
            (&coordinator, "000054", &[54]),
            (&admin, "000041", &[41]),
            (&admin, "P41@Board.example", &[41]),
            (&staff, "p41@", &[41]),
            (&staff, "first4", &[41]),
            (&staff, "first50", &[]),
            (&leaver, "first60", &[]),
        ] {
            let query = format!("{{ people(search: \"{search}\") {{ totalCount nodes {{ id }} }} }}");
            let told = asking.answer(&query, viewer).await;
            let ids = texts(&told["data"]["people"], "id");
            let ids: Vec<_> = ids.iter().map(|id| decoded(id).1).collect();
            assert_eq!(ids, found, "{search}: {told}");
            assert_eq!(told["data"]["people"]["totalCount"], json!(found.len()), "{search}");
        }
    }
);
