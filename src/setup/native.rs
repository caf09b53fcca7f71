//! The C libraries and programs that the packages of a Cargo.lock want from nixpkgs. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::rewrite::read_lock::{Lock, Package};

/// Where nixpkgs has a library: on Darwin, evaluating one of Linux is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum On {
    All,
    Linux,
}
use On::{All, Linux};

/// What a package of crates.io wants to be compiled.
struct Row {
    package: &'static str,
    /// Attributes of nixpkgs for `buildInputs`.
    libraries: &'static str,
    /// Attributes of nixpkgs for `nativeBuildInputs`.
    programs: &'static str,
    /// When the package wants none of this, because it compiles or loads its own copy: `name`, where
    /// the package depends on `name` in Cargo.lock; `!name`, where it does not; `~name`, where the
    /// crate of the workspace reaches `name`; `*`, always, unless a variable says otherwise, which is
    /// in [`VARIABLES`].
    unless: &'static str,
    on: On,
}

const fn row(
    package: &'static str,
    libraries: &'static str,
    programs: &'static str,
    unless: &'static str,
    on: On,
) -> Row {
    Row {
        package,
        libraries,
        programs,
        unless,
        on,
    }
}

/// The crates `ring`, `psm` and `tikv-jemalloc-sys` are not here: a C compiler, which every derivation
/// has, is all that they want.
#[rustfmt::skip]
const TABLE: &[Row] = &[
    // The package               buildInputs                   nativeBuildInputs            unless          systems
// After nixpkgs' pkgs/build-support/rust/default-crate-overrides.nix. What a crate's features leave out was
    // added by hand:
    row("alsa-sys",                "alsa-lib",                   "",                          "",             Linux),
    row("atk-sys",                 "atk",                        "",                          "",             All),
    row("cairo-sys-rs",            "cairo",                      "",                          "",             All),
    row("capnpc",                  "",                           "capnproto",                 "",             All),
    row("curl-sys",                "curl zlib",                  "",                          "",             All),
    row("evdev-sys",               "libevdev",                   "",                          "",             Linux),
    row("foundationdb-sys",        "foundationdb",               "",                          "",             All),
    row("freetype-sys",            "freetype",                   "",                          "",             All),
    row("gdk-pixbuf-sys",          "gdk-pixbuf",                 "",                          "",             All),
    row("gdk-sys",                 "gtk3",                       "",                          "",             All),
    row("gdk4-sys",                "gtk4",                       "",                          "",             All),
    row("gdkx11-sys",              "gtk3",                       "",                          "",             Linux),
    row("gio-sys",                 "glib",                       "",                          "",             All),
    row("glib-sys",                "glib",                       "",                          "",             All),
    row("gobject-sys",             "glib",                       "",                          "",             All),
    row("graphene-sys",            "graphene",                   "",                          "",             All),
    row("gsk4-sys",                "gtk4",                       "",                          "",             All),
    row("gtk-sys",                 "gtk3",                       "",                          "",             All),
    row("gtk4-sys",                "gtk4",                       "",                          "",             All),
    row("javascriptcore-rs-sys",   "webkitgtk_4_1",              "",                          "",             Linux),
    row("libdbus-sys",             "dbus",                       "",                          "cc",           Linux),
    row("libgit2-sys",             "libgit2 zlib",               "",                          "",             All),
    row("libseat-sys",             "seatd",                      "",                          "",             Linux),
    row("libsqlite3-sys",          "sqlite",                     "",                          "cc",           All),
    row("libssh2-sys",             "libssh2",                    "",                          "*",            All),
    row("libudev-sys",             "udev",                       "",                          "",             Linux),
    row("libz-sys",                "zlib",                       "",                          "",             All),
    row("nettle-sys",              "nettle",                     "",                          "",             All),
    row("openssl-sys",             "openssl",                    "",                          "openssl-src",  All),
    row("pam-sys",                 "linux-pam",                  "",                          "",             Linux),
    row("pango-sys",               "pango",                      "",                          "",             All),
    row("pangocairo-sys",          "pango",                      "",                          "",             All),
    row("pq-sys",                  "libpq",                      "",                          "pq-src",       All),
    row("prost-build",             "",                           "protobuf",                  "~protox ~protoc-bin-vendored ~protobuf-src",All),
    row("rdkafka-sys",             "rdkafka",                    "",                          "cmake",        All),
    row("servo-fontconfig-sys",    "fontconfig freetype",        "",                          "",             All),
    row("soup3-sys",               "libsoup_3",                  "",                          "",             All),
    row("thrussh-libsodium",       "libsodium",                  "",                          "",             All),
    row("webkit2gtk-sys",          "webkitgtk_4_1",              "",                          "",             Linux),

    // Added by hand, and not looked up in nixpkgs:
    row("aws-lc-sys",              "",                           "",                          "*",            All),
    row("bindgen",                 "",                           "rustPlatform.bindgenHook",  "",             All),
    row("bzip2-sys",               "bzip2",                      "",                          "",             All),
    row("cmake",                   "",                           "cmake",                     "",             All),
    row("devicemapper-sys",        "lvm2",                       "",                          "",             Linux),
    row("expat-sys",               "expat",                      "",                          "",             All),
    row("ffmpeg-sys-next",         "ffmpeg",                     "",                          "",             All),
    row("flatc-rust",              "",                           "flatbuffers",               "",             All),
    row("fuser",                   "fuse3",                      "",                          "!pkg-config",  Linux),
    row("gbm-sys",                 "libgbm",                     "",                          "",             Linux),
    row("gdal-sys",                "gdal",                       "",                          "",             All),
    row("gdkwayland-sys",          "gtk3",                       "",                          "",             Linux),
    row("geos-sys",                "geos",                       "",                          "geos-src",     All),
    row("gstreamer-app-sys",       "gst_all_1.gst-plugins-base", "",                          "",             All),
    row("gstreamer-audio-sys",     "gst_all_1.gst-plugins-base", "",                          "",             All),
    row("gstreamer-base-sys",      "gst_all_1.gstreamer",        "",                          "",             All),
    row("gstreamer-pbutils-sys",   "gst_all_1.gst-plugins-base", "",                          "",             All),
    row("gstreamer-sys",           "gst_all_1.gstreamer",        "",                          "",             All),
    row("gstreamer-video-sys",     "gst_all_1.gst-plugins-base", "",                          "",             All),
    row("gtk4-layer-shell-sys",    "gtk4-layer-shell",           "",                          "",             Linux),
    row("gtksourceview5-sys",      "gtksourceview5",             "",                          "",             All),
    row("harfbuzz-sys",            "harfbuzz",                   "",                          "cc",           All),
    row("hdf5-sys",                "hdf5",                       "",                          "hdf5-src",     All),
    row("hidapi",                  "udev",                       "",                          "!pkg-config",  Linux),
    row("input-sys",               "libinput udev",              "",                          "",             Linux),
    row("leptonica-sys",           "leptonica",                  "",                          "",             All),
    row("libadwaita-sys",          "libadwaita",                 "",                          "",             All),
    row("libblkid-rs-sys",         "util-linux",                 "",                          "",             Linux),
    row("libbpf-sys",              "elfutils zlib",              "",                          "",             Linux),
    row("libcryptsetup-rs-sys",    "cryptsetup",                 "",                          "",             Linux),
    row("libdisplay-info-sys",     "libdisplay-info",            "",                          "",             Linux),
    row("libgssapi-sys",           "krb5",                       "",                          "",             All),
    row("libheif-sys",             "libheif",                    "",                          "",             All),
    row("liblzma-sys",             "xz",                         "",                          "",             All),
    row("libpulse-sys",            "libpulseaudio",              "",                          "",             Linux),
    row("librocksdb-sys",          "rocksdb",                    "",                          "*",            All),
    row("libseccomp-sys",          "libseccomp",                 "",                          "",             Linux),
    row("libsodium-sys",           "libsodium",                  "",                          "",             All),
    row("libsodium-sys-stable",    "libsodium",                  "",                          "",             All),
    row("libspa-sys",              "pipewire",                   "",                          "",             Linux),
    row("libsystemd-sys",          "systemd",                    "",                          "",             Linux),
    row("libusb1-sys",             "libusb1",                    "",                          "",             All),
    row("libxdo-sys",              "xdotool",                    "",                          "",             Linux),
    row("libxml",                  "libxml2",                    "",                          "",             All),
    row("llvm-sys",                "libffi libxml2",             "llvm",                      "",             All),
    row("lzma-sys",                "xz",                         "",                          "",             All),
    row("magic-sys",               "file",                       "",                          "",             All),
    row("mlua-sys",                "lua5_4",                     "",                          "lua-src luajit-src luau0-src",All),
    row("mysqlclient-sys",         "libmysqlclient",             "",                          "mysqlclient-src",All),
    row("nasm-rs",                 "",                           "nasm",                      "",             All),
    row("ncurses",                 "ncurses",                    "",                          "",             All),
    row("onig_sys",                "oniguruma",                  "",                          "*",            All),
    row("openssl-src",             "",                           "perl",                      "",             All),
    row("pcap",                    "libpcap",                    "",                          "",             All),
    row("pcre2-sys",               "pcre2",                      "",                          "",             All),
    row("pipewire-sys",            "pipewire",                   "",                          "",             Linux),
    row("pixman-sys",              "pixman",                     "",                          "",             Linux),
    row("pkg-config",              "",                           "pkg-config",                "",             All),
    row("proj-sys",                "proj sqlite",                "",                          "",             All),
    row("pyo3-ffi",                "",                           "python3",                   "",             All),
    row("rb-sys",                  "",                           "ruby",                      "",             All),
    row("sdl2-sys",                "SDL2",                       "",                          "cmake",        All),
    row("sdl3-sys",                "sdl3",                       "",                          "cmake",        All),
    row("selinux-sys",             "libselinux",                 "",                          "",             Linux),
    row("shaderc-sys",             "shaderc",                    "python3",                   "",             All),
    row("soup2-sys",               "libsoup_2_4",                "",                          "",             All),
    row("system-deps",             "",                           "pkg-config",                "",             All),
    row("tesseract-sys",           "tesseract",                  "",                          "",             All),
    row("tiny-xlib",               "xorg.libX11",                "",                          "libloading",   Linux),
    row("tss-esapi-sys",           "tpm2-tss",                   "",                          "",             Linux),
    row("virt-sys",                "libvirt",                    "",                          "",             All),
    row("wayland-sys",             "wayland",                    "",                          "once_cell",    Linux),
    row("webkit6-sys",             "webkitgtk_6_0",              "",                          "",             Linux),
    row("x11",                     "xorg.libX11",                "",                          "",             Linux),
    row("x11-dl",                  "",                           "",                          "*",            Linux),
    row("xcb",                     "xorg.libxcb",                "",                          "",             Linux),
    row("xkbcommon",               "libxkbcommon",               "",                          "",             Linux),
    row("yeslogic-fontconfig-sys", "fontconfig",                 "",                          "dlib",         All),
    row("z3-sys",                  "z3",                         "",                          "cmake",        All),
    row("zeromq-src",              "",                           "cmake",                     "",             All),
    row("zmq-sys",                 "zeromq",                     "",                          "zeromq-src",   All),
    row("zstd-sys",                "zstd",                       "",                          "*",            All),
];

