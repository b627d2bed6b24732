//! Broken manifests, lock files and sources, one fault each: every promise has to be able to fail.

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
    let promise = Promise { file: "deny.toml", section: "[sources]", line: "unknown-git = \"deny\"" };
    assert_eq!(missing_line(&promise, "[sources]\n  unknown-git = \"deny\"\n"), None);
    let told = missing_line(&promise, "[sources]\nunknown-git = \"warn\"\n").unwrap();
    assert!(told.contains("deny.toml") && told.contains("unknown-git"), "{told}");
    assert!(missing_line(&promise, "[sources]\n[bans]\nunknown-git = \"deny\"\n").is_some());
    let anywhere = Promise { section: "", ..promise };
    assert_eq!(missing_line(&anywhere, "unknown-git = \"deny\"\n"), None);
}

#[test]
fn s184_a_floor_that_was_lowered_is_named() {
    let all = FLOORS.map(|floor| format!("{{ crate = \"{floor}\" }}")).join("\n");
    assert_eq!(missing_floors(&all), Vec::<String>::new());
    assert_eq!(missing_floors(&all.replace("diesel:<2.3.10", "diesel:<2.2.0")).len(), 1);
}

#[test]
fn s184_a_locked_version_below_its_floor_is_named() {
    let lock = |name: &str, version: &str| {
        format!("version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [\n]\n")
    };
    for (name, version) in [("diesel", "2.3.9"), ("diesel", "1.9.10"), ("actix-http", "3.9.0"), ("idna", "0.5.0")] {
        let told = below_floors(&lock(name, version));
        assert_eq!(told.len(), 1, "{name} {version}: {told:?}");
        assert!(told[0].contains(name) && told[0].contains(version), "{told:?}");
    }
    let enough = [("diesel", "2.3.10"), ("diesel", "2.10.0"), ("actix-http", "3.11.0"), ("diesel_cli", "1.0.0")];
    for (name, version) in enough {
        assert_eq!(below_floors(&lock(name, version)), Vec::<String>::new(), "{name} {version}");
    }
    let two = lock("idna", "1.1.0") + &lock("idna", "0.2.3");
    assert_eq!(below_floors(&two).len(), 1);
}

#[test]
fn s185_overflow_checks_of_another_profile_do_not_count() {
    let promise = PROMISES.iter().find(|promise| promise.line == "overflow-checks = true").unwrap();
    assert_eq!(missing_line(promise, "[profile.release]\noverflow-checks = true\n"), None);
    assert!(missing_line(promise, "[profile.dev]\noverflow-checks = true\n[profile.release]\n").is_some());
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
    assert_eq!(reserved("crates/flows/src/login.rs", "let mut rng = rand::rng(); OsRng.next_u64();").len(), 2);
    assert_eq!(reserved("crates/http/src/cookies.rs", "signer: HmacJwsSigner,").len(), 1);
    let test_only = format!("fn f() {{}}\n#[cfg(test)]\nmod tests {{ {code} }}");
    assert_eq!(reserved("crates/flows/src/login.rs", &test_only), Vec::<String>::new());
}

#[test]
fn s186_a_secret_compared_in_telling_time_is_named() {
    let told = |code: &str| compared_plainly("crates/core/src/secret.rs", code);
    for leaky in [
        "if given.expose() == kept { sign_in() }\n",
        "if kept != given.expose() { refuse() }\n",
        "#[derive(Clone, PartialEq, Zeroize, ZeroizeOnDrop)]\npub struct SecretText(String);\n",
        "#[derive(PartialEq, Eq)]\npub struct Key {\n    secret: Zeroizing<Vec<u8>>,\n}\n",
        "#[derive(Clone, PartialEq)]\npub struct MacKey(Hmac<Sha256>);\n",
    ] {
        assert_eq!(told(leaky).len(), 1, "{leaky}");
    }
    for sound in [
        "let text = secret.expose();\n",
        "#[derive(Clone, Zeroize)]\npub struct SecretText(String);\n",
        "#[derive(PartialEq)]\npub struct Name(String);\n\n#[derive(Clone)]\nstruct Key {\n    mac: MacKey,\n}\n",
        "#[cfg(test)]\nmod tests { fn same() -> bool { a.expose() == b.expose() } }\n",
    ] {
        assert_eq!(told(sound), Vec::<String>::new(), "{sound}");
    }
    let own_form = "if canonical != text.expose() {\n";
    assert_eq!(compared_plainly("crates/flows/src/hashing.rs", own_form), Vec::<String>::new());
}
