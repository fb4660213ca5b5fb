//! The settings of a person's weekly report.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::PersonId;
use crate::json_column::HiddenSections;

/// The settings of a person's weekly report. A person without a row receives the whole report, and no midweek report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_preference")]
pub struct Model {
    /// The person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// The sections that are left out.
    pub hidden_sections: HiddenSections,
    /// Whether the person receives a midweek report if something became worse during the week.
    pub midweek: bool,
    /// When the settings were last changed, including copies.
    pub changed_at: DateTime<Utc>,
    /// The actor who changed them, as in the audit log.
    pub changed_by: String,
}

impl ActiveModelBehavior for ActiveModel {}
