//! One rejected row of an import.

use sea_orm::entity::prelude::*;

use crate::id::{ImportBatchId, ImportRejectId};

/// One rejected row of an import.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_reject")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key)]
    pub id: ImportRejectId,
    /// The import.
    pub batch_id: ImportBatchId,
    /// The file's name, without its folder.
    pub file: String,
    /// Line in the file, from 1. `None` if it is about the whole file.
    pub line: Option<i32>,
    /// The documented header of the column.
    pub column_name: Option<String>,
    /// The value of the cell.
    pub value: Option<String>,
    /// What is wrong, and what is expected.
    pub sentence: String,
    /// The pseudonym of the person that the row is about, on file or not. `None` if that could not be read.
    pub about: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
