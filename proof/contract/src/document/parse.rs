//! Reading the document. What the model cannot hold is a finding.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Body, Document, FILE, Header, Operation, Parameter, Response, annotations, references, security};
use crate::finding::Finding;

/// The methods that a path may have.
const METHODS: [&str; 7] = ["get", "put", "post", "delete", "patch", "head", "options"];

/// The keys of an operation, annotations apart.
const OPERATION_KEYS: [&str; 9] = [
    "operationId",
    "tags",
    "summary",
    "description",
    "deprecated",
    "parameters",
    "security",
    "requestBody",
    "responses",
];

const PARAMETER_KEYS: [&str; 7] = ["name", "in", "required", "description", "schema", "example", "deprecated"];

const HEADER_KEYS: [&str; 5] = ["description", "required", "schema", "example", "deprecated"];

/// The media type of every body that is read.
const JSON: &str = "application/json";

/// See [`Document::parse`].
pub(super) fn document(yaml: &str) -> Result<Document, Vec<Finding>> {
    let raw: Value = serde_saphyr::from_str(yaml).map_err(|error| {
        vec![Finding::new(FILE, format!("cannot be read as YAML: {error}"), "mend the line that the message names")]
    })?;
    let mut findings = references::dangling(&raw);
    findings.extend(annotations::unknown(&raw));
    let mut reader = Reader { raw: &raw, findings };
    let version = reader.version();
    let operations = reader.operations();
    let findings = reader.findings;
    let schemas = raw.pointer("/components/schemas").and_then(Value::as_object);
    let schemas = schemas.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())).collect();
    if findings.is_empty() { Ok(Document { version, operations, schemas, raw }) } else { Err(findings) }
}

struct Reader<'a> {
    raw: &'a Value,
    findings: Vec<Finding>,
}

impl<'a> Reader<'a> {
    fn report(&mut self, place: &str, problem: impl Into<String>, remedy: &str) {
        self.findings.push(Finding::new(place, problem, format!("{remedy} in {FILE}")));
    }

    fn version(&mut self) -> String {
        let version = self.raw.pointer("/info/version").and_then(Value::as_str);
        if version.is_none() {
            self.report(FILE, "has no `info.version`", "write the version of the workspace");
        }
        version.unwrap_or_default().to_owned()
    }

