//! Weeks whose report reached no one are shown by the next report and by `psn check`.

use std::process::{Command, Stdio};

use chrono::TimeDelta;
use entity::json_column::ImportedFiles;
use entity::store::report as store;
use entity::table::{import_batch, report};
use entity::value::{ImportState, ReportKind};
use jobs::mail::Mailer;
use sea_orm::{DatabaseConnection, EntityTrait as _, IntoActiveModel as _};

use super::{job, now, ready, row_of, rows, take_snapshot, week};
use crate::harness::{both, day, instant};

const LONDON: chrono_tz::Tz = chrono_tz::Europe::London;

/// Records an import that was applied at this time.
pub(super) async fn imported(db: &DatabaseConnection, at: &str) {
    let batch = import_batch::Model {
        id: entity::id::ImportBatchId(1),
        as_at: day(&at[..10]),
        finished_at: instant(at),
        state: ImportState::Applied,
        forced: false,
        files: ImportedFiles::default(),
        refusal: None,
    };
    import_batch::Entity::insert(batch.into_active_model()).exec_without_returning(db).await.unwrap();
}

async fn missed(db: &DatabaseConnection, before: &str) -> Vec<String> {
    store::missed_before(db, LONDON, week(before)).await.unwrap().iter().map(ToString::to_string).collect()
}

both!(
    async fn the_next_report_says_which_weeks_had_none(world: World) {
        ready(&world).await;
        // The first import is on a Wednesday, so the week of 9 November is the first that needs a report.
        imported(&world.db, "2026-11-04T10:00:00Z").await;
        let (mailer, _) = Mailer::memory();
        let job = job(mailer);
        job.run(&world.db, week("2026-W47"), now()).await.unwrap();
        let text = row_of(&world.db, 1).await.text_part;
        assert!(text.contains("\nNo report was sent for the week of 9 November.\n"), "{text}");

        // psn does not run for three weeks.
        take_snapshot(&world.db, 2, "2026-12-14", 1, 2).await;
        assert_eq!(missed(&world.db, "2026-W51").await, ["2026-W48", "2026-W49", "2026-W50"]);
        job.run(&world.db, week("2026-W51"), now() + TimeDelta::days(28)).await.unwrap();
        let text = rows(&world.db).await.pop().unwrap().text_part;
        let warning = "No report was sent for 3 weeks, from the week of 23 November to the week of 7 December.";
        assert!(text.contains(warning), "{text}");
        assert_eq!(missed(&world.db, "2026-W52").await, Vec::<String>::new(), "it was already reported");
    }
);

both!(
    async fn a_week_without_accepted_mail_is_missed(world: World) {
        ready(&world).await;
        assert_eq!(missed(&world.db, "2026-W47").await, Vec::<String>::new(), "there is no import");
        imported(&world.db, "2026-11-16T06:00:00Z").await;
        assert_eq!(missed(&world.db, "2026-W47").await, Vec::<String>::new());
        let head = report::Model {
            id: entity::id::ReportId(1),
            week: "2026-W47".to_owned(),
            kind: ReportKind::Weekly,
            snapshot_id: entity::id::SnapshotId(1),
            previous_snapshot_id: None,
            built_at: now(),
        };
        report::Entity::insert(head.into_active_model()).exec_without_returning(&world.db).await.unwrap();
        assert_eq!(missed(&world.db, "2026-W48").await, ["2026-W47"]);
    }
);

both!(
    async fn psn_check_says_so(world: World) {
        let check = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_psn"));
            command.env_clear().current_dir(world.folder.path()).stdin(Stdio::null());
            let output = command.args(["check", "--database-url", &world.url]).output().unwrap();
            let said = String::from_utf8(output.stdout).unwrap();
            said.lines().find(|line| line.starts_with("gap reports:")).unwrap_or_else(|| panic!("{said}")).to_owned()
        };
        assert_eq!(check(), "gap reports: ok, no week missed");
        // Long ago by the computer's clock, which the command uses.
        imported(&world.db, "2024-01-03T10:00:00Z").await;
        let said = check();
        assert!(said.contains("fails: no report was sent for ") && said.contains(" and earlier weeks; "), "{said}");
    }
);
