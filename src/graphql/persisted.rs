//! Persisted operations: documents that the service reads from a folder when it starts, so that a dashboard can be limited to
//! them. A request names one by its identifier, as in the appendix "Persisted Documents" of GraphQL over HTTP: `sha256:` and
//! the hash of the file's text, or the name of an operation that only one file has. Clients cannot add any: that would let them
//! fill the memory.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use async_graphql::extensions::{Extension, ExtensionContext, ExtensionFactory, NextValidation};
use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, OperationType};
use async_graphql::{Request, Response, Schema, ServerError, ValidationResult};
use entity::value::AccessRole;
use futures_util::FutureExt as _;
use sha2::{Digest as _, Sha256};

use super::error::{ApiError, Code};
use super::limits::Limits;
use super::{Mutation, Query};
use crate::access::Viewer;
use crate::config::AllowList;

/// The prefix of a document identifier that is a hash.
pub const SHA256: &str = "sha256:";
/// The extension of the files that are read.
const ENDING: &str = "graphql";

/// The persisted operations, and which callers are limited to them.
#[derive(Debug, Default)]
pub struct Persisted {
    /// By document identifier.
    documents: HashMap<String, Arc<PersistedDocument>>,
    /// The document that has an operation of this name; `None` if several have one.
    names: HashMap<String, Option<Arc<PersistedDocument>>>,
    allow_list: AllowList,
}

/// One file of the folder.
#[derive(Debug)]
pub struct PersistedDocument {
    /// The identifier: `sha256:` and the hash of the text.
    pub id: String,
    /// The file's name in its folder.
    pub file: String,
    /// The document, parsed once; its shape is within the limits.
    pub document: Arc<ExecutableDocument>,
}

/// Why a folder cannot be used: a file, a line if known, and what is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct PersistedError {
    file: String,
    line: Option<usize>,
    what: String,
}

impl fmt::Display for PersistedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, " line {line}")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl Persisted {
    /// Reads every `.graphql` file in `folder`, and validates it against the schema.
    ///
    /// # Errors
    ///
    /// The first file, by name, that is not a valid document; a folder that cannot be read or has no such file.
    pub fn read(folder: &Path, allow_list: AllowList) -> Result<Self, PersistedError> {
        let shown = folder.display();
        let fails = |error: std::io::Error| fault(&shown, None, format!("cannot be read ({error})"));
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(fails)? {
            let path = entry.map_err(fails)?.path();
            if path.extension().is_some_and(|ending| ending == ENDING) {
                files.push(path);
            }
        }
        files.sort();
        if files.is_empty() {
            return Err(fault(&shown, None, "the folder has no .graphql file".to_owned()));
        }
        let schema = super::builder().extension(ValidateOnly).finish();
        let mut persisted = Self { allow_list, ..Self::default() };
        for path in files {
            let shown = path.display();
            let text = std::fs::read_to_string(&path)
                .map_err(|error| fault(&shown, None, format!("cannot be read ({error})")))?;
            let document = checked(&schema, &shown, &text)?;
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            persisted.add(PersistedDocument { id: identifier(&text), file, document });
        }
        Ok(persisted)
    }

    fn add(&mut self, document: PersistedDocument) {
        let document = Arc::new(document);
        if self.documents.insert(document.id.clone(), Arc::clone(&document)).is_some() {
            return; // the same text under another file's name
        }
        for (name, _) in document.operations() {
            self.names
                .entry(name.to_owned())
                .and_modify(|known| *known = None)
                .or_insert_with(|| Some(Arc::clone(&document)));
        }
    }

