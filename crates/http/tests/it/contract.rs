//! The operations that `contract/openapi.yaml` promises, as requests that can be sent.

use serde_json::{Map, Value};

use crate::wire::Ask;

/// An id that nothing has.
pub const NOBODYS_ID: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

/// The document itself.
pub fn document() -> Value {
    serde_saphyr::from_str(include_str!("../../../../contract/openapi.yaml")).unwrap()
}

/// One operation of the document.
#[derive(Clone, Debug)]
pub struct Operation {
    pub id: String,
    /// In capitals.
    pub method: String,
    /// As the document writes it, with parameters in braces.
    pub path: String,
    facts: Value,
    /// The schema of its JSON body.
    schema: Option<Value>,
}

/// All of them.
pub fn operations() -> Vec<Operation> {
    let document = document();
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, facts) in methods.as_object().unwrap() {
            let reference = facts["requestBody"]["content"]["application/json"]["schema"]["$ref"].as_str();
            let name = reference.and_then(|reference| reference.rsplit('/').next());
            operations.push(Operation {
                id: facts["operationId"].as_str().unwrap().to_owned(),
                method: method.to_uppercase(),
                path: path.clone(),
                facts: facts.clone(),
                schema: name.map(|name| document["components"]["schemas"][name].clone()),
            });
        }
    }
    operations
}

/// Those that read a body.
pub fn operations_with_body() -> Vec<Operation> {
    operations().into_iter().filter(|operation| operation.schema.is_some()).collect()
}

impl Operation {
    /// Is it only for somebody who is signed in?
    pub fn is_for_users(&self) -> bool {
        self.facts["x-authara-access"] == "user"
    }

    /// Does it ask callers with cookies for proof against forgery?
    pub fn needs_csrf(&self) -> bool {
        self.facts["x-authara-csrf"] == "required"
    }

    /// The document's own example of the body, or none.
    pub fn example(&self) -> Map<String, Value> {
        self.schema.as_ref().and_then(|schema| schema["example"].as_object()).cloned().unwrap_or_default()
    }

    /// Names of the members without which the body is refused.
    pub fn required_members(&self) -> Vec<String> {
        let names = self.schema.as_ref().and_then(|schema| schema["required"].as_array()).cloned().unwrap_or_default();
        names.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    /// Names of all members that the body may have.
    pub fn members(&self) -> Vec<String> {
        let members = self.schema.as_ref().and_then(|schema| schema["properties"].as_object());
        members.into_iter().flat_map(Map::keys).cloned().collect()
    }

    /// The request without a body. Ids in the path are nobody's.
    pub fn bare(&self) -> Ask {
        Ask::new(&self.method, &self.path.replace("{sessionID}", NOBODYS_ID))
    }

    /// The request with the example as its body.
    pub fn ask(&self) -> Ask {
        if self.schema.is_some() { self.bare().json(&Value::Object(self.example())) } else { self.bare() }
    }

    /// The request with this text as its JSON body.
    pub fn with_text(&self, text: impl Into<Vec<u8>>) -> Ask {
        self.bare().header("content-type", "application/json").body(text)
    }
}
