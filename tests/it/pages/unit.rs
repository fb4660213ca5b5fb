//! The page of a unit.

use axum::http::StatusCode;
use entity::id::PostId;
use entity::table::{completion, post};

use super::html::links;
use super::{change, page};
use crate::access::site;
use crate::graphql::board;
use crate::harness::{World, both, instant};

both!(
    async fn a_senior_manager_sees_figures_and_what_to_do(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let answer = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let text = &answer.text;
        assert!(text.contains("<title>North, unit – Peer Support Network</title>"), "{text}");
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
    async fn small_numbers_are_hidden_as_in_the_api(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let senior = page(&router, &world.person(2).await, "/units/NORTH").await;
        assert!(senior.text.contains("not shown (small number)"), "{}", senior.text);
        let admin = page(&router, &world.admin, "/units/NORTH").await;
        assert!(!admin.text.contains("not shown (small number)"), "{}", admin.text);
    }
);

both!(
    async fn forbidden_and_missing_units_look_the_same(world: World) {
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
                "/units/SOUTH?gaps=x",
            ] {
                assert_eq!(seen(person, foreign).await, none, "{person} {foreign}");
            }
        }
    }
);

both!(
    async fn old_data_warning_is_at_the_top(world: World) {
        board::organisation(&world.db).await;
        let (router, _) = site(&world);
        let warning = "Warning: the data is old";
        // The staff list is as at 2 November.
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
    async fn unusual_codes_and_names_are_escaped(world: World) {
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
    async fn equal_ward_names_get_their_site(world: World) {
        board::organisation(&world.db).await;
        change(&world, "UPDATE unit SET name = 'Ward 1', site = 'Western General' WHERE code = 'N2'").await;
        let (router, _) = site(&world);
        let text = page(&router, &world.person(2).await, "/units/NORTH").await.text;
        // N2 is in the list of gaps, N1 in that of teams that will lose their cover, and both are among the units below.
        assert_eq!(text.matches(">Ward 1, Western General</a>").count(), 2, "{text}");
        assert_eq!(text.matches(">Ward 1, Royal Infirmary</a>").count(), 2, "{text}");
        assert!(!text.contains(">Ward 1</a>"), "{text}");
        // At one site their codes distinguish them; a unique name is unchanged.
        change(&world, "UPDATE unit SET site = 'Royal Infirmary' WHERE code = 'N2'").await;
        let text = page(&router, &world.person(2).await, "/units/NORTH").await.text;
        assert!(text.contains(">Ward 1 (N1)</a>") && text.contains(">Ward 1 (N2)</a>"), "{text}");
        let south = page(&router, &world.admin, "/units/SOUTH").await.text;
        assert!(south.contains(">Ward 7</a>"), "{south}");
    }
);

/// Makes the supporters of every second of many wards count, with a certificate that expires soon.
async fn put_at_risk(world: &World) {
    let supporters = || (1001..1061).filter(|id| id % 2 == 0);
    // A second post, in the ward that they support.
    let posts = supporters().map(|id| post::Model { id: PostId(id + 10_000), ..board::post_row(id, id - 1) });
    board::insert::<post::Entity>(&world.db, posts).await;
    let level_1 = supporters().map(|id| board::pass(id + 10_000, id, 1, "2023-12-20"));
    let passes = supporters().map(|id| board::pass(id, id, 2, "2023-12-20")).chain(level_1);
    board::insert::<completion::Entity>(&world.db, passes).await;
    board::changed(&world.db).await;
}

/// Returns the links in the part of a page below a heading.
fn part(text: &str, heading: &str) -> Vec<String> {
    let (_, part) = text.split_once(&format!(">{heading}</h2>")).unwrap();
    links(part.split("<h2").next().unwrap())
}

both!(
    async fn each_list_continues_on_its_next_page(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 60).await;
        put_at_risk(&world).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        for (list, heading) in
            [("gaps", "What to do"), ("soon", "Teams that will lose their cover"), ("units", "Units below")]
        {
            let mut address = "/units/NORTH".to_owned();
            let mut seen = Vec::new();
            for _ in 0..9 {
                let answer = page(&router, &pass, &address).await;
                assert_eq!(answer.status, StatusCode::OK, "{address}");
                assert!(answer.text.contains(&format!("id=\"{list}\"")), "a link leads to the list");
                let (pages, teams): (Vec<_>, Vec<_>) =
                    part(&answer.text, heading).into_iter().partition(|link| link.starts_with("/units/NORTH"));
                assert!(teams.iter().all(|link| !seen.contains(link)), "{teams:?} again");
                seen.extend(teams);
                let query = format!("/units/NORTH?{list}=");
                let Some(next) = pages.iter().find(|link| link.starts_with(&query)) else { break };
                address = next.split_once('#').unwrap().0.to_owned();
            }
            assert!(seen.len() > 25, "{list}: {seen:?}");
        }
        for address in [
            "/units/NORTH?gaps=nonsense",
            "/units/NORTH?soon=x",
            "/units/NORTH?units=%22",
            "/units/NORTH?gaps=a&gaps=b",
        ] {
            assert_eq!(page(&router, &pass, address).await.status, StatusCode::BAD_REQUEST, "{address}");
        }
    }
);

both!(
    async fn paging_one_list_keeps_the_others(world: World) {
        board::organisation(&world.db).await;
        board::many_wards(&world.db, 60).await;
        put_at_risk(&world).await;
        let (router, _) = site(&world);
        let pass = world.person(2).await;
        let next = |text: &str, heading: &str, list: &str| {
            let with = format!("{list}=");
            let found =
                part(text, heading).into_iter().find(|link| link.starts_with("/units/NORTH?") && link.contains(&with));
            found.unwrap().split_once('#').unwrap().0.to_owned()
        };
        let (gaps, soon) = ("What to do", "Teams that will lose their cover");
        let first = page(&router, &pass, "/units/NORTH").await.text;
        let second = page(&router, &pass, &next(&first, gaps, "gaps")).await.text;
        assert_ne!(part(&first, gaps), part(&second, gaps));
        let both = page(&router, &pass, &next(&second, soon, "soon")).await.text;
        let teams = |text: &str, heading: &str| {
            part(text, heading).into_iter().filter(|link| link.starts_with("/teams/")).collect::<Vec<_>>()
        };
        assert_eq!(teams(&both, gaps), teams(&second, gaps));
        assert_ne!(teams(&both, soon), teams(&second, soon));
        assert!(both.contains("First page of teams with a gap") && !first.contains("First page"), "{both}");
    }
);
