//! Versioning: what has changed since the last release, and how far that has to raise the version.
//!
//! `contract/baseline/` holds the files as they were released. Each is taken apart into single
//! statements, and the two sets are compared; a new file joins by a row in `SOURCES`.
//!
//! | level | examples |
//! | --- | --- |
//! | patch | descriptions, examples |
//! | minor | a new operation, optional member, answered member, refusal, code, variable, event, value |
//! | major | anything gone or renamed; a new demand on callers; another type, default, secrecy; a tighter limit on requests, a looser one on answers |
//!
//! Below version 1.0 a major change raises the second number, and every other the third.

mod events;
mod facts;
mod operations;
mod schemas;
mod variables;
mod version;

use serde_json::Value;

use crate::document::FILE;
use crate::files::Files;
use crate::finding::Finding;

pub use self::facts::{Change, Facts, Level, Limit, Rule};
pub use self::version::Version;

/// Where the released files are, relative to the root of the workspace.
pub const BASELINE: &str = "contract/baseline";

/// Where the files of now are.
const CURRENT: &str = "contract";

/// One file of the contract.
struct Source {
    name: &'static str,
    facts: fn(&str) -> Result<Facts, Vec<Finding>>,
    /// Has there always been one?
    is_required: bool,
}

const COUNT: usize = 3;

/// Every file of the contract.
static SOURCES: [Source; COUNT] = [
    Source { name: DOCUMENT, facts: operations::facts, is_required: true },
    Source { name: "config.yaml", facts: variables::facts, is_required: true },
    Source { name: "webhooks.yaml", facts: events::facts, is_required: false },
];

/// The file that tells the version.
const DOCUMENT: &str = "openapi.yaml";

/// The texts of all files, in the order of `SOURCES`; `None` for a file that is not there.
#[derive(Clone, Debug)]
pub struct Texts([Option<String>; COUNT]);

/// What has changed since a release.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The release.
    pub released: Version,
    /// Every change, with the file that it is in.
    pub changes: Vec<(&'static str, Change)>,
}

impl Texts {
    /// The files of now.
    ///
    /// # Errors
    ///
    /// Files that cannot be read.
    pub fn current(files: &Files) -> Result<Self, Vec<Finding>> {
        Self::read(files, CURRENT)
    }

    /// The files of the last release.
    ///
    /// # Errors
    ///
    /// Files that cannot be read.
    pub fn baseline(files: &Files) -> Result<Self, Vec<Finding>> {
        Self::read(files, BASELINE)
    }

    fn read(files: &Files, folder: &str) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let texts = SOURCES.each_ref().map(|source| {
            let path = format!("{folder}/{}", source.name);
            let text = if source.is_required { files.read(&path).map(Some) } else { files.read_if_there(&path) };
            text.unwrap_or_else(|finding| {
                findings.push(finding);
                None
            })
        });
        if findings.is_empty() { Ok(Self(texts)) } else { Err(findings) }
    }

    /// The same with another text for one file, `None` for none.
    ///
    /// # Panics
    ///
    /// When there is no such file.
    pub fn with(mut self, name: &str, text: Option<&str>) -> Self {
        let place = SOURCES.iter().position(|source| source.name == name);
        let slot = place.and_then(|place| self.0.get_mut(place)).expect("a file of the contract");
        *slot = text.map(str::to_owned);
        self
    }

    fn facts(&self, folder: &str) -> Result<Vec<Facts>, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut all = Vec::new();
        for (source, text) in SOURCES.iter().zip(&self.0) {
            match text.as_deref().map_or_else(|| Ok(Facts::default()), source.facts) {
                Ok(facts) => all.push(facts),
                Err(faults) => {
                    let path = format!("{folder}/{}", source.name);
                    findings.extend(faults.into_iter().map(|finding| finding.within(&path)));
                }
            }
        }
        if findings.is_empty() { Ok(all) } else { Err(findings) }
    }

    /// The version that the document names.
    fn version(&self, folder: &str) -> Result<Version, Finding> {
        let text = SOURCES.iter().zip(&self.0).find(|(source, _)| source.name == DOCUMENT);
        let document: Option<Value> = text.and_then(|(_, text)| serde_saphyr::from_str(text.as_deref()?).ok());
        let version = document.as_ref().and_then(|document| document.pointer("/info/version")?.as_str());
        version.and_then(Version::parse).ok_or_else(|| {
            let place = format!("{folder}/{DOCUMENT} info.version");
            Finding::new(place, "is no version such as 1.2.3", "write the version that it describes")
        })
    }
}

