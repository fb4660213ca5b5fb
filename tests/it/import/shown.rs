//! The import command: what it reads, writes and returns.

use std::path::Path;

use clap::Parser;
use entity::table::import_batch;
use psn::cli::import::{ImportArgs, run};
use psn::error::ExitError;
use sea_orm::EntityTrait as _;

use super::{STAFF, UNITS, everything, posts};
use crate::harness::{World, both, day};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: ImportArgs,
}

pub(super) fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

pub(super) async fn psn(world: &World, more: &[&str]) -> Result<(), ExitError> {
    let folder = world.folder.path().join("in");
    let words = ["psn", "--as-at", "2026-11-16", "--dir", folder.to_str().unwrap()];
    let args = Command::try_parse_from(words.into_iter().chain(more.iter().copied())).unwrap().args;
    run(&args, &world.db, world.clock.now(), day("2026-11-16"), chrono_tz::Europe::London).await
}

both!(
    async fn single_files_replace_those_of_a_folder(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        write(&folder, "staff.csv", STAFF);
        write(&folder, "notes.txt", "none of ours");
        psn(&world, &[]).await.unwrap();
        assert_eq!(everything(&world).await.len(), 1, "a dry run writes nothing");
        write(world.folder.path(), "other.csv", "Employer,Employee Number,Unit Code\nX,7,T1\n");
        let other = world.folder.path().join("other.csv");
        psn(&world, &["--apply", "--staff", other.to_str().unwrap()]).await.unwrap();
        assert_eq!(posts(&world).await, ["7 T1 .."]);
    }
);

both!(
    async fn rejects_are_saved_as_safe_csv(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        write(
            &folder,
            "staff.csv",
            "Employer,Employee Number,Unit Code,WTE\nX,1,\"=HYPERLINK(\"\"x\"\")\",1\nX,2,T1,-1\nX,3,T1,1\n",
        );
        let saved = world.folder.path().join("rejects.csv");
        psn(&world, &["--apply", "--rejects", saved.to_str().unwrap()]).await.unwrap();
        let text = std::fs::read_to_string(&saved).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "\u{feff}Employer,Employee Number,Unit Code,WTE,File,Line,Column,What is wrong");
        assert!(lines[1].starts_with("X,1,\"'=HYPERLINK(\"\"x\"\")\",1,staff.csv,2,Unit Code,"), "{text}");
        assert_eq!(lines.len(), 2, "an invalid WTE keeps the person");
    }
);

both!(
    async fn rejects_never_overwrite_another_file(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        write(&folder, "staff.csv", STAFF);
        write(&folder, "letter.txt", "Dear all");
        let (units, letter) = (folder.join("units.csv"), folder.join("letter.txt"));
        let nowhere = folder.join("none/rejects.csv");
        for path in [&units, &letter, &nowhere] {
            let refused = psn(&world, &["--apply", "--rejects", path.to_str().unwrap()]).await.unwrap_err();
            assert!(matches!(refused, ExitError::Refused(_)), "{refused}");
        }
        assert_eq!(std::fs::read_to_string(&units).unwrap(), UNITS);
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear all");
        assert!(posts(&world).await.is_empty(), "nothing was applied");
        let rejects = folder.join("rejects.csv");
        for _ in 0..2 {
            psn(&world, &["--apply", "--rejects", rejects.to_str().unwrap()]).await.unwrap();
        }
    }
);

both!(
    async fn future_files_and_rejects_only_fail_the_command(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        let words = ["psn", "--as-at", "2062-11-16", "--dir", folder.to_str().unwrap(), "--apply"];
        let args = Command::try_parse_from(words).unwrap().args;
        let refused =
            run(&args, &world.db, world.clock.now(), day("2026-11-16"), chrono_tz::Europe::London).await.unwrap_err();
        assert!(matches!(&refused, ExitError::Refused(said) if said.contains("today is 2026-11-16")), "{refused}");
        write(&folder, "exemptions.csv", "Unit Code,From,Until,Reason\nNOPE,01/01/2026,31/12/2026,Moving\n");
        let lost = psn(&world, &["--apply"]).await.unwrap_err();
        assert!(matches!(&lost, ExitError::Refused(said) if said.contains("every row of exemptions.csv")), "{lost}");
    }
);

