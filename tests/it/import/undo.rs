//! The last import is undone completely, or not at all.

use clap::Parser as _;
use entity::id::ImportBatchId;
use entity::store::audit::AuditContext;
use entity::store::erasure;
use entity::table::{audit_event, import_batch, import_undo, person};
use entity::value::{Action, ErasureReason, ImportState};
use jobs::import::{FileKind, ImportSummary, UndoError, Undone, undo};
use psn::cli::{Cli, Command, export};
use psn::error::ExitError;
use sea_orm::{ConnectionTrait as _, EntityTrait as _, PaginatorTrait as _, QueryOrder as _};

use super::{COURSES, Import, STAFF, UNITS, everything};
use crate::harness::{World, both, instant};

const TRAINING: &str = "Employer,Employee Number,Course Code,Status,Completed On\nX,0001,GCC 277,Passed,01/03/2025\n";
const SUPPORTERS: &str = "\
Employer,Employee Number,Role,Unit Code,Share,From,Line Approved On,Line Approver,Protected Hours Per Month
X,0002,Peer Supporter,T1,50,01/02/2026,01/01/2026,X/0001,7.5
X,0003,Wellbeing Champion,T2,,,,,
";
const AWAY: &str = "Employer,Employee Number,From,Until\nX,0002,05/11/2026,10/12/2026\n";
const MANAGERS: &str = "Unit Code,Employer,Employee Number,Role,From\nB,X,0001,Senior Manager,01/01/2026\n";
const POLICIES: &str = "Unit Code,In Force From,Staff Per Supporter\nB,01/04/2025,20\n";
const EXEMPTIONS: &str = "Unit Code,From,Until,Reason\nT2,01/06/2026,31/12/2026,Moving\n";

fn board() -> [(FileKind, String); 9] {
    [
        (FileKind::Units, UNITS),
        (FileKind::Staff, STAFF),
        (FileKind::Courses, COURSES),
        (FileKind::Training, TRAINING),
        (FileKind::Supporters, SUPPORTERS),
        (FileKind::Unavailability, AWAY),
        (FileKind::Managers, MANAGERS),
        (FileKind::Policies, POLICIES),
        (FileKind::Exemptions, EXEMPTIONS),
    ]
    .map(|(kind, text)| (kind, text.to_owned()))
}

/// The next week's files: every table gains and changes something, and a pass is withdrawn.
fn next_week() -> [(FileKind, String); 9] {
    let mut files = board();
    let staff = STAFF
        .replace("Ann,ann@", "Anna,anna@")
        .replace("X,0002,0002-1,Bob,bob@psn.example,T1,0001,0.5", "X,0002,0002-1,Bob,bob@psn.example,T3,0009,0.8");
    let changes: [&dyn Fn(&str) -> String; 9] = [
        // T1 moves below a new unit, and T2 is renamed.
        &|units| {
            units.replace("T1,Team 1,B", "T1,Team 1,S").replace("Team 2", "Team Two") + "T3,Team 3,S,\nS,Service,B,\n"
        },
        &|_| staff.clone() + "X,0009,0009-1,Jo,jo@psn.example,T3,,1,Permanent,01/11/2026,\n",
        &|courses| courses.replace("PSN L2,2", "PSN L2,3") + "NEW,1\n",
        &|_| {
            "Employer,Employee Number,Course Code,Status,Completed On\nX,0001,GCC 277,Failed,01/03/2025\nX,0009,NEW,Passed,01/03/2026\n".to_owned()
        },
        &|roles| roles.replace("T1,50", "T1,40") + "X,0009,Peer Supporter,T3,100,01/11/2026,,,\n",
        &|away| away.replace("10/12/2026", "11/12/2026") + "X,0009,01/12/2026,\n",
        &|managers| managers.to_owned() + "S,X,0009,Coordinator,01/11/2026\n",
        &|policies| policies.replace(",20", ",10") + "S,01/11/2026,5\n",
        &|exemptions| exemptions.replace("Moving", "Moved") + "T3,01/11/2026,31/12/2026,New\n",
    ];
    for ((_, text), change) in files.iter_mut().zip(changes) {
        *text = change(text);
    }
    files
}

