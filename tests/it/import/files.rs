//! The result of importing valid files.

use entity::id::{AllocationId, PersonId};
use entity::period::Day;
use entity::table::{
    allocation, allocation_terms, approval, completion, course, exemption, import_batch, pause, person, policy, post,
    sign_off, unit, unit_parent,
};
use entity::value::{ApproverCapacity, ImportState, Level};
use jobs::import::{FileKind, Mode};
use sea_orm::{ColumnTrait as _, DatabaseConnection, EntityTrait as _, QueryFilter as _, QueryOrder as _};

use super::{COURSES, Import, STAFF, UNITS, counts, everything, posts, rejects, rejects_on_file};
use crate::harness::{both, day};

const TRAINING: &str = "Employer,Employee Number,Course Code,Status,Enrolled On,Completed On,Score
X,0001,gcc277,Passed,,01/03/2025,80
X,0001,GCC 277,complete,,01/03/2025,90
X,0002,GCC 277,Failed,,,20
X,0002,PSN L2,Completed,,46331,
";
const SUPPORTERS: &str = "Employer,Employee Number,Role,Unit Code,Share,From,Until,Line Approved On,Line Approver,Senior Approved On,Senior Approver,Protected Hours Per Month,Signed Off On,Paused From,Paused Until
X,0002,Peer Supporter,T1,33.3,01/02/2026,,01/01/2026,X/0001,02/01/2026,X/0004,7.5,03/01/2026,,
X,0002,Peer Supporter,T2,66.7,01/02/2026,31/12/9999,,,,,\"2,25\",,01/03/2026,31/03/2026
X,0003,Wellbeing Champion,T2,nonsense,,,,,,,,,,
";
const AWAY: &str = "Employer,Employee Number,From,Until\nX,0002,5-Nov-26,2026-12-10\nX,0001,01/12/2026,\n";
const MANAGERS: &str = "Unit Code,Employer,Employee Number,Role,From,Until,Delegate,Delegate From,Delegate Until\nB,X,0001,Senior Manager,,,X/0004,01/11/2026,30/11/2026\nB,X,0004,coordinator,01/01/2026,,,,\n";
const POLICIES: &str = "Unit Code,In Force From,Staff Per Supporter,Level 1 Target,Must Mix,Should Mix\nB,01/04/2025,,,,\nT1,01/04/2025,30,75,2 different job_family; 1 from North of site,1 from A of B of band\n";
const EXEMPTIONS: &str = "Unit Code,From,Until,Reason,Agreed By\nT2,01/06/2026,31/12/9999,Moving,Forum\n";

const ALL: [(FileKind, &str); 9] = [
    (FileKind::Exemptions, EXEMPTIONS),
    (FileKind::Policies, POLICIES),
    (FileKind::Managers, MANAGERS),
    (FileKind::Unavailability, AWAY),
    (FileKind::Supporters, SUPPORTERS),
    (FileKind::Training, TRAINING),
    (FileKind::Courses, COURSES),
    (FileKind::Staff, STAFF),
    (FileKind::Units, UNITS),
];

/// Returns the dated facts of an allocation, oldest first.
struct DatedFacts {
    approvals: Vec<(ApproverCapacity, Day, Option<PersonId>)>,
    signed_off: Vec<Day>,
    pauses: Vec<(Option<Day>, Option<Day>)>,
    terms: Vec<(Option<Day>, Option<i32>)>,
}

async fn facts(db: &DatabaseConnection, id: AllocationId) -> DatedFacts {
    let approvals = approval::Entity::find()
        .filter(approval::Column::AllocationId.eq(id))
        .order_by_asc(approval::Column::DecidedOn);
    let signed_off = sign_off::Entity::find().filter(sign_off::Column::AllocationId.eq(id));
    let pauses = pause::Entity::find().filter(pause::Column::AllocationId.eq(id));
    let terms = allocation_terms::Entity::find()
        .filter(allocation_terms::Column::AllocationId.eq(id))
        .order_by_asc(allocation_terms::Column::Id);
    let approval = |row: approval::Model| (row.capacity, row.decided_on, row.approver_id);
    DatedFacts {
        approvals: approvals.all(db).await.unwrap().into_iter().map(approval).collect(),
        signed_off: signed_off.all(db).await.unwrap().into_iter().map(|row| row.signed_off_on).collect(),
        pauses: pauses.all(db).await.unwrap().into_iter().map(|row| (row.valid_from, row.valid_to)).collect(),
        terms: terms.all(db).await.unwrap().into_iter().map(|row| (row.valid_from, row.protected_hours)).collect(),
    }
}

