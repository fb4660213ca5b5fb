//! Training modules.

use async_graphql::Object;
use entity::table::course;

use super::enums::TrainingLevel;

/// A training module on file.
#[derive(Clone, Debug)]
pub(crate) struct Course(pub(crate) course::Model);

/// A training module. Level 1 has one for each platform.
#[Object]
impl Course {
    /// The board's own code, unique.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Title. Null if none is on file.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// The level that a pass counts towards.
    async fn level(&self) -> TrainingLevel {
        self.0.level.into()
    }

    /// The learning platform, in the board's own words. Null if not on file.
    async fn platform(&self) -> Option<&str> {
        self.0.platform.as_deref()
    }

    /// The kind of employer it is for, in the board's own words. Null if not on file.
    async fn employer_kind(&self) -> Option<&str> {
        self.0.employer_kind.as_deref()
    }
}
