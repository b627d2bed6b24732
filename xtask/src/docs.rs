//! `cargo xtask docs`: writes `docs/configuration.md` from `contract/config.yaml`.
//!
//! The contract is the source and the page is never edited by hand; `cargo xtask check` fails when
//! the two differ.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::workspace::Workspace;

/// Where the variables are described, relative to the root.
const SOURCE: &str = "contract/config.yaml";

/// What is written, relative to the root.
const TARGET: &str = "docs/configuration.md";

const OPENING: &str = "\
<!-- Generated from contract/config.yaml by `cargo xtask docs`. Edit that file, not this one. -->

# Configuration

Authara reads its configuration from environment variables, once, when it starts. It checks all of
them before it does anything else and reports every fault at once, by name, with what was expected.
A variable that is present but empty counts as not set. An `AUTHARA_*` name that nobody knows is
reported as a warning, with the nearest known one if there is one.

A **secret** `NAME` may also come from a file whose path is in `NAME_FILE`. No secret is ever
printed. A variable that is **not available yet** is known, but the server refuses to start when it
is set to something that would change its behaviour. Production is `APP_ENV=prod`.
";

/// The part of the contract that is shown; other keys are for other readers.
#[derive(Deserialize)]
struct Contract {
    variables: Vec<Variable>,
}

/// One environment variable.
#[derive(Deserialize)]
struct Variable {
    name: String,
    group: String,
    #[serde(rename = "type")]
    kind: String,
    /// The words that are accepted, for a variable that takes one of a few.
    #[serde(default)]
    values: Vec<String>,
    /// As one would write it in the environment; absent when there is none.
    default: Option<String>,
    #[serde(default)]
    secret: bool,
    #[serde(default)]
    required: Required,
    #[serde(default = "yes")]
    available: bool,
    description: String,
}

/// When a variable has to be set.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Required {
    #[default]
    Never,
    Production,
    /// In production, when the database is PostgreSQL.
    ProductionPostgres,
}

/// Writes the page.
///
/// # Errors
///
/// When the contract cannot be read or understood, or the page cannot be written.
pub(crate) fn write(workspace: &Workspace) -> Result<(), String> {
    let page = render(&workspace.read(SOURCE)?)?;
    let path = workspace.path(TARGET);
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    }
    std::fs::write(&path, page).map_err(|error| format!("{TARGET} cannot be written: {error}"))?;
    println!("wrote {TARGET}");
    Ok(())
}

/// Holds the page against what would be written.
///
/// # Errors
///
/// When the two differ, or one of the files cannot be read.
pub(crate) fn verify(workspace: &Workspace) -> Result<(), String> {
    let page = render(&workspace.read(SOURCE)?)?;
    let advice = "run `cargo xtask docs` and commit the result";
    let found = workspace.read(TARGET).map_err(|reason| format!("{reason}; {advice}"))?;
    if found == page { Ok(()) } else { Err(format!("{TARGET} is not what {SOURCE} says; {advice}")) }
}

/// The page for a contract.
fn render(contract: &str) -> Result<String, String> {
    let contract: Contract =
        serde_saphyr::from_str(contract).map_err(|error| format!("{SOURCE} is not understood: {error}"))?;
    let mut page = OPENING.to_owned();
    for (group, variables) in grouped(&contract.variables) {
        // Writing to a `String` cannot fail.
        let _ = write!(page, "\n## {}\n\n", title(group));
        page.push_str("| Variable | Type | Default | Description |\n| --- | --- | --- | --- |\n");
        for variable in variables {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} |",
                variable.name,
                variable.kind_cell(),
                variable.default_cell(),
                variable.description_cell()
            );
        }
    }
    Ok(page)
}

/// The variables by group, in the order in which the contract first names each group.
fn grouped(variables: &[Variable]) -> Vec<(&str, Vec<&Variable>)> {
    let mut groups: Vec<(&str, Vec<&Variable>)> = Vec::new();
    for variable in variables {
        match groups.iter_mut().find(|(group, _)| *group == variable.group) {
            Some((_, members)) => members.push(variable),
            None => groups.push((variable.group.as_str(), vec![variable])),
        }
    }
    groups
}

