//! Start-up: secrets, unsafe settings, and three replicas on an empty database.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::fs;
use std::path::Path;

use entity::store::begin_write;
use entity::table::report;
use futures_util::future::join_all;
use jobs::mail::Mailer;
use migration::Migrator;
use sea_orm::{ConnectionTrait as _, EntityTrait as _};
use sea_orm_migration::{MigratorTrait as _, SchemaManager};

use crate::cli::{code_and_output, psn};
use crate::harness::both;

/// Planted in settings. No output of psn may contain it.
const PLANTED: &str = "Xq7-planted";

/// Runs psn with these variables. Returns its exit code, and both outputs together.
fn says(folder: &Path, args: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let (code, said, error) = code_and_output(psn(folder, args).envs(variables.iter().copied()).output().unwrap());
    let all = said + &error;
    assert!(!all.contains(PLANTED), "{args:?} {variables:?}: {all}");
    (code, all)
}

fn refused(folder: &Path, args: &[&str], variables: &[(&str, &str)], word: &str) {
    let (code, said) = says(folder, args, variables);
    assert_eq!(code, Some(2), "{args:?} {variables:?}: {said}");
    assert!(said.contains(word), "{args:?} {variables:?}: {said}");
    let sentence = said.lines().find(|line| line.contains(word)).unwrap();
    assert!(!sentence.contains(". "), "one sentence: {sentence}");
}

#[test]
fn secrets_come_from_environment_or_file_only() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let file = folder.join("url");
    let named = file.to_str().unwrap();
    let with_password = format!("postgres://psn:{PLANTED}@127.0.0.1:1/psn");
    let shown = "postgres://psn:***@127.0.0.1:1/psn does not respond";

    let (_, said) = says(folder, &["check"], &[("DATABASE_URL", &with_password)]);
    assert!(said.contains(shown), "{said}");
    for end in ["", "\n", "\r\n"] {
        fs::write(&file, format!("{with_password}{end}")).unwrap();
        let (_, said) = says(folder, &["check"], &[("DATABASE_URL_FILE", named)]);
        assert!(said.contains(shown), "{said}");
    }
    refused(
        folder,
        &["check"],
        &[("DATABASE_URL_FILE", named), ("DATABASE_URL", "sqlite:x.db")],
        "cannot be used with",
    );

    // No error about it shows it.
    refused(folder, &["check"], &[("DATABASE_URL", &with_password.replace("postgres", "mysql"))], "DATABASE_URL");
    let typo = with_password.replace("/psn", "/psn?passwort=") + PLANTED;
    refused(folder, &["check"], &[("DATABASE_URL", &typo)], "parameter after the ?");
    refused(folder, &["check"], &[("SMTP_URL", &format!("mail.example:{PLANTED}"))], "SMTP_URL");
    fs::write(&file, format!("http://{PLANTED}")).unwrap();
    refused(folder, &["check"], &[("SMTP_URL_FILE", named)], "content of the file");
    fs::write(&file, "\n").unwrap();
    refused(folder, &["check"], &[("SMTP_URL_FILE", named)], "the file is empty");
    refused(folder, &["check"], &[("SMTP_URL_FILE", "none")], "cannot be read");

    // A flag is visible in the list of processes, so psn refuses it, and its message does not repeat it.
    refused(folder, &["check", "--database-url", &with_password], &[], "DATABASE_URL_FILE");
    refused(folder, &["check", "--smtp-url", &format!("smtps://me:{PLANTED}@mail.example")], &[], "SMTP_URL_FILE");
}

#[cfg(unix)]
#[test]
fn world_readable_secret_file_is_reported() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("smtp");
    fs::write(&file, format!("smtp://me:{PLANTED}@127.0.0.1:1")).unwrap();
    let warned = |mode, name: &str| {
        fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
        let (_, said) = says(home.path(), &["check"], &[(name, file.to_str().unwrap())]);
        said.contains("warning: ") && said.contains("chmod 600")
    };
    assert!(warned(0o644, "SMTP_URL_FILE"));
    assert!(!warned(0o640, "SMTP_URL_FILE"));
    fs::write(&file, PLANTED).unwrap();
    assert!(warned(0o644, "OIDC_CLIENT_SECRET_FILE"));
    fs::write(&file, "postgres://psn@127.0.0.1:1/psn").unwrap();
    assert!(!warned(0o644, "DATABASE_URL_FILE"), "it holds no password");
}

