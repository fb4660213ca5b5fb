//! A later file does not rewrite the days before it, and missing information is reported.

use entity::coverage::{Coverage, Index, Question, TeamRow, UnitRow, compute};
use entity::store::roster;
use entity::value::{Reason, Status, UnknownBecause};
use jobs::import::{FileKind, ImportSummary, Mode};

use super::{Import, UNITS, counts, posts, rejects};
use crate::harness::{World, both, day};

const POLICIES: &str = "Unit Code,In Force From,Staff Per Supporter,Minimum Supporters,Approval Months,Stale Days\nB,01/01/2020,25,1,12,45\n";
const COURSES: &str = "Course Code,Level\nL1,1\nL2,2\n";

/// The coverage of a day from the records on file.
pub(super) struct DayCoverage {
    index: Index,
    coverage: Coverage,
}

impl DayCoverage {
    pub(super) async fn compute(world: &World, on: &str, today: Option<&str>) -> Self {
        let index = roster::load(&world.db).await.unwrap().index;
        let coverage = compute(&index, &Question { day: day(on), today: today.map(day), what_if: None });
        Self { index, coverage }
    }

    pub(super) fn team(&self, code: &str) -> Option<&TeamRow> {
        self.coverage.teams.iter().map(AsRef::as_ref).find(|row| self.index.roster().units[row.unit.at()].code == code)
    }

    pub(super) fn unit(&self, code: &str) -> &UnitRow {
        self.coverage
            .units
            .iter()
            .find(|row| self.index.roster().units[row.unit.at()].code == code)
            .expect("an open unit")
    }

    pub(super) fn status(&self, code: &str) -> Option<Status> {
        self.team(code).map(|row| row.status)
    }

    /// Returns the reasons why the only allocation on file does not count.
    pub(super) fn reasons(&self) -> Vec<Reason> {
        let [only] = self.coverage.standings.as_slice() else { panic!("one allocation") };
        only.reasons.iter().collect()
    }
}

/// Imports the board of two teams together with these files.
pub(super) async fn import(world: &World, as_at: &str, files: &[(FileKind, &str)]) -> ImportSummary {
    let board = [(FileKind::Policies, POLICIES), (FileKind::Courses, COURSES)];
    let all: Vec<_> = board.into_iter().chain(files.iter().copied()).collect();
    Import::new(world, &all).on(as_at).applied().await
}

fn notices(outcome: &ImportSummary) -> String {
    outcome.notices.iter().map(|notice| format!("{}\n", notice.sentence)).collect()
}

pub(super) const STAFF: &str = "Employer,Employee Number,Assignment Number,Unit Code,Job Family,Line Manager Employee Number,WTE,\
                     Contract Type,Start Date\n";

pub(super) fn staff(rows: &str) -> String {
    format!("{STAFF}{rows}")
}

pub(super) const SUPPORTERS: &str = "Employer,Employee Number,Role,Unit Code,From,Line Approved On,Line Approver,Senior Approved On,\
                          Senior Approver,Signed Off On,Protected Hours Per Month,Paused From,Paused Until,Outside Team\n";
pub(super) const TRAINING: &str =
    "Employer,Employee Number,Course Code,Status,Completed On\nX,1,L1,Passed,01/02/2024\nX,1,L2,Passed,01/02/2024\n";
pub(super) const MANAGERS: &str =
    "Unit Code,Employer,Employee Number,Role,From,Until\nB,X,8,Senior Manager,01/01/2020,\n";

/// A board with one Peer Supporter, 1, whose line manager is 9 and whose senior manager is 8.
pub(super) async fn supported(world: &World, as_at: &str, rows: &str, role: &str) -> ImportSummary {
    let (staff, supporters) = (staff(rows), format!("{SUPPORTERS}{role}\n"));
    let files = [
        (FileKind::Units, UNITS),
        (FileKind::Staff, staff.as_str()),
        (FileKind::Training, TRAINING),
        (FileKind::Managers, MANAGERS),
        (FileKind::Supporters, supporters.as_str()),
    ];
    import(world, as_at, &files).await
}

