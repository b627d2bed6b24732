//! What the manifests and the source promise about the supply chain and about cryptography
//! (rows S-183 to S-186 of docs/security.md), held by text where no compiler and no lint looks.

use super::rules;
use crate::workspace::Workspace;

/// A line that a file must hold, whatever blanks stand around it.
struct Promise {
    file: &'static str,
    line: &'static str,
}

const PROMISES: [Promise; 12] = [
    Promise { file: "Cargo.toml", line: "unsafe_code = \"forbid\"" },
    Promise { file: "Cargo.toml", line: "unwrap_used = \"warn\"" },
    Promise { file: "Cargo.toml", line: "indexing_slicing = \"warn\"" },
    Promise { file: "Cargo.toml", line: "panic = \"warn\"" },
    Promise { file: "Cargo.toml", line: "overflow-checks = true" },
    Promise { file: "deny.toml", line: "yanked = \"deny\"" },
    Promise { file: "deny.toml", line: "unknown-registry = \"deny\"" },
    Promise { file: "deny.toml", line: "unknown-git = \"deny\"" },
    Promise { file: "deny.toml", line: "wildcards = \"deny\"" },
    Promise { file: ".ci/run", line: "cargo xtask check || status=$?" },
    Promise { file: ".ci/run", line: "cargo xtask contract-check || status=$?" },
    Promise { file: ".ci/run", line: "cargo xtask test || status=$?" },
];

/// Below these a vulnerability is known (S-184); `deny.toml` refuses them, used or not.
const FLOORS: [&str; 5] =
    ["actix-http:<3.11", "diesel:<2.3.10", "idna:<1.0.0", "jsonwebtoken:<10.3.0", "lettre:<0.11.22"];

/// A name that belongs to a few files alone.
struct Reserved {
    text: &'static str,
    files: &'static [&'static str],
    why: &'static str,
}

/// Random values come from one place, and keys are derived in one (S-186). The exceptions make a
/// request id and spread retries: nobody has to guess those.
const RESERVED: [Reserved; 4] = [
    Reserved {
        text: "rand::random",
        files: &["crates/http/src/middleware/request_id.rs", "crates/storage/src/store/postgres.rs"],
        why: "take the generator of the application, `Rng`",
    },
    Reserved {
        text: "SysRng",
        files: &["crates/flows/src/rng.rs"],
        why: "take the generator of the application, `Rng`",
    },
    Reserved {
        text: "Hmac<",
        files: &["crates/core/src/keys.rs"],
        why: "derive and authenticate through `core::keys`",
    },
    Reserved { text: "thread_rng", files: &[], why: "take the generator of the application, `Rng`" },
];

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
    for path in rules::files(workspace, "*Cargo.toml")? {
        // The guided fuzzer is a workspace of its own, for another toolchain.
        if path != "Cargo.toml" && !path.starts_with("fuzz/guided/") {
            faults.extend(missing_lints(&path, &workspace.read(&path)?));
        }
    }
    for path in rules::files(workspace, "crates/*.rs")? {
        if path.contains("/src/") {
            faults.extend(reserved(&path, &workspace.read(&path)?));
        }
    }
    if !rules::files(workspace, "Cargo.lock")?.iter().any(|path| path == "Cargo.lock") {
        faults.push("Cargo.lock is not committed: whoever builds this would get other versions".to_owned());
    }
    Ok(faults)
}

fn missing_line(promise: &Promise, text: &str) -> Option<String> {
    let is_there = text.lines().any(|line| line.trim() == promise.line);
    (!is_there).then(|| format!("{}: the line `{}` is missing", promise.file, promise.line))
}

fn missing_floors(deny: &str) -> Vec<String> {
    let is_missing = |floor: &&&str| !deny.contains(&format!("crate = \"{floor}\""));
    FLOORS.iter().filter(is_missing).map(|floor| format!("deny.toml: does not refuse {floor}")).collect()
}

fn missing_lints(path: &str, manifest: &str) -> Option<String> {
    let mut lines = manifest.lines().map(str::trim);
    let inherits = lines.any(|line| line == "[lints]") && lines.next() == Some("workspace = true");
    (!inherits).then(|| format!("{path}: does not take the lints of the workspace (`[lints]` `workspace = true`)"))
}

/// Text of tests does not count: they stand at the end of a file, or in one of their own.
fn reserved(path: &str, text: &str) -> Vec<String> {
    if path.ends_with("_tests.rs") || path.ends_with("/testing.rs") {
        return Vec::new();
    }
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap_or(text);
    let offends = |rule: &&Reserved| code.contains(rule.text) && !rule.files.contains(&path);
    RESERVED
        .iter()
        .filter(offends)
        .map(|rule| format!("{path}: `{}` is not for here: {}", rule.text, rule.why))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::machine;

    #[test]
    fn s183_s184_s185_s186_the_repository_keeps_every_promise() {
        assert_eq!(faults(&Workspace::find()).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn s183_a_build_machine_takes_the_versions_of_the_lock_file() {
        let locked = |first: &str, is_ci: bool| machine::is_locked(first, is_ci);
        for command in ["build", "test", "clippy", "doc", "run"] {
            assert!(locked(command, true), "{command}");
            assert!(!locked(command, false), "{command}");
        }
        // These do not know the option, or bring it.
        for command in ["fmt", "install", "metadata", "deny"] {
            assert!(!locked(command, true), "{command}");
        }
    }

    #[test]
    fn s183_a_line_that_went_missing_is_named() {
        let promise = Promise { file: "deny.toml", line: "unknown-git = \"deny\"" };
        assert_eq!(missing_line(&promise, "[sources]\n  unknown-git = \"deny\"\n"), None);
        let told = missing_line(&promise, "[sources]\nunknown-git = \"warn\"\n").unwrap();
        assert!(told.contains("deny.toml") && told.contains("unknown-git"), "{told}");
    }

    #[test]
    fn s184_a_floor_that_was_lowered_is_named() {
        let all: String = FLOORS.iter().map(|floor| format!("{{ crate = \"{floor}\" }}\n")).collect();
        assert_eq!(missing_floors(&all), Vec::<String>::new());
        assert_eq!(missing_floors(&all.replace("diesel:<2.3.10", "diesel:<2.2.0")).len(), 1);
    }

    #[test]
    fn s185_a_crate_that_leaves_the_lints_is_named() {
        assert_eq!(missing_lints("a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n"), None);
        assert!(missing_lints("a/Cargo.toml", "[package]\nname = \"a\"\n").unwrap().starts_with("a/Cargo.toml"));
        assert!(missing_lints("a/Cargo.toml", "[lints]\nrust.unsafe_code = \"allow\"\n").is_some());
    }

    #[test]
    fn s186_randomness_and_keys_from_elsewhere_are_named() {
        let code = "let id: u64 = rand::random();";
        assert_eq!(reserved("crates/flows/src/login.rs", code).len(), 1);
        assert_eq!(reserved("crates/http/src/middleware/request_id.rs", code), Vec::<String>::new());
        assert_eq!(reserved("crates/http/src/api.rs", "type Mac = Hmac<Sha256>;").len(), 1);
        let test_only = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{ {code} }}");
        assert_eq!(reserved("crates/flows/src/login.rs", &test_only), Vec::<String>::new());
    }
}
