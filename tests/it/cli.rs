//! The command line as an operator uses it: exit codes, messages, and the files that it checks.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use clap::CommandFactory as _;
use psn::cli::Cli;

use crate::documents;
use crate::harness::both;
use crate::oidc::provider::Provider;
use crate::smtp_listener::SmtpListener;

pub(crate) fn psn(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
    // Uses none of the machine's own settings; not even PATH is needed. Uses a free port, because a demonstration may
    // run on the default one.
    command.env_clear().env("BIND", "127.0.0.1:0").current_dir(folder).args(args).stdin(Stdio::null());
    command
}

pub(crate) fn run(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    code_and_output(psn(folder, args).output().expect("psn runs"))
}

pub(crate) fn code_and_output(output: Output) -> (Option<i32>, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

#[test]
fn every_help_text_is_a_sentence() {
    let mut cli = Cli::command();
    cli.clone().debug_assert();
    cli.build();
    for command in cli.get_subcommands().filter(|command| command.get_name() != "help") {
        let about = command.get_about().map(ToString::to_string).unwrap_or_default();
        assert!(about.contains(' ') && about.chars().next().is_some_and(char::is_uppercase), "{}", command.get_name());
        for arg in command.get_arguments().filter(|arg| arg.get_id() != "help" && arg.get_id() != "version") {
            assert!(arg.get_help().is_some(), "{} --{} says what it is for", command.get_name(), arg.get_id());
        }
    }
}

#[test]
fn settings_table_is_current() {
    documents::holds(
        "docs/configuration.md",
        "settings",
        &psn::config::settings_markdown(),
        "settings_table_is_current",
    );
}

#[test]
fn the_schema_is_printed_and_compared() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (code, _, error) = run(root, &["schema", "--check"]);
    assert_eq!(code, Some(0), "{error}");
    let folder = tempfile::tempdir().unwrap();
    let (code, sdl, _) = run(folder.path(), &["schema"]);
    assert!(code == Some(0) && sdl.contains("type Query"), "{sdl}");
    std::fs::write(folder.path().join("old.graphql"), "type Query { old: Int }").unwrap();
    let (code, _, error) = run(folder.path(), &["schema", "--check", "old.graphql"]);
    assert!(code == Some(1) && error.contains("psn schema > old.graphql"), "{error}");
    assert_eq!(run(folder.path(), &["schema", "--check", "none.graphql"]).0, Some(2));
}

#[test]
fn bad_usage_exits_with_code_2() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |args: &[&str], says: &str| {
        let (code, _, error) = run(folder.path(), args);
        assert_eq!(code, Some(2), "{args:?}: {error}");
        assert!(error.contains(says), "{args:?}: {error}");
    };
    refused(&["fly"], "fly");
    refused(&["serve", "--database-url", "mysql://db"], "sqlite: or postgres:");
    refused(&["serve", "--board-zone", "Glasgow"], "Europe/London");
    refused(&["serve", "--log", "psn=loud"], "LOG");
    refused(&["serve", "--base-url", "javascript:alert(1)"], "https://");
    refused(&["serve", "--base-url", "psn.board.example"], "https://");
    refused(&["serve", "--bind", "0.0.0.0:0"], "people cannot sign in");
    let provider = ["--oidc-issuer", "https://login.example", "--oidc-client-id", "psn"];
    let open = [&["serve", "--bind", "0.0.0.0:0"], &provider[..]].concat();
    refused(&open, "https");
    refused(&[&open[..], &["--base-url", "http://psn.example"]].concat(), "unencrypted");
    refused(&[&open[..], &["--tokens-only"]].concat(), "unencrypted");
    refused(&["serve", "--cors-origins", "*"], "list each origin");
    refused(&["serve", "--cors-origins", "https://a.example,null"], "list each origin");
    let (code, _, error) = run(folder.path(), &["serve", "--bind", "[::]:0"]);
    assert_eq!((code, error.trim().lines().count()), (Some(2), 1), "one sentence: {error}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "nothing was made");
}

#[test]
fn migrate_creates_the_database_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said, error) = run(folder.path(), &["migrate"]);
    assert!(code == Some(0) && said.contains("steps"), "{said}{error}");
    assert!(folder.path().join("psn-data/psn.db").exists());
    assert_eq!(run(folder.path(), &["migrate"]).1.trim(), "The tables are already up to date.");
}

