use proptest::prelude::*;

use super::*;

fn row() -> Model {
    let mut row = Model {
        id: AuditEventId(7),
        at: "2026-11-16T09:00:00.000001Z".parse().unwrap(),
        actor: "person:12".to_owned(),
        action: "RUN_REQUESTED".to_owned(),
        object: Some("run:coverage/2026-11-16".to_owned()),
        before: None,
        after: Some(r#"{"state":"REQUESTED"}"#.to_owned()),
        request_id: Some("0011223344556677".to_owned()),
        previous_hash: "ab".repeat(32),
        hash: String::new(),
    };
    row.hash = hash(&row);
    row
}

#[test]
fn the_hash_matches_its_description() {
    // Computed outside this program: with Python's hashlib and struct, following the description of `hash`.
    assert_eq!(row().hash, "34fd6427ae6e998eafaf5deb6f6b5fe14dfdc881416685fe76756bfcda6fed38");
}

#[test]
fn text_moved_between_fields_changes_the_hash() {
    let row = row();
    let (object, after) = (row.object.clone(), row.after.clone());
    let swapped = Model { object: after, after: object, ..row.clone() };
    assert_ne!(hash(&swapped), row.hash);
    let slid = Model { actor: "person:1".to_owned(), action: "2RUN_REQUESTED".to_owned(), ..row.clone() };
    assert_ne!(hash(&slid), row.hash);
    let emptied = Model { before: Some(String::new()), ..row.clone() };
    assert_ne!(hash(&emptied), row.hash);
}

#[test]
fn the_first_break_is_reported() {
    let row = row();
    let before = Head { id: AuditEventId(6), hash: "ab".repeat(32) };
    assert_eq!(follows(&before, &row), None);
    assert_eq!(
        follows(&Head { id: AuditEventId(4), ..before.clone() }, &row),
        Some(Break::Gap(AuditEventId(5), row.id))
    );
    assert_eq!(follows(&Head { hash: "cd".repeat(32), ..before.clone() }, &row), Some(Break::Unlinked(row.id)));
    assert_eq!(follows(&before, &Model { actor: "person:13".to_owned(), ..row.clone() }), Some(Break::Changed(row.id)));
}

proptest! {
    #[test]
    fn two_rows_that_differ_have_different_hashes(
        one in (0..3_i64, "[a-z0-9:]{0,4}", "[a-z]{0,3}", proptest::option::of("[a-z]{0,3}"), proptest::option::of("[a-z]{0,3}")),
        other in (0..3_i64, "[a-z0-9:]{0,4}", "[a-z]{0,3}", proptest::option::of("[a-z]{0,3}"), proptest::option::of("[a-z]{0,3}")),
    ) {
        let made = |(id, actor, action, object, before): (i64, String, String, Option<String>, Option<String>)| {
            hash(&Model { id: AuditEventId(id), actor, action, object, before, ..row() })
        };
        prop_assert_eq!(one == other, made(one) == made(other));
    }
}
