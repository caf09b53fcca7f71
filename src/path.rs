//! Paths as the manifest writes them: relative to the workspace root, `/` between components,
//! `.` for the root itself, a leading `..` for what lies above it. Lexical only.

use camino::{Utf8Path, Utf8PathBuf};

/// Where the workspace root is, so that a path that climbs above it and comes back down into it
/// (`../ws/crates/a`) gets the one spelling that it has inside (`crates/a`).
#[derive(Clone, Debug)]
pub struct Root(Vec<String>);

impl Root {
    /// `root` is absolute.
    pub fn new(root: &Utf8Path) -> Self {
        Self(components(&slashes(root)).map(str::to_owned).collect())
    }

    /// `path`, as seen from the directory `base`. `None` where `path` is absolute or climbs above
    /// the root of the file system.
    pub fn join(&self, base: &str, path: &str) -> Option<String> {
        let path = slashes(path.into());
        if path.starts_with('/') || path.as_bytes().get(1) == Some(&b':') {
            return None;
        }
        let root = self.0.iter().map(String::as_str).collect();
        let stack = followed(followed(root, base)?, &path)?;
        Some(self.below(&stack))
    }

    /// `path` as seen from `directory`, both as they are seen from the workspace root.
    pub fn between(&self, directory: &str, path: &str) -> String {
        let (from, to) = (self.absolute(directory), self.absolute(path));
        let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        let up = std::iter::repeat_n("..", from.len() - common);
        let relative = up
            .chain(to[common..].iter().copied())
            .collect::<Vec<_>>()
            .join("/");
        if relative.is_empty() {
            ".".to_owned()
        } else {
            relative
        }
    }

    /// The names on the way from the root of the file system.
    fn absolute<'p>(&'p self, path: &'p str) -> Vec<&'p str> {
        let mut stack: Vec<&str> = self.0.iter().map(String::as_str).collect();
        for component in components(path) {
            if component == ".." {
                stack.pop();
            } else {
                stack.push(component);
            }
        }
        stack
    }

    /// The spelling of an absolute path. On a system with drives, `None` for another drive's.
    pub fn relative(&self, path: &Utf8Path) -> Option<String> {
        let path = slashes(path);
        let stack = followed(Vec::new(), &path)?;
        let drive = |name: Option<&str>| name.filter(|name| name.ends_with(':')).map(str::to_owned);
        if drive(stack.first().copied()) != drive(self.0.first().map(String::as_str)) {
            return None;
        }
        Some(self.below(&stack))
    }

    fn below(&self, stack: &[&str]) -> String {
        let common = self
            .0
            .iter()
            .zip(stack)
            .take_while(|(a, b)| a == *b)
            .count();
        let up = std::iter::repeat_n("..", self.0.len() - common);
        let down = stack[common..].iter().copied();
        let path = up.chain(down).collect::<Vec<_>>().join("/");
        if path.is_empty() {
            ".".to_owned()
        } else {
            path
        }
    }
}

/// Whether `path` is `directory` or lies below it. Both normal, as [`Root::join`] makes them.
pub fn is_within(path: &str, directory: &str) -> bool {
    if leading_dots(directory) > leading_dots(path) {
        return components(directory).all(|c| c == "..");
    }
    if directory == "." {
        return leading_dots(path) == 0;
    }
    match path.strip_prefix(directory) {
        Some("") => true,
        Some(rest) => rest.starts_with('/') && rest != "/.." && !rest.starts_with("/../"),
        None => false,
    }
}

/// `path` as seen from `directory`, where it lies below it. Both are normal, and `directory` has a
/// name: it is neither `.` nor `..`.
pub fn below<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    path.strip_prefix(directory)?.strip_prefix('/')
}

/// How many directories above the workspace root `path` leads, as seen from the directory `base`;
/// both normal.
pub fn climbs(base: &str, path: &str) -> usize {
    let up = leading_dots(base);
    let down = components(base).count() - up;
    up + leading_dots(path).saturating_sub(down)
}

/// The directory that holds `path`; `.` for a name alone.
pub fn parent(path: &str) -> &str {
    path.rsplit_once('/')
        .map_or(".", |(directory, _)| directory)
}

/// The last component.
pub fn name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// `directory` and `name`, neither with a `..` that the other could take back.
pub fn child(directory: &str, name: &str) -> String {
    match (directory, name) {
        (_, ".") => directory.to_owned(),
        (".", _) => name.to_owned(),
        _ => format!("{directory}/{name}"),
    }
}