/// What has a package take nixpkgs' library, where it compiles its own copy otherwise: a variable, and its value.
/// `$` in a value is the library.
const VARIABLES: &[(&str, &str, &str)] = &[
    ("librocksdb-sys", "ROCKSDB_LIB_DIR", "$/lib"),
    ("libssh2-sys", "LIBSSH2_SYS_USE_PKG_CONFIG", "1"),
    ("onig_sys", "RUSTONIG_SYSTEM_LIBONIG", "1"),
    ("zstd-sys", "ZSTD_SYS_USE_PKG_CONFIG", "1"),
];

/// A package that compiles its own copy of a library, and the variable that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnCopy {
    pub package: &'static str,
    /// The attribute of nixpkgs.
    pub library: &'static str,
    variable: &'static str,
    value: &'static str,
}

impl OwnCopy {
    /// The setting in Nix, where nixpkgs' packages have this name.
    pub fn setting(&self, pkgs: &str) -> String {
        let library = format!("${{{pkgs}.{}}}", self.library);
        let value = self.value.replace('$', &library);
        format!("env.{} = \"{value}\";", self.variable)
    }
}

/// What to say of one crate of the workspace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Attributes of nixpkgs for `nativeBuildInputs`, each with the packages of Cargo.lock that want
    /// it, or the crate itself.
    pub programs: BTreeMap<&'static str, BTreeSet<String>>,
    /// Entries of `buildInputs`.
    pub libraries: BTreeMap<&'static str, BTreeSet<String>>,
    /// Entries of `buildInputs` on Linux only.
    pub linux_libraries: BTreeMap<&'static str, BTreeSet<String>>,
    pub own_copies: Vec<OwnCopy>,
    /// Packages that look for a library that the table does not know.
    pub unknown: BTreeSet<String>,
}

