//! Imports the files of tests/data/messy, with one fault each, and compares the results with the manifest.

use entity::table::{completion, person, post};
use jobs::import::{FileKind, ImportSummary};
use sea_orm::EntityTrait as _;

use super::{Import, counts, posts, rejects};
use crate::harness::{World, both};

const MAPPING: &str = "[headers]\n'Team Code' = 'Unit Code'\n[constants]\nEmployer = 'NHSBT'\n";
const UNITS: &str = "Unit Code,Unit Name,Parent Code\nBOARD,Board,\nNHSBT-U4394,A,BOARD\nNHSBT-U9634,B,BOARD\nHPA-U1,C,BOARD\nT1,D,BOARD\n";

fn messy(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/messy").join(name);
    std::fs::read_to_string(path).expect("the file is UTF-8")
}

async fn staff(world: &World, name: &str) -> ImportSummary {
    let staff = messy(name);
    Import::new(world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).mapped(MAPPING).applied().await
}

async fn people(world: &World) -> Vec<(String, String)> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let mut people: Vec<_> =
        people.into_iter().map(|person| (person.number, person.last_name.unwrap_or_default())).collect();
    people.sort();
    people
}

both!(
    async fn byte_order_marks_and_carriage_returns_are_ignored(world: World) {
        let outcome = staff(&world, "m01_utf8_bom_crlf.csv").await;
        assert_eq!(counts(&outcome, FileKind::Staff), (4, 0, 0, 0, 0));
        assert_eq!(people(&world).await[0], ("00010001".to_owned(), "O\u{2019}Brien".to_owned()));
        assert!(outcome.files[1].imported.ignored_columns.is_empty(), "{:?}", outcome.files);
    }
);

both!(
    async fn a_doubled_required_header_refuses_the_file(world: World) {
        let doubled = messy("m04_dup_and_padded_headers.csv");
        let refused = Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, &doubled)])
            .mapped(MAPPING)
            .refused()
            .await;
        assert!(refused.refusal.unwrap().contains("the column Unit Code occurs 2 times"));
        // Without one of the two columns, headers and cells with extra spaces are read.
        let single = doubled.replacen("Team Code,Team Code", "Team Code,Other", 1);
        let outcome = Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, &single)])
            .mapped(MAPPING)
            .applied()
            .await;
        assert_eq!(counts(&outcome, FileKind::Staff), (2, 0, 0, 0, 0));
        assert_eq!(posts(&world).await[1], "00010002 NHSBT-U9634 2024-02-29..");
    }
);

both!(
    async fn numbers_changed_by_a_spreadsheet_are_rejected(world: World) {
        let before = "Employer,Employee Number,Unit Code\nNHSBT,00010001,T1\n";
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, before)]).applied().await;
        let staff = messy("m06_numbers_mangled_by_excel.csv");
        let outcome = Import::new(&world, &[(FileKind::Staff, &staff)]).mapped(MAPPING).applied().await;
        assert_eq!(rejects(&outcome), ["3 Employee Number 1.0002E+04"]);
        let kept: Vec<_> = outcome.kept.iter().map(|kept| (kept.line, kept.value.as_deref())).collect();
        assert_eq!(kept, [(Some(5), Some("37.5")), (Some(6), Some("-"))]);
        assert_eq!(
            people(&world).await.into_iter().map(|(number, _)| number).collect::<Vec<_>>(),
            ["00010001", "00010003", "00010004", "00010005", "10001"]
        );
        let posts = post::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(posts.iter().map(|post| post.wte).max(), Some(100));
        assert!(posts.iter().any(|post| post.wte == 80), "0,8 is 0.8");
        assert!(outcome.notices.iter().any(|notice| notice.sentence.contains("leading zeros")));
    }
);

both!(
    async fn a_continental_file_is_read(world: World) {
        let outcome = staff(&world, "m07_semicolon.csv").await;
        assert_eq!(counts(&outcome, FileKind::Staff), (4, 0, 0, 0, 0));
    }
);

both!(
    async fn formulas_are_text(world: World) {
        let outcome = staff(&world, "m09_formula_cells.csv").await;
        assert_eq!(counts(&outcome, FileKind::Staff), (3, 0, 0, 0, 0));
        let names: Vec<_> = person::Entity::find()
            .all(&world.db)
            .await
            .unwrap()
            .into_iter()
            .map(|person| person.first_name.unwrap())
            .collect();
        assert_eq!(names, ["=1+1", "+Bob", "@Cat"]);
    }
);

both!(
    async fn only_dated_passes_of_known_people_count(world: World) {
        let people: String = (1..=8).map(|number| format!("NHSBT,0001000{number},T1\n")).collect();
        let staff = format!("Employer,Employee Number,Unit Code\n{people}");
        let training = messy("m12_training_statuses.csv");
        let files = [
            (FileKind::Units, UNITS),
            (FileKind::Staff, staff.as_str()),
            (FileKind::Courses, "Course Code,Level\nGCC 277,1\n"),
            (FileKind::Training, training.as_str()),
        ];
        let outcome = Import::new(&world, &files).mapped(MAPPING).applied().await;
        assert_eq!(
            rejects(&outcome),
            ["8 Completed On ", "9 Completed On 01/02/2035", "10 Employee Number 99999999", "11 Course Code GGC 277",]
        );
        let passes = completion::Entity::find().all(&world.db).await.unwrap();
        let mut who: Vec<_> = passes.iter().map(|pass| pass.person_id).collect();
        who.sort_unstable();
        who.dedup();
        assert_eq!((passes.len(), who.len()), (4, 3), "00010001 passed twice, and counts once");
    }
);

both!(
    async fn a_truncated_file_is_refused(world: World) {
        let staff = messy("m14_truncated.csv");
        let refused =
            Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).mapped(MAPPING).refused().await;
        assert_eq!((refused.rejects[0].line, refused.rejects[0].file.as_str()), (Some(5), "staff.csv"));
    }
);
