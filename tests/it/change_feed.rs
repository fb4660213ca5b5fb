//! What is recorded of a change of the facts.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test, and the line says which")]

use entity::id::{PersonId, UnitId};
use entity::json_column::Touched;
use entity::store::{facts, roster};
use entity::table::fact_change;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseConnection, EntityTrait as _};

use crate::harness::both;

async fn touching(db: &DatabaseConnection, touched: &Touched) -> i64 {
    let txn = entity::store::begin_write(db).await.unwrap();
    let version = facts::bump_data_version_touching(&txn, touched).await.unwrap();
    txn.commit().await.unwrap();
    version
}

/// The versions with a record, oldest first.
async fn recorded(db: &DatabaseConnection) -> Vec<(i64, Touched)> {
    let mut rows = fact_change::Entity::find().all(db).await.unwrap();
    rows.sort_by_key(|row| row.version);
    rows.into_iter().map(|row| (row.version, row.touched)).collect()
}

both!(
    async fn versions_follow_each_other_with_records(world: World) {
        let (db, before) = (&world.db, roster::version(&world.db).await.unwrap());
        let (first, mut second) = (Touched::person(PersonId(7)), Touched::unit(UnitId(3)));
        second.extend(Touched::person(PersonId(9)));
        assert_eq!(touching(db, &first).await, before + 1);
        assert_eq!(touching(db, &second).await, before + 2);
        assert_eq!(recorded(db).await, [(before + 1, first), (before + 2, second)]);
        assert_eq!(roster::version(db).await.unwrap(), before + 2);
    }
);

both!(
    async fn a_refused_change_leaves_no_record(world: World) {
        let before = roster::version(&world.db).await.unwrap();
        let txn = entity::store::begin_write(&world.db).await.unwrap();
        facts::bump_data_version_touching(&txn, &Touched::person(PersonId(7))).await.unwrap();
        txn.rollback().await.unwrap();
        assert_eq!((roster::version(&world.db).await.unwrap(), recorded(&world.db).await), (before, vec![]));
    }
);

both!(
    async fn a_change_of_unknown_extent_removes_all_records(world: World) {
        touching(&world.db, &Touched::person(PersonId(7))).await;
        let txn = entity::store::begin_write(&world.db).await.unwrap();
        facts::bump_data_version(&txn).await.unwrap();
        txn.commit().await.unwrap();
        assert_eq!(recorded(&world.db).await, []);
    }
);

both!(
    async fn old_records_are_removed(world: World) {
        let first = touching(&world.db, &Touched::default()).await;
        let kept = touching(&world.db, &Touched::default()).await;
        let later = Expr::value(first + 9_999);
        let version = entity::table::fact_version::Column::Version;
        entity::table::fact_version::Entity::update_many().col_expr(version, later).exec(&world.db).await.unwrap();
        let newest = touching(&world.db, &Touched::default()).await;
        let versions: Vec<i64> = recorded(&world.db).await.into_iter().map(|(version, _)| version).collect();
        assert_eq!(versions, [kept, newest]);
    }
);

both!(
    async fn concurrent_changes_get_versions_of_their_own(world: World) {
        let before = roster::version(&world.db).await.unwrap();
        let changes = (0..8).map(|id| {
            let db = world.db.clone();
            async move { touching(&db, &Touched::person(PersonId(id))).await }
        });
        let mut versions = futures_util::future::join_all(changes).await;
        versions.sort_unstable();
        assert_eq!(versions, (before + 1..=before + 8).collect::<Vec<_>>());
        assert_eq!(recorded(&world.db).await.len(), 8);
    }
);