#[test]
fn empty_variable_counts_as_unset() {
    let home = tempfile::tempdir().unwrap();
    let empty = ["DATABASE_URL", "SMTP_URL", "SMTP_URL_FILE", "BASE_URL", "BIND", "CORS_ORIGINS", "SMTP_PLAIN", "LOG"];
    let (code, said) = says(home.path(), &["migrate"], &empty.map(|name| (name, "")));
    assert_eq!(code, Some(0), "{said}");
    assert!(home.path().join("psn-data/psn.db").exists(), "the default is in force");
}

#[test]
fn unsafe_settings_are_refused_in_one_sentence() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let remote = format!("postgres://psn:{PLANTED}@db.board.example/psn");
    let mail = ("SMTP_URL", "smtps://mail.board.example");
    let https = ("BASE_URL", "https://psn.board.example");

    // No other machine is contacted before the refusal: these hosts do not exist.
    let weak = remote.clone() + "?sslmode=require";
    refused(folder, &["migrate"], &[("DATABASE_URL", &weak)], "DATABASE_PLAIN=yes");
    refused(folder, &["worker"], &[("SMTP_URL", "smtp://mail.board.example")], "SMTP_PLAIN=yes");
    refused(folder, &["serve", "--bind", "127.0.0.1:0"], &[https], "without SMTP_URL, mails would be written to");
    refused(folder, &["worker"], &[("DATABASE_URL", &remote)], "without SMTP_URL, mails would be written to");
    for known in ["postgres", "ChangeMe", "p%61ssword", "secret"] {
        let url = format!("postgres://psn:{known}@db.board.example/psn");
        refused(
            folder,
            &["serve", "--bind", "127.0.0.1:0"],
            &[("DATABASE_URL", &url), mail],
            "first that attackers try",
        );
    }
    refused(folder, &["worker"], &[https, ("SMTP_URL", "smtps://me:changeme@mail.board.example")], "attackers try");
    refused(
        folder,
        &["worker"],
        &[https, mail, ("OIDC_CLIENT_SECRET", "changeme")],
        "OIDC_CLIENT_SECRET is one of the first that",
    );
    refused(folder, &["demo"], &[https], "for this machine only");
    refused(folder, &["demo"], &[("BASE_URL", "http://psn.board.example")], "for this machine only");
    refused(
        folder,
        &["serve", "--bind", "127.0.0.1:0"],
        &[("BASE_URL", "http://psn.board.example"), mail],
        "unencrypted",
    );
    refused(folder, &["serve"], &[("BASE_URL", "https://psn.board.example/sub")], "without a path");
    refused(folder, &["worker"], &[("SMTP_PLAIN", "perhaps")], "it must be yes or no");
    refused(folder, &["check"], &[("SMTP_CA_FILE", "none.pem")], "cannot be read");
    assert!(fs::read_dir(folder).unwrap().next().is_none(), "nothing was made");
}

#[test]
fn check_and_startup_report_unsafe_settings() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path();
    let weak = [("SMTP_URL", "smtp://mail.board.invalid"), ("SMTP_PLAIN", "yes")];
    let (_, said) = says(folder, &["check"], &weak);
    assert!(said.contains("warning: SMTP_PLAIN: ") && said.contains("safety: ok, settings for this machine"), "{said}");
    let (code, said) = says(folder, &["migrate"], &weak);
    assert!(code == Some(0) && said.contains("WARN") && said.contains("SMTP_PLAIN: "), "{said}");
    let (_, said) = says(folder, &["check"], &[("BASE_URL", "https://psn.board.example")]);
    assert!(said.contains("safety: fails: without SMTP_URL"), "{said}");
    let (_, said) = says(folder, &["check", "--no-jobs"], &[("BASE_URL", "https://psn.board.example")]);
    assert!(said.contains("safety: ok, production settings"), "{said}");
    let safe = [("BASE_URL", "https://psn.board.example"), ("SMTP_URL", "smtps://127.0.0.1:1")];
    let (_, said) = says(folder, &["check"], &safe);
    assert!(
        said.contains("safety: ok, production settings, because people reach it at https://psn.board.example"),
        "{said}"
    );
}