both!(
    async fn a_refusal_is_reported_and_recorded(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        let none = psn(&world, &[]).await.unwrap_err();
        assert!(matches!(&none, ExitError::Refused(said) if said.contains("contains none of units.csv")), "{none}");
        write(&folder, "units.csv", "Unit Code,Unit Name,Parent Code\nA,A,\nB,B,\n");
        let roots = psn(&world, &["--apply"]).await.unwrap_err();
        assert!(matches!(&roots, ExitError::Refused(said) if said.contains("nothing was written")), "{roots}");
        assert_eq!(import_batch::Entity::find().all(&world.db).await.unwrap().len(), 1);
        write(world.folder.path(), "map.toml", "[headers]\nTeam = 'Ward Code'\n");
        let map = world.folder.path().join("map.toml");
        let mapping = psn(&world, &["--mapping", map.to_str().unwrap()]).await.unwrap_err();
        assert!(matches!(&mapping, ExitError::Refused(said) if said.contains("Ward Code")), "{mapping}");
        let missing = psn(&world, &["--staff", "nowhere.csv"]).await.unwrap_err();
        assert!(matches!(&missing, ExitError::Refused(said) if said.contains("nowhere.csv")), "{missing}");
    }
);

both!(
    async fn rejected_rows_are_grouped_by_file(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        write(&folder, "staff.csv", STAFF);
        write(&folder, "exemptions.csv", "Reason,Unit Code,From,Until\n\"Two\nlines\u{7}\",T1,soon,later\n");
        write(
            &folder,
            "unavailability.csv",
            "Employer,Employee Number,From\nX,=\"0001\",01/10/2026\nX,=\"0001\",never\n",
        );
        let saved = world.folder.path().join("rejects.csv");
        for _ in 0..2 {
            let lost = psn(&world, &["--rejects", saved.to_str().unwrap()]).await.unwrap_err();
            assert!(lost.to_string().contains("every row of exemptions.csv"), "{lost}");
        }
        let text = std::fs::read_to_string(&saved).unwrap().replace("\r\n", "\n");
        let mut blocks: Vec<_> = text.trim_start_matches('\u{feff}').split("\n\n").collect();
        blocks.sort_unstable();
        assert!(blocks[0].starts_with("Employer,Employee Number,From,File,Line,Column,What is wrong\n"), "{text}");
        assert!(
            blocks[0].contains("\nX,\"'=\"\"0001\"\"\",never,unavailability.csv,3,From,\"This is not a date"),
            "{text}"
        );
        assert!(blocks[1].starts_with("Reason,Unit Code,From,Until,File,Line,Column,What is wrong\n"), "{text}");
        assert!(
            blocks[1].contains("\"Two\nlines\u{FFFD}\",T1,soon,later,exemptions.csv,2,"),
            "one line for all: {text}"
        );
        // After correction, the block can be imported as it is.
        write(world.folder.path(), "mended.csv", &format!("{}\n", blocks[0].replace("never", "02/10/2026")));
        std::fs::remove_file(folder.join("exemptions.csv")).unwrap();
        let mended = world.folder.path().join("mended.csv");
        psn(&world, &["--apply", "--unavailability", mended.to_str().unwrap()]).await.unwrap();
        assert_eq!(entity::table::unavailability::Entity::find().all(&world.db).await.unwrap().len(), 1);
    }
);

