//! The texts that `cratesieve init` writes or shows. Pure.

pub mod addition;
pub mod edits;
pub mod flake;
pub mod native;
pub mod presence;
mod syntax;

use std::collections::BTreeMap;

use crate::manifest::FILE_NAME;
use crate::path;
use crate::problem::shell_word;
use crate::text::indented;

/// What `nix flake init` writes as well.
const FLAKE: &str = include_str!("../nix/template/flake.nix");

/// The line of [`FLAKE`] that says where the workspace is.
const SRC: &str = "src = ./.;";

/// What [`FLAKE`] says in general of what crates want.
const CRATES: &str = "\
          # Dependents of a crate inherit its inputs.
          # crates.my-crate = {
          #   nativeBuildInputs = [ pkgs.pkg-config ];
          #   buildInputs = [ pkgs.openssl ];
          # };
";

/// Where things are, relative to the top of the repository: `.`, or names with `/` between them.
pub struct Layout {
    /// The directory of flake.nix.
    pub flake: String,
    /// The directory of the workspace's Cargo.toml and cratesieve.json.
    pub workspace: String,
    /// What the workspace lies in, where it reads files above it; else itself.
    pub source: String,
}

impl Layout {
    /// A flake.nix for a repository that has none.
    pub fn flake(&self, wanted: &BTreeMap<String, native::Wanted>) -> String {
        let settings = self.settings().join("\n          ");
        let flake = FLAKE.replace(SRC, &settings);
        if wanted.is_empty() {
            return flake;
        }
        let crates = presence::crates_text(wanted, "pkgs").join("\n");
        let general = CRATES.lines().next().unwrap_or_default();
        let crates = indented(&crates, "          ");
        flake.replace(CRATES, &format!("{general}\n{crates}\n"))
    }

    /// What to give a flake.nix in a form that is not known.
    pub fn general_addition(&self, wanted: &BTreeMap<String, native::Wanted>) -> String {
        let mut settings = self.settings();
        settings.push("commonArgs.strictDeps = true;".to_owned());
        settings.extend(presence::crates_text(wanted, "pkgs"));
        let settings = indented(&settings.join("\n"), "      ");
        format!(
            "\
inputs.crane.url = \"github:ipetkov/crane\";
inputs.cratesieve.url = \"github:cratesieve/cratesieve\";
inputs.cratesieve.inputs.nixpkgs.follows = \"nixpkgs\";
inputs.cratesieve.inputs.crane.follows = \"crane\";

outputs = {{ nixpkgs, crane, cratesieve, ... }}:
  let
    pkgs = nixpkgs.legacyPackages.x86_64-linux; # and so for each system
    workspace = cratesieve.lib.mkWorkspace {{
      inherit pkgs;
      craneLib = crane.mkLib pkgs;
{settings}
    }};
  in
  {{
    apps.x86_64-linux = workspace.apps; # nix run .#gen
    packages.x86_64-linux = workspace.packages; # to replace some with your own: // {{ ... }}
    checks.x86_64-linux = workspace.checks;
    devShells.x86_64-linux.default = workspace.devShell;
  }};
"
        )
    }

    /// `src`, and `manifest` if the manifest does not lie at the top of `src`.
    pub fn settings(&self) -> Vec<String> {
        let src = format!("src = {};", nix_path(&between(&self.flake, &self.source)));
        let manifest = between(&self.flake, &path::child(&self.workspace, FILE_NAME));
        let manifest = format!("manifest = {};", nix_path(&manifest));
        let is_deeper = self.source != self.workspace;
        [src]
            .into_iter()
            .chain(is_deeper.then_some(manifest))
            .collect()
    }

    /// What a hook or a CI job runs at the top of the repository.
    pub fn check_command(&self) -> String {
        format!("cratesieve gen --check{}", self.manifest_path())
    }

    /// The command that checks the manifest with the flake, if cratesieve is not installed. At the
    /// top, `gen` knows where the workspace is.
    pub fn flake_check_command(&self) -> String {
        match self.flake.as_str() {
            "." => "nix run .#gen -- --check".to_owned(),
            directory => format!(
                "nix run {}#gen -- --check{}",
                shell_word(&format!("./{directory}")),
                self.manifest_path()
            ),
        }
    }

    fn manifest_path(&self) -> String {
        match self.workspace.as_str() {
            "." => String::new(),
            directory => format!(" --manifest-path {}", shell_word(directory)),
        }
    }

