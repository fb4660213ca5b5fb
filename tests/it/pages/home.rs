//! The home page after signing in, as each role.

use axum::http::StatusCode;
use entity::actor::Actor;
use entity::id::PersonId;
use entity::store::access::grant::{self, NewGrant};
use entity::value::{AccessRole, Role};

use super::html::links;
use super::{appoint_to, change, page};
use crate::access::site;
use crate::graphql::board;
use crate::harness::{both, day};

both!(
    async fn senior_manager_lands_on_own_unit(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let lands = async |person: i64| {
            let answer = page(&router, &world.person(person).await, "/welcome").await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{person}");
            answer.header("location").to_owned()
        };
        // Person 1 stands in for person 2.
        assert_eq!([lands(2).await, lands(1).await], ["/units/NORTH", "/units/NORTH"]);
        for person in [3, 4, 41] {
            assert_eq!(lands(person).await, "/", "{person}");
        }
        appoint_to(&world, 3).await;
        assert_eq!(lands(2).await, "/", "of two units neither comes first");
    }
);

both!(
    async fn every_page_links_to_the_home_page(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        let home = page(&router, &pass, "/").await;
        assert_eq!(home.status, StatusCode::OK);
        assert!(links(&home.text).iter().any(|link| link == "/units/NORTH"), "{}", home.text);
        for address in ["/", "/units/NORTH", "/teams/N1", "/units/NOWHERE", "/playground", "/sign-in"] {
            let answer = page(&router, &pass, address).await;
            let header = answer.text.split_once("<main").unwrap().0;
            assert!(header.contains("href=\"/\">Home</a>"), "{address}: {header}");
        }
    }
);

both!(
    async fn several_units_are_shown_in_a_table(world: World) {
        board::organisation(&world.db).await;
        appoint_to(&world, 3).await;
        let (router, _) = site(&world);
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
    async fn home_page_describes_each_role(world: World) {
        board::organisation(&world.db).await;
        // Person 5 becomes line manager of person 4 in N1.
        change(&world, "UPDATE post SET line_manager_id = 5 WHERE person_id = 4").await;
        for (person, role) in [(8, AccessRole::Admin), (9, AccessRole::Coordinator), (10, AccessRole::Auditor)] {
            let new = NewGrant { person: PersonId(person), role, from: day("2026-11-01"), to: None };
            grant::add(&world.db, new, Actor::Operator, world.clock.now()).await.unwrap();
        }
        board::insert_allocations(&world.db, [board::allocation_row(8, 40, Role::Trainer, 3)]).await;
        board::changed(&world.db).await;
        let (router, _) = site(&world);
        let board: &[&str] = &["/units/BOARD", "/playground"];
        for (person, said, leads_to) in [
            (3, "You are a Peer Supporter", &["/teams/N1"][..]),
            (4, "You are a Wellbeing Champion for Ward 1.", &[]),
            (5, "You are a line manager", &["/teams/N1"]),
            (40, "You are a Trainer for South.", &[]),
            (41, "You are signed in as a member of staff", &[]),
            (8, "You are an administrator of this service", board),
            (9, "You coordinate the network", board),
            (10, "You are an auditor", board),
        ] {
            let answer = page(&router, &world.person(person).await, "/").await;
            assert_eq!(answer.status, StatusCode::OK, "{person}");
            assert!(answer.text.contains(said), "{person}: {}", answer.text);
            assert!(answer.text.contains(&format!("Welcome, First{person} Last{person}")), "{}", answer.text);
            let mut links = links(&answer.text);
            links.retain(|link| !["#maincontent", "/", "/docs"].contains(&link.as_str()));
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

both!(
    async fn each_of_several_roles_has_its_links(world: World) {
        board::organisation(&world.db).await;
        // The senior manager of two units also supports S1, which is in neither, and manages a person of S2.
        change(&world, "UPDATE appointment SET unit_id = 4 WHERE id = 1").await;
        appoint_to(&world, 5).await;
        board::insert_allocations(&world.db, [board::allocation_row(8, 2, Role::PeerSupporter, 6)]).await;
        change(&world, "UPDATE post SET line_manager_id = 2 WHERE person_id = 39").await;
        let (router, _) = site(&world);
        let text = page(&router, &world.person(2).await, "/").await.text;
        for said in ["You are a senior manager", "You are a line manager", "You are a Peer Supporter"] {
            assert!(text.contains(said), "{text}");
        }
        let links = links(&text);
        for link in ["#units", "/units/N1", "/units/N2", "/teams/S1", "/teams/S2"] {
            assert!(links.iter().any(|to| to == link), "{link}: {links:?}");
        }
        assert!(
            text.contains("id=\"units\"") && text.contains("No Peer Supporter"),
            "its status stands beside it: {text}"
        );
    }
);

both!(
    async fn team_list_continues_on_next_page(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 30).await;
        change(&world, "UPDATE post SET line_manager_id = 41 WHERE person_id > 1000").await;
        let (router, _) = site(&world);
        let pass = world.person(41).await;
        let first = page(&router, &pass, "/").await.text;
        let teams =
            |text: &str| links(text).into_iter().filter(|link| link.starts_with("/teams/W")).collect::<Vec<_>>();
        let next = links(&first).into_iter().find(|link| link.starts_with("/?people=")).unwrap();
        let (address, list) = next.split_once('#').unwrap();
        assert!(first.contains("Next page of the teams of your people") && first.contains(&format!("id=\"{list}\"")));
        let second = page(&router, &pass, address).await.text;
        let (first, second) = (teams(&first), teams(&second));
        assert_eq!((first.len(), second.len()), (20, 10));
        assert!(second.iter().all(|team| !first.contains(team)), "{second:?}");
        assert_eq!(page(&router, &pass, "/?people=nonsense").await.status, StatusCode::BAD_REQUEST);
    }
);
