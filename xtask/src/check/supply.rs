//! What the manifests and the source promise about the supply chain and about cryptography
//! (rows S-183 to S-186 of docs/security.md), held by text where no compiler and no lint looks.

use super::rules;
use crate::workspace::Workspace;

/// A line that a file must hold, whatever blanks stand around it.
struct Promise {
    file: &'static str,
    /// The heading it stands under, in a file that has headings.
    section: &'static str,
    line: &'static str,
}

const PROMISES: [Promise; 17] = [
    Promise { file: "Cargo.toml", section: "[workspace.lints.rust]", line: "unsafe_code = \"forbid\"" },
    Promise { file: "Cargo.toml", section: "[workspace.lints.clippy]", line: "unwrap_used = \"warn\"" },
    Promise { file: "Cargo.toml", section: "[workspace.lints.clippy]", line: "indexing_slicing = \"warn\"" },
    Promise { file: "Cargo.toml", section: "[workspace.lints.clippy]", line: "panic = \"warn\"" },
    Promise { file: "Cargo.toml", section: "[profile.release]", line: "overflow-checks = true" },
    Promise { file: "deny.toml", section: "[advisories]", line: "yanked = \"deny\"" },
    Promise { file: "deny.toml", section: "[sources]", line: "unknown-registry = \"deny\"" },
    Promise { file: "deny.toml", section: "[sources]", line: "unknown-git = \"deny\"" },
    Promise { file: "deny.toml", section: "[bans]", line: "wildcards = \"deny\"" },
    Promise { file: ".ci/run", section: "", line: "cargo xtask check || status=$?" },
    Promise { file: ".ci/run", section: "", line: "cargo xtask contract-check || status=$?" },
    Promise { file: ".ci/run", section: "", line: "cargo xtask test || status=$?" },
    // The steps of the check itself. A lint at `warn` denies nothing without `-D warnings`.
    Promise { file: "xtask/src/check.rs", section: "", line: r#"Step { name: "deny", work: deny::policy },"# },
    Promise {
        file: "xtask/src/check.rs",
        section: "",
        line: r#"Step { name: "advisories", work: deny::advisories },"#,
    },
    Promise {
        file: "xtask/src/check.rs",
        section: "",
        line: r#"command(&mut workspace.cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))"#,
    },
    Promise {
        file: "xtask/src/check/deny.rs",
        section: "",
        line: r#"deny(workspace, &["check", "bans", "licenses", "sources"])"#,
    },
    Promise {
        file: "xtask/src/check/deny.rs",
        section: "",
        line: r#"deny(workspace, &["check", "--disable-fetch", "advisories"])"#,
    },
];

/// Below these a vulnerability is known (S-184); `deny.toml` refuses them, used or not.
const FLOORS: [&str; 5] =
    ["actix-http:<3.11", "diesel:<2.3.10", "idna:<1.0.0", "jsonwebtoken:<10.3.0", "lettre:<0.11.22"];

/// Names that belong to a few files alone.
struct Reserved {
    texts: &'static [&'static str],
    files: &'static [&'static str],
    why: &'static str,
}

/// Random values come from one place, and keys are derived in one (S-186). The exceptions make a
/// request id and spread retries: nobody has to guess those.
const RESERVED: [Reserved; 5] = [
    Reserved {
        texts: &["rand::random"],
        files: &["crates/http/src/middleware/request_id.rs", "crates/storage/src/store/postgres.rs"],
        why: "take the generator of the application, `Rng`",
    },
    Reserved {
        texts: &["ChaCha20Rng", "SysRng"],
        files: &["crates/flows/src/rng.rs"],
        why: "take the generator of the application, `Rng`",
    },
    Reserved {
        texts: &["OsRng", "SmallRng", "StdRng", "ThreadRng", "thread_rng", "rand::rng(", "openssl::rand"],
        files: &[],
        why: "take the generator of the application, `Rng`",
    },
    Reserved {
        texts: &["Hmac<", "Hkdf", "pbkdf2", "openssl::sign"],
        files: &["crates/core/src/keys.rs"],
        why: "derive and authenticate through `core::keys`",
    },
    Reserved {
        texts: &["HmacJwsSigner"],
        files: &["crates/flows/src/mint.rs"],
        why: "access tokens are signed by `flows::mint`",
    },
];

/// What shows that a type holds a secret.
const SECRET: [&str; 3] = ["Hmac<", "MacKey", "Zeroiz"];

/// Here a password is held against its own normal form, not against anybody's guess.
const COMPARES_EXPOSED: [&str; 1] = ["crates/flows/src/hashing.rs"];

