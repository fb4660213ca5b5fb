//! Files in the forms that other systems and spreadsheets produce.

use entity::table::{person, unit};
use entity::value::Reason;
use jobs::import::FileKind;
use sea_orm::{EntityTrait as _, QueryOrder as _};

use super::{Import, STAFF, UNITS, counts, posts, rejects};
use crate::harness::{both, day};

const EXPORT: &str = "Staff in post;;;;;\n\nRun on;16/11/2026;;;;\n\
Organisation;Staff No;Team Code;WTE;NI Number;Date of Birth;Post Type\n\
X;0001;T1;0,8;QQ123456C;01/01/1980;Casual\n\
X;0002;T1;1;QQ123456D;02/01/1980;Established\n\
Total;2;;1,8;;;\n\
End of report\n";
const MAPPING: &str = "[headers]\n'Team Code' = 'Unit Code'\n'Staff No' = 'Employee Number'\n\
[staff.headers]\nOrganisation = 'Employer'\n'Post Type' = 'Contract Type'\n[staff.words]\nCasual = 'Bank'\n";

both!(
    async fn a_mapping_imports_another_systems_export(world: World) {
        let utf_16: Vec<u8> = std::iter::once(0xFEFF).chain(EXPORT.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let outcome = Import::new(&world, &[(FileKind::Units, UNITS)])
            .with_bytes(FileKind::Staff, utf_16)
            .mapped(MAPPING)
            .applied()
            .await;
        assert_eq!(counts(&outcome, FileKind::Staff), (2, 0, 0, 0, 0));
        assert_eq!(posts(&world).await, ["0001 T1 bank ..", "0002 T1 .."]);
        let staff = outcome.files.iter().map(|file| &file.imported).find(|file| file.file == "staff.csv").unwrap();
        assert_eq!(staff.ignored_columns, ["NI Number", "Date of Birth"]);
        assert_eq!(staff.not_asked_for, staff.ignored_columns, "unwanted columns are named");
        let noticed: Vec<_> = outcome.notices.iter().map(|notice| notice.line).collect();
        let expected = [Some(4), Some(7), None];
        assert_eq!(noticed, expected, "the banner, the total, and that no one has an address: {:?}", outcome.notices);
    }
);

both!(
    async fn a_total_line_is_not_a_unit(world: World) {
        let units = format!("{UNITS}Total,3,,\n");
        let outcome = Import::new(&world, &[(FileKind::Units, &units)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Units), (3, 0, 0, 0, 0));
    }
);

both!(
    async fn windows_1252_is_read_and_mixtures_are_refused(world: World) {
        let staff = "Employer,Employee Number,Unit Code,First Name\nX,1,T1,Si\u{e2}n\n";
        let bytes: Vec<u8> = staff.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let mut mixed = bytes.clone();
        mixed.extend("X,2,T1,Zo\u{eb}\n".bytes());
        let refused =
            Import::new(&world, &[(FileKind::Units, UNITS)]).with_bytes(FileKind::Staff, mixed).refused().await;
        assert!(refused.refusal.unwrap().starts_with("staff.csv: its encoding is unknown"));
        Import::new(&world, &[(FileKind::Units, UNITS)]).with_bytes(FileKind::Staff, bytes).applied().await;
        let people = person::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(people[0].first_name.as_deref(), Some("Si\u{e2}n"));
    }
);

both!(
    async fn units_may_come_in_any_order(world: World) {
        // A chain of 2,500 units, deepest first. It takes several statements, each of which must find its parents.
        let chain: String = (1..2_500).rev().map(|at| format!("U{at},Unit {at},U{}\n", at - 1)).collect();
        let units = format!("Unit Code,Unit Name,Parent Code\n{chain}U0,Root,\n");
        let outcome = Import::new(&world, &[(FileKind::Units, &units)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Units), (2_500, 0, 0, 0, 0));
        let renamed = units.replace("Unit ", "Team ").replacen("Team Code,Team Name", "Unit Code,Unit Name", 1);
        let outcome = Import::new(&world, &[(FileKind::Units, &renamed)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Units), (0, 2_499, 0, 1, 0));
        let rows = unit::Entity::find().order_by_asc(unit::Column::Id).all(&world.db).await.unwrap();
        assert!(rows.iter().all(|row| !row.name.starts_with("Unit")), "every row is written over");
    }
);

both!(
    async fn one_shared_number_stays_fast(world: World) {
        let rows: String = (0..5_000).map(|at| format!("X,0,T1,{}\n", if at % 2 == 0 { "1" } else { "0.5" })).collect();
        let staff = format!("Employer,Employee Number,Unit Code,WTE\n{rows}");
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, &staff)];
        let outcome = Import::new(&world, &files).allowing("rejected=4999").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (1, 0, 0, 0, 4_999));
        assert_eq!(rejects(&outcome)[0], "3 Unit Code T1");
    }
);

both!(
    async fn an_endless_pause_without_start_is_a_pause(world: World) {
        let supporters = "Employer,Employee Number,Role,Unit Code,Paused From,Paused Until\n\
                          X,0001,Peer Supporter,T1,,31/12/4712\nX,0002,Peer Supporter,T1,,\n";
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, STAFF), (FileKind::Supporters, supporters)];
        Import::new(&world, &files).applied().await;
        let facts = entity::store::roster::load(&world.db).await.unwrap();
        let coverage = entity::coverage::compute(
            &facts.index,
            &entity::coverage::Question { day: day("2026-11-16"), today: None, what_if: None },
        );
        let paused = coverage.standings.iter().map(|own| own.reasons.iter().any(|reason| reason == Reason::Paused));
        assert_eq!(paused.collect::<Vec<_>>(), [true, false]);
        let again = Import::new(&world, &files).applied().await;
        assert_eq!(counts(&again, FileKind::Supporters), (0, 0, 0, 2, 0));
    }
);
