//! `psn report preview` shows or writes one mail, or sends it to a test address. Its recipient gets nothing.

use std::path::Path;

use entity::table::{audit_event, delivery};
use entity::value::Action;
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::missed::imported;
use super::ready;
use crate::cli::{code_and_output, psn};
use crate::harness::{World, both};

/// Runs `psn report preview --week 2026-W47` with these arguments in a folder.
fn preview(world: &World, folder: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    let arguments = [&["report", "preview", "--week", "2026-W47"], more].concat();
    let mut command = psn(folder, &arguments);
    code_and_output(command.env("DATABASE_URL", &world.url).env("MAIL_FOLDER", "mail").output().expect("psn runs"))
}

async fn reads(world: &World) -> u64 {
    let reads = audit_event::Entity::find().filter(audit_event::Column::Action.eq(Action::ReportRead.as_str()));
    reads.count(&world.db).await.unwrap()
}

both!(
    async fn previews_one_mail_without_sending_it(world: World) {
        ready(&world).await;
        imported(&world.db, "2026-11-02T10:00:00Z").await;
        let folder = tempfile::tempdir().unwrap();
        let (code, said, error) = preview(&world, folder.path(), &["--to", "P2@board.example"]);
        assert_eq!((code, error.as_str()), (Some(0), ""));
        assert!(
            said.starts_with("To: p2@board.example\nSubject: Peer support: 1 team needs cover (Unit NORTH)\n"),
            "{said}"
        );
        assert!(said.contains("DO THIS WEEK"), "{said}");

        let (code, said, _) = preview(&world, folder.path(), &["--unit", "NORTH", "--html", "mail.html"]);
        assert_eq!(code, Some(0), "{said}");
        let html = std::fs::read_to_string(folder.path().join("mail.html")).unwrap();
        assert!(html.contains("<h1 ") && html.contains("Unit NORTH"), "{html}");

        let arguments = ["--to", "p2@board.example", "--send", "Test <test@board.example>"];
        let (code, said, _) = preview(&world, folder.path(), &arguments);
        assert_eq!((code, said.contains("t…@board.example")), (Some(0), true), "{said}");
        let sent: Vec<_> = std::fs::read_dir(folder.path().join("mail")).unwrap().collect();
        let mail = std::fs::read_to_string(sent[0].as_ref().unwrap().path()).unwrap();
        assert!(sent.len() == 1 && mail.contains("To: test@board.example"), "{mail}");
        assert!(mail.contains("Subject: [Test] Peer support:") && !mail.contains("p2@board.example"), "{mail}");
        assert!(mail.contains("This is a test of a report. It was not sent to its recipient."), "{mail}");
        assert_eq!(delivery::Entity::find().count(&world.db).await.unwrap(), 0, "nothing is written down");
        assert_eq!(reads(&world).await, 3, "every read of another person's mail is in the audit log");
    }
);

both!(
    async fn it_refuses_what_no_mail_is_about(world: World) {
        ready(&world).await;
        imported(&world.db, "2026-11-02T10:00:00Z").await;
        let folder = tempfile::tempdir().unwrap();
        let (code, _, error) = preview(&world, folder.path(), &["--unit", "N0RTH"]);
        assert_eq!(code, Some(2));
        assert!(error.contains("has no mail about unit 'N0RTH'") && error.contains("--dry-run"), "{error}");
        let (code, _, error) = preview(&world, folder.path(), &["--to", "nobody@board.example"]);
        assert_eq!((code, error.contains("nobody@board.example")), (Some(2), false), "{error}");
        assert_eq!(reads(&world).await, 0);
    }
);
