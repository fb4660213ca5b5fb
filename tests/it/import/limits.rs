//! Limits on rejected, changed and ended records, and the allowances that lift them.

use entity::table::import_batch;
use jobs::import::{FileKind, ImportSummary, Mode};
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::{Import, STAFF, UNITS, counts, posts};
use crate::harness::{World, both};

/// Returns people of T1 with these numbers, and the rest of their rows.
fn staff(employer: &str, numbers: std::ops::Range<u32>, band: &str) -> String {
    numbers.map(|number| format!("{employer},{number},T1,{band}\n")).collect()
}

fn list(rows: &[String]) -> String {
    format!("Employer,Employee Number,Unit Code,Band\n{}", rows.concat())
}

async fn board(world: &World, rows: &[String]) {
    Import::new(world, &[(FileKind::Units, UNITS), (FileKind::Staff, &list(rows))]).applied().await;
}

async fn refusal(import: Import<'_>) -> String {
    import.refused().await.refusal.expect("it is refused")
}

async fn is_forced(world: &World) -> bool {
    let newest = import_batch::Entity::find().order_by_desc(import_batch::Column::Id).one(&world.db).await.unwrap();
    newest.unwrap().forced
}

both!(
    async fn ending_over_a_fifth_needs_an_allowance(world: World) {
        board(&world, &[staff("X", 0..20, "5")]).await;
        let fewer = list(&[staff("X", 0..14, "5")]);
        let import = || Import::new(&world, &[(FileKind::Staff, &fewer)]);
        let said = refusal(import()).await;
        assert!(said.starts_with("6 open posts would end: 6 of 20 at X."), "{said}");
        assert!(said.ends_with("--allow ended=6."), "{said}");
        for other in ["ended=5", "ended=7", "changed=6 rejected=6 older empty"] {
            assert!(refusal(import().allowing(other)).await.contains("--allow ended=6."), "{other}");
        }
        import().allowing("ended=6").applied().await;
        assert!(is_forced(&world).await);
        let back = list(&[staff("X", 0..14, "5"), staff("X", 100..106, "5")]);
        Import::new(&world, &[(FileKind::Staff, &back)]).allowing("ended=6").applied().await;
        assert!(!is_forced(&world).await, "an allowance that nothing needed was not used");
    }
);

both!(
    async fn changed_and_ended_posts_are_added_up(world: World) {
        board(&world, &[staff("X", 0..20, "5")]).await;
        let other = list(&[staff("X", 0..3, "6"), staff("X", 3..18, "5")]);
        let import = || Import::new(&world, &[(FileKind::Staff, &other)]).on("2026-11-17");
        let said = refusal(import()).await;
        assert!(said.contains("2 open posts would end: 2 of 20 at X."), "{said}");
        assert!(said.contains("3 open posts would change") && said.contains("--allow changed=3."), "{said}");
        assert!(refusal(import().allowing("ended=2")).await.contains("--allow changed=3."));
        assert!(refusal(import().allowing("changed=3")).await.contains("--allow ended=2."));
        import().allowing("changed=3 ended=2").applied().await;
    }
);

both!(
    async fn limits_apply_per_employer_from_five_leavers(world: World) {
        board(&world, &[staff("Large", 0..100, "5"), staff("small", 0..6, "5"), staff("Tiny", 0..4, "5")]).await;
        // All posts of Tiny, and less than a fifth of those of Large.
        let rows = [staff("Large", 0..81, "5"), staff("small", 0..6, "5"), staff("Tiny", 9..10, "5")];
        let dry = Import::new(&world, &[(FileKind::Staff, &list(&rows))]).outcome(Mode::DryRun).await;
        assert_eq!(dry.refusal, None);
        // Five of the six posts of Small are one in ten of all posts.
        let rows = [staff("Large", 0..100, "5"), staff("small", 0..1, "5"), staff("Tiny", 0..4, "5")];
        let said = refusal(Import::new(&world, &[(FileKind::Staff, &list(&rows))])).await;
        assert!(said.starts_with("5 open posts would end: 5 of 6 at small."), "{said}");
    }
);

