//! Layers that travel between machines: two remote builders that are reached with ssh, and a machine that has
//! nothing but a binary cache. Each machine is a Nix store in a directory.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::fs::Permissions;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use cratesieve::manifest::CrateEntry;
use serde_json::Value;

use crate::calls::{Calls, counting, manifest_of};
use crate::common::nix::{nix, nix_path};
use crate::common::{succeed, utf8};
use crate::farm::Farm;
use crate::layers::fresh;
use crate::thirty::thirty;

// ---- The network ----------------------------------------------------------------------------------

/// Machines, and a server on the loopback address through which the hosts `one` and `two` are reached.
struct Network {
    scratch: tempfile::TempDir,
    server: Child,
}

impl Network {
    fn new(sshd: &Utf8Path) -> Self {
        let scratch = tempfile::tempdir().unwrap();
        let directory = utf8(&scratch).to_owned();
        for key in ["host-key", "key"] {
            succeed(
                Command::new("ssh-keygen")
                    .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                    .arg(directory.join(key)),
            );
        }
        // The port is free again when the listener is dropped.
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        fs::write(
            directory.join("sshd_config"),
            format!(
                "Port {port}\nListenAddress 127.0.0.1\nHostKey {directory}/host-key\nPidFile none\n\
                 AuthorizedKeysFile {directory}/key.pub\nStrictModes no\nUsePAM no\n\
                 PasswordAuthentication no\nKbdInteractiveAuthentication no\n\
                 PermitRootLogin prohibit-password\n"
            ),
        )
        .unwrap();
        fs::write(
            directory.join("ssh_config"),
            format!(
                "Host one two\n  HostName 127.0.0.1\n  Port {port}\n  IdentityFile {directory}/key\n  \
                 IdentitiesOnly yes\n  BatchMode yes\n  StrictHostKeyChecking no\n  \
                 UserKnownHostsFile /dev/null\n  LogLevel ERROR\n"
            ),
        )
        .unwrap();
        // As root, sshd needs this directory, which Debian's service makes.
        let _ = fs::create_dir_all("/run/sshd");
        let server = Command::new(sshd)
            .args(["-D", "-E", directory.join("sshd.log").as_str()])
            .args(["-f", directory.join("sshd_config").as_str()])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        let network = Self { scratch, server };
        network.wait_for(port);
        network
    }

