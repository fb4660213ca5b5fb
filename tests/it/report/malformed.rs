//! Stored lists of a snapshot that are not in their form.

use jobs::mail::Mailer;
use sea_orm::ConnectionTrait as _;

use super::{MONDAY, job, ready, week};
use crate::harness::both;

both!(
    async fn name_the_day_and_the_column(world: World) {
        ready(&world).await;
        let (mailer, _memory) = Mailer::memory();
        let job = job(mailer);
        let set = async |column: &str, value: &str| {
            world.db.execute_unprepared(&format!("UPDATE snapshot_team SET {column} = '{value}'")).await.unwrap();
        };
        // The second is a reason that a snapshot never stores, because a report would publish it.
        for (column, malformed, valid) in [
            ("mix", r#"{"must":true}"#, "[]"),
            ("at_risk_causes", r#"[{"reason":"AWAY","people":1}]"#, "[]"),
            ("not_counting", r#"{"WEATHER":1}"#, "{}"),
        ] {
            set(column, malformed).await;
            let error = job.dry_run(&world.db, week("2026-W47")).await.unwrap_err().to_string();
            let expected =
                format!("the snapshot of {MONDAY} has a row with a malformed {column}; take the snapshot again");
            assert_eq!(error, expected);
            set(column, valid).await;
        }
        assert!(!job.dry_run(&world.db, week("2026-W47")).await.unwrap().is_empty());
    }
);