impl Wanted {
    fn is_empty(&self) -> bool {
        let Self {
            programs,
            libraries,
            linux_libraries,
            own_copies: _,
            unknown: _,
        } = self;
        programs.is_empty() && libraries.is_empty() && linux_libraries.is_empty()
    }

    /// All attributes of nixpkgs that this names.
    pub fn attributes(&self) -> impl Iterator<Item = &'static str> {
        let all = [&self.programs, &self.libraries, &self.linux_libraries];
        all.into_iter().flat_map(|inputs| inputs.keys().copied())
    }
}

/// What each crate of `closures`, the workspace crates that a crate is compiled from, wants beyond
/// what the other crates of its closure want: inputs reach dependents.
pub fn wanted(
    lock: &Lock,
    closures: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeMap<String, Wanted> {
    let uses: BTreeMap<&str, BTreeSet<Use>> = closures
        .keys()
        .map(|name| (name.as_str(), uses(lock, name)))
        .collect();
    let own = closures.iter().map(|(name, closure)| {
        let below = closure.iter().filter(|below| *below != name);
        let inherited: BTreeSet<&Use> = below
            .filter_map(|below| uses.get(below.as_str()))
            .flatten()
            .collect();
        let own = uses[name.as_str()]
            .iter()
            .filter(|a_use| !inherited.contains(a_use));
        (name.clone(), put_together(own))
    });
    own.filter(|(_, wanted)| !wanted.is_empty()).collect()
}

/// That a package, or the build script of a crate of the workspace, wants what a row says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Use {
    /// In [`TABLE`]; `None` for a package that looks for some library.
    row: Option<usize>,
    /// The package that wants it.
    by: String,
    has_own_copy: bool,
}

