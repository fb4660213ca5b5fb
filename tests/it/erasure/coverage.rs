//! Coverage of every day is the same before and after an erasure, cell by cell.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use psn::cli::{Cli, Command, export, import};

use super::*;
use crate::harness::{both, day};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/visible")
}

fn command(line: &[&str]) -> Command {
    Cli::try_parse_from(std::iter::once("psn").chain(line.iter().copied())).unwrap().command
}

async fn imported(world: &World) {
    let dir = data();
    let line = ["import", "--dir", dir.to_str().unwrap(), "--as-at", "2026-11-16", "--apply"];
    let Command::Import(args) = command(&line) else { panic!("import is a command") };
    import::run(&args, &world.db, world.clock.now(), day("2026-11-16"), chrono_tz::Europe::London).await.unwrap();
}

/// The four files of a day, each as its rows.
async fn exported(world: &World, day: &str, name: &str) -> Vec<Vec<Vec<String>>> {
    let out = world.folder.path().join(name).join(day);
    let Command::Export(args) = command(&["export", "--as-of", day, "--out", out.to_str().unwrap()]) else {
        panic!("export is a command")
    };
    export::run(args, &world.db, Default::default(), world.clock.now(), crate::harness::day("2026-11-16"))
        .await
        .unwrap();
    let rows = |file: &str| {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(out.join(file)).unwrap();
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    ["coverage.csv", "rollup.csv", "layers.csv", "standing.csv"].map(rows).into()
}

const DAYS: [&str; 4] = ["2025-03-03", "2026-09-21", "2026-11-16", "2027-01-04"];

both!(
    async fn exports_differ_only_in_the_number(world: World) {
        imported(&world).await;
        let mut before = Vec::new();
        for day in DAYS {
            before.push(exported(&world, day, "before").await);
        }
        // A supporter who counts, who approves, and who is responsible for units.
        let standing = &before[2][3];
        let active = standing.iter().find(|row| row[5] == "ACTIVE").unwrap();
        let approvals = entity::table::approval::Entity::find().all(&world.db).await.unwrap();
        let managers = entity::table::appointment::Entity::find().all(&world.db).await.unwrap();
        let chosen: BTreeSet<PersonId> = [
            person_with(&world, &active[2]).await,
            approvals.iter().find_map(|approval| approval.approver_id).unwrap(),
            managers[0].person_id,
        ]
        .into();
        let mut numbers = Vec::new();
        for id in &chosen {
            let number = async || person::Entity::find_by_id(*id).one(&world.db).await.unwrap().unwrap().number;
            let old = number().await;
            erased(&world, *id).await;
            numbers.push((old, number().await));
        }
        for (day, before) in DAYS.iter().zip(before) {
            let mut after = exported(&world, day, "after").await;
            // Only the number differs, and with it the order of the rows of one unit.
            for row in after[3].iter_mut().skip(1) {
                if let Some((old, _)) = numbers.iter().find(|(_, new)| *new == row[2]) {
                    row[2].clone_from(old);
                }
            }
            let sorted = |mut files: Vec<Vec<Vec<String>>>| {
                files[3].sort();
                files
            };
            assert_eq!(sorted(before), sorted(after), "{day}");
        }
    }
);
