//! Broken manifests, one fault each: the check has to be able to fail in every way.

use serde_json::{Value, json};

use super::faults_in;

/// What `cargo metadata` says of a workspace whose only member has these dependencies.
fn workspace(package: &str, dependencies: &[Value]) -> String {
    json!({
        "workspace_root": "/somewhere",
        "packages": [{
            "name": package,
            "manifest_path": "/somewhere/crates/it/Cargo.toml",
            "dependencies": dependencies,
        }],
    })
    .to_string()
}

fn normal(name: &str) -> Value {
    json!({ "name": name, "kind": null, "optional": false })
}

fn optional(name: &str) -> Value {
    json!({ "name": name, "kind": null, "optional": true })
}

fn build(name: &str) -> Value {
    json!({ "name": name, "kind": "build", "optional": false })
}

fn dev(name: &str) -> Value {
    json!({ "name": name, "kind": "dev", "optional": false })
}

fn faults(package: &str, dependency: Value) -> Vec<String> {
    faults_in(&workspace(package, &[dependency])).unwrap()
}

#[test]
fn every_arrow_that_is_drawn_on_the_map_is_accepted() {
    let drawn = [
        ("authara-server", "authara-flows"),
        ("authara-server", "authara-storage"),
        ("authara-server", "authara-core"),
        ("authara-server", "authara-client"),
        ("authara-flows", "authara-storage"),
        ("authara-flows", "authara-core"),
        ("authara-storage", "authara-core"),
        ("authara-client", "authara-core"),
        ("authara-e2e", "authara-faults"),
    ];
    let outside = ["authara-contract-check", "authara-bench", "authara-faults", "authara-fuzz", "xtask"];
    let product = ["authara-server", "authara-client", "authara-flows", "authara-storage", "authara-core"];
    let to_product = outside.into_iter().flat_map(|from| product.map(|to| (from, to)));
    for (from, to) in drawn.into_iter().chain(to_product) {
        for dependency in [normal(to), build(to), dev(to)] {
            assert_eq!(faults(from, dependency), Vec::<String>::new(), "{from} -> {to}");
        }
    }
}

#[test]
fn every_arrow_that_points_up_or_sideways_is_refused() {
    let wrong = [
        ("authara-core", "authara-storage"),
        ("authara-core", "authara-client"),
        ("authara-storage", "authara-flows"),
        ("authara-storage", "authara-server"),
        ("authara-storage", "authara-client"),
        ("authara-flows", "authara-server"),
        ("authara-flows", "authara-client"),
        ("authara-client", "authara-storage"),
        ("authara-client", "authara-flows"),
        ("authara-client", "authara-server"),
        ("authara-core", "xtask"),
        ("authara-storage", "xtask"),
        ("authara-flows", "xtask"),
        ("authara-server", "xtask"),
        ("authara-client", "xtask"),
        ("authara-server", "authara-contract-check"),
        ("authara-server", "authara-bench"),
        ("authara-server", "authara-e2e"),
        ("authara-e2e", "authara-server"),
        ("authara-server", "authara-fuzz"),
        ("authara-client", "authara-contract-check"),
        ("authara-flows", "authara-faults"),
        ("authara-storage", "authara-faults"),
        ("authara-core", "authara-fuzz"),
        ("authara-bench", "authara-faults"),
        ("authara-faults", "authara-bench"),
        ("authara-fuzz", "authara-contract-check"),
        ("authara-contract-check", "authara-bench"),
        ("authara-faults", "xtask"),
        ("xtask", "authara-contract-check"),
        ("xtask", "authara-faults"),
    ];
    for (from, to) in wrong {
        for dependency in [normal(to), optional(to), build(to), dev(to)] {
            assert_eq!(faults(from, dependency).len(), 1, "{from} -> {to}");
        }
    }
}

#[test]
fn only_the_tests_of_the_server_see_the_faults() {
    assert!(faults("authara-server", dev("authara-faults")).is_empty());
    for dependency in [normal("authara-faults"), optional("authara-faults"), build("authara-faults")] {
        let faults = faults("authara-server", dependency);
        assert_eq!(faults.len(), 1);
        assert!(faults[0].contains("only its tests see authara-faults; take it out of ["), "{}", faults[0]);
    }
}

