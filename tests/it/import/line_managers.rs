//! A post whose line manager changes has the new one from the as-at day, and keeps the old one for the days before.

use entity::period::Day;
use entity::table::{person, post};
use entity::value::{Reason, Status};
use jobs::import::FileKind;
use sea_orm::EntityTrait as _;

use super::dated::{APPROVED, DayCoverage, MANAGED, supported};
use super::{Import, counts};
use crate::harness::{World, both};

/// Returns the spells of a person's posts as `line manager from..to`, oldest first.
async fn spells(world: &World, number: &str) -> Vec<String> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let holder = people.iter().find(|person| person.number == number).unwrap().id;
    let mut posts = post::Entity::find().all(&world.db).await.unwrap();
    posts.retain(|post| post.person_id == holder);
    posts.sort_by_key(|post| post.valid_from);
    let told = |post: &post::Model| {
        let manager = people.iter().find(|person| Some(person.id) == post.line_manager_id);
        let day = |day: Option<Day>| day.map(|day| day.to_string()).unwrap_or_default();
        let manager = manager.map_or("none", |person| person.number.as_str());
        format!("{manager} {}..{}", day(post.valid_from), day(post.valid_to))
    };
    posts.iter().map(told).collect()
}

/// Returns the board of [`MANAGED`] with another line manager of person 1.
fn managed_by(number: &str) -> String {
    MANAGED.replace("X,1,a,T1,Nursing,9,", &format!("X,1,a,T1,Nursing,{number},"))
}

/// Returns person 1 as Peer Supporter with a line approval `by` a person `on` a day.
fn approved(on: &str, by: &str) -> String {
    APPROVED.replace("T1,01/03/2024,01/03/2024,X/9", &format!("T1,01/03/2024,{on},{by}"))
}

both!(
    async fn a_new_manager_applies_from_the_as_at_day(world: World) {
        supported(&world, "2024-06-03", MANAGED, APPROVED).await;
        let outcome = supported(&world, "2024-07-01", &managed_by("2"), APPROVED).await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 1, 0, 3, 0));
        let expected = ["9 2020-01-01..2024-07-01", "2 2024-07-01.."];
        assert_eq!(spells(&world, "1").await, expected);
        assert!(!supported(&world, "2024-07-01", &managed_by("2"), APPROVED).await.changes, "the same list twice");
        assert_eq!(spells(&world, "2").await, ["9 2020-01-01.."], "a post that is the same stays one");
        // A file without the column does not change line managers.
        let without = "Employer,Employee Number,Assignment Number,Unit Code,Job Family,WTE,Contract Type,Start Date\n\
                       X,1,a,T1,Nursing,1,Permanent,01/01/2020\nX,2,a,T1,Nursing,1,Permanent,01/01/2020\n\
                       X,9,a,T2,Nursing,1,Permanent,01/01/2020\nX,8,a,T2,Nursing,1,Permanent,01/01/2020\n";
        let outcome = Import::new(&world, &[(FileKind::Staff, without)]).on("2024-07-08").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 0, 0, 4, 0));
        assert_eq!(spells(&world, "1").await, expected);
    }
);

both!(
    async fn a_blank_or_unknown_manager_keeps_earlier_days(world: World) {
        supported(&world, "2024-06-03", MANAGED, APPROVED).await;
        supported(&world, "2024-07-01", &managed_by(""), APPROVED).await;
        assert_eq!(spells(&world, "1").await, ["9 2020-01-01..2024-07-01", "none 2024-07-01.."]);
        supported(&world, "2024-08-01", MANAGED, APPROVED).await;
        let outcome = supported(&world, "2024-09-02", &managed_by("404"), APPROVED).await;
        assert_eq!(outcome.kept.len(), 1, "{:?}", outcome.kept);
        let expected = [
            "9 2020-01-01..2024-07-01",
            "none 2024-07-01..2024-08-01",
            "9 2024-08-01..2024-09-02",
            "none 2024-09-02..",
        ];
        assert_eq!(spells(&world, "1").await, expected);
    }
);

both!(
    async fn an_approval_needs_the_manager_of_its_day(world: World) {
        let unproven = async |on: &str| {
            let told = DayCoverage::compute(&world, on, None).await;
            let team = told.team("T1").unwrap();
            assert_eq!((team.status, team.supporters), (Status::Covered, 1), "{on}");
            team.unproven
        };
        supported(&world, "2024-06-03", MANAGED, APPROVED).await;
        assert_eq!(unproven("2024-06-03").await, 0);
        // The old line manager approved while in that role, so the approval stays valid.
        supported(&world, "2024-07-01", &managed_by("2"), APPROVED).await;
        assert_eq!([unproven("2024-06-30").await, unproven("2024-07-01").await, unproven("2024-12-01").await], [0; 3]);
    }
);

both!(
    async fn approvers_are_judged_by_the_days_office(world: World) {
        supported(&world, "2024-06-03", MANAGED, &approved("", "")).await;
        // Each row corrects the one before: an earlier day, or the same day with another approver.
        for (as_at, on, by, expected) in [
            ("2024-07-01", "01/07/2024", "X/9", 1),
            ("2024-07-02", "01/07/2024", "X/2", 0),
            ("2024-07-03", "30/06/2024", "X/2", 1),
            ("2024-07-04", "30/06/2024", "X/9", 0),
        ] {
            let outcome = supported(&world, as_at, &managed_by("2"), &approved(on, by)).await;
            assert!(outcome.rejects.is_empty(), "{as_at}: {:?}", outcome.rejects);
            let told = DayCoverage::compute(&world, as_at, None).await;
            assert_eq!(told.reasons(), [], "{on} {by}");
            assert_eq!(told.team("T1").map(|team| team.unproven), Some(expected), "{on} {by}");
        }
    }
);

both!(
    async fn becoming_a_manager_keeps_earlier_days_counted(world: World) {
        let under = |manager: &str| MANAGED.replace("X,2,a,T1,Nursing,9,", &format!("X,2,a,T1,Nursing,{manager},"));
        let more = |manager: &str| format!("{}X,3,a,T1,Nursing,{manager},1,Permanent,01/01/2020\n", under(manager));
        supported(&world, "2024-06-03", &more("9"), APPROVED).await;
        supported(&world, "2024-07-01", &more("1"), APPROVED).await;
        assert_eq!(DayCoverage::compute(&world, "2024-06-30", None).await.reasons(), []);
        assert_eq!(DayCoverage::compute(&world, "2024-07-01", None).await.reasons(), [Reason::LineManager]);
    }
);
