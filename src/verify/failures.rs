//! What a compile that failed in a source wanted.

use std::collections::BTreeSet;

use super::messages::Failure;
use super::missing::{Asked, Missing, Remedy};
use super::paths::{path_like, relative};
use super::scratch::Scratch;
use crate::path;
use crate::source::Role;

/// What the failures in a crate's source name that is in the workspace, and not there.
pub fn of_failures(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    crate_and_role: (&str, Role),
    failures: &[Failure],
) -> anyhow::Result<BTreeSet<Missing>> {
    let mut found = BTreeSet::new();
    for failure in failures {
        found.extend(of_failure(asked, scratch, crate_and_role, failure)?);
    }
    Ok(found)
}

/// What a failure in a crate's source names that is in the workspace, and not there.
fn of_failure(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    (name, role): (&str, Role),
    failure: &Failure,
) -> anyhow::Result<BTreeSet<Missing>> {
    let analysis = asked.analysis();
    if failure.is_refusal {
        return of_refusal(asked, scratch, (name, role), failure);
    }
    let blamed = failure
        .name
        .as_deref()
        .filter(|blamed| analysis.graph.crates.contains_key(*blamed));
    let blamed = blamed.unwrap_or(name);
    // Of a dependency, the library is what fails.
    let needed_by = role.of(blamed, name);
    let directory = &analysis.graph.crates[blamed].path;
    let place = failure.place.as_ref().and_then(|(file, line)| {
        let file = relative(analysis, scratch, &scratch.root.join(file))?;
        Some((file, Some(*line)))
    });
    let runner = Runner::of(
        failure,
        analysis.manifest.crates[blamed].build_script.is_some(),
    );
    let script = analysis.manifest.crates[blamed].build_script.as_ref();
    let (by, line) = place.clone().unwrap_or_else(|| match script {
        Some(script) if runner == Runner::BuildScript => (path::child(directory, script), None),
        _ => (path::child(directory, "Cargo.toml"), None),
    });
    let starts = [
        ".",
        directory.as_str(),
        place.as_ref().map_or(".", |(file, _)| path::parent(file)),
    ];
    let mut found = BTreeSet::new();
    for word in path_like(&failure.words) {
        for start in starts {
            let absolute = scratch.root.join(start).join(&word);
            let Some(wanted) = relative(analysis, scratch, &absolute) else {
                continue;
            };
            for path in asked.lacking(name, role, &wanted)? {
                // A crate that is no part of the closure is none of its files.
                let is_inside = path::is_within(directory, &path);
                if !is_inside {
                    found.insert(Missing {
                        name: blamed.to_owned(),
                        by: by.clone(),
                        line,
                        reader: runner.words(),
                        remedy: asked.remedy(blamed, needed_by, &path),
                        path,
                    });
                }
            }
        }
    }
    Ok(found)
}

/// Who failed.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Runner {
    BuildScript,
    /// The build script of a package outside the workspace, by its name.
    ThirdPartyScript(String),
    Macro,
    Compiler,
}

impl Runner {
    fn of(failure: &Failure, has_script: bool) -> Self {
        let script = failure.words.split_once("custom build command for `");
        let package = script.and_then(|(_, rest)| rest.split(' ').next());
        match package {
            Some(package) if failure.name.is_none() => Self::ThirdPartyScript(package.to_owned()),
            Some(_) if has_script => Self::BuildScript,
            _ if failure.place.is_some() => Self::Macro,
            _ => Self::Compiler,
        }
    }

    /// As a noun, of a crate.
    fn words(&self) -> String {
        match self {
            Self::BuildScript => "the build script".to_owned(),
            Self::ThirdPartyScript(package) => {
                format!("the build script of {package}, a dependency")
            }
            Self::Macro => "a macro".to_owned(),
            Self::Compiler => "the compilation".to_owned(),
        }
    }
}

/// What Cargo itself wants where it refuses a source, whatever crate it is of. A manifest is no
/// file that a setting could add: then a crate is missing.
fn of_refusal(
    asked: &mut Asked<'_, '_>,
    scratch: &Scratch,
    (name, role): (&str, Role),
    failure: &Failure,
) -> anyhow::Result<BTreeSet<Missing>> {
    let analysis = asked.analysis();
    let mut found = BTreeSet::new();
    for word in path_like(&failure.words) {
        let wanted = relative(analysis, scratch, &scratch.root.join(&word));
        let wanted = wanted.filter(|wanted| path::name(wanted) != "Cargo.toml");
        let Some(wanted) = wanted else { continue };
        let is_file = |path: &String| analysis.root.join(path).is_file();
        for path in asked
            .lacking(name, role, &wanted)?
            .into_iter()
            .filter(is_file)
        {
            found.insert(Missing {
                name: name.to_owned(),
                path,
                by: "Cargo.toml".to_owned(),
                line: None,
                reader: "the build".to_owned(),
                remedy: Remedy::Workspace,
            });
        }
    }
    Ok(found)
}
