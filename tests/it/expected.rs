//! The figures of a real board, cell by cell: imported, exported, and compared with the figures of an independent
//! reading of the rules. Data and attribution are in `tests/data/visible`.

use std::path::{Path, PathBuf};

use clap::Parser as _;
use psn::cli::{Cli, Command, export, import};

use crate::harness::{World, both, day};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/visible")
}

/// Returns header and rows, in order.
fn rows(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("a file");
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

fn command(line: &[&str]) -> Command {
    Cli::try_parse_from(std::iter::once("psn").chain(line.iter().copied())).expect("a command").command
}

async fn import_visible(world: &World) {
    let dir = data();
    let line = ["import", "--dir", dir.to_str().expect("a path"), "--as-at", "2026-11-16", "--apply"];
    let Command::Import(args) = command(&line) else { panic!("import is a command") };
    import::run(&args, &world.db, world.clock.now(), day("2026-11-16"), chrono_tz::Europe::London)
        .await
        .expect("the board is imported");
}

both! {
    async fn a_real_boards_export_matches_the_expected_cells(world: World) {
        import_visible(&world).await;
        let today = day("2026-11-16");
        for day in ["2026-11-16", "2026-09-21", "2027-01-04"] {
            let out = world.folder.path().join(day);
            let Command::Export(args) = command(&["export", "--as-of", day, "--out", out.to_str().expect("a path")]) else {
                panic!("export is a command")
            };
            export::run(args, &world.db, Default::default(), world.clock.now(), today).await.expect("the figures are exported");
            for file in ["coverage.csv", "rollup.csv", "standing.csv", "layers.csv"] {
                let (found, expected) = (rows(&out.join(file)), rows(&data().join("expected").join(day).join(file)));
                let differing: Vec<_> = found.iter().zip(&expected).filter(|(found, expected)| found != expected).collect();
                assert!(differing.is_empty(), "{day} {file}: (found, expected) {:#?}", &differing[..differing.len().min(3)]);
                assert_eq!(found.len(), expected.len(), "{day} {file}");
            }
        }
    }
}

both! {
    async fn importing_twice_changes_nothing(world: World) {
        import_visible(&world).await;
        let before = entity::store::roster::version(&world.db).await.expect("a version");
        import_visible(&world).await;
        assert_eq!(entity::store::roster::version(&world.db).await.expect("a version"), before);
    }
}