pub(super) const MANAGED: &str = "X,1,a,T1,Nursing,9,1,Permanent,01/01/2020\nX,2,a,T1,Nursing,9,1,Permanent,01/01/2020\n\
                       X,9,a,T2,Nursing,,1,Permanent,01/01/2020\n\
                       X,8,a,T2,Nursing,,1,Permanent,01/01/2020\n";
pub(super) const APPROVED: &str = "X,1,Peer Supporter,T1,01/03/2024,01/03/2024,X/9,01/03/2024,X/8,01/03/2024,4,,,";

both!(
    async fn a_change_of_terms_applies_from_its_day(world: World) {
        let list = |family: &str, wte: &str, start: &str| {
            staff(&format!("X,1,a,T1,{family},,{wte},Permanent,{start}\nX,2,a,T1,Nursing,,1,Permanent,01/01/2020\n"))
        };
        let apply = async |as_at: &str, family: &str, wte: &str, start: &str| {
            import(&world, as_at, &[(FileKind::Units, UNITS), (FileKind::Staff, &list(family, wte, start))]).await
        };
        apply("2026-10-01", "Nursing", "1", "01/01/2020").await;
        let outcome = apply("2026-11-02", "Administration", "0.5", "01/01/2020").await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 1, 0, 1, 0));
        assert!(!apply("2026-11-02", "Administration", "0.5", "01/01/2020").await.changes);
        assert_eq!(posts(&world).await, ["1 T1 2020-01-01..2026-11-02", "1 T1 2026-11-02..", "2 T1 2020-01-01.."]);
        let wte = async |on: &str| DayCoverage::compute(&world, on, None).await.team("T1").map(|row| row.wte);
        assert_eq!([wte("2026-11-01").await, wte("2026-11-02").await], [Some(200), Some(150)]);
        // From the date in the list itself, if it is later.
        apply("2026-11-16", "Administration", "0.8", "09/11/2026").await;
        assert_eq!([wte("2026-11-08").await, wte("2026-11-09").await], [Some(150), Some(180)]);
    }
);

both!(
    async fn an_undated_new_post_starts_with_its_list(world: World) {
        let list = |rows: &str| staff(&format!("X,1,a,T1,Nursing,,1,Permanent,\n{rows}"));
        let files = |list| [(FileKind::Units, UNITS), (FileKind::Staff, list)];
        let first = list("");
        import(&world, "2026-10-01", &files(&first)).await;
        let second = list("X,2,a,T1,Nursing,,1,Permanent,\n");
        import(&world, "2026-11-02", &files(&second)).await;
        assert!(!import(&world, "2026-11-02", &files(&second)).await.changes);
        assert_eq!(posts(&world).await, ["1 T1 ..", "2 T1 2026-11-02.."]);
    }
);

both!(
    async fn a_move_keeps_the_old_parent_before_it(world: World) {
        let units = |rest: &str| format!("Unit Code,Unit Name,Parent Code,Parent From\nB,Board,,\n{rest}");
        let staff = staff("X,1,a,T1,Nursing,,1,Permanent,01/01/2020\n");
        let apply = async |as_at: &str, rest: &str| {
            import(&world, as_at, &[(FileKind::Units, &units(rest)), (FileKind::Staff, &staff)]).await
        };
        // On a new unit Parent From has no effect: the first parent applies to all earlier days.
        apply("2026-09-01", "D1,One,B,\nD2,Two,B,\nT1,Team,D1,01/08/2026\n").await;
        let headcount = async |code: &str, on: &str| DayCoverage::compute(&world, on, None).await.unit(code).headcount;
        assert_eq!(headcount("D1", "2026-01-01").await, 1);
        // Without a date the unit moves on the as-at day; with one, on that date.
        apply("2026-10-01", "D1,One,B,\nD2,Two,B,\nT1,Team,D2,\n").await;
        assert_eq!([headcount("D1", "2026-09-30").await, headcount("D1", "2026-10-01").await], [1, 0]);
        assert_eq!([headcount("D2", "2026-09-30").await, headcount("D2", "2026-10-01").await], [0, 1]);
        let back = "D1,One,B,\nD2,Two,B,\nT1,Team,D1,15/10/2026\n";
        apply("2026-11-02", back).await;
        assert!(!apply("2026-11-02", back).await.changes, "the same list twice");
        assert_eq!([headcount("D2", "2026-10-14").await, headcount("D2", "2026-10-15").await], [1, 0]);
        assert_eq!(headcount("D1", "2026-09-15").await, 1, "two moves leave the first days alone");
    }
);

