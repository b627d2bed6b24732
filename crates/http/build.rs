//! Prepares, once, what is served: the contract as JSON, and the assets compressed.

use std::error::Error;
use std::io::Write;
use std::path::Path;

use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;

/// Those that `src/assets/embedded.rs` embeds.
const ASSETS: [&str; 3] = ["authara.css", "authara.js", "favicon.svg"];

fn main() -> Result<(), Box<dyn Error>> {
    let target = std::env::var("OUT_DIR")?;
    let target = Path::new(&target);
    let contract = "../../contract/openapi.yaml";
    println!("cargo:rerun-if-changed={contract}");
    let document: serde_json::Value = serde_saphyr::from_str(&std::fs::read_to_string(contract)?)?;
    std::fs::write(target.join("openapi.json"), serde_json::to_string(&document)? + "\n")?;
    ASSETS.iter().try_for_each(|name| compress(name, target))
}

/// Writes the asset in both codings, as small as they make it.
fn compress(name: &str, target: &Path) -> Result<(), Box<dyn Error>> {
    let source = format!("../../assets/{name}");
    println!("cargo:rerun-if-changed={source}");
    let plain = std::fs::read(source)?;
    let params = BrotliEncoderParams { quality: 11, size_hint: plain.len(), ..BrotliEncoderParams::default() };
    let mut encoded = Vec::new();
    brotli::BrotliCompress(&mut plain.as_slice(), &mut encoded, &params)?;
    std::fs::write(target.join(format!("{name}.br")), encoded)?;
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&plain)?;
    std::fs::write(target.join(format!("{name}.gz")), encoder.finish()?)?;
    Ok(())
}
