//! The contract as it is, with the code as it is.

use authara_contract_check::check::{Run, standing};
use authara_contract_check::files::Files;
use authara_contract_check::versioning::{BASELINE, Comparison, Texts, Version};
use authara_contract_check::{Document, client, codes, configuration, rules, served};

fn workspace() -> Version {
    Version::parse(env!("CARGO_PKG_VERSION")).expect("the version is one")
}

#[test]
fn nothing_is_found_in_it() {
    let files = Files::find();
    let document = Document::parse(&files.read("contract/openapi.yaml").unwrap()).unwrap();
    assert_eq!(rules::check(&document), Vec::new());
    assert_eq!(served::check(&document, &served::routes()), Vec::new());
    assert_eq!(codes::check(&document, &codes::sent()), Vec::new());
    assert_eq!(client::check(&document, &client::known()), Vec::new());
}

#[test]
fn the_servers_table_is_the_file_of_variables() {
    let promises = configuration::Promises::parse(&Files::find().read("contract/config.yaml").unwrap()).unwrap();
    assert!(promises.variables.len() > 80);
    assert_eq!(configuration::check(&promises, &configuration::built()), Vec::new());
}

#[test]
fn it_breaks_no_promise_of_the_last_release() {
    let files = Files::find();
    let current = Texts::current(&files).unwrap();
    let comparison = Comparison::of(&Texts::baseline(&files).unwrap(), &current).unwrap();
    assert_eq!(comparison.check(&current, workspace()), Vec::new(), "{}", comparison.report());
}

#[test]
fn the_program_makes_all_of_these_checks() {
    let mut run = Run::default();
    assert!(standing(&Files::find(), workspace(), &mut run).is_some());
    assert!(run.has_passed(), "{}", run.table());
    let names = ["document", "house rules", "routes", "error codes", "SDK", "configuration", "baseline"];
    let table = run.table();
    let made: Vec<&str> = table.lines().skip(1).map(|line| line.split("  ").next().unwrap_or_default()).collect();
    assert_eq!(made, names);
    assert!(Files::find().path(BASELINE).is_dir());
}
