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
    /// Line in the file, from 1; absent where the whole file is meant.
    pub line: Option<i32>,
    /// Our header of the column.
    pub column_name: Option<String>,
    /// What the cell said.
    pub value: Option<String>,
    /// What is wrong and what would be right.
    pub sentence: String,
    /// The pseudonym of the person that the row is about, on file or not, where that could be read.
    pub about: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
