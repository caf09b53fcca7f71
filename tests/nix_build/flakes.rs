//! The flake of the project, and flakes of users made from each template: pure evaluation, and the commands of
//! a user. The inputs nixpkgs, crane and flake-parts are stand-ins, or the real crane and flake-parts
//! in `CRANE_SRC` and `FLAKE_PARTS_SRC`.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::process::{Command, Output};
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value;
use tempfile::TempDir;
use walkdir::WalkDir;

use crate::common::nix::{Workspace, nix, repository};
use crate::common::{git, run_in, utf8};

// ---- The inputs -----------------------------------------------------------------------------------

/// Copies of the inputs. Pure evaluation reads no environment, so a copy contains the host's tools.
pub static INPUTS: LazyLock<TempDir> = LazyLock::new(|| {
    let directory = tempfile::tempdir().unwrap();
    let to = utf8(&directory);
    copy(
        &repository().join("tests/nix/stand-in"),
        &to.join("stand-in"),
    );
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    if let Some(tools) = variable("CRATESIEVE_HOST_TOOLS") {
        fs::copy(tools, to.join("stand-in/host-tools.json")).unwrap();
    }
    if let Some(lib) = variable("NIXPKGS_LIB") {
        let lib = Utf8PathBuf::from(lib);
        let lib = if lib.join("lib/default.nix").exists() {
            lib.join("lib")
        } else {
            lib
        };
        copy(&lib, &to.join("stand-in/nixpkgs-lib"));
    }
    for (name, input) in [("CRANE_SRC", "crane"), ("FLAKE_PARTS_SRC", "flake-parts")] {
        if let Some(source) = variable(name) {
            copy(Utf8Path::new(&source), &to.join(input));
        }
    }
    let own = to.join("cratesieve");
    copy(repository(), &own);
    // The tests do not need an optimised cratesieve, which takes long to compile.
    let manifest = own.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).unwrap();
    fs::write(manifest, text + "\n[profile.release]\nopt-level = 0\n").unwrap();
    directory
});

