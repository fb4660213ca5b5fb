//! What all mails share, and their reader.

use std::collections::BTreeSet;

use entity::value::ReportSection;

use crate::links;
use crate::report::coordinator::Coordinator;

/// The settings that all mails share.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    /// Address of the service, without a final slash. If it is `None`, mails have no links.
    pub base_url: Option<String>,
    /// The coordinator, for questions.
    pub coordinator: Coordinator,
}

impl Setting {
    fn link(&self, path: &str) -> Option<String> {
        self.base_url.as_deref().map(|base| format!("{}{path}", base.trim_end_matches('/')))
    }

    pub(in crate::report) fn team_link(&self, code: &str) -> Option<String> {
        self.link(&links::team_path(code))
    }

    pub(crate) fn home_link(&self) -> Option<String> {
        self.link("/")
    }

    /// The link by which a person without an account takes a step, as in the stored copy of a mail.
    pub(crate) fn action_link(&self) -> Option<String> {
        self.link(&links::action_path(links::WITHOUT_SECRET))
    }

    pub(crate) fn form_link(&self, nomination: i64) -> Option<String> {
        self.link(&links::form_path(nomination))
    }

    pub(crate) fn unit_link(&self, code: &str) -> Option<String> {
        self.link(&links::unit_path(code))
    }
}

/// The reader of a rendered report.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Sections to leave out.
    pub hidden: &'a BTreeSet<ReportSection>,
    /// Whether it is a copy for a colleague of the recipient.
    pub is_copy: bool,
}

impl Reader<'static> {
    /// The recipient of the report, with all sections.
    pub const OWNER: Self = Self { hidden: &BTreeSet::new(), is_copy: false };
}
