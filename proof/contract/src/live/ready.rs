//! The request by which an operation succeeds, made from what the document says of it.

use serde_json::{Value, json};

use super::sample;
use super::stage::{Credential, Person};
use super::wire::Request;
use crate::document::{Document, Operation, Parameter};

/// A password that every rule accepts and that nobody has yet.
const NEW_PASSWORD: &str = "another fine password";

/// Parameters that take more than an example, by name: what there is of the person.
type OfPerson = (&'static str, fn(&Person) -> String);

const PARAMETERS: &[OfPerson] = &[("sessionID", |person| person.other_session.clone())];

/// Members of bodies, likewise.
const MEMBERS: &[OfPerson] = &[
    ("email", |person| person.email.clone()),
    ("password", |_| NEW_PASSWORD.to_owned()),
    ("new_password", |_| NEW_PASSWORD.to_owned()),
    ("current_password", |person| person.password.clone()),
    ("refresh_token", |person| person.refresh.clone()),
];

/// Members that mean something else to one operation.
const MEMBERS_OF: &[(&str, OfPerson)] = &[
    ("loginWithPassword", ("password", |person| person.password.clone())),
    ("signupDirect", ("email", |person| format!("new-{}", person.email))),
];

/// What this person sends: the credentials that `security` lists and nothing beyond, the required
/// parameters, and a body that conforms.
pub fn request(document: &Document, operation: &Operation, person: &Person) -> Request {
    let target = target(operation, |parameter| parameter_value(document, parameter, person));
    let mut request = Request::new(&operation.method, &target);
    for scheme in &operation.security {
        request = match person.credential(document, scheme) {
            Some(Credential::Cookie(name, value)) => request.cookie(&name, &value),
            Some(Credential::Header(name, value)) => request.header(&name, &value),
            None => request,
        };
    }
    for parameter in operation.parameters.iter().filter(|parameter| parameter.location == "header") {
        if let Some(value) = parameter_value(document, parameter, person) {
            request = request.header(&parameter.name, &value);
        }
    }
    match body(document, operation, person) {
        Some(body) => request.json(&body),
        None => request,
    }
}

/// The path and query with these values; a parameter without one is left out of the query.
pub fn target(operation: &Operation, value: impl Fn(&Parameter) -> Option<String>) -> String {
    let mut target = operation.path.clone();
    let mut separator = '?';
    for parameter in &operation.parameters {
        let Some(value) = value(parameter) else { continue };
        if parameter.location == "path" {
            target = target.replace(&format!("{{{}}}", parameter.name), &value);
        } else if parameter.location == "query" {
            target.push(separator);
            target.push_str(&parameter.name);
            target.push('=');
            target.push_str(&value);
            separator = '&';
        }
    }
    target
}

/// What stands in a parameter when the operation is to succeed; `None` leaves an optional one out.
pub fn parameter_value(document: &Document, parameter: &Parameter, person: &Person) -> Option<String> {
    if !parameter.required {
        return None;
    }
    let known = PARAMETERS.iter().find(|(name, _)| *name == parameter.name);
    Some(match (known, sample::conforming(document, &parameter.schema)) {
        (Some((_, of)), _) => of(person),
        (None, Value::String(text)) => text,
        (None, other) => other.to_string(),
    })
}

/// The body, if the operation takes one.
pub fn body(document: &Document, operation: &Operation, person: &Person) -> Option<Value> {
    let mut body = sample::conforming(document, &operation.body.as_ref()?.schema);
    for (name, value) in body.as_object_mut()? {
        let own = MEMBERS_OF.iter().find(|(id, (member, _))| *id == operation.id && *member == name.as_str());
        let any = MEMBERS.iter().find(|(member, _)| *member == name.as_str());
        if let Some((_, of)) = own.map(|(_, member)| member).or(any) {
            *value = json!(of(person));
        }
    }
    Some(body)
}