/// Copies a directory without the files of Cargo and git.
fn copy(from: &Utf8Path, to: &Utf8Path) {
    let walk = WalkDir::new(from).into_iter().filter_entry(|entry| {
        entry.depth() != 1 || !matches!(entry.file_name().to_str(), Some("target" | ".git"))
    });
    for entry in walk {
        let entry = entry.unwrap();
        let target = to.join(
            Utf8Path::from_path(entry.path())
                .unwrap()
                .strip_prefix(from)
                .unwrap(),
        );
        if entry.path_is_symlink() {
            crate::common::symlink(&fs::read_link(entry.path()).unwrap(), target.as_std_path());
        } else if entry.file_type().is_dir() {
            fs::create_dir_all(target).unwrap();
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs `nix` in a directory, such as `nix flake check`.
fn run(directory: &Utf8Path, args: &[&str]) -> Output {
    let inputs = utf8(&INPUTS);
    let input = |name: &str| match inputs.join(name) {
        real if real.exists() => format!("path:{real}"),
        _ => format!("path:{inputs}/stand-in?dir=flakes/{name}"),
    };
    let mut command = nix().command(args[0]);
    let (options, program): (&[&str], &[&str]) = match args.iter().position(|arg| *arg == "--") {
        Some(place) => args.split_at(place),
        None => (args, &[]),
    };
    command
        .args(&options[1..])
        .args([
            "--extra-experimental-features",
            "flakes",
            "--no-write-lock-file",
        ])
        .args(["--option", "flake-registry", ""])
        .args(["--override-input", "nixpkgs", &input("nixpkgs")])
        .args(["--override-input", "crane", &input("crane")]);
    if directory != inputs.join("cratesieve") {
        command.args(["--override-input", "cratesieve", &input("cratesieve")]);
        // A flake without an input `crane` gets the one that cratesieve's lock names, from the network.
        command.args(["--override-input", "cratesieve/crane", &input("crane")]);
    }
    // The names in flakes of fixtures.
    for (name, flake) in [
        ("flake-parts", "flake-parts"),
        ("utils", "flake-utils"),
        ("flake-utils", "flake-utils"),
        ("parts", "flake-parts"),
        ("rust", "rust-overlay"),
        ("rust-overlay", "rust-overlay"),
        ("fenix", "fenix"),
    ] {
        let text = inputs_of(directory);
        let has = |before: &str, behind: &str| text.contains(&format!("{before}{name}{behind}"));
        if has(" ", ".url") || has(" ", " = {") || has("inputs.", ".url") {
            command.args(["--override-input", name, &input(flake)]);
        }
    }
    command
        .args(program)
        .current_dir(directory)
        .output()
        .unwrap()
}

/// The inputs in the text of the flake.
fn inputs_of(directory: &Utf8Path) -> String {
    let mut above = directory.ancestors().map(|above| above.join("flake.nix"));
    let flake = above.find(|flake| flake.exists());
    flake.map_or_else(String::new, |flake| fs::read_to_string(flake).unwrap())
}

fn succeed(directory: &Utf8Path, args: &[&str]) -> String {
    let output = run(directory, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "nix {args:?}\n{stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The system of this machine, as Nix names it.
pub static SYSTEM: LazyLock<String> = LazyLock::new(|| {
    let system = nix().evaluate("builtins.currentSystem");
    system.as_str().unwrap().to_owned()
});

/// The names that `nix flake show` lists for this system.
fn shown(flake: &Value, output: &str) -> BTreeSet<String> {
    let names = flake[output][&*SYSTEM].as_object();
    let names = names.unwrap_or_else(|| panic!("no {output} for {}:\n{flake:#}", *SYSTEM));
    names.keys().cloned().collect()
}

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

// ---- A user's flake -------------------------------------------------------------------------------

/// The templates of the project's flake.
const TEMPLATES: &[&str] = &["default", "flake-parts"];

/// A fixture in a git repository, with the flake of a template.
fn user(template: &str) -> Workspace {
    let workspace = Workspace::of("four-crates");
    workspace.remove(".git");
    git(workspace.repository(), &["init", "--quiet"]);
    git(workspace.repository(), &["add", "."]);
    let output = nix()
        .command("flake")
        .arg("init")
        .args(["--extra-experimental-features", "flakes"])
        .args(["--option", "flake-registry", ""])
        .arg("--template")
        .arg(format!("path:{}/cratesieve#{template}", utf8(&INPUTS)))
        .current_dir(workspace.root())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{template}: {said}");
    for command in ["nix run .#gen", "nix build .#your-crate", "nix develop"] {
        assert!(said.contains(command), "{template}: {said}");
    }
    workspace
}

#[test]
fn the_flake_of_a_user_has_everything() {
    for template in TEMPLATES {
        let user = user(template);
        has_everything(&user);
    }
}

fn has_everything(user: &Workspace) {
    let flake = succeed(user.root().as_path(), &["flake", "show", "--json"]);
    let flake: Value = serde_json::from_str(&flake).unwrap();
    assert_eq!(shown(&flake, "apps"), names(&["gen"]));
    assert_eq!(
        shown(&flake, "packages"),
        names(&["default", "pkg-b", "pkg-c", "pkg-d"])
    );
    assert_eq!(shown(&flake, "devShells"), names(&["default"]));
    let mut checks = names(&["fmt", "manifest"]);
    for krate in ["pkg-a", "pkg-b", "pkg-c", "pkg-d"] {
        checks.insert(format!("{krate}-check"));
    }
    assert_eq!(shown(&flake, "checks"), checks);
    succeed(&user.root(), &["flake", "check", "--no-build"]);
}

#[test]
fn the_flake_of_a_user_builds() {
    for template in TEMPLATES {
        builds(&user(template));
    }
}

fn builds(user: &Workspace) {
    let check = format!(".#checks.{}", *SYSTEM);
    let built = succeed(
        &user.root(),
        &[
            "build",
            ".#default",
            ".#pkg-b",
            &format!("{check}.manifest"),
            &format!("{check}.fmt"),
            &format!("{check}.pkg-c-check"),
            &format!(".#devShells.{}.default", *SYSTEM),
            "--no-link",
            "--print-out-paths",
        ],
    );
    let default = Utf8PathBuf::from(built.lines().next().unwrap());
    for name in ["pkg-b", "pkg-c", "pkg-d"] {
        let output = Command::new(default.join("bin").join(name))
            .output()
            .unwrap();
        assert!(
            output.status.success() && output.stdout.starts_with(name.as_bytes()),
            "{name}"
        );
    }
    let ran = succeed(&user.root(), &["run", ".#pkg-d"]);
    assert_eq!(ran, "pkg-d alone\n");
}

#[test]
fn gen_writes_the_manifest() {
    for template in TEMPLATES {
        writes_the_manifest(&user(template));
    }
}

fn writes_the_manifest(user: &Workspace) {
    let fresh = user.read("cratesieve.json");
    git(
        user.repository(),
        &["rm", "--quiet", "-f", "cratesieve.json"],
    );
    // No other output can be evaluated, and the error says what to do.
    let output = run(&user.root(), &["build", "--no-link"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(
        stderr.contains("cratesieve: there is no manifest at"),
        "{stderr}"
    );
    assert!(stderr.contains("run: nix run .#gen"), "{stderr}");

    succeed(&user.root(), &["run", ".#gen"]);
    assert_eq!(user.read("cratesieve.json"), fresh);
    // Nix does not see the untracked file.
    let output = run(&user.root(), &["build", "--no-link"]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success());
    assert!(stderr.contains("then `git add` it"), "{stderr}");
    git(user.repository(), &["add", "cratesieve.json"]);
    succeed(&user.root(), &["build", ".#pkg-b", "--no-link"]);

    // Arguments go to the generator, which also works in a directory below.
    let stale = fresh.replace("\"README.md\"", "\"readme.md\"");
    user.write("cratesieve.json", &stale);
    let output = run(
        &user.path("crates/pkg-a"),
        &["run", "../..#gen", "--", "--check"],
    );
    assert_eq!(
        output.status.code(),
        Some(1),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let stdout = String::from_utf8_lossy(&output.stdout);
    assert!(
        stdout.contains("-        \"readme.md\"\n+        \"README.md\""),
        "{stdout}"
    );
    assert_eq!(user.read("cratesieve.json"), stale);
    succeed(&user.path("crates/pkg-a"), &["run", "../..#gen"]);
    assert_eq!(user.read("cratesieve.json"), fresh);
}

/// Nix also evaluates the packages when it looks for `gen`, so that must not fail.
#[test]
fn gen_mends_every_manifest() {
    for template in TEMPLATES {
        mends_every_manifest(&user(template));
    }
}

fn mends_every_manifest(user: &Workspace) {
    let fresh = user.read("cratesieve.json");
    let middle = fresh.find("    \"pkg-b\"").unwrap();
    for broken in [
        format!(
            "{}<<<<<<< HEAD\n{}=======\n>>>>>>> other\n",
            &fresh[..middle],
            &fresh[middle..]
        ),
        fresh.replace("pkg-a", "pkg-gone"),
        fresh.replace("\"format\": 2", "\"format\": 1"),
        fresh[..middle].to_owned(),
        String::new(),
    ] {
        user.write("cratesieve.json", &broken);
        let output = run(&user.root(), &["run", ".#gen"]);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{stderr}\n----\n{broken}");
        assert_eq!(user.read("cratesieve.json"), fresh);
    }
}

/// `nix run .#gen` works from any directory if the workspace is below the top of the repository.
#[test]
fn gen_finds_a_workspace_below() {
    for template in TEMPLATES {
        let user = user(template);
        user.replace("flake.nix", "src = ./.;", "src = ./. + \"/the rust/code\";");
        user.make_directory("the rust/code");
        for name in ["Cargo.toml", "Cargo.lock", "cratesieve.json", "crates"] {
            user.rename(name, &format!("the rust/code/{name}"));
        }
        user.write("docs/x.md", "");
        git(user.repository(), &["add", "--all"]);
        let manifest = "the rust/code/cratesieve.json";
        let fresh = user.read(manifest);
        for (place, flake) in [
            (".", "."),
            ("docs", "."),
            ("docs", ".."),
            ("the rust/code", "../.."),
        ] {
            user.remove(manifest);
            succeed(&user.path(place), &["run", &format!("{flake}#gen")]);
            assert_eq!(user.read(manifest), fresh, "{template}: {place}");
            succeed(
                &user.path(place),
                &["run", &format!("{flake}#gen"), "--", "--check"],
            );
        }
        succeed(&user.root(), &["build", ".#pkg-d", "--no-link"]);
    }
}

// ---- What `init` adds to a flake that is there ------------------------------------------------------

/// four-crates with a flake of fixtures/flakes, after the patch that `init` prints.
fn patched(flake: &Utf8Path) -> Option<Workspace> {
    let workspace = Workspace::of("four-crates");
    workspace.remove(".git");
    copy(flake, &workspace.root());
    git(workspace.repository(), &["init", "--quiet"]);
    let outcome = run_in(&workspace.root(), &["init", "--patch"]);
    assert_eq!(outcome.code, 0, "{flake}");
    if outcome.stdout.is_empty() {
        return None;
    }
    let patch = workspace.path(".git/patch");
    fs::write(&patch, outcome.stdout).unwrap();
    git(workspace.repository(), &["apply", patch.as_str()]);
    git(workspace.repository(), &["add", "."]);
    Some(workspace)
}

/// After the patch, the flake has all of its outputs, and those of the workspace with other names.
#[test]
fn what_init_adds_to_a_flake_is_there() {
    let flakes = repository().join("fixtures/flakes");
    let mut count = 0;
    for entry in flakes.read_dir_utf8().unwrap() {
        let path = entry.unwrap().into_path();
        let name = path.file_name().unwrap().to_owned();
        let Some(user) = patched(&path) else {
            assert_eq!(name, "unknown");
            continue;
        };
        count += 1;
        let flake = succeed(&user.root(), &["flake", "show", "--json"]);
        let flake: Value = serde_json::from_str(&flake).unwrap();
        let text = user.read("flake.nix");
        let packages = shown(&flake, "packages");
        assert!(
            packages.is_superset(&names(&["default", "pkg-b", "pkg-c", "pkg-d"])),
            "{name}: {packages:?}"
        );
        let checks = shown(&flake, "checks");
        assert!(
            checks.is_superset(&names(&["fmt", "manifest"])),
            "{name}: {checks:?}"
        );
        assert_eq!(shown(&flake, "apps"), names(&["gen"]), "{name}");
        assert!(shown(&flake, "devShells").contains("default"), "{name}");
        if text.contains("jq") {
            // Outputs of the flake itself.
            let packages = &flake["packages"][&*SYSTEM];
            let own = ["default", "jq", "extra", "mine"];
            let own: Vec<&str> = own
                .into_iter()
                .filter(|own| packages.get(own).is_some())
                .collect();
            assert!(
                own.contains(&"jq") || own.contains(&"default"),
                "{name}: {packages}"
            );
        }
        let drv = |what: &str| {
            let place = format!(".#{what}");
            succeed(&user.root(), &["eval", "--raw", &place])
        };
        let program = drv(&format!("apps.{}.gen.program", *SYSTEM));
        assert!(
            program.ends_with("/bin/gen") || program.contains("gen"),
            "{name}: {program}"
        );
        let built = drv(&format!("packages.{}.pkg-d.drvPath", *SYSTEM));
        assert!(built.contains("pkg-d"), "{name}: {built}");
        let check = checks.iter().find(|check| check.starts_with("pkg-a-"));
        let check = check.unwrap_or_else(|| panic!("{name}: {checks:?}"));
        drv(&format!("checks.{}.{check}.drvPath", *SYSTEM));
    }
    assert!(count >= 14, "fixtures got lost");
}

// ---- The project's own ----------------------------------------------------------------------------

#[test]
fn the_flake_of_the_project_has_everything() {
    let own = utf8(&INPUTS).join("cratesieve");
    let flake = succeed(&own, &["flake", "show", "--json"]);
    let flake: Value = serde_json::from_str(&flake).unwrap();
    assert_eq!(shown(&flake, "apps"), names(&["default", "gen"]));
    // The full command line, for a repository without a flake.
    let program = format!(".#apps.{}.default.program", *SYSTEM);
    let program = succeed(&own, &["eval", "--raw", &program]);
    assert!(program.ends_with("/bin/cratesieve"), "{program}");
    assert_eq!(shown(&flake, "packages"), names(&["cratesieve", "default"]));
    assert_eq!(shown(&flake, "devShells"), names(&["default"]));
    let checks = ["cratesieve-check", "fmt", "manifest"];
    assert_eq!(shown(&flake, "checks"), names(&checks));
    for output in ["flakeModules", "lib", "overlays"] {
        assert!(flake.get(output).is_some(), "no {output}:\n{flake:#}");
    }
    let templates = flake["templates"].as_object().unwrap();
    assert!(templates.keys().eq(TEMPLATES), "{templates:?}");
    succeed(&own, &["flake", "check", "--no-build"]);
    // The flake evaluates for every system that it names.
    succeed(&own, &["flake", "show", "--all-systems"]);
}