impl Variable {
    fn kind_cell(&self) -> String {
        if self.values.is_empty() {
            return cell(&self.kind);
        }
        let words: Vec<String> = self.values.iter().map(|word| code(word)).collect();
        format!("{}: {}", cell(&self.kind), words.join(", "))
    }

    fn default_cell(&self) -> String {
        match self.default.as_deref() {
            None | Some("") => "none".to_owned(),
            Some(default) => code(default),
        }
    }

    /// What it does, after what one has to know first.
    fn description_cell(&self) -> String {
        let description = cell(&self.description);
        let mut marks = Vec::new();
        if !self.available {
            marks.push("**Not available yet.**");
        }
        if self.secret {
            marks.push("**Secret.**");
        }
        match self.required {
            Required::Never => {}
            Required::Production => marks.push("**Required in production.**"),
            Required::ProductionPostgres => {
                marks.push("**Required in production on PostgreSQL.**");
            }
        }
        marks.push(&description);
        marks.join(" ")
    }
}

/// A group's name as a heading.
fn title(group: &str) -> String {
    let mut letters = group.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Text that stands in one cell of a table: one line, no bar, and nothing that Markdown would take
/// for an HTML tag and hide.
fn cell(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    // Every second piece is between backticks, where `<` stands for itself.
    let pieces = line
        .split('`')
        .enumerate()
        .map(|(index, piece)| if index.is_multiple_of(2) { piece.replace('<', "&lt;") } else { piece.to_owned() });
    pieces.collect::<Vec<_>>().join("`")
}

/// A word of the configuration in one cell of a table.
fn code(word: &str) -> String {
    format!("`{}`", word.replace('|', "\\|"))
}

/// What a variable is unless the contract says otherwise: available.
fn yes() -> bool {
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTRACT: &str = r"
version: 1
variables:
  - name: AUTHARA_LISTEN_ADDR
    group: server
    type: address
    default: 127.0.0.1:8080
    secret: false
    required: never
    available: true
    description: >-
      Where the server listens,
      as `<address>:<port>`.
  - name: AUTHARA_JWT_KEYS
    group: tokens
    type: key ring
    default: null
    secret: true
    required: production-postgres
    available: true
    description: Keys as <id>:<key> pairs | first one active.
  - name: APP_ENV
    group: server
    type: enum
    values: [dev, prod]
    default: dev
    secret: false
    required: never
    available: true
    description: Development or production.
  - name: AUTHARA_SESSION_LIMIT_PER_USER
    group: tokens
    type: integer
    default: 100
    secret: false
    required: production
    available: false
    description: Sessions per user.
";

    #[test]
    fn the_page_has_a_table_per_group_with_every_mark() {
        let page = render(CONTRACT).unwrap();
        let tables = page.strip_prefix(OPENING).unwrap();
        let expected = r"
## Server

| Variable | Type | Default | Description |
| --- | --- | --- | --- |
| `AUTHARA_LISTEN_ADDR` | address | `127.0.0.1:8080` | Where the server listens, as `<address>:<port>`. |
| `APP_ENV` | enum: `dev`, `prod` | `dev` | Development or production. |

## Tokens

| Variable | Type | Default | Description |
| --- | --- | --- | --- |
| `AUTHARA_JWT_KEYS` | key ring | none | **Secret.** **Required in production on PostgreSQL.** Keys as &lt;id>:&lt;key> pairs \| first one active. |
| `AUTHARA_SESSION_LIMIT_PER_USER` | integer | `100` | **Not available yet.** **Required in production.** Sessions per user. |
";
        assert_eq!(tables, expected);
    }

    #[test]
    fn the_page_says_first_that_it_is_generated_and_how() {
        assert!(
            render(CONTRACT).unwrap().starts_with("<!-- Generated from contract/config.yaml by `cargo xtask docs`.")
        );
    }

    #[test]
    fn a_contract_that_is_not_understood_is_named() {
        let reason = render("variables: [{ name: A }]").unwrap_err();
        assert!(reason.starts_with("contract/config.yaml is not understood: "), "{reason}");
    }

    #[test]
    fn a_word_that_is_not_on_the_list_is_refused() {
        let contract = CONTRACT.replace("production-postgres", "sometimes");
        assert!(render(&contract).is_err());
    }
}
