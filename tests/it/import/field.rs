//! Imports the files of tests/data/field and compares the results with their README.

use std::borrow::Cow;

use entity::store::access::person::{KnownBy, find};
use entity::store::links;
use entity::table::{completion, exemption, person, person_link};
use jobs::import::{FileKind, ImportSummary, SourceFile};
use jobs::mail::Mailer;
use sea_orm::{EntityTrait as _, PaginatorTrait as _};

use super::{Import, counts, posts, rejects};
use crate::disclosure::exported;
use crate::harness::{World, both, day, instant};
use crate::report::{job, recipients_of};

fn bytes(name: &str) -> Vec<u8> {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/field").join(name);
    std::fs::read(path).expect("the file is there")
}

/// Imports one file as `kind`.
fn import<'w>(world: &'w World, kind: FileKind, name: &str) -> Import<'w> {
    Import::new(world, &[]).with_bytes(kind, bytes(name))
}

/// Imports the tiny board without its course records.
async fn board(world: &World) {
    let kinds = FileKind::ALL.into_iter().filter(|kind| *kind != FileKind::Training);
    let mut import = Import::new(world, &[]);
    for kind in kinds.filter(|kind| !matches!(kind, FileKind::Unavailability | FileKind::Exemptions | FileKind::Links))
    {
        import = import.with_bytes(kind, bytes(&format!("board/{kind}.csv")));
    }
    import.applied().await;
}

/// Returns a team's row of coverage.csv.
async fn coverage(world: &World, team: &str) -> String {
    row(world, "coverage.csv", team).await
}

/// Returns the row of an exported file that contains this cell.
async fn row(world: &World, file: &str, cell: &str) -> String {
    let out = exported(world, "2026-11-16", &[]).await;
    let rows = std::fs::read_to_string(out.join(file)).unwrap();
    rows.lines().find(|row| row.contains(&format!(",{cell},"))).expect("the row is there").to_owned()
}

/// Returns the recipients of Monday's report, sorted.
async fn reported(world: &World) -> Vec<String> {
    reported_on(world, "2026-W47", "2026-11-16T07:00:00Z").await
}

/// Returns the recipients of a week's report, sorted.
async fn reported_on(world: &World, week: &str, now: &str) -> Vec<String> {
    let (mailer, memory) = Mailer::memory();
    job(mailer).run(&world.db, week.parse().unwrap(), instant(now)).await.unwrap();
    let mut to: Vec<_> = memory.drain().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to
}

/// Returns completion dates as `number day`, by number.
async fn passes(world: &World) -> Vec<String> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let passes = completion::Entity::find().all(&world.db).await.unwrap().into_iter();
    let mut passes: Vec<_> = passes
        .map(|pass| {
            let number = &people.iter().find(|person| person.id == pass.person_id).unwrap().number;
            format!("{number} {}", pass.completed_on)
        })
        .collect();
    passes.sort();
    passes
}

fn notices(outcome: &ImportSummary) -> Vec<(Option<u32>, &str)> {
    outcome.notices.iter().map(|notice| (notice.line, notice.sentence.as_str())).collect()
}

both!(
    async fn reads_every_form_of_day(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Training, "07-day-forms-training.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (19, 0, 0, 0, 0), "{:?}", outcome.rejects);
        let passes = passes(&world).await;
        let others: Vec<_> = passes.iter().filter(|pass| !pass.ends_with("2026-10-16")).collect();
        assert_eq!(others, ["030060 2026-09-16", "030070 2026-09-16"]);
    }
);

