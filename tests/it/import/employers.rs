//! staff.csv is the full list for the employers that occur in it.

use entity::table::{person, post};
use jobs::import::FileKind;
use sea_orm::EntityTrait as _;

use super::{Import, UNITS, counts, posts};
use crate::harness::{World, both};

const HEAD: &str = "Employer,Employee Number,Unit Code,Start Date\n";

fn field(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/field").join(name);
    std::fs::read_to_string(path).expect("the file is UTF-8")
}

/// Returns the number of posts without an end, by employer.
async fn open(world: &World) -> Vec<(String, usize)> {
    let people = person::Entity::find().all(&world.db).await.unwrap();
    let posts = post::Entity::find().all(&world.db).await.unwrap();
    let mut open = std::collections::BTreeMap::new();
    for post in posts.iter().filter(|post| post.valid_to.is_none()) {
        let holder = people.iter().find(|person| person.id == post.person_id).unwrap();
        *open.entry(holder.employer.clone()).or_default() += 1;
    }
    open.into_iter().collect()
}

async fn list(world: &World, as_at: &str, rows: &str) -> Vec<String> {
    let staff = format!("{HEAD}{rows}");
    Import::new(world, &[(FileKind::Units, UNITS), (FileKind::Staff, &staff)]).on(as_at).applied().await;
    posts(world).await
}

both!(
    async fn a_list_keeps_posts_of_other_employers(world: World) {
        let (units, both) = (field("board/units.csv"), field("05-both-employers-staff.csv"));
        Import::new(&world, &[(FileKind::Units, &units), (FileKind::Staff, &both)]).applied().await;
        let before = open(&world).await;
        let one = field("05-one-employer-staff.csv");
        let outcome = Import::new(&world, &[(FileKind::Staff, &one)]).on("2026-11-17").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 0, 0, 56, 0));
        assert_eq!(open(&world).await, before);
        assert_eq!(before, [("CC".to_owned(), 8), ("HB".to_owned(), 56)]);
    }
);

both!(
    async fn employer_names_ignore_case_and_spaces(world: World) {
        list(&world, "2026-11-16", "North  Council,1,T1,01/01/2020\nNorth Council,2,T1,01/01/2020\n").await;
        let told = list(&world, "2026-11-17", "NORTH COUNCIL,3,T1,01/01/2020\n").await;
        assert_eq!(told, ["1 T1 2020-01-01..2026-11-17", "2 T1 2020-01-01..2026-11-17", "3 T1 2020-01-01.."]);
    }
);

both!(
    async fn an_employer_occurs_in_a_rejected_row_too(world: World) {
        list(&world, "2026-11-16", "X,1,T1,01/01/2020\nY,1,T2,01/01/2020\n").await;
        // The only readable row of Y has no readable number, and X has a row with an unknown unit.
        let told = list(&world, "2026-11-17", "X,2,NOPE,01/01/2020\nY,1E+05,T2,01/01/2020\n").await;
        assert_eq!(told, ["1 T1 2020-01-01..2026-11-17", "1 T2 2020-01-01..2026-11-17"]);
    }
);

both!(
    async fn an_employer_ends_on_purpose(world: World) {
        list(&world, "2026-11-16", "X,1,T1,\nY Ltd,1,T2,\nY Ltd,2,T2,\nY Ltd,3,T2,\nY Ltd,4,T2,\nY Ltd,5,T2,\n").await;
        let x = format!("{HEAD}X,1,T1,\n");
        let import = |files: &[(FileKind, &str)]| Import::new(&world, files).on("2026-11-17");
        let said = import(&[(FileKind::Staff, &x)]).ending("x").refused().await.refusal.unwrap();
        assert!(said.contains("staff.csv has rows for the employer 'x'"), "{said}");
        let said = import(&[]).ending("Z").refused().await.refusal.unwrap();
        assert!(said.contains("'Z'") && said.ends_with("such as X, Y Ltd."), "{said}");
        let outcome = import(&[(FileKind::Staff, &x)]).ending("y  LTD").applied().await;
        assert_eq!(counts(&outcome, FileKind::Staff), (0, 0, 5, 1, 0), "all of them, without another allowance");
        assert_eq!(open(&world).await, [("X".to_owned(), 1)]);
        let again = import(&[(FileKind::Staff, &x)]).ending("Y Ltd").applied().await;
        assert!(!again.changes, "the same import twice changes nothing the second time");
        import(&[]).ending("X").applied().await;
        assert_eq!(open(&world).await, []);
    }
);
