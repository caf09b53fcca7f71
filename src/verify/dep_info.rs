//! What rustc and a build script say they read: the texts of a `.d` file and of a build script's
//! output. Pure.

/// The paths that a dep-info file names, as rustc wrote them: most are relative to the directory
/// it ran in.
///
/// Its rules are those of make, `target: path path`, where a space in a path follows a backslash;
/// rustc escapes nothing else. Every rule names the same files.
pub fn dep_info_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let rules = text.lines().filter(|line| !line.starts_with('#'));
    // After a drive's letter, a colon is no end of a target.
    for (_, listed) in rules.filter_map(|line| line.split_once(": ")) {
        let mut words = listed.split(' ').filter(|word| !word.is_empty());
        while let Some(word) = words.next() {
            let mut path = word.to_owned();
            while path.ends_with('\\') {
                path.pop();
                path.push(' ');
                path += words.next().unwrap_or_default();
            }
            paths.push(path);
        }
    }
    paths.sort();
    paths.dedup();
    paths
}

/// The paths after `rerun-if-changed` in what a build script printed, as it printed them: relative
/// to the directory of its package.
pub fn rerun_if_changed(output: &str) -> Vec<String> {
    let lines = output.lines().map(str::trim_start);
    let instructions = lines.filter_map(|line| {
        line.strip_prefix("cargo::")
            .or_else(|| line.strip_prefix("cargo:"))
    });
    let paths = instructions.filter_map(|line| line.strip_prefix("rerun-if-changed="));
    paths.map(|path| path.trim_end().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_every_rule_once() {
        let text = "/t/a.d: src/lib.rs src/a\\ b.rs ../x.txt\n\n/t/liba.rmeta: src/lib.rs\n\n\
            src/lib.rs:\nsrc/a\\ b.rs:\n../x.txt:\n\n# env-dep:A=x: y\n";
        assert_eq!(
            dep_info_paths(text),
            ["../x.txt", "src/a b.rs", "src/lib.rs"]
        );
        assert_eq!(dep_info_paths("C:\\t\\a.d: C:\\x\\y.rs\n"), ["C:\\x\\y.rs"]);
        assert_eq!(dep_info_paths(""), Vec::<String>::new());
    }

    #[test]
    fn both_spellings_of_an_instruction() {
        let text = "cargo:rerun-if-changed=a b\nhello\ncargo::rerun-if-changed=../c\n\
            cargo:rerun-if-env-changed=D\ncargo:warning=rerun-if-changed=e\n";
        assert_eq!(rerun_if_changed(text), ["a b", "../c"]);
    }
}