both!(
    async fn rejects_completions_on_days_that_mean_never(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Training, "02-epoch-training.csv").applied().await;
        assert_eq!(rejects(&outcome), ["2 Completed On 01/01/1970"]);
        assert!(outcome.rejects[0].sentence.contains("mean 'no date'"));
        assert_eq!(passes(&world).await, ["030020 2025-03-01"]);
        // With Level 1 the ward would be covered by two Peer Supporters; without it one is missing.
        let others = import(&world, FileKind::Training, "02-epoch-other-supporter-training.csv");
        let outcome = others.with_bytes(FileKind::Supporters, bytes("02-epoch-supporters.csv")).applied().await;
        assert_eq!(rejects(&outcome), Vec::<String>::new());
        let ward = coverage(&world, "W3").await;
        assert!(ward.starts_with("2026-11-16,W3,Ward Three,30,30.00,1,1000,2,1,PARTIAL,"), "{ward}");
        let standing = row(&world, "standing.csv", "030020").await;
        assert_eq!(standing, "2026-11-16,HB,030020,W3,1000,LEVEL1_MISSING,LEVEL1_MISSING");
        let standing = row(&world, "standing.csv", "030010").await;
        assert_eq!(standing, "2026-11-16,HB,030010,W3,1000,ACTIVE,");
        let signed = "Employer,Employee Number,Role,Unit Code,Line Approved On,Senior Approved On,Signed Off On\n\
                      HB,030020,Peer Supporter,W3,31/12/1899,01/01/1970,01/01/1753\n";
        let outcome = Import::new(&world, &[(FileKind::Supporters, signed)]).applied().await;
        let columns: Vec<_> = outcome.rejects.iter().map(|reject| reject.column.unwrap()).collect();
        assert_eq!(columns, ["Line Approved On", "Senior Approved On", "Signed Off On"], "every fault of the row");
        assert_eq!(counts(&outcome, FileKind::Supporters), (0, 0, 0, 0, 1), "which is one rejected row");
    }
);

both!(
    async fn a_file_with_us_dates_is_refused(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Training, "10-us-order-training.csv").refused().await;
        let refusal = outcome.refusal.as_deref().unwrap();
        assert!(refusal.starts_with("training.csv line 2, Completed On '10/13/2026': "), "{refusal}");
        assert_eq!(rejects(&outcome), ["2 Completed On 10/13/2026"]);
    }
);

both!(
    async fn missing_trailing_cells_are_blank(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Training, "06-trailing-cells-training.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (3, 0, 0, 0, 0));
        let notices = notices(&outcome);
        assert!(matches!(notices.as_slice(), [(Some(3), said)] if said.contains("count as blank")), "{notices:?}");
    }
);

both!(
    async fn a_cell_beyond_the_last_name_is_ignored(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Training, "13-unnamed-column-training.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (2, 0, 0, 0, 0));
        let notices = notices(&outcome);
        assert!(matches!(notices.as_slice(), [(Some(2), said)] if said.contains("ignored")), "{notices:?}");
    }
);

both!(
    async fn a_colleague_called_sum_is_read(world: World) {
        board(&world).await;
        let before = posts(&world).await;
        let outcome = import(&world, FileKind::Staff, "08-surname-sum-staff.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff).2, 0, "{:?}", outcome.notices);
        assert_eq!(posts(&world).await, before);
    }
);

both!(
    async fn a_reason_may_have_two_lines(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Exemptions, "09-multiline-exemptions.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Exemptions), (1, 0, 0, 0, 0));
        let reason = exemption::Entity::find().one(&world.db).await.unwrap().unwrap().reason;
        assert_eq!(reason, "Ward closed for works\nStaff are at W1, W2, C1, and home");
    }
);

both!(
    async fn a_blank_date_in_a_wide_export_is_skipped(world: World) {
        board(&world).await;
        let mapping = String::from_utf8(bytes("17-moodle-wide.toml")).unwrap();
        let outcome = import(&world, FileKind::Training, "17-moodle-wide.txt").mapped(&mapping).applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (1, 0, 0, 1, 0), "{:?}", outcome.rejects);
        assert_eq!(passes(&world).await, ["020020 2026-10-16"]);
    }
);

