//! Broken or malicious files: how much of them is read, kept and repeated.

use std::path::Path;
use std::process::{Command, Stdio};

use entity::table::person;
use jobs::import::{FileKind, Mode};
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::{Import, UNITS};
use crate::harness::both;

/// Returns the maximum memory of a process in kilobytes, its exit code, and its standard error.
fn measured(folder: &Path, args: &[&str]) -> (u64, Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
    command.env_clear().current_dir(folder).args(args).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (status, mut most) = (format!("/proc/{}/status", child.id()), 0);
    let code = loop {
        // The kernel keeps the maximum, so reading it last before the end is enough.
        let now = std::fs::read_to_string(&status).unwrap_or_default();
        let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        most = peak.unwrap_or(most);
        if let Some(status) = child.try_wait().unwrap() {
            break status.code();
        }
        std::thread::yield_now();
    };
    let said = std::io::read_to_string(child.stderr.take().unwrap()).unwrap();
    (most, code, said)
}

#[cfg(target_os = "linux")]
#[test]
fn an_unclosed_quote_is_reported_in_bounded_memory() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("units.csv"), UNITS).unwrap();
    let staff = |megabytes: usize| {
        let row = "X,0002,T1,Bob the builder of long rows\n";
        let head = "Employer,Employee Number,Unit Code,First Name\nX,1,T1,Ann\nX,2,T1,\"Bob\n";
        std::fs::write(at("staff.csv"), head.to_owned() + &row.repeat((megabytes << 20) / row.len())).unwrap();
        let url = format!("sqlite:{}", at("psn.db").display());
        measured(folder.path(), &["--database-url", &url, "import", "--dir", ".", "--as-at", "2026-11-16", "--apply"])
    };
    let (small, ..) = staff(2);
    let (large, code, said) = staff(34);
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("staff.csv line 3: a quotation mark in this line is not closed"), "{said}");
    // The file is in memory once. Before the limit, its text was there about twelve times.
    assert!(large.saturating_sub(small) < 2 * (32 << 10), "{small} kB for 2 MB, {large} kB for 34 MB");
}

#[cfg(unix)]
#[test]
fn a_file_without_an_end_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("psn.db").display());
    let args = ["--database-url", &url, "import", "--as-at", "2026-11-16", "--apply", "--units"];
    std::fs::write(folder.path().join("units.csv"), UNITS).unwrap();
    let (_, code, said) = measured(folder.path(), &[&args[..], &["units.csv", "--mapping", "/dev/zero"]].concat());
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("/dev/zero is larger than the limit of 1 MB"), "{said}");
}

both!(
    async fn an_open_quote_above_the_header_is_reported(world: World) {
        let units = format!("\"Report of the board\nUnit Code,Unit Name,Parent Code\n{}", "B,Board,\n".repeat(200_000));
        let outcome = Import::new(&world, &[(FileKind::Units, &units)]).refused().await;
        let said = outcome.refusal.unwrap();
        assert!(said.starts_with("units.csv line 1: a quotation mark in this line is not closed"), "{said}");
        assert_eq!(outcome.rejects[0].line, Some(1));
    }
);

both!(
    async fn an_address_with_control_characters_is_blanked(world: World) {
        let addresses = [
            "ann@x.example\nBcc: b@x.example",
            "ann@x.ex\nample",
            "a\tn@x.example",
            "a\u{85}n@x.example",
            "ann@\u{FFFD}.example",
        ];
        let rows: String = addresses.iter().enumerate().map(|(at, one)| format!("X,{at},T1,\"{one}\"\n")).collect();
        let staff = format!("Employer,Employee Number,Unit Code,Work Email\n{rows}X,9,T1,ann@x.example\n");
        let outcome = Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).applied().await;
        assert_eq!((outcome.rejects.len(), outcome.kept.len()), (0, addresses.len()));
        assert!(outcome.kept.iter().all(|kept| kept.column == Some("Work Email")), "{:?}", outcome.kept);
        let people = person::Entity::find().order_by_asc(person::Column::Number).all(&world.db).await.unwrap();
        let on_file: Vec<_> = people.into_iter().filter_map(|person| person.work_email).collect();
        assert_eq!(on_file, ["ann@x.example"]);
    }
);

both!(
    async fn messages_about_a_file_have_bounded_length(world: World) {
        let long = "é".repeat(30_000);
        let units = format!("Unit Code,Unit Name,Parent Code,{long}\nB,Board,,\nT1,Team 1,{long},\n");
        let outcome = Import::new(&world, &[(FileKind::Units, &units)]).outcome(Mode::Apply).await;
        let wrong = format!("Unit Code,{long},Parent Code\nB,Board,\n");
        let refused = Import::new(&world, &[(FileKind::Units, &wrong)]).refused().await;
        let days = format!("Employer,Employee Number,From,Until\nX,1,{long},\nX,1,13/14/2026{long},\n");
        let refused_days = Import::new(&world, &[(FileKind::Unavailability, &days)]).outcome(Mode::DryRun).await;
        for outcome in [outcome, refused, refused_days] {
            let columns = outcome.files.iter().flat_map(|file| &file.imported.ignored_columns);
            let rejects = outcome.rejects.iter().chain(&outcome.kept);
            let texts = rejects.flat_map(|reject| [Some(&reject.sentence), reject.value.as_ref()]).flatten();
            let texts = texts.chain(columns).chain(outcome.notices.iter().map(|notice| &notice.sentence));
            for text in texts.chain(&outcome.refusal) {
                assert!(text.chars().count() <= 3_100, "{}", text.chars().count());
            }
        }
    }
);
