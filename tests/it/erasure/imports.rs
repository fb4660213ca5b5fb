//! No import brings an erased person back, and none is rejected because it lists them.

use entity::table::{exemption, import_reject, post};
use sea_orm::{PaginatorTrait as _, QueryOrder as _};

use super::*;
use crate::harness::both;
use crate::import::counts;

both!(
    async fn importing_the_same_files_brings_nothing_back(world: World) {
        board(&world).await;
        erased(&world, zebedee(&world).await).await;
        let before = said(&world.db).await;
        let version = entity::store::roster::version(&world.db).await.unwrap();
        for _ in 0..2 {
            let outcome = Import::new(&world, &files()).applied().await;
            assert!(!outcome.changes && outcome.rejects.is_empty(), "{outcome:?}");
            assert_eq!(counts(&outcome, FileKind::Staff), (0, 0, 0, 4, 0));
        }
        assert_eq!(entity::store::roster::version(&world.db).await.unwrap(), version);
        let kept = said(&world.db).await;
        let facts = |texts: &[String]| {
            let records = |text: &&String| !text.starts_with("import_") && !text.starts_with("audit_");
            texts.iter().filter(records).cloned().collect::<Vec<_>>()
        };
        assert_eq!(facts(&kept), facts(&before));
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
    }
);

both!(
    async fn other_names_mappings_and_files_bring_nothing_back(world: World) {
        board(&world).await;
        let id = zebedee(&world).await;
        erased(&world, id).await;
        let renamed = STAFF.replace("Zebedee,Quillfeather,Zebedee.Q", "Zebby,Quillfeather-Smith,Zebby.Q");
        Import::new(&world, &[(FileKind::Staff, &renamed)]).on("2026-11-17").applied().await;
        let headers =
            renamed.replace("First Name", "Vorname").replace("Employee Number,Assignment", "Payroll,Assignment");
        let mapping = "[staff.headers]\n\"Vorname\" = \"First Name\"\n\"Payroll\" = \"Employee Number\"\n";
        Import::new(&world, &[(FileKind::Staff, &headers)]).mapped(mapping).on("2026-11-18").applied().await;
        let row = person::Entity::find_by_id(id).one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.first_name, row.last_name, row.work_email), (None, None, None));
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        assert!(!said(&world.db).await.iter().any(|text| text.to_lowercase().contains("zebby")));
        assert_eq!(person::Entity::find().count(&world.db).await.unwrap(), 4, "nobody new");
    }
);

both!(
    async fn an_import_updates_posts_and_roles_of_erased_people(world: World) {
        board(&world).await;
        let id = zebedee(&world).await;
        erased(&world, id).await;
        // A move to another unit and other hours, with an additional assignment.
        let moved = STAFF.replace("Charge Nurse,T1,,1,01/02/2024,", "Charge Nurse,T2,,0.8,01/02/2024,").replace(
            "X,70020,70020-1",
            "X,QZ70010,QZ70010-2,Zebedee,Quillfeather,,Tutor,T1,,0.2,01/11/2026,\nX,70020,70020-1",
        );
        let outcome = Import::new(&world, &[(FileKind::Staff, &moved)]).on("2026-11-20").applied().await;
        assert!(outcome.rejects.is_empty(), "{outcome:?}");
        let mut posts = post::Entity::find().filter(post::Column::PersonId.eq(id)).all(&world.db).await.unwrap();
        posts.sort_by_key(|post| (post.wte, post.valid_from));
        let told: Vec<_> = posts.iter().map(|post| (post.wte, post.valid_to.is_some())).collect();
        assert_eq!(told, [(20, false), (80, false), (100, true)], "{posts:?}");
        assert!(posts.iter().all(|post| post.assignment.as_ref().unwrap().starts_with("erased-")), "{posts:?}");
        assert_eq!(posts[1].assignment, posts[2].assignment, "the transfer is known as one");
        // Rows that name the person as approver or delegate find them.
        let more = SUPPORTERS.to_owned() + "X,70040,Wellbeing Champion,T2,,10/03/2026,,,X/QZ70010,,,,\n";
        let outcome = Import::new(&world, &[(FileKind::Supporters, &more)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Supporters), (1, 0, 0, 2, 0), "{:?}", outcome.rejects);
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        // When the lists no longer contain the person, they have left like anyone else.
        let gone: String = STAFF
            .lines()
            .filter(|line| !line.contains("QZ70010,QZ70010-1"))
            .fold(String::new(), |all, line| all + line + "\n");
        Import::new(&world, &[(FileKind::Staff, &gone)]).on("2026-12-01").applied().await;
        let open = post::Entity::find().filter(post::Column::PersonId.eq(id)).filter(post::Column::ValidTo.is_null());
        assert_eq!(open.count(&world.db).await.unwrap(), 0);
    }
);

