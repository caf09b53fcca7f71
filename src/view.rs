//! What `cratesieve graph` shows: the crates of a workspace, or of some closures in it, how they
//! stand above each other, and one link for each pair of which one depends on the other. Pure.

pub mod dot;

pub mod json;

pub mod layout;

pub mod mermaid;

pub mod page;

pub mod svg;

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::{Node, Step};
use crate::declared;
use crate::graph::{Edge, EdgeKind, Graph};
use crate::rewrite::read_lock::Lock;

/// Which part of the workspace is wanted.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only what the builds and tests of these crates need; empty for the whole workspace.
    pub packages: Vec<String>,
    /// Leave dev-dependencies out.
    pub no_dev: bool,
}

/// Sorted by name, and by the names of both ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View<'g> {
    pub crates: Vec<Shown<'g>>,
    pub links: Vec<Link<'g>>,
}

/// One crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown<'g> {
    pub name: &'g str,
    /// Its directory, relative to the workspace root.
    pub path: &'g str,
    pub is_member: bool,
    /// 0 for a crate that needs no other; else one more than the highest that its build needs.
    pub level: usize,
}

/// All dependencies of one crate on another. The ends are indices of [`View::crates`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link<'g> {
    pub from: usize,
    pub to: usize,
    /// What a build needs first, dev-dependencies last; at least one.
    pub entries: Vec<Entry<'g>>,
    /// Whether a longer chain leads there as well; under no condition, where the link has none.
    pub is_implied: bool,
}

/// One entry of a Cargo.toml.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'g> {
    pub edge: &'g Edge,
    /// `crates/api/Cargo.toml:14`
    pub place: String,
    /// The third-party packages in between, where `[patch]` leads back from them; empty where the
    /// entry names a third-party package that `[patch]` replaces.
    pub through: Option<Vec<String>>,
}

/// `texts` are those of the crates' manifests; without one, a place has no line. `lock` matters
/// where the graph has patched crates.
pub fn view<'g>(
    graph: &'g Graph,
    lock: &Lock,
    texts: &BTreeMap<String, String>,
    wanted: &Wanted,
) -> View<'g> {
    let starts: BTreeSet<&str> = match wanted.packages.is_empty() {
        true => graph.crates.keys().map(String::as_str).collect(),
        false => wanted.packages.iter().map(String::as_str).collect(),
    };
    let starts = graph
        .crates
        .keys()
        .filter(|name| starts.contains(name.as_str()));
    let starts: BTreeSet<&str> = starts.map(String::as_str).collect();
    let mut found = BTreeMap::new();
    let mut open: Vec<&str> = starts.iter().copied().collect();
    while let Some(name) = open.pop() {
        if !found.contains_key(name) {
            let tests = starts.contains(name) && !wanted.no_dev;
            let dependencies = dependencies(graph, lock, texts, name, tests);
            open.extend(dependencies.keys().copied());
            found.insert(name, dependencies);
        }
    }

    let index: BTreeMap<&str, usize> = found
        .keys()
        .enumerate()
        .map(|(i, name)| (*name, i))
        .collect();
    let mut links = Vec::new();
    for (from, dependencies) in found {
        for (to, mut entries) in dependencies {
            entries.sort_by_key(|entry| entry.edge.kind == EdgeKind::Dev);
            links.push(Link {
                from: index[from],
                to: index[to],
                entries,
                is_implied: false,
            });
        }
    }
    let successors = |counts: &dyn Fn(&Link<'_>) -> bool| {
        let mut successors = vec![Vec::new(); index.len()];
        for link in links.iter().filter(|link| counts(link)) {
            successors[link.from].push(link.to);
        }
        successors
    };
    let built = successors(&|link| link.is_built());
    let always_built = successors(&|link| link.is_built() && !link.is_conditional());
    mark_implied(&mut links, &closures(&built), &closures(&always_built));
    let levels = levels(&built);
    let crates = index.iter().map(|(name, i)| Shown {
        name,
        path: &graph.crates[*name].path,
        is_member: graph.crates[*name].is_member,
        level: levels[*i],
    });
    View {
        crates: crates.collect(),
        links,
    }
}

impl Link<'_> {
    /// Whether a build without tests needs it.
    pub fn is_built(&self) -> bool {
        self.kind() != EdgeKind::Dev
    }

    /// Normal before build, and either before dev.
    pub fn kind(&self) -> EdgeKind {
        let kinds = self.entries.iter().map(|entry| entry.edge.kind);
        kinds.min().unwrap_or(EdgeKind::Dev)
    }

    /// Whether third-party packages lead there, and nothing else.
    pub fn is_patched(&self) -> bool {
        self.telling().all(|entry| entry.through.is_some())
    }

    /// Whether nothing but features turn it on.
    pub fn is_optional(&self) -> bool {
        self.telling().all(|entry| entry.edge.optional)
    }

    /// Whether some builds of the crate go without it.
    pub fn is_conditional(&self) -> bool {
        let is_conditional = |entry: &Entry<'_>| entry.edge.optional || entry.edge.target.is_some();
        self.telling().all(is_conditional)
    }

    /// The platforms that it is for, where it is for some only.
    pub fn targets(&self) -> BTreeSet<&str> {
        let targets = self.telling().map(|entry| entry.edge.target.as_deref());
        targets.collect::<Option<_>>().unwrap_or_default()
    }

    /// The entries of a link that a build needs, without those that only tests do.
    fn telling(&self) -> impl Iterator<Item = &Entry<'_>> {
        let is_built = self.is_built();
        let wanted = self.entries.iter();
        wanted.filter(move |entry| !is_built || entry.edge.kind != EdgeKind::Dev)
    }

    /// The text next to the line: `optional, cfg(windows)`.
    pub fn marks(&self) -> Vec<String> {
        let optional = self.is_optional().then(|| "optional".to_owned());
        let targets = self.targets();
        let targets =
            (!targets.is_empty()).then(|| targets.into_iter().collect::<Vec<_>>().join(" or "));
        optional.into_iter().chain(targets).collect()
    }
}