    /// Whether there are no persisted operations.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty()
    }

    /// Every document, by file name.
    #[must_use]
    pub fn documents(&self) -> Vec<&PersistedDocument> {
        let mut all: Vec<_> = self.documents.values().map(AsRef::as_ref).collect();
        all.sort_by(|a, b| a.file.cmp(&b.file));
        all
    }

    /// The document with the identifier `id`, and the operation if `id` is the name of one.
    #[must_use]
    pub fn find<'i>(&self, id: &'i str) -> Option<(&PersistedDocument, Option<&'i str>)> {
        match self.documents.get(id) {
            Some(document) => Some((document, None)),
            None => self.names.get(id)?.as_deref().map(|document| (document, Some(id))),
        }
    }

    /// The document with exactly this text.
    #[must_use]
    pub fn of_text(&self, text: &str) -> Option<&PersistedDocument> {
        if self.is_empty() { None } else { self.documents.get(&identifier(text)).map(AsRef::as_ref) }
    }

    /// Whether `name` alone identifies a document.
    #[must_use]
    pub fn is_identified_by(&self, name: &str) -> bool {
        self.names.get(name).is_some_and(Option::is_some)
    }

    /// Whether `viewer` may send these operations only. False if there are none.
    #[must_use]
    pub fn bind(&self, viewer: &Viewer) -> bool {
        let bound = match self.allow_list {
            AllowList::NoOne => false,
            AllowList::Dashboards => viewer.granted().contains(&AccessRole::Dashboard),
            AllowList::Everyone => true,
        };
        bound && !self.is_empty() && !viewer.explores()
    }
}

impl PersistedDocument {
    /// The documents that are part of the binary, each given by file name and text, validated against the schema. Clients
    /// cannot name them: they are executed for pages only.
    ///
    /// # Errors
    ///
    /// The first that is not a valid document, which is an error in the program.
    pub fn own<const N: usize>(files: [(&str, &str); N]) -> Result<[Self; N], PersistedError> {
        let schema = super::builder().extension(ValidateOnly).finish();
        let mut documents = Vec::with_capacity(N);
        for (file, text) in files {
            let document = checked(&schema, &file, text)?;
            documents.push(Self { id: identifier(text), file: file.to_owned(), document });
        }
        documents.try_into().map_err(|_| fault(&"the binary", None, "documents are missing".to_owned()))
    }

    /// The named operations, each with its type.
    pub fn operations(&self) -> impl Iterator<Item = (&str, OperationType)> {
        self.document
            .operations
            .iter()
            .filter_map(|(name, operation)| name.map(|name| (name.as_str(), operation.node.ty)))
    }
}

/// Returns a document's identifier.
#[must_use]
pub fn identifier(text: &str) -> String {
    SHA256.to_owned() + &hex::encode(Sha256::digest(text.as_bytes()))
}

/// The error for a request that names no persisted operation, or sends another operation.
#[must_use]
pub fn not_listed() -> ApiError {
    ApiError::new(
        Code::OperationNotListed,
        "Only persisted operations are allowed here, and this is not one. `psn operations list` prints their IDs.",
    )
}

/// The error for a request that would add a persisted operation, or names one if there are none.
#[must_use]
pub fn not_supported() -> ApiError {
    ApiError::new(
        Code::PersistedQueryNotSupported,
        "Requests cannot add persisted operations: they come from the operator's folder. Send the query alone.",
    )
}

fn fault(file: &dyn fmt::Display, line: Option<usize>, what: String) -> PersistedError {
    PersistedError { file: file.to_string(), line, what }
}

/// Parses a document if its shape is within the limits and the schema allows it. `shown` names its file.
fn checked(
    schema: &Schema<Query, Mutation, super::Subscription>,
    shown: &dyn fmt::Display,
    text: &str,
) -> Result<Arc<ExecutableDocument>, PersistedError> {
    let document = Limits::read(text).map_err(|error| {
        let broken = parse_query(text).err().filter(|_| error.code() == Code::ParseFailed);
        let line = broken.and_then(|broken| broken.positions().next()).map(|at| at.line);
        fault(shown, line, in_one_line(error.sentence()))
    })?;
    validate(schema, text)
        .map_err(|error| fault(shown, error.locations.first().map(|at| at.line), in_one_line(&error.message)))?;
    Ok(Arc::new(document))
}

/// A parser's error may have several lines.
fn in_one_line(sentence: &str) -> String {
    sentence.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Runs the engine's own rules on a schema that executes nothing, so that they wait for nothing either.
fn validate(schema: &Schema<Query, Mutation, super::Subscription>, text: &str) -> Result<(), ServerError> {
    let answer = schema
        .execute(Request::new(text))
        .now_or_never()
        .unwrap_or_else(|| Response::from_errors(vec![ServerError::new("it cannot be validated", None)]));
    answer.errors.into_iter().next().map_or(Ok(()), Err)
}

/// Ends every request after its validation, with one error less than an invalid document has: none.
#[derive(Debug)]
struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ValidateOnly {
    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        next.run(ctx).await?;
        Err(Vec::new())
    }
}