both!(
    async fn a_repeated_import_changes_nothing(world: World) {
        let dry = Import::new(&world, &ALL).outcome(Mode::DryRun).await;
        assert!(everything(&world).await.len() == 1 && dry.batch.is_none() && dry.changes, "a dry run writes nothing");

        let first = Import::new(&world, &ALL).applied().await;
        assert_eq!(rejects(&first), Vec::<String>::new());
        assert_eq!(dry.files, first.files, "the dry run said what applying did");
        assert_eq!(counts(&first, FileKind::Units), (3, 0, 0, 0, 0));
        assert_eq!(counts(&first, FileKind::Staff), (5, 0, 0, 0, 0));
        assert_eq!(counts(&first, FileKind::Training), (2, 0, 0, 2, 0));
        assert_eq!(counts(&first, FileKind::Supporters), (3, 0, 0, 0, 0));

        let before = everything(&world).await;
        let second = Import::new(&world, &ALL).applied().await;
        assert_eq!(everything(&world).await, before, "nor is the version of the facts counted up");
        assert!(!second.changes);
        for file in second.files.iter().map(|file| &file.imported) {
            assert_eq!((file.unchanged, file.ended), (file.rows, 0), "{file:?}");
        }
        assert_eq!(import_batch::Entity::find().all(&world.db).await.unwrap().len(), 2, "both are recorded");
    }
);

both!(
    async fn stored_records_equal_the_cells(world: World) {
        Import::new(&world, &ALL).applied().await;
        let db = &world.db;
        assert_eq!(
            posts(&world).await,
            [
                "0001 T1 2024-02-01..",
                "0002 T1 2024-02-01..",
                "0003 T2 bank 2024-02-01..",
                "0004 T2 ..2027-04-01",
                "0005 T2 2026-12-01..",
            ]
        );
        let people = person::Entity::find().all(db).await.unwrap();
        let id = |number: &str| people.iter().find(|person| person.number == number).unwrap().id;
        let held = post::Entity::find().all(db).await.unwrap();
        let cat = held.iter().find(|post| post.person_id == id("0003")).unwrap();
        assert_eq!(
            (cat.wte, cat.line_manager_id),
            (86, Some(id("0001"))),
            "the line manager's employer is the row's own"
        );
        let units = unit::Entity::find().all(db).await.unwrap();
        assert_eq!(units.len() - unit_parent::Entity::find().all(db).await.unwrap().len(), 1, "one root");
        let courses = course::Entity::find().all(db).await.unwrap();
        assert_eq!((courses[0].code_key.as_str(), courses[0].level), ("gcc277", Level::One));
        let mut passes: Vec<_> = completion::Entity::find().all(db).await.unwrap();
        passes.sort_by_key(|pass| pass.completed_on);
        assert_eq!(
            passes.iter().map(|pass| pass.completed_on).collect::<Vec<_>>(),
            [day("2025-03-01"), day("2026-11-05")]
        );
        let mut roles = allocation::Entity::find().all(db).await.unwrap();
        roles.sort_by_key(|role| role.share);
        let (first, second) = (facts(db, roles[0].id).await, facts(db, roles[1].id).await);
        assert_eq!((roles[0].share, first.terms), (333, vec![(None, Some(750))]));
        let line = (ApproverCapacity::Line, day("2026-01-01"), Some(id("0001")));
        let senior = (ApproverCapacity::Senior, first.approvals[1].1, Some(id("0004")));
        assert_eq!(first.approvals, [line, senior]);
        assert_eq!((first.signed_off, first.pauses), (vec![day("2026-01-03")], vec![]));
        assert_eq!((roles[1].share, second.terms, roles[1].valid_to), (667, vec![(None, Some(225))], None));
        assert_eq!(second.pauses, [(Some(day("2026-03-01")), Some(day("2026-04-01")))]);
        assert_eq!(roles[2].share, 1000, "a champion's share is not read");
        let mut policies = policy::Entity::find().all(db).await.unwrap();
        policies.sort_by_key(|policy| policy.staff_per_supporter);
        let defaults = &policies[0];
        assert_eq!(
            [
                defaults.staff_per_supporter,
                defaults.min_supporters,
                defaults.certificate_months,
                defaults.approval_months,
                defaults.away_days,
                defaults.level1_target,
                defaults.min_champions,
                defaults.supporters_per_trainer,
                defaults.horizon_days,
            ],
            [25, 1, 36, 24, 28, 90, 1, 20, 60]
        );
        assert_eq!((policies[1].level1_target, policies[1].should_mix.as_str()), (75, "1 from A of B of band"));
        let exemption = exemption::Entity::find().one(db).await.unwrap().unwrap();
        assert_eq!((exemption.valid_from, exemption.valid_to), (day("2026-06-01"), day("9999-12-31")));
    }
);

