//! Files about roles that are kept in the register.

mod differences;
mod kept_facts;
pub(crate) mod staff_lists;

use std::time::Duration;

use entity::id::{AllocationId, PersonId};
use entity::store::audit::{self, AuditFilter};
use entity::store::register::change::CommandContext;
use entity::store::register::kept::{self, Wish};
use entity::store::register::{NewChange, Transaction};
use entity::table::{allocation, approval, import_batch, register_role};
use entity::value::command::Command;
use entity::value::{Action, ApproverCapacity, Role};
use jobs::import::{FileKind, ImportSummary, Mode, undo};
use sea_orm::{ColumnTrait as _, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use serde_json::{Value, json};

use super::*;
use crate::harness::both;
use crate::import::{Import, counts, everything};

/// A Peer Supporter of ward N2.
const SUPPORTER: i64 = 6;
/// A Peer Supporter of ward S2.
const OTHER_SUPPORTER: i64 = 38;

const HEADER: &str = "Employer,Employee Number,Role,Unit Code,Share,From,Until\n";

/// A supporters.csv with these rows.
pub(crate) fn supporters(rows: &[&str]) -> String {
    format!("{HEADER}{}\n", rows.join("\n"))
}

/// An import of this supporters.csv.
fn import<'w>(world: &'w World, file: &str) -> Import<'w> {
    Import::new(world, &[(FileKind::Supporters, file)])
}

/// The rows about kept roles of supporters.csv.
fn kept_rows(outcome: &ImportSummary) -> u32 {
    outcome.files.iter().find(|file| file.kind == FileKind::Supporters).unwrap().imported.kept
}

/// A coordinator lowers the share of a person's allocation, which keeps the role in the register.
async fn lowered(world: &World, allocation: i64, share: i32) {
    let id = AllocationId(allocation);
    let held = allocation::Entity::find_by_id(id).one(&world.db).await.unwrap().unwrap();
    let unit = if held.unit_id.0 == 5 { "N2" } else { "S2" };
    let query = format!(
        "{{ team(code: \"{unit}\") {{ supporters(first: 50) {{ nodes {{ allocationId person {{ id }} }} }} }} }}"
    );
    let found = answer(&as_person(world, COORDINATOR).await, &query, json!({})).await;
    let nodes = found["data"]["team"]["supporters"]["nodes"].as_array().unwrap();
    let own = nodes.iter().find(|own| own["person"]["id"] == person_id(held.person_id.0)).unwrap();
    let input = json!({ "allocationId": own["allocationId"], "share": share });
    let payload = command(world, COORDINATOR, "changeAllocation", input, "refusals { code message path }").await;
    assert_eq!(payload["refusals"], json!([]), "{payload}");
}

/// The status of a ward as the coordinator sees it now.
async fn status(world: &World, unit: &str) -> Value {
    let query = format!("{{ team(code: \"{unit}\") {{ status }} }}");
    answer(&as_person(world, COORDINATOR).await, &query, json!({})).await["data"]["team"]["status"].clone()
}

/// The shares and days of a person's allocations, by first day.
async fn held(world: &World, person: i64) -> Vec<String> {
    let all = allocation::Entity::find().order_by_asc(allocation::Column::ValidFrom).all(&world.db).await.unwrap();
    let text = |day: Option<entity::period::Day>| day.map(|day| day.to_string()).unwrap_or_default();
    all.iter()
        .filter(|row| row.person_id == PersonId(person))
        .map(|row| format!("{} {}..{}", row.share, text(row.valid_from), text(row.valid_to)))
        .collect()
}