both!(
    async fn three_replicas_create_tables_once(world: World) {
        let empty = match world.db.get_database_backend() {
            sea_orm::DatabaseBackend::Postgres => {
                world.db.execute_unprepared("DROP SCHEMA public CASCADE; CREATE SCHEMA public").await.unwrap();
                world.url.clone()
            }
            _ => format!("sqlite:{}", world.folder.path().join("new/psn.db").display()),
        };
        let replicas = (0..3).map(|_| {
            let mut replica = psn(world.folder.path(), &["migrate", "--database-url", &empty]);
            replica.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().unwrap()
        });
        // All three run at the same time.
        let replicas: Vec<_> = replicas.collect();
        let results =
            join_all(replicas.into_iter().map(|replica| {
                tokio::task::spawn_blocking(move || code_and_output(replica.wait_with_output().unwrap()))
            }));
        let results: Vec<_> = results.await.into_iter().map(Result::unwrap).collect();
        assert!(results.iter().all(|(code, _, _)| *code == Some(0)), "{results:?}");
        let made = results.iter().filter(|(_, said, _)| said.contains(" steps")).count();
        assert_eq!(made, 1, "one makes them, the others wait and find them: {results:?}");
        let db = entity::store::connect(&empty).await.unwrap();
        assert_eq!(migration::pending(&db).await.unwrap(), 0);
    }
);

both!(
    async fn migration_keeps_reports_before_midweek(world: World) {
        crate::report::ready(&world).await;
        let (mailer, _memory) = Mailer::memory();
        let job = crate::report::job(mailer);
        job.run(&world.db, "2026-W47".parse().unwrap(), crate::report::now()).await.unwrap();
        let before = report::Entity::find().all(&world.db).await.unwrap();
        assert_eq!((before.len(), crate::report::rows(&world.db).await.len()), (1, 3));

        let steps = Migrator::migrations();
        let step = steps.iter().find(|step| step.name() == "m20261130_000071_midweek").unwrap();
        let txn = begin_write(&world.db).await.unwrap();
        step.down(&SchemaManager::new(&txn)).await.unwrap();
        txn.commit().await.unwrap();
        let twice = "INSERT INTO report (week, snapshot_id, built_at) SELECT week, snapshot_id, built_at FROM report";
        assert!(world.db.execute_unprepared(twice).await.is_err(), "a week had one report");

        // As at a start: SQLite checks a new column against the schema that an open connection has read before.
        let started = entity::store::connect(&world.url).await.unwrap();
        let txn = begin_write(&started).await.unwrap();
        step.up(&SchemaManager::new(&txn)).await.unwrap();
        txn.commit().await.unwrap();
        assert_eq!(report::Entity::find().all(&world.db).await.unwrap(), before);
        let mails = crate::report::rows(&world.db).await;
        assert!(mails.len() == 3 && mails.iter().all(|mail| mail.report_id == Some(before[0].id)));
        assert!(world.db.execute_unprepared(twice).await.is_err(), "a week has one weekly report");
        world
            .db
            .execute_unprepared(&twice.replace("(week,", "(kind, week,").replace("SELECT", "SELECT 'MIDWEEK',"))
            .await
            .unwrap();
    }
);

both!(
    async fn newer_database_is_refused_and_unchanged(world: World) {
        let newer = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m29991231_000001_later', 0)";
        world.db.execute_unprepared(newer).await.unwrap();
        let folder = world.folder.path().to_owned();
        let url = world.url.clone();
        for command in [&["migrate"][..], &["serve", "--bind", "127.0.0.1:0"], &["worker"]] {
            let args = [command, &["--database-url", &url]].concat();
            let (code, said) = says(&folder, &args, &[]);
            assert!(matches!(code, Some(1 | 2)), "{command:?}: {said}");
            let sentence = said.lines().find(|line| line.contains("newer psn")).unwrap();
            assert!(sentence.contains("m29991231_000001_later") && sentence.contains("run that version"), "{said}");
        }
        let steps = migration::pending(&world.db).await;
        assert!(matches!(steps, Err(migration::MigrateError::NewerDatabase(_))), "{steps:?}");
    }
);