async fn apply(world: &World, files: &[(FileKind, String)], as_at: &str) -> ImportSummary {
    let files: Vec<_> = files.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
    Import::new(world, &files).on(as_at).applied().await
}

/// Returns every record on file except the data version.
async fn facts(world: &World) -> Vec<String> {
    let mut facts = everything(world).await;
    facts.pop();
    facts
}

/// Returns the records on file by content: new rows of an import get other ids the second time.
async fn exported(world: &World, name: &str) -> Vec<String> {
    let out = world.folder.path().join(name);
    let mut files = Vec::new();
    for day in ["2026-09-21", "2026-11-23", "2027-01-04"] {
        let line = ["psn", "export", "--as-of", day, "--out", out.to_str().unwrap()];
        let Command::Export(args) = Cli::try_parse_from(line).unwrap().command else { panic!("export is a command") };
        export::run(args, &world.db, Default::default(), world.clock.now(), "2026-11-16".parse().unwrap())
            .await
            .unwrap();
        for file in ["coverage.csv", "rollup.csv", "layers.csv", "standing.csv"] {
            files.push(std::fs::read_to_string(out.join(file)).unwrap());
        }
    }
    files
}

async fn undone(world: &World, batch: ImportBatchId) -> Result<Undone, String> {
    undo(&world.db, batch, world.clock.now()).await.map_err(|error| match error {
        UndoError::Refused(sentence) => sentence,
        UndoError::Database(error) => panic!("{error}"),
    })
}

/// Checks that it cannot be undone, nothing is written, and the reason contains `said`.
async fn refused(world: &World, batch: ImportBatchId, said: &str) {
    let before = everything(world).await;
    let sentence = undone(world, batch).await.unwrap_err();
    assert!(sentence.contains(said), "{sentence}");
    assert_eq!(everything(world).await, before);
}

both!(
    async fn the_last_import_can_be_undone_and_reapplied(world: World) {
        apply(&world, &board(), "2026-11-16").await;
        let (before, version) = (facts(&world).await, entity::store::roster::version(&world.db).await.unwrap());
        let outcome = apply(&world, &next_week(), "2026-11-23").await;
        let (after, figures) = (facts(&world).await.len(), exported(&world, "first").await);
        for file in &outcome.files {
            assert!(file.imported.added > 0, "{file:?}");
        }

        let batch = outcome.batch.unwrap();
        let Undone { removed, restored } = undone(&world, batch).await.unwrap();
        assert_eq!(facts(&world).await, before);
        assert!(removed > 9 && restored > 7, "{removed} {restored}");
        assert_eq!(entity::store::roster::version(&world.db).await.unwrap(), version + 2);
        let row = import_batch::Entity::find_by_id(batch).one(&world.db).await.unwrap().unwrap();
        assert_eq!(row.state, ImportState::Undone);
        let event = audit_event::Entity::find().order_by_desc(audit_event::Column::Id).one(&world.db).await.unwrap();
        let event = event.unwrap();
        assert_eq!(
            (event.action, event.object),
            (Action::ImportUndone.as_str().to_owned(), Some(format!("import:{batch}")))
        );
        assert_eq!(import_undo::Entity::find().count(&world.db).await.unwrap(), 0);

        apply(&world, &next_week(), "2026-11-23").await;
        assert_eq!((facts(&world).await.len(), exported(&world, "second").await), (after, figures));
    }
);

both!(
    async fn the_first_import_leaves_an_empty_board(world: World) {
        let empty = facts(&world).await;
        let first = apply(&world, &board(), "2026-11-16").await;
        undone(&world, first.batch.unwrap()).await.unwrap();
        assert_eq!(facts(&world).await, empty);
        // The import has left no trace: an older as-at day is allowed.
        apply(&world, &board(), "2026-11-09").await;
    }
);