both!(
    async fn end_dates_and_closed_units_end_posts_too(world: World) {
        board(&world, &[staff("X", 0..10, "5")]).await;
        let ends: String = (0..10).map(|number| format!("X,{number},T1,01/11/2026\n")).collect();
        let ends = format!("Employer,Employee Number,Unit Code,End Date\n{ends}");
        assert!(refusal(Import::new(&world, &[(FileKind::Staff, &ends)])).await.contains("10 of 10 at X"));
        let units = "Unit Code,Unit Name,Parent Code\nB,Board,\nT2,Team 2,B\n";
        assert!(refusal(Import::new(&world, &[(FileKind::Units, units)])).await.contains("10 of 10 at X"));
    }
);

/// Imports `all` rows of days away, of which `bad` cannot be read.
async fn away(world: &World, bad: u32, all: u32, allowed: &str) -> ImportSummary {
    let rows: String = (0..all).map(|at| format!("X,{at},{}/11/2026,\n", if at < bad { "99" } else { "01" })).collect();
    let file = format!("Employer,Employee Number,From,Until\n{rows}");
    Import::new(world, &[(FileKind::Unavailability, &file)]).allowing(allowed).outcome(Mode::Apply).await
}

both!(
    async fn rejecting_over_a_tenth_needs_an_allowance(world: World) {
        board(&world, &[staff("X", 0..60, "5")]).await;
        assert_eq!(away(&world, 5, 50, "").await.refusal, None, "a tenth is not more than a tenth");
        assert_eq!(away(&world, 4, 4, "").await.refusal, None, "a few bad rows of a small file are everyday business");
        let said = away(&world, 6, 59, "").await.refusal.unwrap();
        assert!(said.starts_with("6 rows are rejected: 6 of 59 in unavailability.csv."), "{said}");
        assert!(said.ends_with("--allow rejected=6."), "{said}");
        assert!(
            away(&world, 6, 59, "rejected=5")
                .await
                .refusal
                .unwrap()
                .contains("rejected=5, which is not the same number")
        );
        assert_eq!(away(&world, 6, 59, "rejected=6").await.refusal, None);
        assert!(is_forced(&world).await);
    }
);

both!(
    async fn an_empty_full_list_needs_an_allowance(world: World) {
        let empty = "Employer,Employee Number,Unit Code\n,,\n";
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, empty)]).applied().await;
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, STAFF)]).applied().await;
        let said = refusal(Import::new(&world, &[(FileKind::Staff, empty)])).await;
        assert!(said.contains("staff.csv: it has a header but no rows") && said.ends_with("--allow empty."), "{said}");
        let before = posts(&world).await;
        let allowed = Import::new(&world, &[(FileKind::Staff, empty)]).allowing("empty").applied().await;
        assert!(is_forced(&world).await);
        assert_eq!(counts(&allowed, FileKind::Staff).2, 0, "it names no employer, so it is the full list of none");
        assert_eq!(posts(&world).await, before);
        let said = refusal(Import::new(&world, &[(FileKind::Units, "Unit Code,Unit Name\n")])).await;
        assert!(said.contains("every unit on file would close"), "{said}");
    }
);

both!(
    async fn another_empty_file_is_fine_and_said(world: World) {
        let outcome = Import::new(&world, &[(FileKind::Exemptions, "Unit Code,From,Until,Reason\n")]).applied().await;
        assert_eq!(outcome.notices[0].sentence, "The file has a header but no rows.");
    }
);

both!(
    async fn older_files_need_an_allowance(world: World) {
        Import::new(&world, &[(FileKind::Units, UNITS)]).applied().await;
        let older = || Import::new(&world, &[(FileKind::Units, UNITS)]).on("2026-11-15");
        let said = refusal(older()).await;
        assert!(said.contains("2026-11-16") && said.ends_with("--allow older."), "{said}");
        older().allowing("older").applied().await;
        assert!(is_forced(&world).await);
    }
);
