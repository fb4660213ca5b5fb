//! A dry run lists each change in the terms of the files.

use clap::Parser as _;
use jobs::import::{Change, ChangedCell, FileKind, ImportSummary, Mode};
use psn::cli::{Cli, Command, import};
use psn::error::ExitError;

use super::{COURSES, Import, STAFF, UNITS, posts};
use crate::harness::{World, both, day};

const SUPPORTERS: &str = "Employer,Employee Number,Role,Unit Code,Share,From,Line Approver\nX,0002,Peer Supporter,T1,33.3,01/02/2026,X/0001\n";
const TRAINING: &str = "Employer,Employee Number,Course Code,Status,Completed On\nX,0001,GCC 277,Passed,01/03/2025\n";

/// `changed post X/0001 in T1: WTE 1.00 -> 0.80`, cell by cell.
fn lines(outcome: &ImportSummary) -> Vec<String> {
    let cell = |ChangedCell { column, before, after }: &ChangedCell| format!("{column} '{before}' '{after}'");
    let line = |Change { kind, what, which, cells }: &Change| {
        format!("{} {what} {which}: {}", kind.as_str(), cells.iter().map(cell).collect::<Vec<_>>().join(", "))
    };
    outcome.change_list.iter().map(line).collect()
}

async fn board(world: &World) {
    let files = [
        (FileKind::Units, UNITS),
        (FileKind::Staff, STAFF),
        (FileKind::Courses, COURSES),
        (FileKind::Training, TRAINING),
        (FileKind::Supporters, SUPPORTERS),
    ];
    Import::new(world, &files).applied().await;
}

both!(
    async fn new_rows_are_listed_with_their_values(world: World) {
        let staff = "Employer,Employee Number,Unit Code,First Name,Line Manager Employee Number,WTE,End Date\nX,1,T1,Zo\u{eb},2,0.8,31/03/2027\nX,2,T1,,,1,\n";
        let dry =
            Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, staff)]).outcome(Mode::DryRun).await;
        assert_eq!(
            lines(&dry),
            [
                "added unit B: Unit Name '' 'Board'",
                "added unit T1: Unit Name '' 'Team 1', Site '' 'North'",
                "added unit T2: Unit Name '' 'Team 2', Site '' 'South'",
                "added place in the tree T1: Parent Code '' 'B'",
                "added place in the tree T2: Parent Code '' 'B'",
                "added person X/1: First Name '' 'Zo\u{eb}'",
                "added person X/2: ",
                "added post X/1 in T1: Unit Code '' 'T1', Line Manager Employee Number '' 'X/2', WTE '' '0.80', End Date '' \
                 '2027-03-31'",
                "added post X/2 in T1: Unit Code '' 'T1', WTE '' '1.00'",
            ]
        );
        assert_eq!(dry.rows_changed, 9);
        assert!(posts(&world).await.is_empty(), "a dry run writes nothing");
    }
);

both!(
    async fn what_changes_is_listed_from_and_to(world: World) {
        board(&world).await;
        let staff = STAFF
            .replace("Ann,ann@", "Anna,ann@")
            .replace("T1,0001,0.5,", "T1,0005,0.6,")
            .replace("X,0004,0004-1,Dan,dan@psn.example,T2,0001,1,Fixed Term,,31/03/2027\n", "");
        let training = TRAINING.replace("Passed", "Failed");
        let supporters = SUPPORTERS.replace("33.3", "50").replace("X/0001", "");
        let files = [
            (FileKind::Units, UNITS.replace("T2,Team 2,B", "T2,Team 2,T1")),
            (FileKind::Staff, staff),
            (FileKind::Training, training),
            (FileKind::Supporters, supporters),
        ];
        let files: Vec<_> = files.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        let list = async || Import::new(&world, &files).on("2026-11-23").outcome(Mode::DryRun).await;
        let told = lines(&list().await);
        assert_eq!(told[0], "added place in the tree T2: Parent Code '' 'T1', Parent From '' '2026-11-23'");
        assert_eq!(told[1], "changed person X/0001: First Name 'Ann' 'Anna'");
        let has = |line: &str| assert!(told.iter().any(|told| told.starts_with(line)), "{line}: {told:#?}");
        has("removed pass X/0001 of GCC 277: Completed On '2025-03-01' ''");
        has("changed allocation X/0002 as Peer Supporter for T1: Share '33.3' '50.0'");
        assert!(told.iter().any(|line| line.contains("X/0004 in T2: End Date '2027-03-31' '2026-11-22'")), "{told:#?}");
        assert_eq!(lines(&list().await), told, "the same list each time");
        // Applying lists the same changes.
        assert_eq!(lines(&Import::new(&world, &files).on("2026-11-23").applied().await), told);
        assert_eq!(lines(&list().await), Vec::<String>::new(), "nothing is left to change");
    }
);

async fn psn(world: &World, more: &[&str]) -> Result<(), ExitError> {
    let folder = world.folder.path().join("in");
    let line = ["psn", "import", "--as-at", "2026-11-16", "--dir", folder.to_str().unwrap()];
    let parsed = Cli::try_parse_from(line.into_iter().chain(more.iter().copied())).unwrap().command;
    let Command::Import(args) = parsed else { panic!("import is a command") };
    import::run(&args, &world.db, world.clock.now(), day("2026-11-16"), chrono_tz::Europe::London).await
}

both!(
    async fn all_changes_are_saved_as_safe_csv(world: World) {
        let folder = world.folder.path().join("in");
        std::fs::create_dir(&folder).unwrap();
        let many: String = (0..150).map(|at| format!("X,{at},T1,=1+1\n")).collect();
        std::fs::write(folder.join("units.csv"), UNITS).unwrap();
        std::fs::write(folder.join("staff.csv"), format!("Employer,Employee Number,Unit Code,First Name\n{many}"))
            .unwrap();
        let saved = folder.join("changes.csv");
        psn(&world, &["--changes", saved.to_str().unwrap()]).await.unwrap();
        let text = std::fs::read_to_string(&saved).unwrap();
        let lines: Vec<_> = text.trim_start_matches('\u{feff}').lines().collect();
        assert_eq!(lines[0], "Change,What,Which,Column,From,To");
        assert_eq!(lines[1], "added,unit,B,Unit Name,,Board");
        assert!(lines.contains(&"added,person,X/149,First Name,,'=1+1"), "{lines:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(&saved).unwrap().permissions().mode() & 0o777, 0o600);
        }
        // The same file may be overwritten, but no other.
        psn(&world, &["--changes", saved.to_str().unwrap()]).await.unwrap();
        std::fs::write(folder.join("letter.txt"), "Dear all").unwrap();
        for other in ["units.csv", "letter.txt", "none/changes.csv"] {
            let other = folder.join(other);
            let refused = psn(&world, &["--apply", "--changes", other.to_str().unwrap()]).await.unwrap_err();
            assert!(matches!(refused, ExitError::Refused(_)), "{refused}");
        }
        let same = world.folder.path().join("list.csv");
        let same = same.to_str().unwrap();
        let refused = psn(&world, &["--apply", "--changes", same, "--rejects", same]).await.unwrap_err();
        assert!(matches!(&refused, ExitError::Refused(said) if said.contains("the same file")), "{refused}");
        assert!(posts(&world).await.is_empty(), "nothing was applied");
        assert_eq!(std::fs::read_to_string(folder.join("units.csv")).unwrap(), UNITS);
    }
);