/// What the third-party packages want that a crate of the workspace reaches, not through another one.
fn uses(lock: &Lock, name: &str) -> BTreeSet<Use> {
    let Some(start) = lock.local(name) else {
        return BTreeSet::new();
    };
    let mut reached = BTreeSet::from([start]);
    let mut left = vec![start];
    while let Some(index) = left.pop() {
        for next in &lock.packages[index].edges {
            if lock.packages[*next].source.is_some() && reached.insert(*next) {
                left.push(*next);
            }
        }
    }
    let names: BTreeSet<&str> = reached
        .iter()
        .map(|index| &*lock.packages[*index].name)
        .collect();
    let mut uses = BTreeSet::new();
    for index in &reached {
        let package = &lock.packages[*index];
        let found = TABLE.iter().position(|row| row.package == package.name);
        let found = found.filter(|_| *index != start);
        let is_own = found.is_some_and(|row| has_own_copy(lock, &TABLE[row], package, &names));
        let by = &package.name;
        let mut add = |row, has_own_copy| {
            uses.insert(Use {
                row,
                by: by.clone(),
                has_own_copy,
            })
        };
        // The crate that calls a tool needs it.
        if let Some(row) = found.filter(|row| !is_tool(&TABLE[*row])) {
            add(Some(row), is_own);
        }
        for edge in lock.edges(package) {
            let row = TABLE.iter().position(|row| row.package == edge.name);
            let Some(row) = row.filter(|row| is_tool(&TABLE[*row])) else {
                continue;
            };
            // What compiles its own copy asks for none, and may have cmake do that.
            let is_always_own = found.is_some_and(|row| TABLE[row].unless == "*");
            let is_idle = match &*edge.name {
                "pkg-config" => is_own,
                "cmake" => is_always_own,
                _ => false,
            };
            let is_unused = is_idle || has_own_copy(lock, &TABLE[row], edge, &names);
            if !is_unused {
                add(Some(row), false);
            }
        }
        let probes = |edge: &Package| ["pkg-config", "system-deps"].contains(&&*edge.name);
        // What the package's own libraries want is known, or it is one of them.
        let has_row = |edge: &Package| {
            let mut rows = TABLE.iter().filter(|row| row.package == edge.name);
            rows.any(|row| !row.libraries.is_empty())
        };
        let is_known = found.is_some() || lock.edges(package).any(has_row);
        if !is_known && lock.edges(package).any(probes) {
            add(None, false);
        }
    }
    uses
}