/// How many directories above the workspace root the common ancestor of the root and all `paths`
/// is: `.`, `..`, `../..` and so on.
pub fn common_ancestor<'p>(paths: impl IntoIterator<Item = &'p str>) -> String {
    match paths.into_iter().map(leading_dots).max().unwrap_or(0) {
        0 => ".".to_owned(),
        up => vec![".."; up].join("/"),
    }
}

/// A path of the machine without `.` and `..`, as if no name on the way were a link.
pub fn normal(path: &Utf8Path) -> Utf8PathBuf {
    let mut normal = Utf8PathBuf::new();
    for component in path.components() {
        match component.as_str() {
            "." => {}
            ".." => {
                normal.pop();
            }
            name => normal.push(name),
        }
    }
    normal
}

/// A path of the machine with `/` between its components.
pub fn slashes(path: &Utf8Path) -> String {
    path.as_str().replace('\\', "/")
}

/// How many `..` a normal path starts with.
fn leading_dots(path: &str) -> usize {
    components(path).take_while(|c| *c == "..").count()
}

/// The names on the way to a path from the place with these names. `None` where it climbs above all of
/// them.
pub fn followed<'p>(mut names: Vec<&'p str>, path: &'p str) -> Option<Vec<&'p str>> {
    for component in components(path) {
        match component {
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names)
}

fn components(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|c| !c.is_empty() && *c != ".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_and_comes_back_into_the_root() {
        let root = Root::new("/home/me/ws".into());
        assert_eq!(
            root.join("crates/a", "../b/./c").as_deref(),
            Some("crates/b/c")
        );
        assert_eq!(root.join(".", "..").as_deref(), Some(".."));
        assert_eq!(root.join("crates", "../../ws/x").as_deref(), Some("x"));
        assert_eq!(
            root.join("crates", "../../other/x").as_deref(),
            Some("../other/x")
        );
        assert_eq!(root.join("crates", "..").as_deref(), Some("."));
        assert_eq!(root.join("crates", "../../../../../../x"), None);
        assert_eq!(root.join("crates", "/etc/passwd"), None);
        assert_eq!(
            root.relative("/home/me/other".into()).as_deref(),
            Some("../other")
        );
    }

    #[test]
    fn between_any_two() {
        let root = Root::new("/home/me/ws".into());
        assert_eq!(
            root.between("crates/a", "crates/a/src/lib.rs"),
            "src/lib.rs"
        );
        assert_eq!(
            root.between("crates/a", "shared/lib.rs"),
            "../../shared/lib.rs"
        );
        assert_eq!(root.between("..", "core/lib.rs"), "ws/core/lib.rs");
        assert_eq!(
            root.between("../outer", "../shared/lib.rs"),
            "../shared/lib.rs"
        );
        assert_eq!(root.between("../outer", "x.rs"), "../ws/x.rs");
        assert_eq!(root.between(".", "."), ".");
        assert_eq!(root.between("crates/a", "crates/a/src"), "src");
        assert_eq!(root.between("crates/a", "crates/a"), ".");
        assert_eq!(root.between("..", "../x/y"), "x/y");
        assert_eq!(root.between(".", "src"), "src");
        assert_eq!(root.between("crates", "other"), "../other");
    }

    #[test]
    fn normal_paths() {
        assert_eq!(normal("/ws/./x/../vendor".into()), "/ws/vendor");
        assert_eq!(normal("/../ws/".into()), "/ws");
    }

    #[test]
    fn within() {
        assert!(is_within("crates/a/b", "crates/a"));
        assert!(!is_within("crates/ab", "crates/a"));
        assert!(is_within("crates", "."));
        assert!(!is_within("../x", "."));
        assert!(is_within("crates", ".."));
        assert!(is_within("../x", ".."));
        assert!(!is_within("../../x", ".."));
        assert!(!is_within("../xy/z", "../x"));
    }

    #[test]
    fn climbing() {
        assert_eq!(climbs("crates/a", "src/lib.rs"), 0);
        assert_eq!(climbs("crates/a", "../../src/lib.rs"), 0);
        assert_eq!(climbs("crates/a", "../../../x.rs"), 1);
        assert_eq!(climbs("..", "."), 1);
        assert_eq!(climbs("../../x", "../ws/lib.rs"), 2);
        assert_eq!(climbs("../x", "../../y.rs"), 2);
        assert_eq!(climbs(".", "../lib.rs"), 1);
    }

    #[test]
    fn ancestors() {
        assert_eq!(common_ancestor(["crates/a", "."]), ".");
        assert_eq!(common_ancestor(["crates/a", "../../x", "../y"]), "../..");
    }
}
