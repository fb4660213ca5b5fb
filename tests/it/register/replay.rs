//! Replays the change records: applied in order to the tables as they were before, they give the tables as they are.

use std::collections::BTreeMap;

use entity::store::register::undo::tables::{WRITTEN, read_all};
use entity::table::register_change_row;
use sea_orm::{DatabaseConnection, EntityTrait as _, QueryOrder as _};
use serde_json::Value;

/// Every row of the tables that commands write, without free text: by table and key.
pub(crate) type Tables = BTreeMap<String, BTreeMap<i64, Value>>;

/// The tables as they are.
pub(crate) async fn tables(db: &DatabaseConnection) -> Tables {
    let mut all = Tables::new();
    for table in WRITTEN {
        all.insert((*table).to_owned(), read_all(db, table).await.unwrap());
    }
    all
}

/// Checks that the change records lead from the tables `before` the first command to the tables as they are.
pub(crate) async fn check(db: &DatabaseConnection, before: &Tables) {
    let mut replayed = before.clone();
    let rows = register_change_row::Entity::find()
        .order_by_asc(register_change_row::Column::ChangeId)
        .order_by_asc(register_change_row::Column::Seq)
        .all(db)
        .await
        .unwrap();
    assert!(!rows.is_empty(), "no command wrote anything");
    for register_change_row::Model { change_id, seq, table_name, row_id, before, after } in rows {
        let table = replayed.get_mut(&table_name).unwrap();
        let place = format!("change {change_id}, step {seq}: {table_name} {row_id}");
        let known = match after {
            Some(after) => table.insert(row_id, after),
            None => table.remove(&row_id),
        };
        assert_eq!(known, before, "{place}: the image before");
    }
    let now = tables(db).await;
    for (table, rows) in &now {
        assert_eq!(&replayed[table], rows, "{table}");
    }
}
