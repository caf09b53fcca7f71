//! `workspace.dev.cargo` and `workspace.dev.shell`: `cargo` that starts from packages that Nix has compiled.

use std::env;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use tempfile::TempDir;

use crate::common::nix::{Workspace, nix};
use crate::common::utf8;
use crate::farm::Farm;

/// A developer with a workspace, and with a home directory without packages.
struct Developer {
    workspace: Workspace,
    home: TempDir,
    /// The directories in PATH where `cargo` is searched.
    path: Vec<PathBuf>,
}

impl Developer {
    fn of(fixture: &str) -> Self {
        let workspace = Workspace::of(fixture);
        // `cargo test` uses a different profile.
        workspace.append(
            "Cargo.toml",
            "\n[profile.dev]\npanic = \"abort\"\n\n[profile.test]\nopt-level = 1\n",
        );
        let mut farm = Farm::of(&workspace, "");
        farm.link("cargo", "workspace.dev.cargo");
        let mut path = vec![PathBuf::from(farm.build().join("cargo/bin"))];
        path.extend(env::split_paths(&env::var_os("PATH").unwrap()));
        Self {
            workspace,
            home: tempfile::tempdir().unwrap(),
            path,
        }
    }

    /// A developer whose next `cargo` on the PATH reports the home with which it was called, except for
    /// `cargo metadata`.
    fn with_reporter(fixture: &str) -> Self {
        let mut developer = Self::of(fixture);
        let cargo = env!("CARGO");
        let script = format!(
            "#!/bin/sh\ncase $1 in metadata) exec {cargo} \"$@\" ;; esac\necho \"$CARGO_HOME\"\n"
        );
        let directory = utf8(&developer.home).join("reporter");
        fs::create_dir(&directory).unwrap();
        fs::write(directory.join("cargo"), script).unwrap();
        let executable = fs::Permissions::from_mode(0o755);
        fs::set_permissions(directory.join("cargo"), executable).unwrap();
        developer.path.insert(1, directory.into());
        developer
    }

    fn home(&self) -> Utf8PathBuf {
        utf8(&self.home).join("cargo")
    }