/// Every promise that is not kept.
///
/// # Errors
///
/// When a file cannot be read.
pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>, String> {
    let mut faults = Vec::new();
    for promise in &PROMISES {
        faults.extend(missing_line(promise, &workspace.read(promise.file)?));
    }
    faults.extend(missing_floors(&workspace.read("deny.toml")?));
    faults.extend(below_floors(&workspace.read("Cargo.lock")?));
    for path in rules::files(workspace, "*Cargo.toml")? {
        // The guided fuzzer is a workspace of its own, for another toolchain.
        if path != "Cargo.toml" && !path.starts_with("fuzz/guided/") {
            faults.extend(missing_lints(&path, &workspace.read(&path)?));
        }
    }
    for path in rules::files(workspace, "crates/*.rs")? {
        if path.contains("/src/") {
            let text = workspace.read(&path)?;
            faults.extend(reserved(&path, &text));
            faults.extend(compared_plainly(&path, &text));
        }
    }
    if !rules::files(workspace, "Cargo.lock")?.iter().any(|path| path == "Cargo.lock") {
        faults.push("Cargo.lock is not committed: whoever builds this would get other versions".to_owned());
    }
    Ok(faults)
}

fn missing_line(promise: &Promise, text: &str) -> Option<String> {
    let mut section = "";
    let is_there = text.lines().map(str::trim).any(|line| {
        if line.starts_with('[') {
            section = line;
        }
        line == promise.line && (promise.section.is_empty() || promise.section == section)
    });
    let place = if promise.section.is_empty() { String::new() } else { format!(" under {}", promise.section) };
    (!is_there).then(|| format!("{}: the line `{}` is missing{place}", promise.file, promise.line))
}

fn missing_floors(deny: &str) -> Vec<String> {
    let is_missing = |floor: &&&str| !deny.contains(&format!("crate = \"{floor}\""));
    FLOORS.iter().filter(is_missing).map(|floor| format!("deny.toml: does not refuse {floor}")).collect()
}

/// The versions in the lock file that lie below their floor.
fn below_floors(lock: &str) -> Vec<String> {
    let mut faults = Vec::new();
    for package in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let mut lines = package.lines();
            lines.find_map(|line| line.strip_prefix(key)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        let (Some(name), Some(version)) = (value("name"), value("version")) else { continue };
        let floor = FLOORS.iter().find_map(|floor| floor.strip_prefix(name)?.strip_prefix(":<"));
        if let Some(floor) = floor
            && numbers(version) < numbers(floor)
        {
            faults.push(format!("Cargo.lock: {name} {version} is below {floor}"));
        }
    }
    faults
}

/// The numbers a version begins with, which compare as versions do.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

fn missing_lints(path: &str, manifest: &str) -> Option<String> {
    let mut lines = manifest.lines().map(str::trim);
    let inherits = lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true");
    (!inherits).then(|| format!("{path}: does not take the lints of the workspace (`[lints]` `workspace = true`)"))
}

/// A file without its tests, which stand at its end or are a file of their own.
fn code<'a>(path: &str, text: &'a str) -> &'a str {
    if path.ends_with("_tests.rs") || path.ends_with("/testing.rs") {
        return "";
    }
    text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text)
}

fn reserved(path: &str, text: &str) -> Vec<String> {
    let code = code(path, text);
    let mut faults = Vec::new();
    for rule in RESERVED.iter().filter(|rule| !rule.files.contains(&path)) {
        let found = rule.texts.iter().filter(|text| code.contains(**text));
        faults.extend(found.map(|text| format!("{path}: `{text}` is not for here: {}", rule.why)));
    }
    faults
}

/// Where secrets are compared in a time that tells how much of a guess was right (S-186): clear text
/// by an operator, or a type that holds one by a derived `PartialEq`.
fn compared_plainly(path: &str, text: &str) -> Vec<String> {
    let code = code(path, text);
    let mut faults = Vec::new();
    for line in code.lines() {
        let compares = line.contains("expose()") && (line.contains(" == ") || line.contains(" != "));
        if compares && !COMPARES_EXPOSED.contains(&path) {
            faults.push(format!("{path}: `{}` compares a secret: use `ct_eq`", line.trim()));
        }
    }
    for item in code.split("#[derive(").skip(1) {
        let Some((derived, rest)) = item.split_once(")]") else { continue };
        let end = [rest.find("\n}"), rest.find(");\n")].into_iter().flatten().min();
        let body = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
        let is_secret = SECRET.iter().any(|mark| derived.contains(mark) || body.contains(mark));
        if is_secret && derived.contains("PartialEq") {
            let head = body.lines().find(|line| line.contains("struct ") || line.contains("enum ")).unwrap_or_default();
            faults.push(format!("{path}: `{}` holds a secret: compare it by `ct_eq`", head.trim()));
        }
    }
    faults
}

#[cfg(test)]
mod tests;