impl Comparison {
    /// Compares what was released with what is.
    ///
    /// # Errors
    ///
    /// What keeps one of the files from being understood.
    pub fn of(baseline: &Texts, current: &Texts) -> Result<Self, Vec<Finding>> {
        let released = baseline.version(BASELINE).map_err(|finding| vec![finding])?;
        let (old, new) = (baseline.facts(BASELINE)?, current.facts(CURRENT)?);
        let texts = baseline.0.iter().zip(&current.0);
        let mut changes = Vec::new();
        for (((source, old), new), (before, after)) in SOURCES.iter().zip(old).zip(new).zip(texts) {
            let found = old.changes(&new);
            if found.is_empty() && wording(before.as_deref()) != wording(after.as_deref()) {
                changes.push((source.name, reworded()));
            }
            changes.extend(found.into_iter().map(|change| (source.name, change)));
        }
        Ok(Self { released, changes })
    }

    /// The number of the version that the changes have to raise; `None` when there are none.
    pub fn needed(&self) -> Option<Level> {
        let level = self.changes.iter().map(|(_, change)| change.level).max()?;
        Some(self.released.bump_for(level))
    }

    /// Breaks that the version of the workspace does not admit, and a document of another version.
    pub fn check(&self, current: &Texts, workspace: Version) -> Vec<Finding> {
        let mut findings = Vec::new();
        match current.version(CURRENT) {
            Ok(version) if version == workspace => {}
            Ok(version) => findings.push(Finding::new(
                format!("{FILE} info.version"),
                format!("is {version}, and the workspace has {workspace}"),
                format!("make it and `version` in Cargo.toml agree, in {FILE} or there"),
            )),
            Err(finding) => findings.push(finding),
        }
        let bump = self.released.bump_for(Level::Major);
        if self.released.raised_in(workspace) >= Some(bump) {
            return findings;
        }
        let next = self.released.next(bump);
        for (file, change) in self.changes.iter().filter(|(_, change)| change.level == Level::Major) {
            findings.push(Finding::new(
                format!("{CURRENT}/{file} {}", change.subject),
                format!("{}, which breaks those who rely on release {}", change.what, self.released),
                format!(
                    "take it back in {CURRENT}/{file}, keeping the old beside the new, or raise the version in \
                     Cargo.toml and in {FILE} to {next}"
                ),
            ));
        }
        findings
    }

    /// Is a release that raises this number enough for the changes?
    pub fn check_release(&self, chosen: Level) -> Option<Finding> {
        let needed = self.needed().filter(|needed| *needed > chosen)?;
        let (chosen_next, next) = (self.released.next(chosen), self.released.next(needed));
        Some(Finding::new(
            "Cargo.toml version",
            format!("would be raised to {chosen_next} by a {chosen} release, and the changes need a {needed} one"),
            format!("raise it to {next} in Cargo.toml and in {FILE}, or take the changes back"),
        ))
    }

    /// Every change on a line, the gravest first, and the release that they need.
    pub fn report(&self) -> String {
        let mut changes: Vec<_> = self.changes.iter().collect();
        changes.sort_by_key(|(_, change)| std::cmp::Reverse(change.level));
        let lines = changes
            .into_iter()
            .map(|(file, Change { subject, what, level })| format!("{level:<6} {CURRENT}/{file} {subject}: {what}\n"));
        let released = self.released;
        let verdict = match self.needed() {
            Some(bump) => format!("since {released} the changes need a {bump} release: {}\n", self.released.next(bump)),
            None => format!("nothing has changed since {released}\n"),
        };
        lines.chain(std::iter::once(verdict)).collect()
    }
}

/// Makes the files of now those of the last release.
///
/// # Errors
///
/// Breaks that the version of the workspace does not admit, and files that cannot be read or
/// written.
pub fn accept(files: &Files, workspace: Version) -> Result<(), Vec<Finding>> {
    let current = Texts::current(files)?;
    if files.path(BASELINE).exists() {
        let findings = Comparison::of(&Texts::baseline(files)?, &current)?.check(&current, workspace);
        if !findings.is_empty() {
            return Err(findings);
        }
    }
    let mirrored = SOURCES
        .iter()
        .map(|source| files.mirror(&format!("{CURRENT}/{}", source.name), &format!("{BASELINE}/{}", source.name)));
    let findings: Vec<Finding> = mirrored.filter_map(Result::err).collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// What stands in a file, comments and the version apart.
fn wording(text: Option<&str>) -> Option<Value> {
    let mut raw: Value = serde_saphyr::from_str(text?).ok()?;
    if let Some(version) = raw.pointer_mut("/info/version") {
        *version = Value::Null;
    }
    Some(raw)
}

fn reworded() -> Change {
    Change { subject: "wording".to_owned(), what: "is different".to_owned(), level: Level::Patch }
}