both!(
    async fn a_run_of_a_future_period_is_refused(world: World) {
        for what in [["run", "coverage", "--as-of", "2026-11-16"], ["run", "gap-report", "--week", "2026-W47"]] {
            let line = [&what[..], &["--database-url", &world.url]].concat();
            let (code, _, error) = run(world.folder.path(), &line);
            assert!(code == Some(2) && error.contains("Import them first"), "{error}");
        }
        let courses = world.folder.path().join("courses.csv");
        std::fs::write(&courses, "Course Code,Course Title,Level\nC1,A course,1\n").unwrap();
        let import =
            ["import", "--courses", "courses.csv", "--as-at", "2026-11-16", "--apply", "--database-url", &world.url];
        let (code, _, error) = run(world.folder.path(), &import);
        assert_eq!(code, Some(0), "{error}");
        for what in [
            &["run", "gap-report", "--week", "2026-W40"][..],
            &["run", "gap-report", "--week", "2026-W40", "--dry-run"],
        ] {
            let (code, _, error) = run(world.folder.path(), &[what, &["--database-url", &world.url]].concat());
            assert!(code == Some(2) && error.contains("the first import was on"), "{error}");
        }
        let (code, said, _) = run(world.folder.path(), &["run", "list", "--database-url", &world.url]);
        assert!(code == Some(0) && said.contains("No runs yet."), "{said}");
    }
);

both!(
    async fn check_prints_one_line_per_item(world: World) {
        let folder = world.folder.path();
        let check = |more: &[&str]| run(folder, &[&["check", "--database-url", &world.url], more].concat());
        let (code, said, _) = check(&[]);
        assert_eq!(code, Some(0), "{said}");
        let parts: Vec<_> = said.lines().filter_map(|line| line.split_once(": ok, ")).map(|(part, _)| part).collect();
        assert_eq!(
            parts,
            [
                "configuration",
                "safety",
                "database",
                "tables",
                "writing",
                "staff lists",
                "gap reports",
                "mail",
                "identity provider"
            ],
            "{said}"
        );

        let server = SmtpListener::start().await;
        let (code, said, _) = check(&["--smtp-url", &server.url()]);
        assert!(code == Some(0) && said.contains("mail: ok, "), "{said}");

        let at = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let mut with_password = psn(folder, &["check", "--database-url", &world.url]);
        let (code, said, _) =
            code_and_output(with_password.env("SMTP_URL", format!("smtp://psn:s3cret@{at}")).output().unwrap());
        assert!(code == Some(1) && said.contains("mail: fails: ") && said.contains("SMTP_URL"), "{said}");
        assert!(!said.contains("s3cret"));

        let client = ["--oidc-client-id", "psn", "--oidc-issuer"];
        let (code, said, _) = check(&[&client[..], &[&format!("http://{at}/board")]].concat());
        assert!(
            code == Some(1) && said.contains("identity provider: fails: ") && said.contains("OIDC_ISSUER"),
            "{said}"
        );
        let provider = Provider::start(&world.clock).await;
        let (code, said, _) = check(&[&client[..], &[&provider.issuer]].concat());
        assert!(code == Some(0) && said.contains("identity provider: ok, http://127.0.0.1"), "{said}");
    }
);

#[test]
fn check_says_what_to_do_without_passwords() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said, _) = run(folder.path(), &["check"]);
    assert!(code == Some(1) && said.contains("psn migrate"), "{said}");
    assert!(std::fs::read_dir(folder.path()).unwrap().next().is_none(), "a check makes nothing");

    let taken = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("postgres://psn:s3cret@{taken}/psn");
    let with = |args: &[&str]| code_and_output(psn(folder.path(), args).env("DATABASE_URL", &url).output().unwrap());
    let (code, said, error) = with(&["check"]);
    assert!(code == Some(1) && said.contains(&format!("postgres://psn:***@{taken}/psn does not respond")), "{said}");
    let (code, _, more) = with(&["migrate"]);
    assert!(code == Some(1) && more.contains("cannot be reached") && more.trim().lines().count() == 1, "{more}");
    assert!(!format!("{said}{error}{more}").contains("s3cret"));
}

/// A separate `psn serve`, killed when the test ends.
struct Served {
    child: std::process::Child,
    at: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn serve(folder: &Path, args: &[impl AsRef<OsStr>]) -> Served {
    let mut child = psn(folder, &["serve", "--bind", "127.0.0.1:0"]).args(args).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains("http://")).expect("it says where");
    let at = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
    // Keeps reading, so that a full pipe does not stop it.
    std::thread::spawn(move || lines.count());
    Served { child, at }
}

impl Served {
    fn get(&self, path: &str) -> String {
        let mut client = TcpStream::connect(&self.at).expect("it listens");
        write!(client, "GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).unwrap();
        answer
    }
}

#[test]
fn serve_answers_without_its_database() {
    let folder = tempfile::tempdir().unwrap();
    let away = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let served = serve(folder.path(), &["--database-url", &format!("postgres://psn@{away}/psn")]);
    assert!(served.get("/health/live").starts_with("HTTP/1.1 200 "));
    let ready = served.get("/health/ready");
    assert!(ready.starts_with("HTTP/1.1 503 ") && ready.contains("\"database\":\"away\""), "{ready}");
    let answer = served.get("/graphql?query=%7Bversion%7D");
    assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("UNAUTHENTICATED"), "{answer}");
}
