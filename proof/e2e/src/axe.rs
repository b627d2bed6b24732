//! What keeps people out of a page, as axe-core finds it.

use serde_json::Value;

use crate::browser::Browser;

const AXE: &str = include_str!("../vendor/axe.min.js");

/// Hands the violations to the driver, a line each.
const RUN: &str = "
const done = arguments[0];
const wanted = { resultTypes: ['violations', 'incomplete'] };
window.axe.run(document, wanted).then(
  ({ violations }) => done(violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.target.join(' ')}: ${node.failureSummary}`))),
  (error) => done([`axe failed: ${error}`]),
);
";

/// Everything that axe-core finds wrong with the page as it is shown, all its rules switched on that
/// are by default (WCAG 2.2 A and AA, and best practices).
pub async fn violations(browser: &Browser) -> Vec<String> {
    // The page's own policy forbids making functions of text, and is left as it is.
    browser.run(AXE, vec![]).await;
    let found = browser.run_async(RUN, vec![]).await;
    let Value::Array(found) = found else { return vec![format!("axe gave no list: {found}")] };
    found.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
}