both!(
    async fn a_row_about_a_kept_role_changes_nothing(world: World) {
        organised(&world).await;
        lowered(&world, 2, 600).await;
        let file = supporters(&[
            "NHS,000006,Peer Supporter,N2,60,05/01/2026,30/11/2026",
            "NHS,000038,Peer Supporter,S2,50,05/01/2026,",
            "NHS,000006,Peer Supporter,NOPE,60,05/01/2026,",
        ]);
        let before = held(&world, SUPPORTER).await;
        for mode in [Mode::DryRun, Mode::Apply] {
            let outcome = import(&world, &file).outcome(mode).await;
            assert_eq!(outcome.refusal, None);
            assert_eq!((kept_rows(&outcome), counts(&outcome, FileKind::Supporters)), (1, (0, 1, 0, 0, 1)));
            // A row that would take someone out of the count comes first.
            let notice = &outcome.notices[0];
            assert_eq!(notice.line, Some(2), "{:?}", outcome.notices);
            for part in
                ["It differs in Until. By this row the person counts for less", "until a coordinator", "--take-over"]
            {
                assert!(notice.sentence.contains(part), "{}", notice.sentence);
            }
        }
        assert_eq!(held(&world, SUPPORTER).await, before);
        assert_eq!(held(&world, OTHER_SUPPORTER).await, ["500 2026-01-05.."]);
        let batch = import_batch::Entity::find().one(&world.db).await.unwrap().unwrap();
        assert_eq!(batch.files.0[0].kept, 1);
        let query = "{ importBatches { nodes { files { rows changed kept rejected } } } }";
        let seen = answer(&crate::graphql::site(&world), query, json!({})).await;
        let files = json!([{ "rows": 3, "changed": 1, "kept": 1, "rejected": 1 }]);
        assert_eq!(seen["data"]["importBatches"]["nodes"][0]["files"], files, "{seen}");
        // A row that equals the register is no news, and settles the difference.
        let equal = supporters(&["NHS,000006,Peer Supporter,N2,60,05/01/2026,"]);
        let outcome = import(&world, &equal).applied().await;
        assert_eq!((kept_rows(&outcome), outcome.changes), (1, true));
        assert!(outcome.notices.iter().all(|notice| notice.line.is_none()), "{:?}", outcome.notices);
        let outcome = import(&world, &equal).applied().await;
        assert_eq!((kept_rows(&outcome), outcome.changes), (1, false));
        assert!(outcome.notices.iter().all(|notice| notice.line.is_none()), "{:?}", outcome.notices);
    }
);

both!(
    async fn no_file_overrides_a_decline(world: World) {
        organised(&world).await;
        let id = nominated(&world).await;
        let input = json!({ "nominationId": id, "response": "DECLINE" });
        accepted(&about(&world, NOMINEE, "respondToNomination", input).await);
        let file = supporters(&["NHS,000008,Peer Supporter,N2,100,05/01/2026,"]);
        let outcome = import(&world, &file).applied().await;
        assert_eq!((kept_rows(&outcome), outcome.changes), (1, false));
        let outcome = import(&world, &file).taking_over().applied().await;
        assert_eq!((kept_rows(&outcome), outcome.changes), (1, false));
        let notice = outcome.notices.iter().find(|notice| notice.line == Some(2)).unwrap();
        let sentence = &notice.sentence;
        assert!(sentence.ends_with("no such allocation. --take-over does not give this role back."), "{sentence}");
        // Nor under another number of the same person, not even one that the same import links.
        let links = "Employer,Employee Number,Same As Employer,Same As Employee Number\nNHS,000036,NHS,000008\n";
        let file = supporters(&["NHS,000036,Peer Supporter,N2,100,05/01/2026,"]);
        let files = [(FileKind::Links, links), (FileKind::Supporters, file.as_str())];
        let outcome = Import::new(&world, &files).taking_over().applied().await;
        assert_eq!(kept_rows(&outcome), 1);
        assert!(held(&world, NOMINEE).await.is_empty() && held(&world, 36).await.is_empty());
        assert_eq!(register_role::Entity::find().count(&world.db).await.unwrap(), 1);
    }
);