both!(
    async fn each_course_column_gives_a_record(world: World) {
        board(&world).await;
        let mapping = "[training.headers]\n'ID number' = 'Employee Number'\n[training.constants]\nEmployer = 'HB'\n\
                       [training.courses]\n'Introduction' = 'GCC 277'\n'Council' = 'CL-1'\n";
        let wide =
            "ID number,Introduction,Council,Note\n020020,16/10/2026,,\n020030,17/10/26,01/01/1970,x\n999999,,,\n";
        let outcome = Import::new(&world, &[(FileKind::Training, wide)]).mapped(mapping).applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (2, 0, 0, 3, 1), "{:?}", outcome.rejects);
        assert_eq!(passes(&world).await, ["020020 2026-10-16", "020030 2026-10-17"]);
        assert!(outcome.rejects[0].sentence.ends_with("(column 'Council')"), "{:?}", outcome.rejects);
        let training = outcome.files.first().unwrap();
        assert_eq!(training.imported.ignored_columns, ["Note"]);
        let lacking = "ID number,Introduction\n020020,16/10/2026\n";
        let refused = Import::new(&world, &[(FileKind::Training, lacking)]).mapped(mapping).refused().await;
        assert!(refused.refusal.unwrap().contains("names the column 'council' as a course"));
    }
);

both!(
    async fn an_offset_time_is_converted_to_board_time(world: World) {
        board(&world).await;
        let head = "Employer,Employee Number,Course Code,Status,Completed On\n";
        let training = format!("{head}HB,020020,GCC 277,Passed,2026-10-15T23:30:00Z\n");
        Import::new(&world, &[(FileKind::Training, &training)]).applied().await;
        let training = training.replace("020020", "020030");
        Import::new(&world, &[(FileKind::Training, &training)]).in_zone(chrono_tz::UTC).applied().await;
        assert_eq!(passes(&world).await, ["020020 2026-10-16", "020030 2026-10-15"]);
    }
);

both!(
    async fn only_empty_full_lists_need_an_allowance(world: World) {
        let empty = [
            (FileKind::Units, "Unit Code,Unit Name,Parent Code\n"),
            (FileKind::Staff, "Employer,Employee Number,Unit Code\n"),
            (FileKind::Training, "Employer,Employee Number,Course Code,Status,Completed On\n"),
        ];
        let outcome = Import::new(&world, &empty).applied().await;
        assert_eq!(
            notices(&outcome),
            vec![(None, "The file has a header but no rows."); 3],
            "an empty database takes them"
        );
        board(&world).await;
        Import::new(&world, &empty[2..]).applied().await;
        for list in &empty[..2] {
            let refused = Import::new(&world, &[*list]).refused().await;
            assert!(refused.refusal.unwrap().contains("has a header but no rows"));
        }
        // A list that contains only rejected rows is not empty: their records stay.
        let files = [(FileKind::Staff, "Employer,Employee Number,Unit Code\nHB,000100,NOPE\n")];
        Import::new(&world, &files).refused().await;
    }
);

both!(
    async fn a_file_of_another_kind_is_refused(world: World) {
        board(&world).await;
        for (kind, name, said) in [
            (FileKind::Staff, "board/training.csv", "this file looks like training.csv"),
            (FileKind::Staff, "board/supporters.csv", "this file looks like supporters.csv, not staff.csv"),
            (FileKind::Training, "board/staff.csv", "this file looks like staff.csv"),
            (FileKind::Exemptions, "board/policies.csv", "this file looks like policies.csv"),
        ] {
            let source = SourceFile { kind, name: "export.csv".to_owned(), bytes: Cow::Owned(bytes(name)) };
            let refused = Import::new(&world, &[]).with(source).refused().await;
            assert!(refused.refusal.as_deref().unwrap().contains(said), "{:?}", refused.refusal);
        }
    }
);

both!(
    async fn a_no_break_space_keeps_the_family(world: World) {
        board(&world).await;
        let mut import = Import::new(&world, &[]);
        for (kind, name) in [
            (FileKind::Staff, "01-mix-nbsp-staff.csv"),
            (FileKind::Policies, "01-mix-policies.csv"),
            (FileKind::Supporters, "01-mix-supporters.csv"),
            (FileKind::Training, "01-mix-training.csv"),
        ] {
            import = import.with_bytes(kind, bytes(name));
        }
        // Every job family differs from the board, for which the tiny board was made.
        import.allowing("changed=78").applied().await;
        let ward = coverage(&world, "W1").await;
        assert!(ward.contains(",MIX_GAP,") && ward.contains(",MUST 2 different job_family,"), "{ward}");
    }
);

