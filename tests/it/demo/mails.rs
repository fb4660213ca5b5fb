//! The page of the demonstration's mails.

use axum::Router;
use axum::http::StatusCode;
use entity::table::{delivery, report};
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::{app, psn};
use crate::access::at_loopback;
use crate::harness::World;
use crate::pages::html::assert_sound;
use crate::site::get;

const LIST: &str = "/demo/mails";

/// Returns the demonstration's router, for a browser that is not signed in.
fn demonstration(world: &World) -> Router {
    let app = app(world);
    let authenticator = app.authenticator().expect("a gate").with_links();
    at_loopback(app.router(&authenticator).expect("a site"))
}

async fn mails(world: &World) -> Vec<delivery::Model> {
    let mails = delivery::Entity::find().order_by_asc(delivery::Column::Id).all(&world.db).await;
    mails.expect("deliveries")
}

pub(super) async fn each_mail_is_listed_as_text_and_html(world: &World) {
    let site = demonstration(world);
    let page = get(&site, LIST).await;
    assert_eq!((page.status, page.header("content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"), "{:?}", page.headers);
    assert_sound(&page.text);
    let mails = mails(world).await;
    for mail in &mails {
        for part in ["text", "html"] {
            assert!(page.text.contains(&format!("href=\"{LIST}/{}/{part}\"", mail.id)), "{} is listed", mail.id);
        }
    }
    // The newest week comes first.
    let weeks = report::Entity::find().order_by_desc(report::Column::Week).all(&world.db).await.expect("reports");
    let places: Vec<_> = weeks.iter().map(|report| page.text.find(&format!(">Week {}</h2>", report.week))).collect();
    assert!(places.len() == 2 && places[0].is_some() && places[0] < places[1], "{places:?}");

    let mail = mails.last().expect("a mail");
    let text = get(&site, &format!("{LIST}/{}/text", mail.id)).await;
    assert_eq!((text.header("content-type"), &text.text), ("text/plain; charset=utf-8", &mail.text_part));
    let html = get(&site, &format!("{LIST}/{}/html", mail.id)).await;
    assert_eq!((html.header("content-type"), &html.text), ("text/html; charset=utf-8", &mail.html_part));
    let policy = html.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox "), "{policy}");
    assert!(!policy.contains("allow-scripts") && !policy.contains("allow-same-origin"), "{policy}");
    for missing in ["0/text", "0/html", "999999/html", "1/csv"] {
        assert_ne!(get(&site, &format!("{LIST}/{missing}")).await.status, StatusCode::OK, "{missing}");
    }
}

/// Over the same database.
pub(super) async fn no_other_service_has_the_page(world: &World) {
    let app = app(world);
    let authenticator = app.authenticator().expect("a gate");
    let site = at_loopback(app.router(&authenticator).expect("a site"));
    let id = mails(world).await[0].id;
    for address in [LIST.to_owned(), format!("{LIST}/{id}/text"), format!("{LIST}/{id}/html")] {
        assert_eq!(get(&site, &address).await.status, StatusCode::UNAUTHORIZED, "{address}");
        assert_eq!(get(&world.admin.with(site.clone()), &address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}

pub(super) async fn page_closes_after_other_imports(world: &World) {
    let courses = world.folder.path().join("courses.csv");
    std::fs::write(&courses, "Course Code,Course Title,Level\nREAL-1,A real course,1\n").expect("a file");
    let file = courses.to_str().expect("a path");
    psn(world, &["import", "--courses", file, "--as-at", "2026-11-16", "--apply"]).await.expect("real files");
    let id = mails(world).await[0].id;
    for address in [LIST.to_owned(), format!("{LIST}/{id}/text"), format!("{LIST}/{id}/html")] {
        assert_eq!(get(&demonstration(world), &address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
}
