//! Mails to an erased person: addresses and files are removed, and their units fall to the next recipient.

use std::path::Path;

use entity::coverage::disclosure::Limit;
use entity::period::IsoWeek;
use entity::table::delivery;
use entity::value::DeliveryState;
use jobs::mail::Mailer;
use sea_orm::QueryOrder as _;
use sea_orm::sea_query::Expr;

use super::*;
use crate::harness::{both, day};
use crate::report::job;

fn week() -> IsoWeek {
    "2026-W47".parse().unwrap()
}

/// The week's report, written into a folder.
pub(super) async fn written(world: &World) {
    jobs::snapshot::take_snapshot(&world.db, day("2026-11-16"), Limit::default(), world.clock.now()).await.unwrap();
    let folder = Mailer::folder(world.folder.path().join("mail"));
    job(folder).run(&world.db, week(), world.clock.now()).await.unwrap();
}

async fn mails(world: &World) -> Vec<delivery::Model> {
    delivery::Entity::find().order_by_asc(delivery::Column::Id).all(&world.db).await.unwrap()
}

both!(
    async fn the_file_of_a_mail_is_removed(world: World) {
        board(&world).await;
        written(&world).await;
        let id = zebedee(&world).await;
        let mine = |mails: Vec<delivery::Model>| mails.into_iter().find(|mail| mail.person_id == Some(id)).unwrap();
        let before = mine(mails(&world).await);
        let path = before.stored_at.clone().unwrap();
        assert!(std::fs::read_to_string(&path).unwrap().contains("Quillfeather"));
        erased(&world, id).await;
        assert_eq!(jobs::retention::remove_files(&world.db).await.unwrap(), 1);
        assert!(!Path::new(&path).exists());
        let after = mine(mails(&world).await);
        assert_eq!((after.address, after.stored_at), (None, None));
        assert_eq!((after.units, after.text_part, after.state), (before.units, before.text_part, DeliveryState::Sent));
        let others = mails(&world).await.into_iter().filter(|mail| mail.person_id != Some(id));
        assert!(others.into_iter().all(|mail| Path::new(&mail.stored_at.unwrap()).exists()), "other mails are there");
    }
);

both!(
    async fn units_of_an_erased_manager_fall_to_the_next(world: World) {
        board(&world).await;
        erased(&world, zebedee(&world).await).await;
        jobs::snapshot::take_snapshot(&world.db, day("2026-11-16"), Limit::default(), world.clock.now()).await.unwrap();
        let (mailer, memory) = world.mailer();
        job(mailer).run(&world.db, week(), world.clock.now()).await.unwrap();
        let kept = memory.drain();
        assert!(
            !kept.is_empty() && kept.iter().all(|mail| !mail.to.to_lowercase().contains("quillfeather")),
            "{kept:?}"
        );
        let bob = mails(&world).await.into_iter().find(|mail| mail.address.as_deref() == Some("bob.third@psn.example"));
        let units = bob.unwrap().units.0;
        assert!(
            units.iter().any(|unit| unit.code == "T1")
                && units.iter().any(|unit| unit.why.contains("no work e-mail on file")),
            "{units:?}"
        );
    }
);

both!(
    async fn an_unsent_mail_waits_for_another_recipient(world: World) {
        board(&world).await;
        let id = zebedee(&world).await;
        jobs::snapshot::take_snapshot(&world.db, day("2026-11-16"), Limit::default(), world.clock.now()).await.unwrap();
        let (mailer, memory) = world.mailer();
        let job = job(mailer);
        job.run(&world.db, week(), world.clock.now()).await.unwrap();
        delivery::Entity::update_many()
            .col_expr(delivery::Column::State, Expr::value(DeliveryState::Retrying))
            .col_expr(delivery::Column::NextAttemptAt, Expr::value(Some(world.clock.now())))
            .col_expr(delivery::Column::AcceptedAt, Expr::value(None::<chrono::DateTime<chrono::Utc>>))
            .col_expr(delivery::Column::LastError, Expr::value("no Zebedee.Quillfeather@psn.example here"))
            .filter(delivery::Column::PersonId.eq(id))
            .exec(&world.db)
            .await
            .unwrap();
        memory.drain();
        let gone = erased(&world, id).await;
        assert_eq!((gone.mails, gone.waiting), (1, 1));
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        let outcome = job.run(&world.db, week(), world.clock.now()).await.unwrap();
        assert_eq!(
            (outcome.sent_now, outcome.refused, outcome.unaddressed),
            (0, 1, 1),
            "nobody else is there who has no mail"
        );
        let managers = "Unit Code,Employer,Employee Number,Role,From\nT1,X,70020,Senior Manager,01/11/2026\n";
        Import::new(&world, &[(FileKind::Managers, managers)]).applied().await;
        let outcome = job.run(&world.db, week(), world.clock.now()).await.unwrap();
        assert_eq!((outcome.sent_now, outcome.unaddressed), (1, 0));
        let sent: Vec<_> = memory.drain().into_iter().map(|mail| mail.to).collect();
        assert_eq!(sent, ["ann.other@psn.example"]);
    }
);