    fn operations(&mut self) -> Vec<Operation> {
        let Some(paths) = self.raw.get("paths").and_then(Value::as_object) else {
            self.report(FILE, "has no `paths`", "list the operations");
            return Vec::new();
        };
        let mut operations = Vec::new();
        for (path, methods) in paths {
            for (method, facts) in methods.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    operations.push(self.operation(path, method, facts));
                } else {
                    let problem = format!("has `{method}`, which is no method");
                    self.report(path, problem, "write what operations share at each of them");
                }
            }
        }
        operations
    }

    fn operation(&mut self, path: &str, method: &str, facts: &'a Value) -> Operation {
        let method = method.to_uppercase();
        let place = format!("{method} {path}");
        self.check_keys(&place, facts, &OPERATION_KEYS);
        let id = facts.get("operationId").and_then(Value::as_str).filter(|id| !id.is_empty());
        if id.is_none() {
            self.report(&place, "has no `operationId`", "give it one, which names it in generated code for good");
        }
        let annotations = annotations::read(&place, facts, &mut self.findings);
        Operation {
            id: id.unwrap_or_default().to_owned(),
            access: annotations.access,
            csrf: annotations.csrf,
            bearer: annotations.bearer,
            availability: annotations.availability,
            set_cookies: annotations.set_cookies,
            clear_cookies: annotations.clear_cookies,
            error_codes: annotations.error_codes,
            security: security::read(&place, facts, self.raw, &mut self.findings),
            parameters: self.parameters(&place, facts),
            body: self.body(&place, facts),
            responses: self.responses(&place, facts),
            path: path.to_owned(),
            method,
        }
    }

    fn parameters(&mut self, place: &str, facts: &'a Value) -> Vec<Parameter> {
        let listed = facts.get("parameters").and_then(Value::as_array);
        let mut parameters = Vec::new();
        for parameter in listed.into_iter().flatten() {
            let Some(parameter) = references::resolve(self.raw, parameter) else { continue };
            self.check_keys(place, parameter, &PARAMETER_KEYS);
            let text = |key: &str| parameter.get(key).and_then(Value::as_str).map(str::to_owned);
            let (Some(name), Some(location)) = (text("name"), text("in")) else {
                self.report(place, "has a parameter without `name` or `in`", "complete the parameter");
                continue;
            };
            let schema = self.schema(place, &format!("the parameter `{name}`"), parameter);
            parameters.push(Parameter { name, location, required: is_required(parameter), schema });
        }
        parameters
    }

    fn body(&mut self, place: &str, facts: &'a Value) -> Option<Body> {
        let body = references::resolve(self.raw, facts.get("requestBody")?)?;
        self.check_keys(place, body, &["description", "required", "content"]);
        let content = body.get("content").and_then(Value::as_object);
        let json = content.and_then(|content| content.get(JSON));
        let Some(json) = json.filter(|_| content.is_some_and(|content| content.len() == 1)) else {
            let problem = format!("takes a body of something else than `{JSON}`");
            self.report(place, problem, &format!("give `requestBody` the one media type `{JSON}`"));
            return None;
        };
        Some(Body { required: is_required(body), schema: self.schema(place, "the body", json) })
    }

    fn responses(&mut self, place: &str, facts: &'a Value) -> BTreeMap<u16, Response> {
        let mut responses = BTreeMap::new();
        for (status, response) in members(facts, "responses") {
            let Some(number) = status.parse::<u16>().ok().filter(|number| (200..600).contains(number)) else {
                let problem = format!("has an answer for `{status}`");
                self.report(place, problem, "list each status on its own, in quotes");
                continue;
            };
            let Some(response) = references::resolve(self.raw, response) else { continue };
            let place = format!("{place} {number}");
            self.check_keys(&place, response, &["description", "headers", "content"]);
            let mut content = BTreeMap::new();
            for (media_type, body) in members(response, "content") {
                self.check_keys(&place, body, &["schema", "example"]);
                content.insert(media_type.clone(), self.schema(&place, &format!("`{media_type}`"), body));
            }
            let headers = self.headers(&place, response);
            responses.insert(number, Response { headers, content });
        }
        responses
    }

    fn headers(&mut self, place: &str, response: &'a Value) -> BTreeMap<String, Header> {
        let mut headers = BTreeMap::new();
        for (name, header) in members(response, "headers") {
            let Some(header) = references::resolve(self.raw, header) else { continue };
            self.check_keys(place, header, &HEADER_KEYS);
            let schema = self.schema(place, &format!("the header `{name}`"), header);
            headers.insert(name.clone(), Header { required: is_required(header), schema });
        }
        headers
    }

    /// The schema of something, which must have one.
    fn schema(&mut self, place: &str, what: &str, owner: &Value) -> Value {
        let schema = owner.get("schema");
        if schema.is_none() {
            self.report(place, format!("has no schema for {what}"), "add its `schema`");
        }
        schema.cloned().unwrap_or_default()
    }

    /// A key that nobody reads is most often a misspelled one.
    fn check_keys(&mut self, place: &str, value: &Value, known: &[&str]) {
        for key in value.as_object().into_iter().flat_map(Map::keys) {
            if !known.contains(&key.as_str()) && !key.starts_with("x-") {
                let problem = format!("has `{key}`, which nobody reads there");
                self.report(place, problem, &format!("mend its name (one of {}), or take it out", known.join(", ")));
            }
        }
    }
}

fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

fn is_required(value: &Value) -> bool {
    value.get("required").and_then(Value::as_bool).unwrap_or_default()
}