both!(
    async fn a_bad_row_does_not_stop_good_ones(world: World) {
        let files = [
            (
                FileKind::Units,
                "Unit Code,Unit Name,Parent Code,Open From,Closed On\nB,Board,,,\nT1,Team,B,,\nT2,,B,,\nT1,Again,B,,\nT3,Team 3,B,02/01/2026,31/12/2025\n",
            ),
            (
                FileKind::Staff,
                "Employer,Employee Number,Unit Code,Line Manager Employee Number,WTE,Start Date,End Date\nX,1,T1,,1,,\nX,2,T9,,1,,\nX,3,T1,77,1,,\nX,4,T1,,1,13/25/2026,\nX,1,T1,,1,,\nX,5,T1,2,1,01/02/2026,31/01/2026\nX,6,T1,2,,,\n",
            ),
            (FileKind::Courses, "Course Code,Level\nA,1\na ,2\nB,4\n"),
            (
                FileKind::Training,
                "Employer,Employee Number,Course Code,Status,Completed On\nX,1,A,Passed,16/11/2026\nX,1,A,Passed,17/11/2026\nX,1,A,Passed,\nX,1,A,Attended,\nX,1,C,Passed,01/01/2026\nX,9,A,Failed,\n",
            ),
            (
                FileKind::Supporters,
                "Employer,Employee Number,Role,Unit Code,Share,From,Until,Line Approved On,Line Approver,Protected Hours Per Month\nX,1,Peer Supporter,T1,,,,,,\nX,1,Peer Supporter,T1,50,,,,,\nX,1,Friend,T1,,,,,,\nX,6,Peer Supporter,T1,101,,,,,\nX,6,Peer Supporter,T1,0,,,,,\nX,6,Peer Supporter,T1,33.33,,,,,\nX,6,Peer Supporter,T1,,02/01/2026,01/01/2026,,,\nX,6,Peer Supporter,T1,,,,01/01/2026,X-1,\nX,6,Peer Supporter,T1,,,,01/01/2026,X/99,\nX,6,Peer Supporter,T1,,,,,,many\nX,6,Peer Supporter,T1,,,,,X/98,\n",
            ),
            (
                FileKind::Unavailability,
                "Employer,Employee Number,From,Until\nX,1,,\nX,1,01/01/2026,\nX,1,01/01/2026,02/01/2026\n",
            ),
            (
                FileKind::Managers,
                "Unit Code,Employer,Employee Number,Role,Delegate\nT1,X,1,Boss,\nT9,X,1,Coordinator,\nT1,X,1,Coordinator,X/99\n",
            ),
            (
                FileKind::Policies,
                "Unit Code,In Force From,Staff Per Supporter,Level 1 Target,Certificate Months,Supporters Per Trainer,Must Mix\nB,01/01/2026,0,,,,\nB,01/01/2026,,101,,,\nB,01/01/2026,,,0,,\nB,01/01/2026,,,,0,\nB,01/01/2026,,,,,some of each\nB,01/01/2026,2.5,,,,\n",
            ),
            (
                FileKind::Exemptions,
                "Unit Code,From,Until,Reason\nT1,01/01/2026,31/12/2025,Moving\nT1,01/01/2026,31/12/2026,\nT1,01/01/2026,,Moving\n",
            ),
        ];
        let outcome = Import::new(&world, &files).allowing("rejected=21").applied().await;
        assert_eq!(
            rejects(&outcome),
            [
                "3 Course Code A",
                "4 Level 4",
                "2 Until 31/12/2025",
                "3 Reason ",
                "4 Until ",
                "2 Role Boss",
                "3 Unit Code T9",
                "4 Delegate X/99",
                "2 Staff Per Supporter 0",
                "3 Level 1 Target 101",
                "4 Certificate Months 0",
                "5 Supporters Per Trainer 0",
                "6 Must Mix some of each",
                "7 Staff Per Supporter 2.5",
                "3 Unit Code T9",
                "5 Start Date 13/25/2026",
                "6 Unit Code T1",
                "7 End Date 31/01/2026",
                "3 From ",
                "4 Role Friend",
                "5 Share 101",
                "6 Share 0",
                "7 Share 33.33",
                "8 Until 01/01/2026",
                "9 Line Approver X-1",
                "10 Line Approver X/99",
                "11 Protected Hours Per Month many",
                "12 Line Approver X/98",
                "3 Completed On 17/11/2026",
                "4 Completed On ",
                "5 Status Attended",
                "6 Course Code C",
                "7 Employee Number 9",
                "2 From ",
                "4 Unit Name ",
                "5 Unit Code T1",
                "6 Closed On 31/12/2025",
            ]
        );
        assert_eq!(posts(&world).await, ["1 T1 ..", "3 T1 ..", "6 T1 .."]);
        assert!(outcome.rejects.iter().all(|reject| reject.sentence.len() > 10 && !reject.sentence.contains('\n')));
        assert_eq!(rejects_on_file(&world).await, 37, "they are on file with the batch");
        let batch = import_batch::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!((batch.state, batch.as_at), (ImportState::Applied, day("2026-11-16")));
        assert_eq!(batch.files.0[1].rejected, 4);
        let blank = outcome.notices.iter().find(|notice| notice.sentence.contains("WTE is blank")).unwrap();
        assert_eq!(blank.line, Some(8));
        let people: Vec<_> = person::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(
            people.len(),
            4,
            "who is only named in rejected rows is not filed, but the line manager of a good row is"
        );
    }
);

