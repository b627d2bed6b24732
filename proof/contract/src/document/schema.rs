//! What a schema refers to.

use serde_json::Value;

/// Where references to named schemas begin.
const SCHEMAS: &str = "#/components/schemas/";

/// Does it stand for another schema?
pub fn is_reference(schema: &Value) -> bool {
    schema.get("$ref").is_some()
}

/// The name of the schema that it stands for; `None` when it stands for itself.
pub fn reference_name(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.strip_prefix(SCHEMAS)
}
