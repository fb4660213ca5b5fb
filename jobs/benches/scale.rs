//! How long a board of each size takes, and how much memory, on both engines: import, coverage with snapshot, and the reports of
//! every manager.
//!
//! `cargo bench -p jobs --bench scale -- demo board` prints a Markdown table for the sizes named (`demo`, `board`, `nation`).
//! PostgreSQL is measured where `PSN_TEST_POSTGRES` names a server. Each size runs in a process of its own, so that the peak
//! memory is its own.

mod board;

use std::error::Error;
use std::process::Command;
use std::time::{Duration, Instant};

use board::{SIZES, Size};
use chrono::{DateTime, Utc};
use entity::coverage::disclosure::Limit;
use entity::period::{Day, IsoWeek};
use jobs::mail::Mailer;
use jobs::report::GapReport;
use jobs::report::render::Setting;
use sea_orm::ConnectionTrait as _;

type Failure = Box<dyn Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    if let [marker, size, engine] = args.as_slice()
        && marker == "measure"
    {
        let size = SIZES.into_iter().find(|known| known.name == size).ok_or("no such size")?;
        return tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(measure(size, engine));
    }
    println!(
        "| size | engine | posts | teams | import | its peak | coverage with snapshot | its peak | reports of every manager | mails | their peak |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|");
    let server = std::env::var_os("PSN_TEST_POSTGRES");
    for size in SIZES.iter().filter(|size| args.iter().any(|name| name == size.name)) {
        for engine in ["SQLite", "PostgreSQL"] {
            if engine == "PostgreSQL" && server.is_none() {
                println!("| {} | PostgreSQL | skipped: no PostgreSQL (set PSN_TEST_POSTGRES) |", size.name);
                continue;
            }
            let done = Command::new(std::env::current_exe()?).args(["measure", size.name, engine]).status()?;
            if !done.success() {
                return Err(format!("{} on {engine} failed", size.name).into());
            }
        }
    }
    Ok(())
}

async fn measure(size: Size, engine: &str) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    board::write(size, folder.path())?;
    let url = match engine {
        "SQLite" => format!("sqlite:{}", folder.path().join("psn.db").display()),
        _ => postgres_database(&std::env::var("PSN_TEST_POSTGRES")?).await?,
    };
    let db = entity::store::connect(&url).await?;
    migration::migrate(&db).await?;
    let monday = Day::new(2026, 11, 16).ok_or("no such day")?;
    let now: DateTime<Utc> = "2026-11-16T05:00:00Z".parse()?;

    let begun = Instant::now();
    board::import(&db, folder.path()).await?;
    let imported = begun.elapsed();
    let import_peak = peak_mib();
    forget_peak();

    let begun = Instant::now();
    jobs::snapshot::take_snapshot(&db, monday, Limit::default(), now).await?;
    let covered = begun.elapsed();
    let coverage_peak = peak_mib();
    forget_peak();

    let begun = Instant::now();
    let mails = folder.path().join("mail");
    let report = GapReport {
        kind: entity::value::ReportKind::Weekly,
        mailer: Mailer::folder(mails),
        from: "psn@psn.example".parse().map_err(|error| format!("{error}"))?,
        setting: Setting::default(),
        limit: Limit::default(),
        zone: chrono_tz::Europe::London,
    };
    let sent = report.run(&db, IsoWeek::containing(monday), now).await?;
    let reported = begun.elapsed();
    println!(
        "| {} | {engine} | {} | {} | {} | {import_peak} MiB | {} | {coverage_peak} MiB | {} | {} | {} MiB |",
        size.name,
        size.posts,
        size.teams,
        seconds(imported),
        seconds(covered),
        seconds(reported),
        sent.sent,
        peak_mib()
    );
    Ok(())
}

async fn postgres_database(server: &str) -> Result<String, Failure> {
    let admin = entity::store::connect(server).await?;
    admin.execute_unprepared("DROP DATABASE IF EXISTS psn_bench").await?;
    admin.execute_unprepared("CREATE DATABASE psn_bench").await?;
    let (base, _) = server.rsplit_once('/').ok_or("the URL ends in a database name")?;
    Ok(format!("{base}/psn_bench"))
}

/// The most memory that this process has held since [`forget_peak`], in MiB (Linux; 0 elsewhere).
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").trim().parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Begins the peak anew, so that each step shows its own (Linux).
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}