both!(
    async fn a_future_loop_of_parents_is_refused(world: World) {
        import(&world, "2026-09-01", &[(FileKind::Units, "Unit Code,Unit Name,Parent Code\nB,Board,\nD,D,B\nE,E,B\n")])
            .await;
        let moved = "Unit Code,Unit Name,Parent Code,Parent From\nB,Board,,\nD,D,E,\nE,E,B,\n";
        import(&world, "2026-10-01", &[(FileKind::Units, moved)]).await;
        let looped = "Unit Code,Unit Name,Parent Code,Parent From\nB,Board,,\nD,D,E,\nE,E,D,01/12/2026\n";
        Import::new(&world, &[(FileKind::Units, looped)]).on("2026-11-02").refused().await;
    }
);

both!(
    async fn a_timely_renewal_leaves_no_gap(world: World) {
        supported(&world, "2025-03-01", MANAGED, APPROVED).await;
        let reasons = async |on: &str| DayCoverage::compute(&world, on, None).await.reasons();
        assert_eq!(reasons("2025-02-01").await, [], "12 months from 1 March 2024");
        assert_eq!(reasons("2025-03-02").await, [Reason::LineApprovalMissing, Reason::SeniorApprovalMissing]);
        // A renewal adds an approval, so that the days of the old one stay as they were.
        let renewed = APPROVED.replace("01/03/2024,X/9", "20/02/2025,X/9").replace("01/03/2024,X/8", "20/02/2025,X/8");
        supported(&world, "2025-03-02", MANAGED, &renewed).await;
        assert!(!supported(&world, "2025-03-02", MANAGED, &renewed).await.changes);
        for on in ["2024-06-01", "2025-02-01", "2025-02-20", "2025-03-02", "2026-02-01"] {
            assert_eq!(reasons(on).await, [], "{on}");
        }
        // An earlier day is a correction and replaces the last one.
        let corrected = renewed.replace("20/02/2025,X/9", "10/02/2025,X/9");
        supported(&world, "2025-03-03", MANAGED, &corrected).await;
        assert_eq!(reasons("2026-02-15").await, [Reason::LineApprovalMissing]);
        // A blank removes the last one, so that the first remains.
        supported(&world, "2025-03-04", MANAGED, &renewed.replace("20/02/2025,X/9", ",")).await;
        assert_eq!(reasons("2025-02-01").await, []);
        assert_eq!(reasons("2025-03-04").await, [Reason::LineApprovalMissing]);
    }
);

both!(
    async fn a_second_pause_is_added(world: World) {
        let paused = |from: &str, until: &str| APPROVED.replace(",4,,,", &format!(",4,{from},{until},"));
        supported(&world, "2024-06-01", MANAGED, &paused("01/05/2024", "31/05/2024")).await;
        supported(&world, "2024-11-01", MANAGED, &paused("01/10/2024", "")).await;
        let is_paused =
            async |on: &str| DayCoverage::compute(&world, on, None).await.reasons().contains(&Reason::Paused);
        let days = ["2024-04-30", "2024-05-01", "2024-05-31", "2024-06-01", "2024-10-01", "2024-12-24"];
        let mut told = Vec::new();
        for on in days {
            told.push(is_paused(on).await);
        }
        assert_eq!(told, [false, true, true, false, true, true]);
    }
);