    fn wait_for(&self, port: u16) {
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            if start.elapsed() > Duration::from_secs(20) {
                let log = fs::read_to_string(self.path("sshd.log"));
                panic!("sshd does not listen: {}", log.unwrap_or_default());
            }
            thread::sleep(Duration::from_millis(50));
        }
    }

    fn path(&self, name: &str) -> Utf8PathBuf {
        utf8(&self.scratch).join(name)
    }

    /// `nix` on a machine, with these lines in its configuration.
    fn nix(&self, machine: &str, subcommand: &str, configuration: &str) -> Command {
        let mut command = nix().command(subcommand);
        let program = command.get_program().to_str().unwrap();
        let store = self.path(machine);
        let configuration = format!(
            "store = local?root={store}\nrequire-sigs = false\nsubstituters =\nbuild-poll-interval = 1\n\
             build-hook = {program} __build-remote\n{configuration}\n{}\n",
            own_configuration()
        );
        command
            .env("NIX_CONFIG", configuration)
            .env("NIX_SSHOPTS", format!("-F {}", self.path("ssh_config")));
        command
    }

    /// A value of `builders` for the two hosts.
    fn builders(&self) -> String {
        let system = nix().evaluate("builtins.currentSystem");
        let system = system.as_str().unwrap();
        let nix = nix().command("daemon");
        let nix = nix.get_program().to_str().unwrap();
        // Variables of the tests do not get through ssh.
        let program = self.path("nix-daemon");
        let script = format!(
            "#!/bin/sh\nexport NIX_CONFIG='{}'\nexec '{nix}' daemon \"$@\"\n",
            own_configuration()
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, Permissions::from_mode(0o755)).unwrap();
        let hosts = ["one", "two"].map(|host| {
            let store = self.path(host);
            format!("ssh-ng://{host}?remote-store={store}&remote-program={program} {system} - 4")
        });
        hosts.join(" ; ")
    }

    fn instantiate(&self, machine: &str, farm: &Farm) -> String {
        let file = self.path("farm.nix");
        fs::write(&file, farm.expression()).unwrap();
        let expression = format!("(import {}).drvPath", nix_path(&file));
        let mut command = self.nix(machine, "eval", "");
        succeed(command.args(["--impure", "--raw", "--expr", &expression]))
    }

    /// Builds a derivation on a machine.
    fn build(&self, machine: &str, derivation: &str, configuration: &str) -> Built {
        let output = self
            .nix(machine, "build", configuration)
            .args(["--no-link", "--print-out-paths", "--print-build-logs"])
            .arg(format!("{derivation}^out"))
            .output()
            .unwrap();
        let log = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{log}");
        let mut hosts = BTreeMap::new();
        for line in log.lines() {
            let building = line.strip_prefix("building '");
            let Some((derivation, rest)) = building.and_then(|rest| rest.split_once('\'')) else {
                continue;
            };
            let derivation = derivation.to_owned();
            match rest.strip_prefix(" on 'ssh-ng://") {
                Some(host) => {
                    let host = host.split(['?', '\'']).next().unwrap();
                    hosts.insert(derivation, host.to_owned());
                }
                // The other machine says so, too.
                None => drop(hosts.entry(derivation).or_default()),
            }
        }
        Built {
            output: String::from_utf8(output.stdout)
                .unwrap()
                .trim_end()
                .to_owned(),
            hosts,
            log,
        }
    }

    /// The hash of what a path holds, in the store of a machine.
    fn hash(&self, machine: &str, path: &str) -> String {
        let mut command = self.nix(machine, "path-info", "");
        let said = succeed(command.args(["--json", path]));
        let said: Value = serde_json::from_str(&said).unwrap();
        // Versions of Nix differ in what the key is.
        let entries = said.get("info").unwrap_or(&said);
        let entry = entries
            .as_object()
            .and_then(|entries| entries.values().next());
        let hash = entry.and_then(|entry| entry["narHash"].as_str());
        hash.unwrap_or_else(|| panic!("{said:#}")).to_owned()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
        // Everything in a store is read-only.
        let _ = Command::new("chmod")
            .args(["--recursive", "u+w", utf8(&self.scratch).as_str()])
            .status();
    }
}

/// The configuration that tests/nix/setup prints for a Nix that was there.
fn own_configuration() -> String {
    env::var("NIX_CONFIG").unwrap_or_default()
}

struct Built {
    output: String,
    /// The host of each derivation that was built. It is empty for the machine itself.
    hosts: BTreeMap<String, String>,
    log: String,
}

/// The server's program. Its own path has to be absolute. Without it, and not on CI, the test is left out.
fn sshd() -> Option<Utf8PathBuf> {
    let path = env::var("PATH").unwrap();
    let directories = path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]);
    let found = directories
        .map(|directory| Utf8Path::new(directory).join("sshd"))
        .find(|program| program.is_file());
    assert!(
        found.is_some() || env::var_os("CI").is_none(),
        "there is no sshd, and CI is set"
    );
    found
}

// ---- The test -------------------------------------------------------------------------------------

/// The packages with programs. The second build makes them from layers of the binary cache.
const PROGRAMS: [&str; 4] = ["bench-tool", "client", "inspect", "server"];

