//! Commands when something goes wrong: a closed pipe, a signal, a mistyped name. And files that no other user may read.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::process::Stdio;
use std::time::{Duration, Instant};

use entity::table::import_batch;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use crate::cli::{code_and_output, psn, run};
use crate::harness::both;

const BOARD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/cli/demo/board");

fn migrated() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &["migrate"]).0, Some(0));
    folder
}

#[test]
fn closed_pipe_is_not_an_error() {
    let folder = migrated();
    for args in [&["export", "--as-of", "2026-11-16", "--out", "out"][..], &["audit", "list"], &["run", "list"]] {
        let mut command = psn(folder.path(), args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let (code, _, error) = code_and_output(child.wait_with_output().unwrap());
        assert_eq!((code, error.contains("panicked")), (Some(0), false), "{args:?}: {error}");
    }
}

#[cfg(unix)]
#[test]
fn files_with_personal_data_are_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let binary = env!("CARGO_BIN_EXE_psn");
    let staff = "Employer,Employee Number,Unit Code,First Name\nNHS,1,U1,Ada\n";
    std::fs::write(at("staff.csv"), staff).unwrap();
    std::fs::write(at("units.csv"), "Unit Code,Unit Name,Parent Code\nU1,A board,\n").unwrap();
    // With this umask, files would be readable by everyone.
    let script = format!(
        "umask 000; set -e
        {binary} migrate
        {binary} import --dir . --as-at 2026-11-16 --apply --rejects rejects.csv
        {binary} export --as-of 2026-11-16 --out figures
        {binary} person export --number 1 --out person.json"
    );
    let output = std::process::Command::new("sh").env_clear().current_dir(&folder).args(["-c", &script]).output();
    let (code, said, error) = code_and_output(output.unwrap());
    assert_eq!(code, Some(0), "{said}{error}");
    let mode = |name: &str| std::fs::metadata(at(name)).unwrap().permissions().mode() & 0o777;
    let coverage = std::fs::read_to_string(at("figures/coverage.csv")).unwrap();
    assert!(coverage.starts_with("\u{feff}As At,"), "Excel reads UTF-8 by its mark: {coverage:?}");
    for made in ["psn-data", "figures"] {
        assert_eq!(mode(made), 0o700, "{made}");
    }
    for made in ["psn-data/psn.db", "rejects.csv", "person.json", "figures/standing.csv", "figures/coverage.csv"] {
        assert_eq!(mode(made), 0o600, "{made}");
    }
}

#[cfg(unix)]
#[test]
fn symlink_is_replaced_and_never_followed() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let precious = [
        ("figures", "precious"),
        ("rejects", "Employer,File,Line,Column,What is wrong\n"),
        ("changes", "Change,What,Which,Column,From,To\n"),
        ("person", "{}"),
    ];
    let links = [
        ("figures/coverage.csv", "figures"),
        ("figures/standing.csv", "figures"),
        ("rejects.csv", "rejects"),
        ("changes.csv", "changes"),
        ("person.json", "person"),
    ];
    for folder in ["kept", "figures"] {
        std::fs::create_dir(at(folder)).unwrap();
    }
    for (name, text) in precious {
        std::fs::write(at("kept").join(name), text).unwrap();
    }
    for (link, to) in links {
        std::os::unix::fs::symlink(at("kept").join(to), at(link)).unwrap();
    }
    std::os::unix::fs::symlink(at("kept/nowhere"), at("figures/rollup.csv")).unwrap();
    std::fs::write(at("staff.csv"), "Employer,Employee Number,Unit Code\nNHS,1,U1\n").unwrap();
    std::fs::write(at("units.csv"), "Unit Code,Unit Name,Parent Code\nU1,A board,\n").unwrap();
    for args in [
        &[
            "import",
            "--dir",
            ".",
            "--as-at",
            "2026-11-16",
            "--apply",
            "--rejects",
            "rejects.csv",
            "--changes",
            "changes.csv",
        ][..],
        &["export", "--as-of", "2026-11-16", "--out", "figures"],
        &["person", "export", "--number", "1", "--out", "person.json"],
    ] {
        let (code, said, error) = run(folder.path(), args);
        assert_eq!(code, Some(0), "{args:?}: {said}{error}");
    }
    for (name, text) in precious {
        assert_eq!(std::fs::read_to_string(at("kept").join(name)).unwrap(), text, "{name}");
    }
    assert!(!at("kept/nowhere").exists());
    for name in links.map(|(link, _)| link).into_iter().chain(["figures/rollup.csv"]) {
        let made = std::fs::symlink_metadata(at(name)).unwrap();
        assert!(made.is_file() && made.len() > 3, "{name}");
    }
    let left = std::fs::read_dir(at("figures")).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with('.')), "nothing half written is left");
}

