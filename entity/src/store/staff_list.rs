//! The age of the staff lists on file (COVERAGE.md section 5, "Stale data").

use sea_orm::{ColumnTrait as _, ConnectionTrait, DbErr, EntityTrait as _, QuerySelect as _, Select};

use crate::data_age;
use crate::period::Day;
use crate::table::staff_list;

/// The newest staff list of an employer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NewestList {
    /// The day that it describes.
    pub as_at: Day,
    /// The employer.
    pub employer: String,
}

impl NewestList {
    /// Returns the days from the day that it describes to `today`; 0 if it describes a later day.
    #[must_use]
    pub fn age_in_days(&self, today: Day) -> i64 {
        today.days_since(self.as_at).max(0)
    }

    /// Whether it is so old that readers are warned.
    #[must_use]
    pub fn is_old(&self, today: Day) -> bool {
        data_age::is_old(self.age_in_days(today))
    }
}

fn newest() -> Select<staff_list::Entity> {
    staff_list::Entity::find()
        .select_only()
        .column_as(staff_list::Column::AsAt.max(), "as_at")
        .column_as(staff_list::Column::Employer.max(), "employer")
        .group_by(staff_list::Column::EmployerKey)
}

/// Returns the newest list of the employer whose newest list is the oldest. `None` if no list was ever applied.
pub async fn oldest(db: &impl ConnectionTrait) -> Result<Option<NewestList>, DbErr> {
    let lists: Vec<(Day, String)> = newest().into_tuple().all(db).await?;
    Ok(lists.into_iter().map(|(as_at, employer)| NewestList { as_at, employer }).min())
}
