//! Which crate may name which: `http -> flows -> storage -> core`, and what each stays free of.
//! The proofs may see all of these; of the proofs only the tests of the server see one.
//!
//! The rules are about the manifests: what is not in a manifest cannot be named in the code.
//! They are read through `cargo metadata`, which sees every table of dependencies, those for one
//! platform and renamed ones included.

use serde::Deserialize;

use crate::workspace::{self, Workspace};

/// One crate of the workspace with the rules for its manifest.
struct Layer {
    package: &'static str,
    /// The crates of the workspace it may name.
    sees: &'static [&'static str],
    /// Those that only its tests may name besides.
    tests_see: &'static [&'static str],
    /// The families of foreign crates it may not name.
    free_of: &'static [Ban],
}

/// A family of foreign crates that a layer stays free of: `diesel` is also `diesel_migrations`.
struct Ban {
    family: &'static str,
    scope: Scope,
}

/// Where a ban applies.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// In the tests too.
    Everywhere,
    /// In what is shipped; tests may compare themselves with it.
    Shipped,
    /// In what is always shipped: behind a feature of the crate it is welcome.
    UnlessOptional,
}

/// What is shipped or used by applications.
const PRODUCT: &[&str] = &["authara-server", "authara-client", "authara-flows", "authara-storage", "authara-core"];

/// The map of the workspace. A new crate has to find its place here.
static LAYERS: [Layer; 11] = [
    Layer {
        package: "authara-core",
        sees: &[],
        tests_see: &[],
        free_of: &[
            Ban::everywhere("actix"),
            Ban::everywhere("diesel"),
            Ban::everywhere("reqwest"),
            Ban::everywhere("tokio"),
            Ban::shipped("josekit"),
            Ban::shipped("openssl"),
        ],
    },
    Layer {
        package: "authara-storage",
        sees: &["authara-core"],
        tests_see: &[],
        free_of: &[Ban::everywhere("actix"), Ban::everywhere("reqwest"), Ban::everywhere("tera")],
    },
    Layer {
        package: "authara-flows",
        sees: &["authara-storage", "authara-core"],
        tests_see: &[],
        free_of: &[
            Ban::everywhere("actix"),
            Ban::everywhere("diesel"),
            Ban::everywhere("reqwest"),
            Ban::everywhere("tera"),
        ],
    },
    Layer {
        package: "authara-server",
        sees: &["authara-flows", "authara-storage", "authara-core", "authara-client"],
        tests_see: &["authara-faults"],
        free_of: &[Ban::everywhere("diesel")],
    },
    Layer {
        package: "authara-client",
        sees: &["authara-core"],
        tests_see: &[],
        free_of: &[
            Ban::everywhere("argon2"),
            Ban::everywhere("diesel"),
            Ban::everywhere("josekit"),
            Ban::shipped("openssl"),
            Ban { family: "actix", scope: Scope::UnlessOptional },
        ],
    },
    Layer::outside("authara-contract-check"),
    Layer::outside("authara-bench"),
    Layer::outside("authara-faults"),
    // What is tested is what people use, so none of the product's own code is at hand.
    Layer { package: "authara-e2e", sees: &["authara-faults"], tests_see: &[], free_of: &[] },
    Layer::outside("authara-fuzz"),
    Layer::outside("xtask"),
];

/// What `cargo metadata` says, as far as it matters here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    workspace_root: String,
}

/// One manifest.
#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: String,
    dependencies: Vec<Dependency>,
}

/// One line in a table of dependencies.
#[derive(Deserialize)]
struct Dependency {
    /// The package's own name, whatever the manifest calls it.
    name: String,
    /// Absent for a normal dependency.
    kind: Option<Kind>,
    optional: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Dev,
    Build,
}

/// Every arrow that points up and every crate that is out of place, each with what to edit.
///
/// # Errors
///
/// When cargo cannot read the manifests.
pub(super) fn faults(workspace: &Workspace) -> Result<Vec<String>, String> {
    // Without the dependencies' own dependencies: nothing is resolved, so nothing is fetched.
    let args = ["metadata", "--no-deps", "--format-version", "1"];
    let json = workspace::capture(&mut workspace.cargo(&args))?;
    faults_in(&json)
}