both!(
    async fn a_supporter_who_left_does_not_count(world: World) {
        let outcome = supported(&world, "2024-06-01", MANAGED, APPROVED).await;
        assert!(!notices(&outcome).contains("no post"), "{}", notices(&outcome));
        let moved = MANAGED.replace("X,1,a,T1", "X,1,a,T2") + "X,3,a,T1,Nursing,,1,Permanent,01/01/2020\n";
        let outcome = supported(&world, "2024-07-01", &moved, APPROVED).await;
        let told = notices(&outcome);
        assert!(told.contains("1 allocation(s) are to teams in which the person has no post"), "{told}");
        assert_eq!(DayCoverage::compute(&world, "2024-06-30", None).await.reasons(), []);
        assert_eq!(DayCoverage::compute(&world, "2024-07-01", None).await.reasons(), [Reason::NotInTeam]);
        // A staff list alone also gives the notice, because it moves people.
        let alone = import(&world, "2024-07-15", &[(FileKind::Staff, &staff(&moved))]).await;
        assert!(notices(&alone).contains("1 allocation(s) are to teams"), "{}", notices(&alone));
        // Outside Team is Yes from the as-at day of the file that says so.
        let outcome = supported(&world, "2024-08-01", &moved, &format!("{APPROVED}Yes")).await;
        assert!(!notices(&outcome).contains("no post"));
        assert_eq!(DayCoverage::compute(&world, "2024-07-31", None).await.reasons(), [Reason::NotInTeam]);
        assert_eq!(DayCoverage::compute(&world, "2024-08-01", None).await.reasons(), []);
    }
);

both!(
    async fn unread_rows_never_leave_a_team_covered(world: World) {
        assert_eq!(supported(&world, "2024-06-01", MANAGED, APPROVED).await.rejects.len(), 0);
        assert_eq!(DayCoverage::compute(&world, "2024-06-01", None).await.status("T1"), Some(Status::Covered));
        // Two people, with 25 staff per supporter: 23 more would be covered, and 24 more would not.
        let rows = |count: usize| -> String {
            MANAGED.to_owned()
                + &(0..count).map(|at| format!("X,{at}E+05,a,T1,Nursing,,1,Permanent,01/01/2020\n")).collect::<String>()
        };
        for (as_at, count, status, because) in [
            ("2024-07-01", 23, Status::Covered, None),
            ("2024-08-01", 24, Status::Unknown, Some(UnknownBecause::RowsNotRead)),
            ("2024-09-01", 0, Status::Covered, None),
        ] {
            let list = staff(&rows(count));
            let files = [(FileKind::Units, UNITS), (FileKind::Staff, list.as_str())];
            let outcome = Import::new(&world, &files).on(as_at).allowing(&format!("rejected={count}")).applied().await;
            assert_eq!(rejects(&outcome).len(), count);
            let told = DayCoverage::compute(&world, as_at, None).await;
            let row = told.team("T1").unwrap();
            assert_eq!((row.rows_not_read as usize, row.status, row.unknown_because), (count, status, because));
            assert_eq!(row.headcount, 2, "what was not read is not counted as if it had been");
        }
        // Each day uses the newest list at that time.
        assert_eq!(DayCoverage::compute(&world, "2024-08-31", None).await.status("T1"), Some(Status::Unknown));
    }
);

both!(
    async fn a_team_with_only_rejected_rows_stays(world: World) {
        let list = staff("X,1E+05,a,T1,Nursing,,1,Permanent,\nX,9,a,T2,Nursing,,1,Permanent,\n");
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, list.as_str()), (FileKind::Policies, POLICIES)];
        Import::new(&world, &files).allowing("rejected=1").applied().await;
        let told = DayCoverage::compute(&world, "2026-11-16", None).await;
        let row = told.team("T1").expect("a row of a team whose staff could not be read");
        assert_eq!((row.headcount, row.rows_not_read, row.status), (0, 1, Status::Unknown));
        assert_eq!(told.unit("B").teams.count(Status::Unknown), 1);
    }
);