both!(
    async fn invisible_characters_do_not_change_a_number(world: World) {
        board(&world).await;
        import(&world, FileKind::Training, "board/training.csv").applied().await;
        let before = posts(&world).await;
        let outcome = import(&world, FileKind::Staff, "03-zero-width-number-staff.csv").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 0, 0, 78, 0), "{:?}", outcome.notices);
        assert_eq!(posts(&world).await, before);
        let ward = coverage(&world, "W1").await;
        assert!(ward.contains(",COVERED,"), "{ward}");
    }
);

both!(
    async fn the_next_recipient_gets_an_unaddressed_report(world: World) {
        board(&world).await;
        let outcome = import(&world, FileKind::Staff, "04-address-staff.csv").applied().await;
        let kept: Vec<_> = outcome.kept.iter().map(|cell| (cell.line, cell.column, cell.value.as_deref())).collect();
        assert_eq!(kept, [(Some(2), Some("Work Email"), Some("TBC"))]);
        assert_eq!(counts(&outcome, FileKind::Staff).4, 0, "{:?}", outcome.rejects);
        let to = reported(&world).await;
        assert!(to.contains(&"bo.board@board.example".to_owned()), "{to:?}");
        assert!(!to.iter().any(|to| to.contains("TBC") || to.contains("ada.acute")), "{to:?}");
        let (mailer, _) = Mailer::memory();
        let of_acute = recipients_of(&job(mailer), &world.db).await.into_iter();
        let of_acute = of_acute.filter(|(_, units)| units.iter().any(|(code, _)| code == "ACU"));
        let recipients: Vec<_> = of_acute.map(|(recipient, _)| recipient).collect();
        assert_eq!(recipients.len(), 1, "{recipients:?}");
        // The manager receives the next report once the address is corrected.
        import(&world, FileKind::Staff, "board/staff.csv").applied().await;
        world.clock.set(instant("2026-11-23T09:00:00Z"));
        let to = reported_on(&world, "2026-W48", "2026-11-23T07:00:00Z").await;
        assert!(to.contains(&"ada.acute@board.example".to_owned()), "{to:?}");
    }
);

both!(
    async fn linked_numbers_are_one_person_with_one_mail(world: World) {
        board(&world).await;
        let managers = format!(
            "{}COM,CC,79999,Coordinator,01/04/2024,\n",
            String::from_utf8(bytes("board/managers.csv")).unwrap().replace("\r\n", "\n")
        );
        let staff = bytes("14-joint-staff.csv");
        let files = [(FileKind::Managers, managers.as_str())];
        let outcome = Import::new(&world, &files).with_bytes(FileKind::Staff, staff).applied().await;
        let noticed =
            notices(&outcome).iter().any(|(_, sentence)| sentence.starts_with("1 pair(s) of employee numbers"));
        assert!(noticed, "{:?}", outcome.notices);
        let address = KnownBy::WorkEmail("bo.board@board.example".to_owned());
        let signs_in = async || find(&world.db, &address, day("2026-11-16")).await.unwrap();
        let [pair] = links::proposals(&world.db).await.unwrap()[..] else { panic!("the two numbers are proposed") };
        assert_eq!(signs_in().await, None, "the address is that of two people");

        let links = "Employer,Employee Number,Same As Employer,Same As Employee Number\nCC,79999,HB,000102\n";
        Import::new(&world, &[(FileKind::Links, links)]).applied().await;
        assert_eq!(links::proposals(&world.db).await.unwrap(), []);
        assert_eq!(signs_in().await, Some(pair.0));
        let to = reported(&world).await;
        assert_eq!(to.iter().filter(|to| *to == "bo.board@board.example").count(), 1, "{to:?}");
        assert_eq!(person_link::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);
