//! Turns the contract into the JSON that is served, once, at build time.

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let contract = "../../contract/openapi.yaml";
    println!("cargo:rerun-if-changed={contract}");
    let document: serde_json::Value = serde_saphyr::from_str(&std::fs::read_to_string(contract)?)?;
    let target = Path::new(&std::env::var("OUT_DIR")?).join("openapi.json");
    std::fs::write(target, serde_json::to_string(&document)? + "\n")?;
    Ok(())
}