/// The same for what `cargo metadata` printed.
fn faults_in(json: &str) -> Result<Vec<String>, String> {
    let metadata: Metadata =
        serde_json::from_str(json).map_err(|error| format!("`cargo metadata` is not understood: {error}"))?;
    let faults = metadata.packages.iter().flat_map(|package| {
        let path = &package.manifest_path;
        let path = path.strip_prefix(&metadata.workspace_root).unwrap_or(path);
        faults_of(package, path.trim_start_matches('/'))
    });
    Ok(faults.collect())
}

/// The faults of one manifest, which is at `path`.
fn faults_of(package: &Package, path: &str) -> Vec<String> {
    let name = &package.name;
    let Some(layer) = LAYERS.iter().find(|layer| layer.package == name) else {
        return vec![format!(
            "{path}: nobody has said what {name} may name; \
             give it a place in LAYERS in xtask/src/check/imports.rs"
        )];
    };
    let faulty = package.dependencies.iter().filter_map(|dependency| {
        let reason = layer.objection(dependency)?;
        let table = dependency.table();
        let dependency = &dependency.name;
        Some(format!("{path}: {name} may not name {dependency}: {reason} take it out of [{table}]"))
    });
    faulty.collect()
}

impl Layer {
    /// A tool or a proof: it may see the whole product and is part of none of it.
    const fn outside(package: &'static str) -> Self {
        Self { package, sees: PRODUCT, tests_see: &[], free_of: &[] }
    }

    /// Why this layer may not have this dependency, up to what is to be done; `None` when it may.
    fn objection(&self, dependency: &Dependency) -> Option<String> {
        let name = dependency.name.as_str();
        if name == self.package && dependency.kind == Some(Kind::Dev) {
            // How a crate switches a feature on for its own tests.
            return None;
        }
        if LAYERS.iter().any(|layer| layer.package == name) {
            let is_test = dependency.kind == Some(Kind::Dev);
            let allowed = self.sees.contains(&name) || (is_test && self.tests_see.contains(&name));
            return (!allowed).then(|| match (self.sees, self.tests_see.contains(&name)) {
                (_, true) => format!("only its tests see {name};"),
                ([], false) => "it sees no other crate of the workspace;".to_owned(),
                (sees, false) => format!("of the workspace it sees only {};", sees.join(", ")),
            });
        }
        let ban = self.free_of.iter().find(|ban| ban.hits(dependency))?;
        let family = ban.family;
        Some(match ban.scope {
            Scope::Everywhere => format!("it stays free of {family}, tests included;"),
            Scope::Shipped => format!("it stays free of {family} outside of tests;"),
            Scope::UnlessOptional => {
                format!("{family} is for those who ask; make it optional behind a feature, or")
            }
        })
    }
}

impl Ban {
    const fn everywhere(family: &'static str) -> Self {
        Self { family, scope: Scope::Everywhere }
    }

    const fn shipped(family: &'static str) -> Self {
        Self { family, scope: Scope::Shipped }
    }

    /// Whether the ban forbids this dependency.
    fn hits(&self, dependency: &Dependency) -> bool {
        let Some(rest) = dependency.name.strip_prefix(self.family) else {
            return false;
        };
        let related = rest.is_empty() || rest.starts_with(['-', '_']);
        let shipped = dependency.kind != Some(Kind::Dev);
        related
            && match self.scope {
                Scope::Everywhere => true,
                Scope::Shipped => shipped,
                Scope::UnlessOptional => shipped && !dependency.optional,
            }
    }
}

impl Dependency {
    /// The table of the manifest it stands in.
    fn table(&self) -> &'static str {
        match self.kind {
            None => "dependencies",
            Some(Kind::Build) => "build-dependencies",
            Some(Kind::Dev) => "dev-dependencies",
        }
    }
}

#[cfg(test)]
mod tests;