both!(
    async fn a_missing_column_keeps_the_value_on_file(world: World) {
        Import::new(&world, &ALL).applied().await;
        let staff = "Employer,Employee Number,Assignment Number,Unit Code,Job Title\nX,0001,0001-1,T1,Nurse\nX,0002,0002-1,T1,\nX,0003,0003-1,T2,\nX,0004,0004-1,T2,\nX,0005,0005-1,T2,\n";
        let before = posts(&world).await;
        // Without a Contract Type column, Bank contracts stay; without a WTE column, hours stay.
        let outcome = Import::new(&world, &[(FileKind::Staff, staff)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 1, 0, 4, 0));
        assert_eq!(posts(&world).await, before);
        let ann =
            person::Entity::find().all(&world.db).await.unwrap().into_iter().find(|person| person.number == "0001");
        assert_eq!(ann.unwrap().work_email.as_deref(), Some("ann@psn.example"));
        let supporters = "Employer,Employee Number,Role,Unit Code,From,Protected Hours Per Month\nX,0002,Peer Supporter,T1,01/02/2026,8\n";
        let outcome = Import::new(&world, &[(FileKind::Supporters, supporters)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Supporters), (0, 1, 0, 0, 0));
        let roles = allocation::Entity::find().all(&world.db).await.unwrap();
        let role = roles.iter().find(|role| role.share == 333).unwrap();
        let facts = facts(&world.db, role.id).await;
        assert_eq!(
            facts.terms,
            [(None, Some(750)), (Some(day("2026-11-16")), Some(800))],
            "what was agreed before is kept"
        );
        assert_eq!(facts.signed_off, [day("2026-01-03")]);
    }
);

