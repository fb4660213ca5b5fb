//! The figures of a real board, cell by cell: imported like anybody's files, exported, and compared with what an independent
//! reading of the rules expects. Data and attribution are in `tests/data/visible`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Parser as _;
use psn::cli::{Cli, Command, export, import};

use crate::harness::{World, both, day};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/visible")
}

fn rows(path: &Path) -> (Vec<String>, BTreeSet<Vec<String>>) {
    let mut reader = csv::Reader::from_path(path).expect("a file");
    let header = reader.headers().expect("a header").iter().map(str::to_owned).collect();
    let rows: Vec<Vec<String>> =
        reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect();
    let distinct: BTreeSet<_> = rows.iter().cloned().collect();
    assert_eq!(rows.len(), distinct.len(), "{} says nothing twice", path.display());
    (header, distinct)
}

fn command(line: &[&str]) -> Command {
    Cli::try_parse_from(std::iter::once("psn").chain(line.iter().copied())).expect("a command").command
}

async fn import_visible(world: &World) {
    let dir = data();
    let line = ["import", "--dir", dir.to_str().expect("a path"), "--as-at", "2026-11-16", "--apply"];
    let Command::Import(args) = command(&line) else { panic!("import is a command") };
    import::run(&args, &world.db, world.clock.now(), day("2026-11-16")).await.expect("the board is imported");
}

both! {
    async fn a_real_boards_export_equals_what_is_expected_cell_by_cell(world: World) {
        import_visible(&world).await;
        for day in ["2026-11-16", "2026-09-21", "2027-01-04"] {
            let out = world.folder.path().join(day);
            let Command::Export(args) = command(&["export", "--as-of", day, "--out", out.to_str().expect("a path")]) else {
                panic!("export is a command")
            };
            export::run(args, &world.db).await.expect("the figures are exported");
            for file in ["coverage.csv", "rollup.csv", "standing.csv", "layers.csv"] {
                let (header, found) = rows(&out.join(file));
                let (expected_header, expected) = rows(&data().join("expected").join(day).join(file));
                assert_eq!(header, expected_header, "{day} {file}");
                let missing: Vec<_> = expected.difference(&found).take(5).collect();
                let surplus: Vec<_> = found.difference(&expected).take(5).collect();
                assert!(missing.is_empty() && surplus.is_empty(), "{day} {file}\nmissing {missing:#?}\nsurplus {surplus:#?}");
            }
        }
    }
}

both! {
    async fn the_same_import_twice_changes_nothing_the_second_time(world: World) {
        import_visible(&world).await;
        let before = entity::store::roster::version(&world.db).await.expect("a version");
        import_visible(&world).await;
        assert_eq!(entity::store::roster::version(&world.db).await.expect("a version"), before);
    }
}