both!(
    async fn a_stale_list_covers_no_team(world: World) {
        supported(&world, "2024-06-01", MANAGED, APPROVED).await;
        let status = async |on: &str, today: &str| {
            let told = DayCoverage::compute(&world, on, Some(today)).await;
            let row = told.team("T1").unwrap();
            (row.status, row.unknown_because)
        };
        assert_eq!(status("2024-06-01", "2024-07-16").await, (Status::Covered, None), "45 days");
        let stale = (Status::Unknown, Some(UnknownBecause::DataStale));
        assert_eq!(status("2024-07-17", "2024-07-17").await, stale, "46 days");
        // Another employer's list does not make it newer.
        let other = staff("Y,1,a,T2,Nursing,,1,Permanent,\n");
        import(&world, "2024-07-17", &[(FileKind::Units, UNITS), (FileKind::Staff, &other)]).await;
        assert_eq!(status("2024-07-17", "2024-07-17").await, stale);
        import(&world, "2024-07-17", &[(FileKind::Units, UNITS), (FileKind::Staff, &staff(MANAGED))]).await;
        assert_eq!(status("2024-07-17", "2024-07-17").await, (Status::Covered, None));
    }
);

both!(
    async fn an_invalid_cell_keeps_the_person_counted(world: World) {
        let list = staff(
            "X,1,a,T1,Nursing,404,37.5,Permanent,\nX,2,a,T1,Nursing,,-1,Permanent,\nX,3,a,T1,Nursing,,x,Permanent,\n",
        );
        let outcome = import(&world, "2026-11-16", &[(FileKind::Units, UNITS), (FileKind::Staff, &list)]).await;
        assert_eq!(counts(&outcome, FileKind::Staff), (3, 0, 0, 0, 0));
        let kept: Vec<_> =
            outcome.kept.iter().map(|kept| (kept.line, kept.column, kept.value.as_deref().unwrap_or(""))).collect();
        assert_eq!(
            kept,
            [
                (Some(2), Some("WTE"), "37.5"),
                (Some(2), Some("Line Manager Employee Number"), "404"),
                (Some(3), Some("WTE"), "-1"),
                (Some(4), Some("WTE"), "x"),
            ]
        );
        let told = DayCoverage::compute(&world, "2026-11-16", None).await;
        assert_eq!(told.team("T1").map(|row| (row.headcount, row.wte)), Some((3, 0)));
    }
);

pub(super) const LINKS: &str = "Employer,Employee Number,Same As Employer,Same As Employee Number\n";

both!(
    async fn linked_numbers_count_as_one_head(world: World) {
        let staff =
            staff("X,1,a,T1,Nursing,,1,Permanent,\nY,7,a,T1,Nursing,,0.2,Permanent,\nX,2,a,T2,Nursing,,1,Permanent,\n");
        let links = format!("{LINKS}X,1,Y,7\nX,1,Y,404\nX,1,x,1\n");
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, &staff), (FileKind::Links, &links)];
        let outcome = import(&world, "2026-11-16", &files).await;
        assert_eq!(counts(&outcome, FileKind::Links), (1, 0, 0, 0, 2));
        let head = async || {
            DayCoverage::compute(&world, "2026-11-16", None).await.team("T1").map(|row| (row.headcount, row.wte))
        };
        assert_eq!(head().await, Some((1, 120)));
        // Links that no row names stay, and a link is the same in both directions.
        let links = format!("{LINKS}Y,7,X,1\n");
        let outcome = import(&world, "2026-11-17", &[(FileKind::Links, &links)]).await;
        assert_eq!(counts(&outcome, FileKind::Links), (0, 0, 0, 1, 0));
        assert_eq!(head().await, Some((1, 120)));
    }
);

both!(
    async fn linked_shares_may_not_exceed_a_whole(world: World) {
        let staff = staff("X,1,a,T1,Nursing,,1,Permanent,\nY,7,a,T2,Nursing,,1,Permanent,\n");
        let supporters =
            "Employer,Employee Number,Role,Unit Code,Share\nX,1,Peer Supporter,T1,60\nY,7,Peer Supporter,T2,50\n";
        let files = [(FileKind::Units, UNITS), (FileKind::Staff, &staff), (FileKind::Supporters, supporters)];
        import(&world, "2026-11-16", &files).await;
        let links = format!("{LINKS}X,1,Y,7\n");
        let outcome = Import::new(&world, &[(FileKind::Links, &links)]).on("2026-11-17").outcome(Mode::DryRun).await;
        assert!(outcome.refusal.is_some(), "{:?}", outcome.rejects);
    }
);
