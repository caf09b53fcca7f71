//! Why a crate has a third-party package: each version of it that Cargo.lock has, by itself.

use super::answer::{Answer, Verdict, Version, What};
use super::steps::{LockFile, to_package};
use crate::analysis::Analysis;
use crate::problem::{Code, Problem, Validated, shell_word};
use crate::rewrite::read_lock::Package;
use crate::source::Role;

/// The packages that `name` or `name@version` means, by their indices in the lock; none where the
/// lock has no such name.
pub fn named(file: &LockFile, what: &str) -> Validated<Vec<usize>> {
    let (name, version) = match what.split_once('@') {
        Some((name, version)) => (name, Some(version)),
        None => (what, None),
    };
    let packages = &file.lock.packages;
    let of_name = file.lock.by_name.get(name).cloned().unwrap_or_default();
    let is_third_party = |index: &usize| packages[*index].source.is_some();
    // A crate of the workspace goes by its name alone.
    let of_name: Vec<usize> = of_name.into_iter().filter(is_third_party).collect();
    let meant = of_name.iter().copied();
    let meant = meant.filter(|index| is_version(&packages[*index], version));
    let meant: Vec<usize> = meant.collect();
    match version {
        Some(version) if meant.is_empty() && !of_name.is_empty() => {
            let versions = of_name.iter().map(|index| &*packages[*index].version);
            Err(unknown_version(name, version, &versions.collect::<Vec<_>>()).into())
        }
        _ => Ok(meant),
    }
}

/// As Cargo has it, `1` and `1.2` mean every version that begins so.
fn is_version(package: &Package, given: Option<&str>) -> bool {
    given.is_none_or(|given| {
        let rest = package.version.strip_prefix(given);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '+']))
    })
}

fn unknown_version(name: &str, version: &str, versions: &[&str]) -> Problem {
    let words = |version: &&str| format!("`{}`", shell_word(&format!("{name}@{version}")));
    let words: Vec<String> = versions.iter().map(words).collect();
    Problem {
        code: Code::UnknownVersion,
        path: "Cargo.lock".to_owned(),
        line: None,
        message: format!("there is no {name} {version}"),
        hint: format!("name {}, or `{name}` for any version", words.join(" or ")),
    }
}

/// The names most like it.
pub fn similar<'l>(file: &'l LockFile, what: &str) -> Vec<&'l str> {
    let names: Vec<&str> = file.lock.by_name.keys().map(String::as_str).collect();
    let name = what.split('@').next().unwrap_or(what);
    similar::get_close_matches(name, &names, 3, 0.8)
}

pub fn why(
    analysis: &Analysis,
    file: &LockFile,
    name: &str,
    indices: &[usize],
) -> anyhow::Result<Answer> {
    let mut versions = Vec::new();
    for index in indices {
        let package = &file.lock.packages[*index];
        versions.push(Version {
            version: package.version.clone(),
            source: package.source.clone().unwrap_or_default(),
            verdict: verdict(analysis, file, name, *index)?,
        });
    }
    // The narrowest role, and then the shortest chain, answers for all.
    let weight = |version: &&Version| match &version.verdict {
        Verdict::Input { role, chain, .. } => (*role == Role::Test, chain.len()),
        Verdict::Always(_) => (false, 0),
        Verdict::No(_) => (true, usize::MAX),
    };
    let best = versions.iter().min_by_key(weight);
    let package = indices.first().map(|index| &file.lock.packages[*index]);
    Ok(Answer {
        name: name.to_owned(),
        what: What::Package(package.map_or_else(String::new, |package| package.name.clone())),
        verdict: best.map_or_else(|| no_chain(name), |best| best.verdict.clone()),
        versions,
    })
}

fn verdict(
    analysis: &Analysis,
    file: &LockFile,
    name: &str,
    index: usize,
) -> anyhow::Result<Verdict> {
    for role in [Role::Own, Role::Test] {
        if let Some(chain) = to_package(analysis, file, name, index, role)? {
            let reason = None;
            return Ok(Verdict::Input {
                role,
                chain,
                reason,
            });
        }
    }
    Ok(no_chain(name))
}

fn no_chain(name: &str) -> Verdict {
    Verdict::No(format!("no chain of dependencies leads there from {name}"))
}