both!(
    async fn take_over_gives_a_role_back_to_the_file(world: World) {
        organised(&world).await;
        lowered(&world, 2, 600).await;
        assert_eq!(held(&world, SUPPORTER).await, ["1000 2026-01-05..2026-11-16", "600 2026-11-16.."]);
        let input = json!({ "until": "2026-11-30" });
        let paused = command(&world, OTHER_SUPPORTER, "pause", input, "refusals { code }").await;
        assert_eq!(paused["refusals"], json!([]), "{paused}");
        let before = everything(&world).await;
        let file = supporters(&[
            "NHS,000006,Peer Supporter,N2,80,05/01/2026,31/12/2026",
            "NHS,000038,Peer Supporter,S2,50,05/01/2026,",
        ]);
        let outcome = import(&world, &file).taking_over().applied().await;
        assert_eq!((kept_rows(&outcome), counts(&outcome, FileKind::Supporters)), (1, (0, 1, 0, 0, 0)));
        assert!(outcome.notices.iter().any(|notice| notice.sentence.starts_with("1 role(s) are given back")));
        let listed: Vec<_> = outcome.change_list.iter().map(|change| (change.what, change.which.as_str())).collect();
        assert!(listed.contains(&("role kept in the register", "NHS/000006 as Peer Supporter")), "{listed:?}");
        // The part that the command began is no more.
        assert_eq!(held(&world, SUPPORTER).await, ["800 2026-01-05..2027-01-01", "600 2026-11-16..2026-11-16"]);
        // Who paused for themselves stays in the register.
        assert_eq!(held(&world, OTHER_SUPPORTER).await, ["1000 2026-01-05.."]);
        let roles = register_role::Entity::find().all(&world.db).await.unwrap();
        assert_eq!(roles.iter().map(|role| role.person_id.0).collect::<Vec<_>>(), [OTHER_SUPPORTER]);
        let filter = AuditFilter { action: Some(Action::ImportApplied), ..AuditFilter::default() };
        let event = &audit::list(&world.db, &filter, 10).await.unwrap()[0];
        let after: Value = serde_json::from_str(event.after.as_deref().unwrap()).unwrap();
        assert_eq!(after["takenOver"], 1, "{event:?}");
        // From now on the file has it.
        let later = supporters(&["NHS,000006,Peer Supporter,N2,70,05/01/2026,31/12/2026"]);
        let outcome = import(&world, &later).outcome(Mode::DryRun).await;
        assert_eq!(counts(&outcome, FileKind::Supporters), (0, 1, 0, 0, 0));
        undo(&world.db, last_import(&world).await, world.clock.now()).await.unwrap();
        let without_version = |rows: Vec<String>| rows[..rows.len() - 1].to_vec();
        assert_eq!(without_version(everything(&world).await), without_version(before));
        assert_eq!(register_role::Entity::find().count(&world.db).await.unwrap(), 2);
    }
);

both!(
    async fn take_over_does_not_bring_a_withdrawn_approval_back(world: World) {
        organised(&world).await;
        let query = "{ team(code: \"N2\") { supporters(first: 50) { nodes { allocationId person { id } } } } }";
        let found = answer(&as_person(&world, COORDINATOR).await, query, json!({})).await;
        let nodes = found["data"]["team"]["supporters"]["nodes"].as_array().unwrap();
        let own = nodes.iter().find(|own| own["person"]["id"] == person_id(SUPPORTER)).unwrap();
        let input = json!({ "allocationId": own["allocationId"], "capacity": "LINE" });
        let payload = command(&world, LINE_MANAGER, "withdrawApproval", input, "refusals { code }").await;
        assert_eq!(payload["refusals"], json!([]), "{payload}");
        let withdrawn = async || {
            let rows =
                approval::Entity::find().filter(approval::Column::AllocationId.eq(2)).all(&world.db).await.unwrap();
            let line = rows.into_iter().filter(|row| row.capacity == ApproverCapacity::Line);
            line.map(|row| (row.decided_on.to_string(), row.withdrawn_on)).collect::<Vec<_>>()
        };
        let on = Some(day("2026-11-16"));
        assert_eq!(withdrawn().await, [("2026-01-02".to_owned(), on)]);
        // The file corrects the day of the approval, and later brings a new one.
        let row = |approved: &str| format!("NHS,000006,Peer Supporter,N2,100,05/01/2026,,{approved},NHS/000001");
        let file =
            |approved: &str| format!("{},Line Approved On,Line Approver\n{}\n", HEADER.trim_end(), row(approved));
        import(&world, &file("01/01/2026")).taking_over().applied().await;
        assert_eq!(withdrawn().await, [("2026-01-01".to_owned(), on)]);
        import(&world, &file("15/11/2026")).applied().await;
        assert_eq!(withdrawn().await[1], ("2026-11-15".to_owned(), on));
        pass_days(&world, 2);
        import(&world, &file("17/11/2026")).on("2026-11-18").applied().await;
        assert_eq!(withdrawn().await[2], ("2026-11-17".to_owned(), None));
    }
);

