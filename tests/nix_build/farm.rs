//! A tree of links to outputs, which builds many derivations with one call of Nix.

use std::fmt::Write as _;
use std::fs;
use std::process::Output;

use camino::{Utf8Path, Utf8PathBuf};

use crate::common::nix::{Nix, Workspace, nix, nix_path, nix_string, with_prelude};

/// The derivations of one workspace that are to be built.
pub struct Farm {
    workspace: String,
    links: String,
}

impl Farm {
    /// A farm without links. `arguments` are attributes for mkWorkspace. The variable `guard` is in scope, a
    /// value for RUSTC_WRAPPER: it fails if a derivation that starts from artifacts compiles a third-party crate.
    pub fn new(src: &Utf8Path, root: &Utf8Path, arguments: &str) -> Self {
        let (src, manifest) = (nix_path(src), nix_path(&root.join("cratesieve.json")));
        Self {
            workspace: format!(
                "mkWorkspace ({{ src = {src}; manifest = {manifest}; }} // {{ {arguments} }})"
            ),
            links: String::new(),
        }
    }

    pub fn of(workspace: &Workspace, arguments: &str) -> Self {
        Self::new(workspace.repository(), &workspace.root(), arguments)
    }

    /// Adds a link at `path` to the value of an expression, in which `workspace` is in scope.
    pub fn link(&mut self, path: &str, expression: &str) {
        writeln!(self.links, "{} = {expression};", nix_string(path)).unwrap();
    }

    /// Adds a link at `<crate>/<attribute>` to an attribute of a crate.
    pub fn link_crate(&mut self, name: &str, attribute: &str) {
        let expression = format!("workspace.crates.{}.{attribute}", nix_string(name));
        self.link(&format!("{name}/{attribute}"), &expression);
    }

    /// Adds links for some crates, each with the same attributes.
    pub fn with(mut self, crates: &[&str], attributes: &[&str]) -> Self {
        for name in crates {
            for attribute in attributes {
                self.link_crate(name, attribute);
            }
        }
        self
    }

    pub fn build(&self) -> Utf8PathBuf {
        self.try_build().unwrap_or_else(|log| panic!("{log}"))
    }

    /// Builds all derivations. If one fails, returns the output of Nix and the builders; the others are still
    /// built.
    pub fn try_build(&self) -> Result<Utf8PathBuf, String> {
        self.try_build_with(&nix())
    }

    pub fn try_build_with(&self, nix: &Nix) -> Result<Utf8PathBuf, String> {
        let output = self.run(nix);
        if output.status.success() {
            let stdout = String::from_utf8(output.stdout).unwrap();
            Ok(Utf8PathBuf::from(stdout.trim_end()))
        } else {
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }

    /// The output of all builders.
    pub fn log(&self) -> String {
        let output = self.run(&nix());
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{log}");
        log
    }

    fn run(&self, nix: &Nix) -> Output {
        // Nix forks for each build, which is slow in a process that has evaluated a lot.
        let derivation = self.instantiate(nix);
        nix.command("build")
            .args(["--no-link", "--print-out-paths"])
            .args(["--print-build-logs", "--keep-going", "--max-jobs", "auto"])
            .arg(format!("{derivation}^out"))
            .output()
            .unwrap()
    }

    fn instantiate(&self, nix: &Nix) -> String {
        // The expression is too long for an argument.
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), self.expression()).unwrap();
        let file = Utf8Path::from_path(file.path()).unwrap();
        let path = nix.evaluate(&format!("(import {}).drvPath", nix_path(file)));
        path.as_str().unwrap().to_owned()
    }

    /// The log of a build that has to fail.
    pub fn failure(&self) -> String {
        match self.try_build() {
            Ok(path) => panic!("this was not to be built: {path}\n{}", self.links),
            Err(log) => log,
        }
    }

    pub fn expression(&self) -> String {
        with_prelude(&format!(
            "let
  # Builds start from the third-party crates that their dependency layer has. None may be compiled again.
  guard = pkgs.writeShellScript \"rustc-guard\" ''
    case \"''${{CARGO_MANIFEST_DIR:-}}\" in
      \"$NIX_STORE\"/* | */cratesieve-vendor/*)
        case \"''${{cratesieveLayered:+$name}}\" in
          *-deps | *-step) isDependencyLayer=1 ;;
          *) isDependencyLayer= ;;
        esac
        if [ -n \"''${{cargoArtifacts:-}}''${{cratesieveLayered:-}}\" ] && [ -z \"$isDependencyLayer\" ]; then
          echo \"guard: $CARGO_PKG_NAME $CARGO_PKG_VERSION is compiled again\" >&2
          exit 1
        fi
        ;;
    esac
    exec \"$@\"
  '';
  workspace = {};
  links = {{
    {}
  }};
in
pkgs.runCommandLocal \"farm\" {{ }} ''
  mkdir $out
  ${{lib.concatStrings (lib.mapAttrsToList (path: derivation: ''
    mkdir -p $out/${{lib.escapeShellArg (dirOf path)}}
    ln -s ${{derivation}} $out/${{lib.escapeShellArg path}}
  '') links)}}
''",
            self.workspace, self.links
        ))
    }
}
