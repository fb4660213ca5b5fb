//! Queries: the organisation and its coverage on any day, the directory, another policy, and the running of the network.

pub(crate) mod access;
mod audit;
mod carried_roles;
mod directory;
mod documents;
mod file_differences;
mod framework;
pub(crate) mod history;
mod network;
mod node;
mod nominations;
mod organisation;
mod paper_records;
mod people;
mod search;
mod subject;
mod supporters;
mod teams;
mod what_if;

use async_graphql::MergedObject;

use super::mutation::link::LinkQuery;
use super::mutation::report_settings::ReportSettingsQuery;

/// All queries. Every field about coverage takes the date to report on, `asOf`, which defaults to today in the board's time
/// zone. Lists have pages of at most 100 items, in a stable order.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    organisation::OrganisationQuery,
    directory::DirectoryQuery,
    teams::TeamQuery,
    supporters::SupporterQuery,
    network::NetworkQuery,
    people::PeopleQuery,
    what_if::WhatIfQuery,
    history::HistoryQuery,
    audit::AuditQuery,
    access::AccessQuery,
    node::NodeQuery,
    nominations::NominationQuery,
    carried_roles::CarriedRoleQuery,
    documents::DocumentQuery,
    framework::FrameworkQuery,
    paper_records::PaperRecordQuery,
    file_differences::FileDifferenceQuery,
    subject::SubjectQuery,
    LinkQuery,
    ReportSettingsQuery,
);