/// Whether a row stands for a crate with which others run a program.
fn is_tool(row: &Row) -> bool {
    row.libraries.is_empty() && !row.programs.is_empty() && !row.package.ends_with("-sys")
}

fn has_own_copy(lock: &Lock, row: &Row, package: &Package, reached: &BTreeSet<&str>) -> bool {
    let depends_on = |name: &str| lock.edges(package).any(|edge| edge.name == name);
    row.unless
        .split(' ')
        .filter(|word| !word.is_empty())
        .any(|word| match word.split_at(1) {
            ("*", "") => true,
            ("!", name) => !depends_on(name),
            ("~", name) => reached.contains(name),
            _ => depends_on(word),
        })
}

fn put_together<'u>(uses: impl Iterator<Item = &'u Use>) -> Wanted {
    let mut wanted = Wanted::default();
    for Use {
        row,
        by,
        has_own_copy,
    } in uses
    {
        let Some(row) = row.map(|row| &TABLE[row]) else {
            wanted.unknown.insert(by.clone());
            continue;
        };
        if *has_own_copy {
            let variable = VARIABLES
                .iter()
                .find(|(package, ..)| *package == row.package);
            if let Some((package, variable, value)) = variable {
                wanted.own_copies.push(OwnCopy {
                    package,
                    library: row.libraries,
                    variable,
                    value,
                });
            }
            continue;
        }
        let libraries = match row.on {
            All => &mut wanted.libraries,
            Linux => &mut wanted.linux_libraries,
        };
        for (inputs, attributes) in [
            (libraries, row.libraries),
            (&mut wanted.programs, row.programs),
        ] {
            for attribute in attributes.split_whitespace() {
                inputs.entry(attribute).or_default().insert(by.clone());
            }
        }
    }
    wanted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A lock of crates of the workspace and of packages, each with what it depends on.
    fn lock(crates: &[(&str, &str)], packages: &[(&str, &str)]) -> Lock {
        let entry = |name: &str, edges: &str, source: &str| {
            let edges: Vec<String> = edges
                .split_whitespace()
                .map(|e| format!("\"{e}\""))
                .collect();
            format!(
                "[[package]]\nname = \"{name}\"\nversion = \"1.0.0\"\n{source}dependencies = [{}]\n",
                edges.join(", ")
            )
        };
        let source = "source = \"registry+https://example.org/index\"\n";
        let crates = crates.iter().map(|(name, edges)| entry(name, edges, ""));
        let packages = packages
            .iter()
            .map(|(name, edges)| entry(name, edges, source));
        let text: String = crates.chain(packages).collect();
        Lock::parse(&format!("version = 4\n{text}"))
    }

    /// `app` is compiled from `base`.
    fn closures() -> BTreeMap<String, BTreeSet<String>> {
        let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        BTreeMap::from([
            ("app".to_owned(), set(&["app", "base"])),
            ("base".to_owned(), set(&["base"])),
            ("other".to_owned(), set(&["other"])),
        ])
    }

    /// `crate: program(packages), library(packages), linux!library(packages)`
    fn said(wanted: &BTreeMap<String, Wanted>) -> Vec<String> {
        let list = |mark: &str, inputs: &BTreeMap<&str, BTreeSet<String>>| -> Vec<String> {
            let input = |(attribute, by): (&&str, &BTreeSet<String>)| {
                let by: Vec<&str> = by.iter().map(String::as_str).collect();
                format!("{mark}{attribute}({})", by.join(" "))
            };
            inputs.iter().map(input).collect()
        };
        let of = |(name, wanted): (&String, &Wanted)| {
            let all = [
                list("$", &wanted.programs),
                list("", &wanted.libraries),
                list("linux!", &wanted.linux_libraries),
                wanted
                    .own_copies
                    .iter()
                    .map(|copy| format!("own:{}", copy.package))
                    .collect(),
                wanted
                    .unknown
                    .iter()
                    .map(|package| format!("?{package}"))
                    .collect(),
            ];
            format!("{name}: {}", all.concat().join(", "))
        };
        wanted.iter().map(of).collect()
    }

    #[test]
    fn the_lowest_crate_gets_what_a_package_wants() {
        let packages = [
            ("reqwest", "openssl-sys"),
            ("openssl-sys", "pkg-config"),
            ("pkg-config", ""),
        ];
        let openssl = "$pkg-config(openssl-sys), openssl(openssl-sys)";
        for (app, base, other, expected) in [
            (
                "base reqwest",
                "reqwest",
                "",
                vec![format!("base: {openssl}")],
            ),
            ("base reqwest", "", "", vec![format!("app: {openssl}")]),
            ("base", "reqwest", "", vec![format!("base: {openssl}")]),
            (
                "base",
                "openssl-sys",
                "reqwest",
                vec![format!("base: {openssl}"), format!("other: {openssl}")],
            ),
            ("base", "", "", vec![]),
        ] {
            let lock = lock(&[("app", app), ("base", base), ("other", other)], &packages);
            assert_eq!(
                said(&wanted(&lock, &closures())),
                expected,
                "{app:?} {base:?} {other:?}"
            );
        }
    }

    /// What a package wants is told by what it depends on.
    #[test]
    fn each_kind_of_package() {
        let cases: &[(&[(&str, &str)], &str)] = &[
            (
                &[("openssl-sys", "cc pkg-config")],
                "$pkg-config(openssl-sys), openssl(openssl-sys)",
            ),
            (
                &[
                    ("openssl-sys", "cc pkg-config openssl-src"),
                    ("openssl-src", "cc"),
                ],
                "$perl(openssl-sys)",
            ),
            (
                &[("libsqlite3-sys", "pkg-config vcpkg"), ("vcpkg", "")],
                "$pkg-config(libsqlite3-sys), sqlite(libsqlite3-sys)",
            ),
            (&[("libsqlite3-sys", "cc pkg-config")], ""),
            (
                &[("libz-sys", "cc pkg-config")],
                "$pkg-config(libz-sys), zlib(libz-sys)",
            ),
            (
                &[("libz-sys", "cc cmake pkg-config")],
                "$cmake(libz-sys), $pkg-config(libz-sys), zlib(libz-sys)",
            ),
            // zstd-sys compiles its own copy. The variable that ends it is listed after other
            // libraries.
            (&[("zstd-sys", "cc pkg-config")], ""),
            (
                &[("zstd-sys", "cc pkg-config"), ("libz-sys", "cc")],
                "zlib(libz-sys), own:zstd-sys",
            ),
            (
                &[("librocksdb-sys", "cc"), ("libz-sys", "cc")],
                "zlib(libz-sys), own:librocksdb-sys",
            ),
            (&[("pyo3", "pyo3-ffi"), ("pyo3-ffi", "")], "$python3(pyo3)"),
            (
                &[("tonic-build", "prost-build"), ("prost-build", "")],
                "$protobuf(tonic-build)",
            ),
            (&[("prost-build", "")], "$protobuf(app)"),
            (&[("prost-build", ""), ("protox", "")], ""),
            (
                &[
                    ("libspa-sys", "bindgen system-deps"),
                    ("bindgen", ""),
                    ("system-deps", "pkg-config"),
                ],
                "$pkg-config(libspa-sys system-deps), $rustPlatform.bindgenHook(libspa-sys), linux!pipewire(libspa-sys)",
            ),
            (&[("rdkafka-sys", "cmake")], "$cmake(rdkafka-sys)"),
            (
                &[
                    ("glib-sys", "system-deps"),
                    ("gtk4-sys", "glib-sys system-deps"),
                    ("system-deps", ""),
                ],
                "$pkg-config(glib-sys gtk4-sys), glib(glib-sys), gtk4(gtk4-sys)",
            ),
            (
                &[("yeslogic-fontconfig-sys", "pkg-config")],
                "$pkg-config(yeslogic-fontconfig-sys), fontconfig(yeslogic-fontconfig-sys)",
            ),
            (
                &[("yeslogic-fontconfig-sys", "dlib pkg-config"), ("dlib", "")],
                "",
            ),
            (
                &[("hidapi", "cc pkg-config")],
                "$pkg-config(hidapi), linux!udev(hidapi)",
            ),
            (&[("hidapi", "cc")], ""),
            (&[("aws-lc-sys", "cc cmake")], ""),
            (&[("ring", "cc")], ""),
            // Whatever else asks pkg-config.
            (
                &[("odd-sys", "pkg-config")],
                "$pkg-config(odd-sys), ?odd-sys",
            ),
            (&[("odd", "odd-sys"), ("odd-sys", "")], ""),
        ];
        for (packages, expected) in cases {
            let mut all = packages.to_vec();
            for tool in ["cc", "cmake", "pkg-config"] {
                all.push((tool, ""));
            }
            // Tools are reached through what uses them.
            let tools = ["openssl-src", "pyo3-ffi", "bindgen", "system-deps"];
            let has_user = packages.len() > 1;
            let direct: Vec<&str> = packages.iter().map(|(name, _)| *name).collect();
            let direct: Vec<&str> = direct
                .into_iter()
                .filter(|name| !tools.contains(name))
                .filter(|name| *name != "prost-build" || !has_user || packages[0].0 == *name)
                .collect();
            let lock = lock(&[("app", &direct.join(" "))], &all);
            let closures = BTreeMap::from([("app".to_owned(), BTreeSet::from(["app".to_owned()]))]);
            let said = said(&wanted(&lock, &closures));
            let expected: Vec<String> = match expected.is_empty() {
                true => Vec::new(),
                false => vec![format!("app: {expected}")],
            };
            assert_eq!(said, expected, "{packages:?}");
        }
    }

    #[test]
    fn the_value_of_a_variable_may_name_the_library() {
        let setting = |package: &str| {
            let found = VARIABLES.iter().find(|(name, ..)| *name == package);
            let (package, variable, value) = *found.unwrap();
            let library = "a-library";
            let copy = OwnCopy {
                package,
                library,
                variable,
                value,
            };
            copy.setting("pkgs")
        };
        assert_eq!(
            setting("librocksdb-sys"),
            "env.ROCKSDB_LIB_DIR = \"${pkgs.a-library}/lib\";"
        );
        assert_eq!(setting("zstd-sys"), "env.ZSTD_SYS_USE_PKG_CONFIG = \"1\";");
    }

    #[test]
    fn the_table_is_sorted_in_its_parts_and_names_each_package_once() {
        let names: BTreeSet<&str> = TABLE.iter().map(|row| row.package).collect();
        assert_eq!(names.len(), TABLE.len());
        let falls = TABLE
            .windows(2)
            .filter(|pair| pair[0].package > pair[1].package);
        assert_eq!(falls.count(), 1, "one part behind the other");
        for (package, ..) in VARIABLES {
            assert!(names.contains(package), "{package}");
        }
    }
}
