//! Walking the document as it was written: where its parts are, and where references lead.

use serde_json::Value;

use super::FILE;
use crate::finding::Finding;

/// More references in a row than this are a circle.
const MAX_HOPS: usize = 8;

/// Keys whose value is data and no part of the document's structure.
const DATA: [&str; 3] = ["example", "default", "enum"];

/// Keys below which the keys are names that the document chose.
const NAMES: [&str; 6] = ["properties", "schemas", "parameters", "headers", "responses", "securitySchemes"];

/// Shows every part of the document with the keys that lead to it, the whole before its parts.
/// Examples, defaults and enumerations are data, which is not entered.
pub fn visit<'a>(value: &'a Value, see: &mut dyn FnMut(&[&'a str], &'a Value)) {
    visit_below(value, &mut Vec::new(), see);
}

fn visit_below<'a>(value: &'a Value, trail: &mut Vec<&'a str>, see: &mut dyn FnMut(&[&'a str], &'a Value)) {
    see(trail.as_slice(), value);
    match value {
        Value::Object(members) => {
            let chosen = trail.last().is_some_and(|key| NAMES.contains(key));
            for (key, member) in members {
                if chosen || !DATA.contains(&key.as_str()) {
                    trail.push(key);
                    visit_below(member, trail, see);
                    trail.pop();
                }
            }
        }
        // An item of a list is named after the list.
        Value::Array(items) => {
            for item in items {
                visit_below(item, trail, see);
            }
        }
        _ => {}
    }
}

/// The place of what these keys lead to, as a finding names it.
///
/// `POST /auth/api/v1/login 401 content`, or
/// `contract/openapi.yaml components.schemas.Account.properties.user`.
pub fn place(trail: &[&str]) -> String {
    match trail {
        [] => FILE.to_owned(),
        ["paths", path] => format!("{FILE} {path}"),
        ["paths", path, method, "responses", rest @ ..] | ["paths", path, method, rest @ ..] => {
            spoken(path, method, rest)
        }
        _ => format!("{FILE} {}", trail.join(".")),
    }
}

fn spoken(path: &str, method: &str, rest: &[&str]) -> String {
    let mut place = format!("{} {path}", method.to_uppercase());
    for key in rest {
        place.push(' ');
        place.push_str(key);
    }
    place
}

/// What a value stands for: itself, or what its references lead to in the end; `None` when they
/// lead nowhere.
pub(super) fn resolve<'a>(raw: &'a Value, value: &'a Value) -> Option<&'a Value> {
    let mut value = value;
    for _ in 0..MAX_HOPS {
        match value.get("$ref") {
            None => return Some(value),
            Some(reference) => value = raw.pointer(reference.as_str()?.strip_prefix('#')?)?,
        }
    }
    None
}

/// Every reference that leads nowhere.
pub(super) fn dangling(raw: &Value) -> Vec<Finding> {
    let mut findings = Vec::new();
    visit(raw, &mut |trail, value| {
        if let Some(reference) = value.get("$ref")
            && resolve(raw, value).is_none()
        {
            findings.push(Finding::new(
                place(trail),
                format!("refers to {reference}, which leads nowhere"),
                format!("add what it names below `components` in {FILE}, or mend the reference"),
            ));
        }
    });
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn places_are_spoken_the_way_one_looks_for_them() {
        assert_eq!(place(&[]), "contract/openapi.yaml");
        assert_eq!(place(&["paths", "/x", "get"]), "GET /x");
        assert_eq!(place(&["paths", "/x", "get", "responses", "401"]), "GET /x 401");
        assert_eq!(place(&["paths", "/x", "get", "requestBody"]), "GET /x requestBody");
        assert_eq!(place(&["components", "schemas", "X"]), "contract/openapi.yaml components.schemas.X");
    }

    #[test]
    fn data_is_not_entered_but_a_member_may_be_called_like_it() {
        let document = json!({"example": {"a": 1}, "properties": {"default": {"type": "string"}}});
        let mut seen = Vec::new();
        visit(&document, &mut |trail, _| seen.push(trail.join(".")));
        assert_eq!(seen, ["", "properties", "properties.default", "properties.default.type"]);
    }

    #[test]
    fn references_in_a_circle_lead_nowhere() {
        let document = json!({"a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#/d"}, "d": {}});
        assert_eq!(resolve(&document, &document["a"]), None);
        assert_eq!(resolve(&document, &document["c"]), Some(&json!({})));
        assert_eq!(dangling(&document).len(), 2);
    }
}