#[test]
fn a_crate_may_name_itself_for_its_own_tests_only() {
    assert!(faults("authara-storage", dev("authara-storage")).is_empty());
    assert_eq!(faults("authara-storage", build("authara-storage")).len(), 1);
}

#[test]
fn what_a_layer_stays_free_of_is_refused_in_tests_too() {
    let forbidden = [
        ("authara-core", "diesel"),
        ("authara-core", "actix-web"),
        ("authara-core", "tokio"),
        ("authara-core", "reqwest"),
        ("authara-storage", "actix-web"),
        ("authara-storage", "reqwest"),
        ("authara-storage", "tera"),
        ("authara-flows", "actix-web"),
        ("authara-flows", "reqwest"),
        ("authara-flows", "tera"),
        ("authara-flows", "diesel"),
        ("authara-server", "diesel"),
        ("authara-client", "diesel"),
        ("authara-client", "argon2"),
        ("authara-client", "josekit"),
    ];
    for (package, name) in forbidden {
        for dependency in [normal(name), optional(name), build(name), dev(name)] {
            assert_eq!(faults(package, dependency).len(), 1, "{package} names {name}");
        }
    }
}

#[test]
fn core_compares_itself_with_josekit_in_tests_but_ships_without_it() {
    for name in ["josekit", "openssl", "openssl-sys"] {
        assert_eq!(faults("authara-core", normal(name)).len(), 1, "{name}");
        assert_eq!(faults("authara-core", optional(name)).len(), 1, "{name}");
        assert_eq!(faults("authara-core", build(name)).len(), 1, "{name}");
        assert!(faults("authara-core", dev(name)).is_empty(), "{name}");
    }
}

#[test]
fn the_sdk_has_actix_only_behind_a_feature() {
    assert_eq!(faults("authara-client", normal("actix-web")).len(), 1);
    assert!(faults("authara-client", optional("actix-web")).is_empty());
    assert!(faults("authara-client", dev("actix-web")).is_empty());
}

#[test]
fn a_ban_is_on_the_family_and_not_on_every_name_that_begins_alike() {
    assert_eq!(faults("authara-server", normal("diesel_migrations")).len(), 1);
    assert_eq!(faults("authara-core", normal("tokio-util")).len(), 1);
    assert!(faults("authara-core", normal("tokiometer")).is_empty());
    assert!(faults("authara-storage", normal("diesel")).is_empty());
}

#[test]
fn a_crate_without_a_place_on_the_map_is_refused() {
    let faults = faults_in(&workspace("authara-extras", &[])).unwrap();
    assert_eq!(
        faults,
        ["crates/it/Cargo.toml: nobody has said what authara-extras may name; \
          give it a place in LAYERS in xtask/src/check/imports.rs"]
    );
}

#[test]
fn a_fault_says_what_to_edit() {
    assert_eq!(
        faults("authara-storage", build("authara-flows")),
        ["crates/it/Cargo.toml: authara-storage may not name authara-flows: \
          of the workspace it sees only authara-core; take it out of [build-dependencies]"]
    );
    assert_eq!(
        faults("authara-core", dev("tokio")),
        ["crates/it/Cargo.toml: authara-core may not name tokio: \
          it stays free of tokio, tests included; take it out of [dev-dependencies]"]
    );
    assert_eq!(
        faults("authara-client", normal("actix-web")),
        ["crates/it/Cargo.toml: authara-client may not name actix-web: \
          actix is for those who ask; make it optional behind a feature, or take it out of [dependencies]"]
    );
}

#[test]
fn every_fault_of_every_manifest_is_reported() {
    let json = json!({
        "workspace_root": "/w",
        "packages": [
            {
                "name": "authara-core",
                "manifest_path": "/w/crates/core/Cargo.toml",
                "dependencies": [normal("diesel"), normal("serde"), dev("xtask")],
            },
            {
                "name": "authara-flows",
                "manifest_path": "/w/crates/flows/Cargo.toml",
                "dependencies": [normal("tera")],
            },
        ],
    });
    assert_eq!(faults_in(&json.to_string()).unwrap().len(), 3);
}

#[test]
fn what_cargo_did_not_say_is_an_error_and_not_a_pass() {
    assert!(faults_in("").is_err());
    assert!(faults_in("{}").is_err());
    assert!(faults_in(r#"{"workspace_root": "/w", "packages": [{"name": "xtask"}]}"#).is_err());
}