both!(
    async fn shifting_days_keeps_open_ends_open(world: World) {
        Import::new(&world, &ALL).on("2026-11-30").shifted(14).applied().await;
        assert_eq!(posts(&world).await[2..4], ["0003 T2 bank 2024-02-15..", "0004 T2 ..2027-04-15"]);
        let exemption = exemption::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!((exemption.valid_from, exemption.valid_to), (day("2026-06-15"), day("9999-12-31")));
    }
);

both!(
    async fn a_corrected_pass_is_withdrawn(world: World) {
        Import::new(&world, &ALL).applied().await;
        let head = "Employer,Employee Number,Course Code,Status,Completed On\n";
        let both = format!("{head}X,0001,GCC 277,Failed,01/03/2025\nX,0001,GCC 277,Passed,01/03/2025\n");
        let outcome = Import::new(&world, &[(FileKind::Training, &both)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (0, 0, 0, 2, 0), "the file still has the pass");
        let failed = format!("{head}X,0001,GCC 277,Failed,01/03/2025\nX,0001,GCC 277,Failed,02/03/2025\n");
        let outcome = Import::new(&world, &[(FileKind::Training, &failed)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Training), (0, 1, 0, 1, 0));
        assert_eq!(completion::Entity::find().all(&world.db).await.unwrap().len(), 1);
    }
);

both!(
    async fn a_corrected_first_day_keeps_the_allocation(world: World) {
        Import::new(&world, &ALL).applied().await;
        let supporters =
            "Employer,Employee Number,Role,Unit Code,Share,From\nX,0002,Peer Supporter,T1,33.3,01/01/2026\n";
        let outcome = Import::new(&world, &[(FileKind::Supporters, supporters)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Supporters), (0, 1, 0, 0, 0));
        let managers = "Unit Code,Employer,Employee Number,Role,From\nB,X,0001,Senior Manager,01/05/2025\n";
        let outcome = Import::new(&world, &[(FileKind::Managers, managers)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Managers), (0, 1, 0, 0, 0));
    }
);

both!(
    async fn leading_zeros_make_two_people_and_are_noticed(world: World) {
        Import::new(&world, &ALL).applied().await;
        let staff = format!("{STAFF}X,1,1-1,Fay,,T1,,1,Permanent,,\n");
        let outcome = Import::new(&world, &[(FileKind::Staff, &staff)]).applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (1, 0, 0, 5, 0));
        assert!(outcome.notices.iter().any(|notice| notice.sentence.contains("1 and 0001")), "{:?}", outcome.notices);
    }
);

both!(
    async fn look_alike_keys_get_a_notice(world: World) {
        let units = format!("{}G1,Group 1,B,North,Ward O\n", UNITS.replace("Site\n", "Site,Cover Group\n"));
        fn files<'a>(units: &'a str, courses: &'a str) -> [(FileKind, &'a str); 2] {
            [(FileKind::Units, units), (FileKind::Courses, courses)]
        }
        Import::new(&world, &files(&units, COURSES)).applied().await;
        // A Cyrillic letter, a digit in place of a letter, and leading zeros.
        let units = format!("{units}\u{422}1,Team,B,North,Ward 0\n007,Seven,B,North,\n7,Seven,B,North,\n");
        let courses = format!("{COURSES}GCC\u{a0}2\u{ff17}7x,1\nGCC277\u{445},1\n");
        let staff = "Employer,Employee Number,Unit Code\nXO,1,T1\nX0,2,T1\n";
        let outcome =
            Import::new(&world, &files(&units, &courses)).with_bytes(FileKind::Staff, staff.into()).applied().await;
        let told: Vec<&str> = outcome.notices.iter().map(|notice| &*notice.sentence).collect();
        for expected in [
            "1 new unit code(s) differ from another only by letters that look alike",
            "1 new unit code(s) differ from another only by leading zeros, such as 7 and 007",
            "1 new cover group(s) differ from another only by letters that look alike, such as Ward 0 and Ward O",
            "1 new course code(s) differ from another only by letters that look alike",
            "1 new employer(s) differ from another only by letters that look alike, such as X0 and XO",
        ] {
            assert!(told.iter().any(|sentence| sentence.starts_with(expected)), "{expected}: {told:#?}");
        }
    }
);
