//! The documents as pages.

use std::collections::BTreeSet;
use std::path::Path;

use axum::http::StatusCode;

use super::html::links;
use super::page;
use crate::access::{request, site};
use crate::harness::both;

/// The file names in docs/.
fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    files.filter(|name| name.ends_with(".md")).collect()
}

both!(
    async fn every_document_has_a_page_whose_links_work(world: World) {
        let (router, _) = site(&world);
        let mut targets = BTreeSet::new();
        for name in names() {
            let address = if name == "README.md" { "/docs".to_owned() } else { format!("/docs/{name}") };
            let answer = page(&router, &world.admin, &address).await;
            assert_eq!(answer.status, StatusCode::OK, "{address}");
            let to = links(&answer.text).into_iter().map(|link| match link.strip_prefix('#') {
                Some(anchor) => format!("{address}#{anchor}"),
                None => link,
            });
            targets.extend(to.filter(|link| link.starts_with("/docs")));
        }
        assert!(targets.len() > 40, "{targets:?}");
        for target in targets {
            let (address, anchor) = target.split_once('#').unwrap_or((&target, ""));
            let answer = page(&router, &world.admin, address).await;
            assert_eq!(answer.status, StatusCode::OK, "{target}");
            assert!(anchor.is_empty() || answer.text.contains(&format!("id=\"{anchor}\"")), "{target}");
        }
        let absent = page(&router, &world.admin, "/docs/absent.md").await;
        assert_eq!(absent.status, StatusCode::NOT_FOUND);
    }
);

both!(
    async fn documents_are_for_the_signed_in(world: World) {
        let (router, _) = site(&world);
        let answer = request(&router, "GET", "/docs/managers.md", &[("accept", "text/html")], "").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert_eq!(answer.header("location"), "/sign-in?to=%2Fdocs%2Fmanagers.md");
    }
);