    /// A git hook.
    pub fn hook(&self) -> String {
        format!(
            "#!/bin/sh
# Refuses a commit if {FILE_NAME} is out of date. It checks the work tree.
exec {} --quiet
",
            self.check_command()
        )
    }

    /// A hook for https://pre-commit.com, under `repos:`.
    pub fn hook_entry(&self) -> String {
        let command = self.check_command();
        format!(
            "\
- repo: local
  hooks:
    - id: cratesieve
      name: {FILE_NAME} is up to date
      entry: {command}
      language: system
      always_run: true
      pass_filenames: false
"
        )
    }

    /// A workflow for GitHub Actions.
    pub fn workflow(&self) -> String {
        format!(
            "\
name: cratesieve
on: [push, pull_request]
permissions:
  contents: read
jobs:
  manifest:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v7
      - uses: cachix/install-nix-action@v31
      - name: {FILE_NAME} is up to date
        run: {}
",
            self.flake_check_command()
        )
    }
}

/// The line of .gitattributes that has git call the merge driver.
pub const ATTRIBUTES: &str = "/cratesieve.json merge=cratesieve";

/// What git is to be told in each clone: name and value.
pub const GIT_CONFIG: [(&str, &str); 2] = [
    ("merge.cratesieve.name", "cratesieve.json, crate by crate"),
    (
        "merge.cratesieve.driver",
        "cratesieve merge-driver %O %A %B %P",
    ),
];

/// With a line added to the end, in the line endings that the text has.
pub fn with_line(text: &str, line: &str) -> String {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let open = !text.is_empty() && !text.ends_with('\n');
    let gap = if open { end } else { "" };
    format!("{text}{gap}{line}{end}")
}

/// A path of Nix, from the directory of the file that it stands in.
fn nix_path(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-+./".contains(c);
    match path {
        "." => "./.".to_owned(),
        path if path.chars().all(is_plain) => format!("./{path}"),
        path => {
            let text = path.replace('\\', "\\\\").replace('"', "\\\"");
            format!("./. + \"/{}\"", text.replace("${", "\\${"))
        }
    }
}

/// Both relative to the top.
fn between(directory: &str, path: &str) -> String {
    path::Root::new("/top".into()).between(directory, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(flake: &str, workspace: &str, source: &str) -> Layout {
        Layout {
            flake: flake.to_owned(),
            workspace: workspace.to_owned(),
            source: source.to_owned(),
        }
    }

    #[test]
    fn the_flake_says_where_the_workspace_is() {
        assert_eq!(FLAKE.matches(SRC).count(), 1);
        assert_eq!(layout(".", ".", ".").flake(&BTreeMap::new()), FLAKE);
        assert_eq!(FLAKE.matches(CRATES).count(), 1);
        let below = layout(".", "rust", "rust");
        assert_eq!(below.settings(), ["src = ./rust;"]);
        let none = BTreeMap::new();
        assert!(below.flake(&none).contains("          src = ./rust;\n"));
        assert!(
            below
                .general_addition(&none)
                .contains("      src = ./rust;\n")
        );
        let outside = layout(".", "ws", ".");
        assert_eq!(
            outside.settings(),
            ["src = ./.;", "manifest = ./ws/cratesieve.json;"]
        );
        let own_flake = layout("ws", "ws", ".");
        assert_eq!(
            own_flake.settings(),
            ["src = ./..;", "manifest = ./cratesieve.json;"]
        );
        let odd = layout(".", "my \"$ws", "my \"$ws");
        assert_eq!(odd.settings(), [r#"src = ./. + "/my \"$ws";"#]);
    }

    #[test]
    fn commands_are_for_the_top_of_the_repository() {
        let plain = layout(".", ".", ".");
        assert_eq!(plain.check_command(), "cratesieve gen --check");
        assert_eq!(plain.flake_check_command(), "nix run .#gen -- --check");
        let below = layout(".", "rust code", "rust code");
        assert_eq!(
            below.check_command(),
            "cratesieve gen --check --manifest-path 'rust code'"
        );
        assert_eq!(below.flake_check_command(), "nix run .#gen -- --check");
        assert_eq!(
            layout("rust", "rust", "rust").flake_check_command(),
            "nix run ./rust#gen -- --check --manifest-path rust"
        );
    }

    #[test]
    fn a_line_is_added_in_the_style_of_the_file() {
        assert_eq!(with_line("", "x"), "x\n");
        assert_eq!(with_line("a\n", "x"), "a\nx\n");
        assert_eq!(with_line("a", "x"), "a\nx\n");
        assert_eq!(with_line("a\r\nb", "x"), "a\r\nb\r\nx\r\n");
    }
}
