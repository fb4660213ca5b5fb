//! Imports that are refused as a whole, with nothing half applied.

use jobs::import::{FileKind, Mode};

use super::{COURSES, Import, STAFF, UNITS, rejects};
use crate::harness::both;

both!(
    async fn an_invalid_tree_is_refused_with_its_line(world: World) {
        for (units, said, at) in [
            ("A,A,\nB,B,\nC,C,B\n", "2 units have no Parent Code (A, B)", vec!["2 Parent Code ", "3 Parent Code "]),
            ("A,A,B\nB,B,A\n", "every unit has a Parent Code", vec!["2 Parent Code B"]),
            ("A,A,\nB,B,C\nC,C,D\nD,D,B\n", "B -> C -> D -> B", vec!["3 Parent Code C"]),
            ("A,A,\nB,B,B\n", "B -> B", vec!["3 Parent Code B"]),
            ("A,A,\nB,B,Z\n", "Parent Code Z is not the code", vec!["3 Parent Code Z"]),
        ] {
            let units = format!("Unit Code,Unit Name,Parent Code\n{units}");
            let refused = Import::new(&world, &[(FileKind::Units, &units)]).refused().await;
            assert!(refused.refusal.as_deref().unwrap().contains(said), "{:?}", refused.refusal);
            assert_eq!(rejects(&refused), at, "{said}");
        }
    }
);

both!(
    async fn shares_above_a_whole_refuse_the_import(world: World) {
        let head = "Employer,Employee Number,Role,Unit Code,Share,From,Until\n";
        let files = |rows: &str| format!("{head}{rows}");
        let good = files(
            "X,0001,Peer Supporter,T1,60,,30/06/2026\nX,0001,Peer Supporter,T2,60,01/07/2026,\nX,0001,Trainer,T1,,,\n",
        );
        Import::new(&world, &[(FileKind::Units, UNITS), (FileKind::Staff, STAFF), (FileKind::Supporters, &good)])
            .applied()
            .await;
        // Together with the records on file, only on one day in the middle.
        let over = files("X,0001,Peer Supporter,B,50,30/06/2026,01/07/2026\n");
        let refused = Import::new(&world, &[(FileKind::Supporters, &over)]).refused().await;
        assert!(refused.refusal.unwrap().contains("X/0001 on 2026-06-30"));
        assert_eq!(refused.rejects[0].line, Some(2));
        let over = files("X,0002,Peer Supporter,T1,,,\nX,0002,Peer Supporter,T2,0.1,,\n");
        Import::new(&world, &[(FileKind::Supporters, &over)]).refused().await;
        let fits = files("X,0002,Peer Supporter,T1,50,,\nX,0002,Peer Supporter,T2,50,,\n");
        Import::new(&world, &[(FileKind::Supporters, &fits)]).applied().await;
    }
);

both!(
    async fn an_unreadable_file_refuses_the_import_by_name(world: World) {
        for (last, said) in [
            ("Unit Code,From,Until\nT1,01/01/2026,31/12/2026\n", "exemptions.csv: the column Reason is missing"),
            ("Unit Code,From,Until,Reason,from\nT1,01/01/2026,31/12/2026,x,\n", "the column From occurs 2 times"),
            ("Unit Code,From,Until,Reason\nT1,01/01/2026,31/12/2026,Moving\nT1,01/0", "cut short"),
            ("", "exemptions.csv: it is empty"),
            ("Unit Code,From,Until,Reason\nT1,01/01/2026,31/12/2026,Mov\0ing\n", "encoding is unknown"),
        ] {
            let files = [
                (FileKind::Units, UNITS),
                (FileKind::Staff, STAFF),
                (FileKind::Courses, COURSES),
                (FileKind::Exemptions, last),
            ];
            let refused = Import::new(&world, &files).refused().await;
            assert!(refused.refusal.as_deref().unwrap().contains(said), "{:?}", refused.refusal);
            let dry = Import::new(&world, &files).outcome(Mode::DryRun).await;
            assert_eq!((dry.refusal, dry.batch), (refused.refusal, None));
        }
    }
);

both!(
    async fn a_refusal_leaves_nothing_of_any_file(world: World) {
        let supporters =
            "Employer,Employee Number,Role,Unit Code\nX,0001,Peer Supporter,T1\nX,0001,Peer Supporter,T2\n";
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, STAFF), (FileKind::Supporters, supporters)];
        // `refused` compares every table.
        Import::new(&world, &files).refused().await;
    }
);
