//! Information packs and agreements, as everyone on file may read them.

use std::collections::HashMap;

use async_graphql::{Context, Enum, ID, Object};
use entity::id::{DocumentId, PersonId};
use entity::period::Day;
use entity::register::document::{PublishedDocument, in_force};
use entity::store::register::document as store;
use entity::table::document;
use entity::value::register;

use crate::access::Right;
use crate::graphql::day_view::known;
use crate::graphql::error::ApiError;
use crate::graphql::id::NodeId;
use crate::graphql::request_state::{db, today};
use crate::graphql::scalar::Date;

/// The kind of a document that the network publishes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "register::DocumentKind")]
pub(crate) enum DocumentKind {
    /// What a nominee reads before accepting.
    InformationPack,
    /// What a Peer Supporter signs.
    Agreement,
}

/// A document, with what a person has done with it.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    pub(crate) row: document::Model,
    in_force: bool,
    confirmed_on: Option<Day>,
}

impl Document {
    /// The documents that the viewer may read, by kind, then newest first.
    pub(crate) async fn all(ctx: &Context<'_>) -> Result<Vec<Self>, ApiError> {
        let (known, scope) = known(ctx).await?;
        if !scope.all(Right::Documents) {
            return Ok(Vec::new());
        }
        let me = scope.me().filter(|_| scope.viewer().person_id().is_some());
        Self::confirmed_by(ctx, &me.map(|me| known.numbers_of(me)).unwrap_or_default()).await
    }

    /// The documents, with the days on which the person with these numbers has confirmed them.
    pub(crate) async fn confirmed_by(ctx: &Context<'_>, numbers: &[PersonId]) -> Result<Vec<Self>, ApiError> {
        let (db, today) = (db(ctx)?, today(ctx)?);
        let rows = store::all(db).await?;
        let confirmed = if numbers.is_empty() { Vec::new() } else { store::confirmed_by(db, numbers).await? };
        // The first of several, of linked numbers.
        let confirmed: HashMap<DocumentId, Day> =
            confirmed.into_iter().rev().map(|row| (row.document_id, row.confirmed_on)).collect();
        let of_kind = |kind: register::DocumentKind| {
            let rows: Vec<_> = rows
                .iter()
                .filter(|row| row.kind == kind)
                .map(|row| PublishedDocument { id: row.id, version: row.version.clone(), from: row.in_force_from })
                .collect();
            in_force(&rows, today).map(|found| found.id)
        };
        let present = register::DocumentKind::ALL.iter().filter_map(|kind| of_kind(*kind)).collect::<Vec<_>>();
        let document = |row: document::Model| Self {
            in_force: present.contains(&row.id),
            confirmed_on: confirmed.get(&row.id).copied(),
            row,
        };
        Ok(rows.into_iter().map(document).collect())
    }

    /// The document with a key. `None` if there is none, or the viewer may not read it.
    pub(crate) async fn find(ctx: &Context<'_>, id: DocumentId) -> Result<Option<Self>, ApiError> {
        Ok(Self::all(ctx).await?.into_iter().find(|document| document.row.id == id))
    }

    /// The day on which the person has confirmed it.
    pub(crate) const fn confirmed_on(&self) -> Option<Day> {
        self.confirmed_on
    }
}

/// A version of the information pack or of the agreement.
#[Object]
impl Document {
    /// Opaque. Names the document in commands.
    async fn id(&self) -> ID {
        NodeId::Document(self.row.id).encode()
    }

    /// What it is.
    async fn kind(&self) -> DocumentKind {
        self.row.kind.into()
    }

    /// The board's word for the version.
    async fn version(&self) -> &str {
        &self.row.version
    }

    /// The title.
    async fn title(&self) -> &str {
        &self.row.title
    }

    /// Where it can be read. Null if its text is here.
    async fn address(&self) -> Option<&str> {
        self.row.address.as_deref()
    }

    /// Its text. Null if it can be read at its address.
    async fn text(&self) -> Option<&str> {
        self.row.body.as_deref()
    }

    /// First day in force.
    async fn in_force_from(&self) -> Date {
        Date(self.row.in_force_from)
    }

    /// Of an agreement, the last day on which a signature of the version before still counts. Null for an information pack.
    async fn sign_by(&self) -> Option<Date> {
        self.row.sign_by.map(Date)
    }

    /// Whether it is in force today: it has begun, and no later version has.
    async fn is_in_force(&self) -> bool {
        self.in_force
    }

    /// The day on which the viewer has read or signed it; in the list of another person's documents, the day on which that
    /// person has. Null if they have not.
    #[graphql(name = "confirmedOn")]
    async fn confirmed(&self) -> Option<Date> {
        self.confirmed_on.map(Date)
    }
}
