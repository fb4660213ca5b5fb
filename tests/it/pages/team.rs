//! The page of a team.

use axum::http::StatusCode;

use super::html::links;
use super::{change, page};
use crate::access::site;
use crate::graphql::board;
use crate::harness::both;

both!(
    async fn supporters_are_shown_to_record_viewers(world: World) {
        board::organisation(&world.db).await;
        change(&world, "UPDATE post SET line_manager_id = 41 WHERE person_id = 9").await;
        let (router, _) = site(&world);
        // The senior manager sees both supporters, a Peer Supporter sees themselves, and a line manager of another person
        // neither.
        for (person, first6, first7) in [(2, true, true), (6, true, false), (41, false, false)] {
            let answer = page(&router, &world.person(person).await, "/teams/N2").await;
            assert_eq!(answer.status, StatusCode::OK, "{person}");
            let text = &answer.text;
            assert!(text.contains("Ward 2") && text.contains("Too few Peer Supporters"), "{text}");
            assert!(
                text.contains("One Peer Supporter for every 25 staff or part of that number, and at least 1"),
                "{text}"
            );
            assert_eq!(text.contains("First6 Last6"), first6, "{person}: {text}");
            assert_eq!(text.contains("First7 Last7"), first7, "{person}: {text}");
            assert_eq!(text.contains(">Peer Supporters</h2>"), first6 || first7, "nothing in its place: {text}");
        }
    }
);

both!(
    async fn what_to_do_comes_first(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        let short = page(&router, &pass, "/teams/N2").await.text;
        let todo = short.split_once(">What to do</h2>").unwrap().1.split("<h2").next().unwrap();
        assert!(todo.contains("Arrange protected time for 1 colleague who is already allocated."), "{todo}");
        assert!(todo.contains("nominate 1 person.") && todo.contains("1 more Wellbeing Champion"), "{todo}");
        let risk = page(&router, &pass, "/teams/N1").await.text;
        let todo = risk.split_once(">What to do</h2>").unwrap().1.split("<h2").next().unwrap();
        assert!(
            todo.contains("it will be lost from 15 December 2026. 1 certificate expires. Book 1 refresher."),
            "{todo}"
        );
        assert!(todo.contains("only one person covers the team"), "{todo}");
    }
);

both!(
    async fn a_cover_group_names_its_members(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let text = page(&router, &world.admin, "/teams/S2").await.text;
        assert!(text.contains("as the cover group Pair"), "{text}");
        let links = links(&text);
        assert!(links.iter().any(|link| link == "/teams/S3") && links.iter().any(|link| link == "/units/SOUTH"));
    }
);

both!(
    async fn level_1_band_hides_the_count(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        // 24 of the 30 people of N2 have completed Level 1.
        let senior = page(&router, &world.person(2).await, "/teams/N2").await.text;
        let supporter = page(&router, &world.person(6).await, "/teams/N2").await.text;
        assert!(senior.contains("80% (24 of 30)"), "{senior}");
        assert!(!supporter.contains("24 of 30") && supporter.contains("80% to 89%"), "{supporter}");
    }
);

both!(
    async fn unit_without_team_redirects_to_unit_page(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        for (team, unit) in [("/teams/NORTH", "/units/NORTH"), ("/teams/OLD", "/units/OLD")] {
            let answer = page(&router, &pass, team).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, unit), "{team}");
            assert_eq!(page(&router, &pass, unit).await.status, StatusCode::OK, "{unit}");
        }
        // The unit page of a team links to the team page.
        let unit = page(&router, &pass, "/units/N1").await;
        assert!(links(&unit.text).iter().any(|link| link == "/teams/N1"), "{}", unit.text);
        // Another manager's unit that is not a team is not found.
        let (foreign, none) =
            (page(&router, &pass, "/teams/SOUTH").await, page(&router, &pass, "/teams/NOWHERE").await);
        assert_eq!((foreign.status, foreign.text), (StatusCode::NOT_FOUND, none.text));
    }
);
