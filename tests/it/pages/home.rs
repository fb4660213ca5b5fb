//! The page after sign-in, as each role.

use axum::http::StatusCode;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant;
use entity::value::AccessRole;

use super::html::links;
use super::{appoint_to, change, page};
use crate::access::site;
use crate::graphql::board;
use crate::harness::{both, day};

both!(
    async fn a_senior_manager_lands_on_their_unit(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        // Person 1 stands in for person 2.
        for person in [2, 1] {
            let answer = page(&router, &world.person(person).await, "/").await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/units/NORTH"), "{person}");
        }
        appoint_to(&world, 3).await;
        let answer = page(&router, &world.person(2).await, "/").await;
        assert_eq!(answer.status, StatusCode::OK);
        let links = links(&answer.text);
        for unit in ["/units/NORTH", "/units/SOUTH"] {
            assert!(links.iter().any(|link| link == unit), "{links:?}");
        }
        assert!(!links.iter().any(|link| link == "/units/BOARD" || link == "/playground"), "{links:?}");
        assert!(answer.text.contains("senior manager"), "{}", answer.text);
    }
);

both!(
    async fn everyone_else_is_told_what_they_can_do(world: World) {
        board::organisation(&world.db).await;
        // Person 5 becomes line manager of person 4 in N1.
        change(&world, "UPDATE post SET line_manager_id = 5 WHERE person_id = 4").await;
        for (person, role) in [(8, AccessRole::Admin), (9, AccessRole::Coordinator), (10, AccessRole::Auditor)] {
            let by = (Actor::Operator, world.clock.now());
            grant::add(&world.db, (PersonId(person), role), (day("2026-11-01"), None), by).await.unwrap();
        }
        let (router, _) = site(&world);
        let board: &[&str] = &["/units/BOARD", "/playground"];
        for (person, said, leads_to) in [
            (3, "You are a Peer Supporter", &["/teams/N1"][..]),
            (5, "You are a line manager", &["/teams/N1"]),
            (41, "You are signed in as a member of staff", &[]),
            (8, "You run this service", board),
            (9, "You coordinate the network", board),
            (10, "You are an auditor", board),
        ] {
            let answer = page(&router, &world.person(person).await, "/").await;
            assert_eq!(answer.status, StatusCode::OK, "{person}");
            assert!(answer.text.contains(said), "{person}: {}", answer.text);
            assert!(answer.text.contains(&format!("Welcome, First{person} Last{person}")), "{}", answer.text);
            let mut links = links(&answer.text);
            links.retain(|link| !["#maincontent", "/"].contains(&link.as_str()));
            links.sort_unstable();
            links.dedup();
            let mut expected = leads_to.to_vec();
            expected.sort_unstable();
            assert_eq!(links, expected, "{person}");
        }
        let dashboard = world.token(AccessRole::Dashboard, &[2, 3], false).await;
        let answer = page(&router, &dashboard, "/").await;
        assert!(answer.text.contains("API token") && links(&answer.text).contains(&"/units/SOUTH".to_owned()));
    }
);

both!(
    async fn before_the_first_import_there_is_no_data(world: World) {
        let (router, _) = site(&world);
        let answer = page(&router, &world.admin, "/").await;
        assert_eq!(answer.status, StatusCode::OK);
        assert!(answer.text.contains("There is no data yet"), "{}", answer.text);
        assert!(!links(&answer.text).iter().any(|link| link.starts_with("/units/")));
    }
);
