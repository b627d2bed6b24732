//! `contract/openapi.yaml` as a typed model, with references to parameters, headers and answers
//! resolved.
//!
//! The model holds the part of OpenAPI 3.0.3 that the document's house rules leave: one type for a
//! schema, no composition, at most one security alternative. References from one schema to another
//! stay as they are; [`Document::validate`] follows them.

mod annotations;
mod parse;
mod references;
mod schema;
mod security;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::finding::Finding;

pub use self::references::{place, visit};
pub use self::schema::{is_reference, reference_name};

/// Where the document is, relative to the root of the workspace.
pub const FILE: &str = "contract/openapi.yaml";

/// The whole document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The version that it describes, `info.version`.
    pub version: String,
    /// What can be called, in the order of the document.
    pub operations: Vec<Operation>,
    /// The named schemas.
    pub schemas: BTreeMap<String, Value>,
    raw: Value,
}

/// Who may call an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Who is signed in.
    User,
}

/// One method on one path.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The operation id, which names it in generated code.
    pub id: String,
    /// In upper case.
    pub method: String,
    /// As the document writes it, with parameters in braces.
    pub path: String,
    /// Who may call it.
    pub access: Access,
    /// Has the CSRF pair to be sent?
    pub csrf: bool,
    /// May an access token be presented in an `Authorization` header in place of the cookie?
    pub bearer: bool,
    /// The configuration in which it exists; `None` for every one.
    pub availability: Option<String>,
    /// The cookies that a successful answer may set.
    pub set_cookies: Vec<String>,
    /// The cookies that an answer may delete.
    pub clear_cookies: Vec<String>,
    /// The closed set of error codes, by status.
    pub error_codes: BTreeMap<u16, Vec<String>>,
    /// The names of the security schemes of the one alternative; empty where none is needed.
    pub security: Vec<String>,
    /// What goes into the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The JSON body that it takes, if any.
    pub body: Option<Body>,
    /// The answers by status.
    pub responses: BTreeMap<u16, Response>,
}

/// One parameter of an operation.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name on the wire.
    pub name: String,
    /// `query`, `path`, `header` or `cookie`.
    pub location: String,
    /// Does the request fail without it?
    pub required: bool,
    /// What may stand in it.
    pub schema: Value,
}

/// The JSON body of a request.
#[derive(Clone, Debug)]
pub struct Body {
    /// Does the request fail without it?
    pub required: bool,
    /// Its schema, often a reference such as `{"$ref": "#/components/schemas/SignupRequest"}`.
    pub schema: Value,
}

/// One answer of an operation.
#[derive(Clone, Debug)]
pub struct Response {
    /// The headers that are promised, by name as the document spells it.
    pub headers: BTreeMap<String, Header>,
    /// The schema of the body by media type; empty for an empty body.
    pub content: BTreeMap<String, Value>,
}

/// One header of an answer.
#[derive(Clone, Debug)]
pub struct Header {
    /// Is it always there?
    pub required: bool,
    /// What stands in it.
    pub schema: Value,
}

impl Document {
    /// Reads the document.
    ///
    /// # Errors
    ///
    /// Whatever keeps it from being understood: no YAML, a reference to nothing, an operation
    /// without id, an annotation that nobody knows.
    pub fn parse(yaml: &str) -> Result<Self, Vec<Finding>> {
        parse::document(yaml)
    }

    /// The operation with this id.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The document as it was written.
    pub fn raw(&self) -> &Value {
        &self.raw
    }

    /// What this value has against a schema of the document, each with the place in the value; empty
    /// when it conforms.
    ///
    /// Formats are checked. A schema that cannot be used is such an objection too.
    pub fn validate(&self, schema: &Value, instance: &Value) -> Vec<String> {
        // References start at the root, so that the root has to have what they lead to.
        let rooted = json!({"allOf": [schema], "components": {"schemas": self.raw.pointer("/components/schemas")}});
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .build(&rooted);
        match validator {
            Ok(validator) => validator.iter_errors(instance).map(|error| objection(&error)).collect(),
            Err(error) => vec![format!("the schema cannot be used: {error}")],
        }
    }
}

/// One objection as a line.
fn objection(error: &jsonschema::ValidationError<'_>) -> String {
    match error.instance_path().as_str() {
        "" => error.to_string(),
        place => format!("{place}: {error}"),
    }
}

impl Operation {
    /// Method and path, as findings name it.
    pub fn place(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    /// Method, path and status, as findings name an answer of it.
    pub fn place_of(&self, status: u16) -> String {
        format!("{} {} {status}", self.method, self.path)
    }

    /// Those of its answers that refuse.
    pub fn refusals(&self) -> impl Iterator<Item = (u16, &Response)> {
        self.responses.iter().filter(|(status, _)| **status >= 400).map(|(status, response)| (*status, response))
    }
}