    fn cargo(&self, directory: &Utf8Path, args: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(args)
            .current_dir(directory)
            .env("PATH", env::join_paths(&self.path).unwrap())
            .env("CARGO_HOME", self.home())
            .env_remove("CARGO_TARGET_DIR");
        // A profile that is set in the environment would differ from the one that Nix compiled with.
        for (name, _) in env::vars_os() {
            if name.to_string_lossy().starts_with("CARGO_PROFILE_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// What Cargo reports about crates: third-party ones, and those of the workspace.
    fn does(&self, args: &[&str]) -> [Vec<String>; 2] {
        let args = [args, &["--offline", "--verbose"]].concat();
        let output = self.cargo(&self.workspace.root(), &args).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{args:?}: {said}");
        let mut does = [Vec::new(), Vec::new()];
        for line in said.lines() {
            let words: Vec<_> = line.split_whitespace().collect();
            if let ["Fresh" | "Compiling" | "Checking" | "Dirty", ..] = words[..] {
                let is_own = line.contains(self.workspace.root().as_str());
                does[usize::from(is_own)].push(words[..2].join(" "));
            }
        }
        does.iter_mut().for_each(|words| words.sort());
        does
    }

    /// Whether this call of cargo uses the packages of Nix.
    fn is_warm(&self, directory: &Utf8Path, args: &[&str]) -> bool {
        let output = self.cargo(directory, args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let home = String::from_utf8(output.stdout).unwrap();
        match home.trim() {
            home if home == self.home() => false,
            home if home.ends_with("/.cratesieve/home") => true,
            home => panic!("{args:?}: {home}"),
        }
    }

    fn is_warm_here(&self) -> bool {
        self.is_warm(&self.workspace.root(), &["build"])
    }
}

#[test]
fn no_third_party_crate_is_compiled() {
    let developer = Developer::of("four-crates");
    let does = developer.does(&["build", "--workspace"]);
    let fresh = ["arrayvec", "either", "itoa", "once_cell"].map(|name| format!("Fresh {name}"));
    let compiled = ["a", "b", "c", "d"].map(|name| format!("Compiling pkg-{name}"));
    assert_eq!(does, [fresh.to_vec(), compiled.to_vec()]);

    // Clippy and tests start from compiled packages too. Afterwards Cargo continues as usual.
    for args in [
        &["clippy", "--workspace"][..],
        &["test", "--workspace", "--no-run"],
    ] {
        let [others, own] = developer.does(args);
        assert!(
            others.iter().all(|did| did.starts_with("Fresh ")),
            "{others:?}"
        );
        assert!(!own.iter().all(|did| did.starts_with("Fresh ")), "{own:?}");
    }
    let [others, own] = developer.does(&["build", "--workspace"]);
    assert_eq!(others, fresh);
    assert!(own.iter().all(|did| did.starts_with("Fresh ")), "{own:?}");
    let workspace = &developer.workspace;
    workspace.append("crates/pkg-c/src/main.rs", "// A remark.\n");
    let [others, own] = developer.does(&["build", "--workspace"]);
    assert_eq!(others, fresh);
    assert_eq!(
        own.iter()
            .filter(|did| !did.starts_with("Fresh "))
            .collect::<Vec<_>>(),
        ["Compiling pkg-c", "Dirty pkg-c"]
    );
}

#[test]
fn where_the_packages_of_nix_do_not_fit_cargo_is_as_ever() {
    let developer = Developer::with_reporter("four-crates");
    let workspace = &developer.workspace;
    let root = workspace.root();
    assert!(developer.is_warm_here());

    // The artifacts may lack packages of another lock.
    let lock = workspace.read("Cargo.lock");
    workspace.append("Cargo.lock", "\n# A remark.\n");
    assert!(!developer.is_warm_here());
    workspace.write("Cargo.lock", &lock);
    assert!(developer.is_warm_here());

    // Cargo would not find packages that are not in the lock yet.
    let manifest = workspace.read("crates/pkg-d/Cargo.toml");
    workspace.append("crates/pkg-d/Cargo.toml", "syn = \"2\"\n");
    assert!(!developer.is_warm_here());
    workspace.write("crates/pkg-d/Cargo.toml", &manifest);
    assert!(developer.is_warm_here());

    // These commands have to use the registry itself.
    for command in ["add", "update", "install", "publish"] {
        assert!(!developer.is_warm(&root, &[command]), "{command}");
    }
    for args in [
        &["--quiet", "b"][..],
        &["--config", "add.x=1", "build"],
        &["nextest", "run"],
        &["run", "--", "add"],
    ] {
        assert!(developer.is_warm(&root, args), "{args:?}");
    }
    assert!(!developer.is_warm(&root, &["+nightly", "build"]));

    // Another workspace has other packages.
    let other = Workspace::of("virtual");
    let manifest = other.root().join("Cargo.toml");
    assert!(!developer.is_warm(&other.root(), &["build"]));
    let of_other = ["build", "--manifest-path", manifest.as_str()];
    assert!(!developer.is_warm(&root, &of_other));
    let of_this = root.join("crates/pkg-b/Cargo.toml");
    let of_this = format!("--manifest-path={of_this}");
    assert!(developer.is_warm(&other.root(), &["build", &of_this]));
}

#[test]
fn the_home_is_the_users_own_otherwise() {
    let developer = Developer::with_reporter("four-crates");
    let home = developer.home();
    fs::create_dir(&home).unwrap();
    fs::write(home.join("credentials.toml"), "").unwrap();
    fs::write(home.join("config.toml"), "[build]\njobs = 1\n").unwrap();
    assert!(developer.is_warm_here());
    let warm = developer.workspace.path("target/.cratesieve/home");
    assert!(warm.join("credentials.toml").exists());
    let configuration = || fs::read_to_string(warm.join("config.toml")).unwrap();
    assert!(
        configuration().starts_with("[build]\njobs = 1\n\n[source."),
        "{}",
        configuration()
    );
    // An edit of the user's configuration counts.
    fs::write(home.join("config.toml"), "[build]\njobs = 2\n").unwrap();
    assert!(developer.is_warm_here());
    assert!(configuration().contains("jobs = 2"), "{}", configuration());
    // Sources that the user has configured stay.
    fs::write(
        home.join("config.toml"),
        "[source.mirror]\ndirectory = \"x\"\n",
    )
    .unwrap();
    assert!(!developer.is_warm_here());
}

#[test]
fn the_shell_has_it_before_the_toolchain() {
    let workspace = Workspace::of("four-crates");
    let arguments = "commonArgs.shellHook = \"hooked=yes\";";
    let expression = workspace.expression(
        arguments,
        "{ hook = workspace.dev.shell.shellHook; cargo = workspace.dev.cargo.outPath; }",
    );
    let value = nix().evaluate(&expression);
    let text = |name: &str| value[name].as_str().unwrap().to_owned();
    let output = Command::new("bash")
        .args(["-c", &format!("{}\necho \"$PATH $hooked\"", text("hook"))])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.starts_with(&format!("{}/bin:", text("cargo"))),
        "{said}"
    );
    assert!(said.ends_with(" yes\n"), "{said}");
}
