//! Limits on queries, checked before a query costs anything.
//!
//! The engine's own limits come too late: it parses with one stack frame per bracket, and walks fragments before any rule sees
//! them, so a text of 4 KB ends the process and one of 800 bytes keeps it busy for hours. Therefore [`Limits::read`] checks
//! bytes, tokens and brackets before any parser runs, then the parsed query with each fragment measured once, and
//! [`Limits::admit`] checks the size of the answer; only a query that passes both reaches the engine.

mod cost;
mod introspection;
mod shape;
mod text;
mod zero;

use std::sync::Arc;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType};
use async_graphql::parser::{self, Error as ParseError};
use async_graphql::{Positioned, Value, Variables};

pub use self::cost::{ASSUMED_LIST, COMPUTATION, LARGEST_PAGE, MOST_CHILDREN};
pub(crate) use self::introspection::asks_about_schema;
pub use self::shape::{MAX_ALIASES, MAX_ARGUMENTS, MAX_DEFINITIONS, MAX_DEPTH, MAX_FIELDS, MAX_ROOT_FIELDS};
pub use self::text::{MAX_NAME_BYTES, MAX_NESTING, MAX_QUERY_BYTES, MAX_TOKENS, MAX_VALUES, MAX_VARIABLES_BYTES};
use super::error::{ApiError, Code};

/// The limits for the queries of one schema.
#[derive(Debug)]
pub struct Limits {
    prices: cost::Prices,
    max_cost: u64,
}

/// A query that may run.
#[derive(Debug)]
pub struct Admitted {
    /// The query, parsed.
    pub document: Arc<ExecutableDocument>,
    /// The operation's type: query, mutation or subscription.
    pub kind: OperationType,
    /// The operation's own name, if it has one.
    pub name: Option<String>,
    /// The largest possible number of fields in the answer.
    pub cost: u64,
    /// The response keys of the fields at the root that may be null.
    pub nullable: Vec<String>,
}

/// A query that may not run, with its cost if that was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The error for the client.
    pub error: ApiError,
    /// The cost of a query that was refused for it.
    pub cost: Option<u64>,
}

impl From<ApiError> for Refused {
    fn from(error: ApiError) -> Self {
        Self { error, cost: None }
    }
}

impl Limits {
    /// Creates the limits for the schema whose SDL is `sdl`: the cost of a field is read from there, so a new field is never
    /// forgotten. `max_cost` is the largest answer in fields.
    ///
    /// # Errors
    ///
    /// The parser's error if `sdl` is not valid SDL.
    pub fn new(sdl: &str, max_cost: u64) -> Result<Self, ParseError> {
        Ok(Self { prices: cost::Prices::from_sdl(sdl)?, max_cost })
    }

    /// Refuses a JSON text that is nested too deeply for a parser, before one reads it.
    ///
    /// # Errors
    ///
    /// [`Code::QueryTooDeep`].
    pub fn admit_json(json: &[u8]) -> Result<(), ApiError> {
        text::refuse_deep(json, text::Language::Json)
    }

    /// The largest answer, in fields.
    #[must_use]
    pub const fn max_cost(&self) -> u64 {
        self.max_cost
    }

    /// Refuses a query that is too long, too deep or too broad, or has a string with U+0000, and parses the rest.
    ///
    /// # Errors
    ///
    /// An error with its code and, in the sentence, the limit; [`Code::ParseFailed`] or [`Code::BadInput`].
    pub fn read(query: &str) -> Result<ExecutableDocument, ApiError> {
        text::refuse_long(query)?;
        text::refuse_deep(query.as_bytes(), text::Language::GraphQl)?;
        let document =
            parser::parse_query(query).map_err(|error| ApiError::new(Code::ParseFailed, error.to_string()))?;
        shape::refuse_misshapen(&document)?;
        zero::refuse_in_document(&document)?;
        Ok(document)
    }

    /// Chooses the operation, and refuses one that is too costly. `document` must come from [`read`](Self::read).
    ///
    /// # Errors
    ///
    /// [`Code::QueryTooCostly`] with the limit; [`Code::OperationUnknown`], and [`Code::BadInput`] for a required variable that
    /// is missing or a string with U+0000.
    pub fn admit(
        &self,
        document: Arc<ExecutableDocument>,
        operation: Option<&str>,
        variables: &Variables,
    ) -> Result<Admitted, Refused> {
        let (name, chosen) = choose(&document, operation)?;
        refuse_missing_variables(&chosen.node, variables)?;
        zero::refuse_in_variables(variables)?;
        let cost = self.prices.estimate(&document, &chosen.node, variables);
        if cost > self.max_cost {
            let error = ApiError::new(
                Code::QueryTooCostly,
                format!(
                    "The query costs about {cost} and the limit is {}: a field costs 1 and a day or a policy to compute {}. \
                     Ask for smaller pages with `first`, for fewer days, or for fewer things at once",
                    self.max_cost, COMPUTATION
                ),
            );
            return Err(Refused { error, cost: Some(cost) });
        }
        let (kind, name) = (chosen.node.ty, name.map(str::to_owned));
        let nullable = self.prices.nullable_roots(&document, &chosen.node);
        Ok(Admitted { kind, name, cost, nullable, document })
    }
}

/// Returns the operation with the name `operation`, or the only one.
fn choose<'d>(
    document: &'d ExecutableDocument,
    operation: Option<&str>,
) -> Result<(Option<&'d str>, &'d Positioned<OperationDefinition>), ApiError> {
    let unknown = |sentence: &str| ApiError::new(Code::OperationUnknown, sentence);
    match (&document.operations, operation) {
        (DocumentOperations::Single(only), None) => Ok((None, only)),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            let (name, only) = all.iter().next().ok_or_else(|| unknown("The query has no operation."))?;
            Ok((Some(name), only))
        }
        (DocumentOperations::Multiple(_), None) => {
            Err(unknown("The query has several operations. Name one in `operationName`."))
        }
        (DocumentOperations::Multiple(all), Some(wanted)) => all
            .get_key_value(wanted)
            .map(|(name, found)| (Some(name.as_str()), found))
            .ok_or_else(|| unknown("`operationName` names no operation in the query.")),
        (DocumentOperations::Single(_), Some(_)) => Err(unknown("`operationName` names no operation in the query.")),
    }
}

/// The engine would find a missing variable only during execution, and return half a result.
fn refuse_missing_variables(operation: &OperationDefinition, variables: &Variables) -> Result<(), ApiError> {
    for definition in &operation.variable_definitions {
        let (name, kind) = (&definition.node.name.node, &definition.node.var_type.node);
        let missing = matches!(variables.get(name), None | Some(Value::Null));
        if missing && !kind.nullable && definition.node.default_value.is_none() {
            return Err(ApiError::bad_input(name, format!("The variable `${name}` needs a value of type `{kind}`.")));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
