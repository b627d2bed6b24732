//! S-187: every target replays its corpus and tries some mutations of it, with a fixed seed.

use authara_fuzz::driver::{self, Finding, Stop};
use authara_fuzz::{TARGETS, corpus};

const SEED: u64 = 187;

fn smoke(name: &str) -> Result<u32, Finding> {
    let target = authara_fuzz::find(name).expect("a target of this name");
    driver::fuzz(target, Stop::Inputs(target.smoke), SEED).map(|report| report.replayed)
}

/// One test for each target, and the list of them.
macro_rules! smoke {
    ($($test:ident: $target:literal),+ $(,)?) => {
        const TRIED: &[&str] = &[$($target),+];

        $(
            #[test]
            fn $test() {
                assert!(smoke($target).unwrap() >= 5);
            }
        )+
    };
}

smoke! {
    s187_s093_return_targets_survive: "return_target",
    s187_s125_email_addresses_survive: "email",
    s187_s127_names_survive: "names",
    s187_s078_access_tokens_survive: "access_token",
    s187_s086_csrf_values_survive: "csrf_value",
    s187_s068_cookie_headers_survive: "cookies",
    s187_s034_forwarded_addresses_survive: "forwarded_address",
    s187_s151_json_survives: "json_text",
    s187_s151_bodies_of_operations_survive: "json_bodies",
    s187_s154_forms_survive: "form_bodies",
    s187_s007_password_hashes_survive: "password_hash",
    s187_s158_configurations_survive: "configuration",
    s187_s148_request_heads_survive: "http_head",
    s187_s129_pages_keep_their_shape: "templates",
}

#[test]
fn s187_every_target_is_tried_and_has_a_corpus_and_every_corpus_a_target() {
    let names: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names, TRIED);
    for target in &TARGETS {
        let files = std::fs::read_dir(corpus::folder(target.name)).unwrap().count();
        assert!((5..=15).contains(&files), "{}: {files} files", target.name);
    }
    let folders = std::fs::read_dir(corpus::folder("")).unwrap();
    let folders = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let strays: Vec<String> = folders.filter(|folder| !names.contains(&folder.as_str())).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

#[test]
fn s187_each_target_has_its_wrapper_for_a_guided_fuzzer() {
    let guided = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("guided");
    let manifest = std::fs::read_to_string(guided.join("Cargo.toml")).unwrap();
    for target in &TARGETS {
        let name = target.name;
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is missing in guided/Cargo.toml");
        let wrapper = std::fs::read_to_string(guided.join(format!("fuzz_targets/{name}.rs"))).unwrap();
        assert!(wrapper.contains(&format!("authara_fuzz::{name}(data)")), "{name}");
    }
}
