//! The settings of a person's weekly report.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::id::PersonId;

/// The settings of a person's weekly report. A person without a row gets the whole report, and no midweek report.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "report_preference")]
pub struct Model {
    /// Whose report.
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// A list of words of [`ReportSection`](crate::value::ReportSection).
    pub hidden_sections: Json,
    /// Whether they get a midweek report when something became worse during the week.
    pub midweek: bool,
    /// When it was last changed, copies included.
    pub changed_at: DateTime<Utc>,
    /// Who changed it, as the audit log names them.
    pub changed_by: String,
}

impl ActiveModelBehavior for ActiveModel {}