#[test]
fn missing_database_is_created_only_on_purpose() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = ["--database-url", "sqlite:nope/x.db"];
    let dry_run = ["import", "--dir", BOARD, "--as-at", "2026-11-16"];
    for args in [
        &["token", "list"][..],
        &["grant", "list"],
        &["audit", "verify"],
        &["run", "list"],
        &["person", "export", "--number", "1"],
        &["export", "--as-of", "2026-11-16", "--out", "out"],
        &dry_run,
    ] {
        let (code, _, error) = run(folder.path(), &[args, &elsewhere].concat());
        assert!(code == Some(2) && error.contains("there is no database at nope/x.db"), "{args:?}: {error}");
    }
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
}

#[test]
fn errors_say_what_to_do_next() {
    let folder = migrated();
    for (args, says) in [
        (&["serve", "--bind", "localhost:18081"][..], "127.0.0.1:8080"),
        (&["serve", "--bind", "127.0.0.1:0", "--persisted-operations", "/nope"], "folder of .graphql files"),
        (&["grant", "add", "nobody@board.example", "admin"], "staff.csv"),
        (&["person", "export"], "with --email"),
        (
            &["person", "erase", "--number", "1", "--reason", "BORED"],
            "it must be REQUESTED, NOT_NEEDED, UNLAWFUL or LEGAL_DUTY",
        ),
        (&["person", "erase", "--number", "1", "--reason", "RETENTION"], "it must be REQUESTED"),
        (&["token", "make", "--name", "Ward", "--days", "-5"], "1 to "),
    ] {
        let (code, _, error) = run(folder.path(), args);
        assert!(code == Some(2) && error.contains(says), "{args:?}: {error}");
    }
    let (code, said, _) = run(folder.path(), &["audit", "list", "--object", "foo"]);
    assert_eq!((code, said.trim()), (Some(0), "No matching events."));
    let empty = format!("0:{}", "0".repeat(64));
    let (code, said, _) = run(folder.path(), &["audit", "verify", "--expect", &empty]);
    assert!(code == Some(0) && said.contains(&format!("It contains the expected end {empty}.")), "{said}");
}

#[cfg(unix)]
both!(
    async fn signal_rolls_back_unfinished_work(world: World) {
        for signal in ["INT", "TERM"] {
            // Blocks the import at its first write.
            let held = entity::store::begin_write(&world.db).await.unwrap();
            entity::table::fact_version::Entity::update_many()
                .col_expr(entity::table::fact_version::Column::Version, sea_orm::sea_query::Expr::value(7))
                .exec(&held)
                .await
                .unwrap();
            let import = ["import", "--dir", BOARD, "--as-at", "2026-11-16", "--apply", "--database-url", &world.url];
            let mut command = psn(world.folder.path(), &import);
            let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            tokio::time::sleep(Duration::from_secs(2)).await;
            assert_eq!(child.try_wait().unwrap(), None, "it waits");
            let begun = Instant::now();
            let sent =
                std::process::Command::new("kill").arg(format!("-{signal}")).arg(child.id().to_string()).status();
            assert!(sent.unwrap().success());
            let (code, _, error) = code_and_output(child.wait_with_output().unwrap());
            // The lock is held while the test runs; a busy machine takes some seconds to stop.
            assert!(begun.elapsed() < Duration::from_secs(20), "{signal}: {:?}", begun.elapsed());
            assert_eq!(code, Some(130), "{error}");
            assert!(error.contains("Stopping. ") && error.contains("Press Ctrl-C again"), "{error}");
            held.rollback().await.unwrap();
            assert_eq!(import_batch::Entity::find().count(&world.db).await.unwrap(), 0);
        }
    }
);