both!(
    async fn only_the_last_written_import_can_be_undone(world: World) {
        refused(&world, ImportBatchId(1), "Import 1 does not exist.").await;
        let first = apply(&world, &board(), "2026-11-16").await.batch.unwrap();
        let wrong = Import::new(&world, &[(FileKind::Units, "Unit Code,Unit Name\nA,A\nB,B\n")]).refused().await;
        refused(&world, wrong.batch.unwrap(), "was refused and wrote nothing").await;
        refused(&world, ImportBatchId(99), "The last applied import is 1.").await;
        let second = apply(&world, &next_week(), "2026-11-23").await.batch.unwrap();
        refused(&world, first, "Only the last import can be undone. Import corrected files instead.").await;
        undone(&world, second).await.unwrap();
        refused(&world, second, "has already been undone").await;
        refused(&world, first, "are no longer kept. Import corrected files instead.").await;
    }
);

both!(
    async fn an_import_without_changes_is_undone_first(world: World) {
        let first = apply(&world, &board(), "2026-11-16").await.batch.unwrap();
        let same = apply(&world, &board(), "2026-11-16").await.batch.unwrap();
        refused(&world, first, &format!("psn import undo {same}.")).await;
        assert_eq!(undone(&world, same).await.unwrap(), Undone::default());
        undone(&world, first).await.unwrap();
        assert_eq!(person::Entity::find().count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn an_erasure_removes_undo_steps(world: World) {
        apply(&world, &board(), "2026-11-16").await;
        let second = apply(&world, &next_week(), "2026-11-23").await.batch.unwrap();
        let kept = import_undo::Entity::find().all(&world.db).await.unwrap();
        assert!(kept.iter().any(|step| step.before.as_ref().is_some_and(|row| row["first_name"] == "Ann")), "{kept:?}");
        let ann = person::Entity::find().order_by_asc(person::Column::Id).one(&world.db).await.unwrap().unwrap();
        let by = AuditContext {
            actor: entity::actor::Actor::Operator,
            at: instant("2026-11-24T09:00:00Z"),
            request_id: None,
        };
        erasure::dry_run(&world.db, ann.id, &by).await.unwrap();
        assert_eq!(import_undo::Entity::find().all(&world.db).await.unwrap(), kept, "a dry run removes nothing");
        erasure::erase(&world.db, ann.id, ErasureReason::Requested, &by).await.unwrap();
        assert_eq!(import_undo::Entity::find().count(&world.db).await.unwrap(), 0);
        refused(&world, second, "a person was erased after it").await;
    }
);

both!(
    async fn an_import_in_use_cannot_be_undone(world: World) {
        let first = apply(&world, &board(), "2026-11-16").await.batch.unwrap();
        let ann = person::Entity::find().order_by_asc(person::Column::Id).one(&world.db).await.unwrap().unwrap();
        world.person(ann.id.0).await;
        refused(&world, first, "that are now used elsewhere").await;
    }
);

both!(
    async fn the_undo_command_reports_its_result(world: World) {
        let batch = apply(&world, &board(), "2026-11-16").await.batch.unwrap();
        let command = |words: &[&str]| {
            let line = ["psn", "import"].iter().chain(words);
            let Command::Import(args) = Cli::try_parse_from(line).unwrap().command else {
                panic!("import is a command")
            };
            args
        };
        let today = crate::harness::day("2026-11-16");
        let run = async |number: &str| {
            psn::cli::import::run(
                &command(&["undo", number]),
                &world.db,
                world.clock.now(),
                today,
                chrono_tz::Europe::London,
            )
            .await
        };
        run(&batch.to_string()).await.unwrap();
        let Err(ExitError::Refused(sentence)) = run(&batch.to_string()).await else { panic!("it is refused") };
        assert!(sentence.contains("has already been undone"), "{sentence}");
        // The options of an import do not apply to an undo, and an import needs its as-at day.
        for line in [
            &["psn", "import", "--apply", "undo", "1"][..],
            &["psn", "import", "--dir", "x"],
            &["psn", "import", "undo"],
        ] {
            assert!(Cli::try_parse_from(line).is_err(), "{line:?}");
        }
        let left = world.db.query_one_raw(sea_orm::Statement::from_string(
            world.db.get_database_backend(),
            "SELECT count(*) AS left_over FROM post",
        ));
        assert_eq!(left.await.unwrap().unwrap().try_get::<i64>("", "left_over").unwrap(), 0);
    }
);