impl Entry<'_> {
    /// `normal, optional, through crc32fast 1.5.4 and [patch], crates/api/Cargo.toml:14`
    pub fn words(&self) -> String {
        let through = match &self.through {
            None => String::new(),
            Some(packages) if packages.is_empty() => ", by [patch]".to_owned(),
            Some(packages) => format!(", through {} and [patch]", packages.join(", ")),
        };
        format!("{}{through}, {}", self.edge.words(), self.place)
    }
}

/// What one crate depends on, and by which entries of its manifest.
fn dependencies<'g>(
    graph: &'g Graph,
    lock: &Lock,
    texts: &BTreeMap<String, String>,
    name: &'g str,
    tests: bool,
) -> BTreeMap<&'g str, Vec<Entry<'g>>> {
    let krate = &graph.crates[name];
    let kinds: &[EdgeKind] = match tests {
        true => &[EdgeKind::Normal, EdgeKind::Build, EdgeKind::Dev],
        false => &[EdgeKind::Normal, EdgeKind::Build],
    };
    let mut found: Vec<(&str, &Edge, Option<Vec<String>>)> = Vec::new();
    let known = krate.edges.iter().filter(|edge| kinds.contains(&edge.kind));
    found.extend(known.map(|edge| (edge.to.as_str(), edge, None)));
    if !graph.patched.is_empty() {
        let built = lock.led_back(graph, name, false);
        let tested = match tests {
            true => lock.led_back(graph, name, true),
            false => BTreeMap::new(),
        };
        let only_tested = tested.into_iter().filter(|(to, _)| !built.contains_key(to));
        let mut led_back: Vec<(&str, Vec<Step<'_>>)> = only_tested.collect();
        led_back.extend(built);
        for (to, steps) in led_back {
            let first = lock.name(steps[0].to);
            let between = steps.iter().map(|step| step.to);
            let between = between.filter(|node| matches!(node, Node::ThirdParty(_)));
            let through: Vec<String> = between.map(|node| lock.shown(node)).collect();
            let declared = krate.third_party.iter();
            let declared = declared.filter(|edge| edge.to == first && kinds.contains(&edge.kind));
            found.extend(declared.map(|edge| (to, edge, Some(through.clone()))));
        }
    }
    let manifest = krate.manifest();
    let text = texts.get(&manifest).map(String::as_str).unwrap_or_default();
    let lines = declared::lines(text, found.iter().map(|(_, edge, _)| *edge));
    let mut by_name: BTreeMap<&str, Vec<Entry<'_>>> = BTreeMap::new();
    for (to, edge, through) in found {
        let place = match lines.get(edge) {
            Some(line) => format!("{manifest}:{line}"),
            None => manifest.clone(),
        };
        by_name.entry(to).or_default().push(Entry {
            edge,
            place,
            through,
        });
    }
    by_name
}

/// What each crate leads to, itself included.
fn closures(successors: &[Vec<usize>]) -> Vec<Vec<bool>> {
    let reach = |start| {
        let mut reached = vec![false; successors.len()];
        let mut open = vec![start];
        while let Some(node) = open.pop() {
            if !std::mem::replace(&mut reached[node], true) {
                open.extend(&successors[node]);
            }
        }
        reached
    };
    (0..successors.len()).map(reach).collect()
}

/// A link is implied where another dependency of the same crate leads to its end. What a build
/// needs is not implied by what only tests do, nor what every build needs by what some do.
fn mark_implied(links: &mut [Link<'_>], closures: &[Vec<bool>], always: &[Vec<bool>]) {
    let mut of_crate: BTreeMap<usize, Vec<(usize, bool, bool)>> = BTreeMap::new();
    for link in links.iter() {
        let of_crate = of_crate.entry(link.from).or_default();
        of_crate.push((link.to, link.is_built(), link.is_conditional()));
    }
    for link in links {
        let (from, to) = (link.from, link.to);
        let (is_built, is_conditional) = (link.is_built(), link.is_conditional());
        let reached = if is_conditional { closures } else { always };
        let implies = |&(other, other_is_built, other_is_conditional): &(usize, bool, bool)| {
            // Of crates in a circle, which only a lock that is out of date can have, none implies
            // another.
            let circle = closures[to][other] || is_built && closures[other][from];
            other != to
                && other != from
                && (other_is_built || !is_built)
                && (is_conditional || !other_is_conditional)
                && reached[other][to]
                && !circle
        };
        link.is_implied = from != to && of_crate[&from].iter().any(implies);
    }
}

/// One more than the highest dependency; what closes a circle does not count.
fn levels(successors: &[Vec<usize>]) -> Vec<usize> {
    fn level(
        node: usize,
        successors: &[Vec<usize>],
        known: &mut [Option<Option<usize>>],
    ) -> Option<usize> {
        if let Some(level) = known[node] {
            return level;
        }
        known[node] = Some(None);
        let below = successors[node]
            .iter()
            .filter_map(|to| level(*to, successors, known));
        let found = Some(below.map(|level| level + 1).max().unwrap_or(0));
        known[node] = Some(found);
        found
    }
    let mut known = vec![None; successors.len()];
    (0..successors.len())
        .map(|node| level(node, successors, &mut known).unwrap_or(0))
        .collect()
}

#[cfg(test)]
mod tests;