async fn last_import(world: &World) -> entity::id::ImportBatchId {
    let last = import_batch::Entity::find().order_by_desc(import_batch::Column::Id).one(&world.db).await.unwrap();
    last.unwrap().id
}

both!(
    async fn a_command_adds_an_allocation_after_an_import(world: World) {
        organised(&world).await;
        let file = supporters(&[
            "NHS,000036,Peer Supporter,S1,50,05/01/2026,",
            "NHS,000009,Wellbeing Champion,N2,100,05/01/2026,",
        ]);
        let outcome = import(&world, &file).applied().await;
        assert_eq!(counts(&outcome, FileKind::Supporters), (2, 0, 0, 0, 0));
        let id = nominated_and_accepted(&world).await;
        accepted(&decide(&world, LINE_MANAGER, line(&id)).await);
        assert_eq!(accepted(&decide(&world, SENIOR_MANAGER, senior(&id)).await)["state"], "APPROVED");
        assert_eq!(held(&world, NOMINEE).await, ["1000 2026-11-16.."]);
        // And a file adds one after that.
        let file = supporters(&["NHS,000042,Peer Supporter,S3,50,05/01/2026,"]);
        assert_eq!(counts(&import(&world, &file).applied().await, FileKind::Supporters), (1, 0, 0, 0, 0));
        assert_eq!(allocation::Entity::find().count(&world.db).await.unwrap(), 10);
    }
);

both!(
    async fn an_import_waits_for_a_command_and_sees_it(world: World) {
        organised(&world).await;
        let before = held(&world, SUPPORTER).await;
        let mut txn = Transaction::begin(&world.db).await.unwrap();
        let file = supporters(&["NHS,000006,Peer Supporter,N2,50,05/01/2026,"]);
        let command = async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let today = day("2026-11-16");
            kept::keep(&mut txn, PersonId(SUPPORTER), Role::PeerSupporter, Wish::Other, today).await.unwrap();
            let context =
                CommandContext { actor: PersonId(COORDINATOR), at: world.clock.now(), request_id: None, by_link: None };
            txn.commit(NewChange::new(context, Command::ChangeAllocation, today)).await.unwrap();
        };
        let (outcome, ()) = tokio::join!(import(&world, &file).applied(), command);
        assert_eq!((kept_rows(&outcome), held(&world, SUPPORTER).await), (1, before));
    }
);

both!(
    async fn an_import_is_not_undone_under_a_command(world: World) {
        organised(&world).await;
        let file = supporters(&["NHS,000038,Peer Supporter,S2,60,05/01/2026,"]);
        import(&world, &file).applied().await;
        lowered(&world, 2, 600).await;
        let error = undo(&world.db, last_import(&world).await, world.clock.now()).await.unwrap_err().to_string();
        assert!(error.contains("the register was changed after it (change "), "{error}");
    }
);