#[test]
fn thirty_crates_are_built_on_two_builders_and_from_a_cache() {
    let Some(sshd) = sshd() else {
        eprintln!("LEFT OUT: remote builders: there is no sshd");
        return;
    };
    let network = Network::new(&sshd);
    let workspace = thirty();
    let manifest = manifest_of(&workspace);
    let members: Vec<&str> = manifest.crates.keys().map(String::as_str).collect();
    assert_eq!(members.len(), 30);
    let (counted, calls_in) = counting(&fresh());
    let arguments = format!("{counted} strategy = \"layered\"; features = \"workspace\";");
    let farm = Farm::of(&workspace, &arguments).with(&members, &["package"]);

    // Two builders, and a machine that has an empty store and builds nothing.
    let derivation = network.instantiate("here", &farm);
    let remote = format!("max-jobs = 0\nbuilders = {}", network.builders());
    let first = network.build("here", &derivation, &remote);
    compile_only_themselves(&members, |derivation| calls_in(&first.log, derivation));
    let host = |name: &str| {
        let derivation = first.hosts.iter().find(|(path, _)| is_of(name, path));
        derivation
            .unwrap_or_else(|| panic!("{name}: {:?}", first.hosts))
            .1
            .as_str()
    };
    let is_far = |(name, entry): (&String, &CrateEntry)| {
        assert!(["one", "two"].contains(&host(name)), "{name}");
        entry
            .dependencies
            .iter()
            .any(|below| host(below) != host(name))
    };
    let far = manifest
        .crates
        .iter()
        .filter(|entry| is_far(*entry))
        .count();
    assert!(
        far > 0,
        "no layer is from the other builder: {:?}",
        first.hosts
    );

    // A binary cache that has everything except the programs, and another machine with an empty store.
    let programs = PROGRAMS.map(|name| {
        let link = format!("{}{}/{name}/package", network.path("here"), first.output);
        fs::read_link(link)
            .unwrap()
            .into_os_string()
            .into_string()
            .unwrap()
    });
    let all = succeed(network.nix("here", "path-info", "").arg("--all"));
    let others = all.lines().filter(|path| {
        !path.ends_with(".drv") && *path != first.output && !programs.iter().any(|one| one == path)
    });
    let cache = format!("file://{}", network.path("cache"));
    succeed(
        network
            .nix("here", "copy", "")
            .args(["--to", &format!("{cache}?compression=none")])
            .args(others),
    );
    let again = network.instantiate("other", &farm);
    assert_eq!(again, derivation);
    let second = network.build("other", &again, &format!("substituters = {cache}"));
    compile_only_themselves(&PROGRAMS, |derivation| calls_in(&second.log, derivation));
    for (name, path) in PROGRAMS.iter().zip(&programs) {
        assert_eq!(
            network.hash("other", path),
            network.hash("here", path),
            "{name}"
        );
    }
}

/// The crate with a build script that uses a crate, and that crate. Cargo compiles it again for the script, with
/// the profile of build scripts.
const SCRIPT: (&str, &str) = ("schema", "codegen");

/// Checks that the derivations of these crates compile these crates, and that no derivation compiles another
/// crate: it would if it refused a layer.
fn compile_only_themselves(crates: &[&str], calls_in: impl Fn(&str) -> Calls) {
    let all = calls_in("");
    let own: Vec<&str> = all.own.keys().map(String::as_str).collect();
    assert_eq!((own, all.stubs), (crates.to_vec(), 0));
    let mut expected = BTreeMap::new();
    for name in crates {
        // A library with programs next to it has another derivation.
        for derivation in [format!("{name}> "), format!("{name}-link> ")] {
            let calls = calls_in(&derivation);
            assert_eq!(calls.third_party, BTreeMap::new(), "{derivation}");
            for (compiled, count) in calls.own {
                assert!(
                    compiled == *name || SCRIPT == (name, &compiled),
                    "{derivation}{compiled}"
                );
                *expected.entry(compiled).or_insert(0) += count;
            }
        }
    }
    // No other derivation, such as the one of third-party packages, compiles one of them.
    assert_eq!(all.own, expected);
}

/// Whether a derivation is the one that compiles the library of a crate, or its program.
fn is_of(name: &str, derivation: &str) -> bool {
    let file = derivation.rsplit('/').next().unwrap();
    let (_, rest) = file.split_once('-').unwrap();
    rest.strip_prefix(name)
        .is_some_and(|rest| rest.starts_with("-0.1.0"))
}