both!(
    async fn a_rejected_row_about_an_erased_person_loses_its_value(world: World) {
        board(&world).await;
        erased(&world, zebedee(&world).await).await;
        let broken = STAFF
            .replace("Charge Nurse,T1,,1,01/02/2024,", "Charge Nurse,T1,,1,01/02/2024,Zebed\u{7}e Quillfeather")
            .replace("Nurse,T1,QZ70010,1,01/02/2024,", "Nurse,T1,QZ70010,1,01/02/2024,An\u{7}");
        let awry = TRAINING.replace("X,QZ70010,L2", "X,QZ70010,Course of Zebedee");
        let both = [(FileKind::Staff, broken.as_str()), (FileKind::Training, awry.as_str())];
        let outcome = Import::new(&world, &both).applied().await;
        assert_eq!(outcome.rejects.len(), 3, "{:?}", outcome.rejects);
        // The same if nothing was compared, and if a person's shares are too high.
        let doubled = "Employer,Employee Number,From,From\nX,QZ70010,01/01/2026,01/01/2026\n";
        Import::new(&world, &[(FileKind::Staff, &broken), (FileKind::Unavailability, doubled)]).refused().await;
        let shares = SUPPORTERS.to_owned()
            + "X,QZ70010,Peer Supporter,T2,60,10/03/2024,,02/01/2026,X/70020,03/01/2026,X/70030,4,09/03/2024\n";
        Import::new(&world, &[(FileKind::Supporters, &shares)]).refused().await;
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        let rows = import_reject::Entity::find().order_by_asc(import_reject::Column::Id).all(&world.db).await.unwrap();
        assert!(rows.iter().any(|row| row.value.as_deref() == Some("An\u{7}")), "others' values are there: {rows:?}");
        let theirs = rows.iter().filter(|row| row.about.is_some() && row.value.is_none()).count();
        assert_eq!(theirs, 4, "{rows:?}");
    }
);

both!(
    async fn a_rejected_row_that_names_an_erased_person_loses_the_value(world: World) {
        board(&world).await;
        let named =
            "Unit Code,Employer,Employee Number,Role,Delegate\nT2,X,70040,Senior Manager,X/Zebedee Quillfeather\n";
        let other = "Unit Code,Employer,Employee Number,Role,Delegate\nT2,X,70040,Senior Manager,X/Yves Ypsilon\n";
        Import::new(&world, &[(FileKind::Managers, named)]).applied().await;
        erased(&world, zebedee(&world).await).await;
        for file in [named, other] {
            let outcome = Import::new(&world, &[(FileKind::Managers, file)]).applied().await;
            assert_eq!(outcome.rejects.len(), 1, "{:?}", outcome.rejects);
        }
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
        let rows = import_reject::Entity::find().order_by_asc(import_reject::Column::Id).all(&world.db).await.unwrap();
        let values: Vec<_> = rows.iter().map(|row| row.value.as_deref()).collect();
        assert_eq!(values, [None, None, Some("X/Yves Ypsilon")]);
    }
);

both!(
    async fn an_erased_free_text_does_not_come_back(world: World) {
        board(&world).await;
        erased(&world, zebedee(&world).await).await;
        let shouted = EXEMPTIONS
            .replace("Merger; asked for by Zebedee Quillfeather", "MERGER - asked for by ZEBEDEE QUILLFEATHER");
        for text in [EXEMPTIONS, &shouted] {
            let outcome = Import::new(&world, &[(FileKind::Exemptions, text)]).applied().await;
            assert_eq!(counts(&outcome, FileKind::Exemptions), (0, 0, 0, 2, 0));
        }
        let rows = exemption::Entity::find().order_by_asc(exemption::Column::ValidFrom).all(&world.db).await.unwrap();
        assert_eq!((rows[0].reason.as_str(), rows[0].agreed_by.as_deref()), ("(erased)", None));
        assert_eq!((rows[1].reason.as_str(), rows[1].agreed_by.as_deref()), ("Merger", Some("Ann Other")));
        assert_eq!(traces(&world.db).await, Vec::<String>::new());
    }
);

both!(
    async fn the_same_number_at_another_employer_is_another_person(world: World) {
        board(&world).await;
        erased(&world, zebedee(&world).await).await;
        let more = STAFF.to_owned() + "Y,QZ70010,9-1,Yves,Ypsilon,yves@psn.example,Nurse,T2,,1,01/02/2024,\n";
        Import::new(&world, &[(FileKind::Staff, &more)]).applied().await;
        let yves = person_with(&world, "QZ70010").await;
        let row = person::Entity::find_by_id(yves).one(&world.db).await.unwrap().unwrap();
        assert_eq!((row.employer.as_str(), row.first_name.as_deref()), ("Y", Some("Yves")));
    }
);