both!(
    async fn rejected_rows_are_safe_for_terminals(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        let staff = "Employer,Employee Number,Unit Code,First Name\r\nX,1,T\u{1b}[2J1,\"Ann\r\u{9b}2J\nLee\u{0b}\"\r\n";
        write(&folder, "staff.csv", staff);
        let saved = world.folder.path().join("rejects.csv");
        let lost = psn(&world, &["--apply", "--rejects", saved.to_str().unwrap()]).await.unwrap_err();
        assert!(lost.to_string().contains("every row of staff.csv"), "{lost}");
        let text = std::fs::read_to_string(&saved).unwrap();
        let row = "X,1,T\u{FFFD}[2J1,\"Ann\n\u{FFFD}2J\nLee\u{FFFD}\",staff.csv,2,Unit Code,";
        assert!(text.contains(row), "{text:?}");
        let obeyed = |c: char| c.is_control() && c != '\n';
        assert!(!text.replace("\r\n", "\n").contains(obeyed), "{text:?}");
        // Without correction it is rejected again, and never read as a unit code.
        let again = ["--apply", "--staff", saved.to_str().unwrap()];
        assert!(psn(&world, &again).await.unwrap_err().to_string().contains("every row of rejects.csv"));
        std::fs::write(&saved, text.replace("T\u{FFFD}[2J1", "T1").replace('\u{FFFD}', "")).unwrap();
        psn(&world, &again).await.unwrap();
        assert_eq!(posts(&world).await.len(), 1);
        let people = entity::table::person::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(people[0].first_name.as_deref(), Some("Ann\n2J\nLee"));
    }
);

both!(
    async fn staff_files_of_several_employers_are_one_list(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units.csv", UNITS);
        write(world.folder.path(), "board.csv", "Employer,Employee Number,Unit Code,WTE\nX,1,T1,0.5\nX,2,T1,1\n");
        write(
            world.folder.path(),
            "council.csv",
            "Employer,Employee Number,Unit Code,Job Title\nY,1,T2,Nurse\nX,1,T1,Cook\nY,2,T9,\n",
        );
        let (one, two) = (world.folder.path().join("board.csv"), world.folder.path().join("council.csv"));
        let saved = world.folder.path().join("rejects.csv");
        let staff = ["--staff", one.to_str().unwrap(), "--staff", two.to_str().unwrap()];
        let more = ["--apply", "--rejects", saved.to_str().unwrap()];
        for _ in 0..2 {
            psn(&world, &[staff.as_slice(), &more].concat()).await.unwrap();
            assert_eq!(posts(&world).await, ["1 T1 ..", "1 T2 ..", "2 T1 .."]);
        }
        let rejected = std::fs::read_to_string(&saved).unwrap();
        assert!(
            rejected.contains("X,1,T1,Cook,council.csv,3,Unit Code,Line 2 of board.csv is about the same post"),
            "{rejected}"
        );
        assert!(rejected.contains("Y,2,T9,,council.csv,4,Unit Code,"), "{rejected}");
        let titles = entity::table::post::Entity::find().all(&world.db).await.unwrap();
        let mut told: Vec<_> = titles.into_iter().map(|post| (post.wte, post.job_title)).collect();
        told.sort();
        assert_eq!(
            told,
            [(0, Some("Nurse".to_owned())), (50, None), (100, None)],
            "each file speaks for its own columns"
        );
    }
);

both!(
    async fn similar_file_names_are_suggested(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        write(&folder, "units (1).csv", UNITS);
        write(&folder, "staff export 16-11-2026.csv", STAFF);
        let none = psn(&world, &[]).await.unwrap_err().to_string();
        let units = folder.join("units (1).csv");
        let said = format!("units (1).csv looks like units.csv: run again with --units '{}'", units.display());
        assert!(none.contains(&said) && none.contains("staff export 16-11-2026.csv looks like staff.csv"), "{none}");
        psn(&world, &["--apply", "--units", units.to_str().unwrap()]).await.unwrap();
        assert!(posts(&world).await.is_empty());
    }
);
