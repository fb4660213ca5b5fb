//! A unit's page.

use axum::http::StatusCode;

use super::html::links;
use super::{change, page};
use crate::access::site;
use crate::graphql::board;
use crate::harness::{both, instant};

both!(
    async fn a_senior_manager_sees_figures_and_what_to_do(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let answer = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let text = &answer.text;
        assert!(text.contains("<title>North – Peer Support Network</title>"), "{text}");
        // N1 (3 people) is at risk and so covered; N2 (30) is not.
        assert!(text.contains("9%") && text.contains("3 of 33 staff") && text.contains("1 of 2 teams"), "{text}");
        assert!(text.contains("1 team has a gap") && text.contains("Too few Peer Supporters"), "{text}");
        assert!(
            text.contains("Teams that will lose their cover")
                && text.contains("1 team will lose its cover unless action is taken."),
            "{text}"
        );
        assert!(text.contains("The oldest staff list behind these figures is the list of NHS as at 2 November 2026"));
        let to = links(text);
        for team in ["/teams/N1", "/teams/N2"] {
            assert!(to.iter().any(|link| link == team), "{to:?}");
        }
        assert!(!to.iter().any(|link| link == "/units/BOARD"), "what is above is not theirs: {to:?}");
        let above = page(&router, &world.admin, "/units/NORTH").await;
        assert!(links(&above.text).iter().any(|link| link == "/units/BOARD"), "{}", above.text);
    }
);

both!(
    async fn small_numbers_are_hidden_as_the_api_hides_them(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let senior = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert!(senior.text.contains("not shown (small number)"), "{}", senior.text);
        let admin = page(&router, &world.admin, "/units/NORTH").await;
        assert!(!admin.text.contains("not shown (small number)"), "{}", admin.text);
    }
);

both!(
    async fn a_units_page_that_one_may_not_see_is_that_of_one_which_is_not_there(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let seen = async |person: i64, address: &str| {
            let answer = page(&router, &world.person(person).await, address).await;
            let mut headers = answer.headers.clone();
            headers.remove("x-request-id");
            (answer.status, headers, answer.text)
        };
        for person in [2, 3, 41] {
            let none = seen(person, "/units/NOWHERE").await;
            assert_eq!(none.0, StatusCode::NOT_FOUND);
            for foreign in [
                "/units/SOUTH",
                "/units/BOARD",
                "/teams/S1",
                "/teams/SOUTH",
                "/teams/BOARD",
                "/teams/NOWHERE",
                "/units/SOUTH?after=x",
            ] {
                assert_eq!(seen(person, foreign).await, none, "{person} {foreign}");
            }
        }
    }
);

both!(
    async fn old_data_is_told_at_the_top(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let warning = "Warning: the data is old";
        // The list is of 2 November.
        for (now, is_old) in [("2026-12-07T09:00:00Z", false), ("2026-12-08T09:00:00Z", true)] {
            world.clock.set(instant(now));
            let pass = world.person(2).await;
            for address in ["/units/NORTH", "/teams/N1"] {
                assert_eq!(page(&router, &pass, address).await.text.contains(warning), is_old, "{now} {address}");
            }
        }
    }
);

both!(
    async fn a_code_may_hold_anything_and_a_name_too(world: World) {
        board::organisation(&world.db).await;
        let (name, code) = ("<script>alert(1)</script>&\"", "N/2 &\"<x>?#%2F");
        change(&world, &format!("UPDATE unit SET name = '{name}', code = '{code}' WHERE id = 5")).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        let above = page(&router, &pass, "/units/NORTH").await;
        let link = "/teams/N%2F2%20%26%22%3Cx%3E%3F%23%252F";
        assert!(links(&above.text).iter().any(|to| to == link), "{}", above.text);
        let team = page(&router, &pass, link).await;
        assert_eq!(team.status, StatusCode::OK, "{}", team.text);
        assert!(team.text.contains("&#60;script&#62;alert(1)") || team.text.contains("&lt;script&gt;alert(1)"));
    }
);

both!(
    async fn more_teams_and_more_units_are_on_further_pages(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 60).await;
        board::changed(&world.db).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        for (query, list) in [("/units/NORTH?after=", "What to do"), ("/units/NORTH?units=", "Units below")] {
            let mut address = "/units/NORTH".to_owned();
            let mut seen = Vec::new();
            for _ in 0..3 {
                let answer = page(&router, &pass, &address).await;
                assert_eq!(answer.status, StatusCode::OK, "{address}");
                let (_, part) = answer.text.split_once(&format!(">{list}</h2>")).unwrap();
                let part = part.split("<h2").next().unwrap();
                let mut links = links(part);
                let more = links.iter().position(|link| link.starts_with(query)).map(|at| links.remove(at));
                links.retain(|link| link.starts_with("/teams/"));
                assert!(links.iter().all(|link| !seen.contains(link)), "{links:?} again");
                seen.extend(links);
                let Some(more) = more else { break };
                address = more;
            }
            assert!(seen.len() > 10, "{list}: {seen:?}");
        }
        for address in ["/units/NORTH?after=nonsense", "/units/NORTH?units=%22", "/units/NORTH?after=a&after=b"] {
            assert_eq!(page(&router, &pass, address).await.status, StatusCode::BAD_REQUEST, "{address}");
        }
    }
);
