//! The packages of crates.io that want a library or a program, and which.

/// Where nixpkgs has a library: on Darwin, evaluating one of Linux is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum On {
    All,
    Linux,
}
use On::{All, Linux};

/// What a package of crates.io wants to be compiled.
pub struct Row {
    pub package: &'static str,
    /// Attributes of nixpkgs for `buildInputs`.
    pub libraries: &'static str,
    /// Attributes of nixpkgs for `nativeBuildInputs`.
    pub programs: &'static str,
    /// When the package wants none of this, because it compiles or loads its own copy: `name`, where
    /// the package depends on `name` in Cargo.lock; `!name`, where it does not; `~name`, where the
    /// crate of the workspace reaches `name`; `*`, always, unless a variable says otherwise, which is
    /// in [`VARIABLES`].
    pub unless: &'static str,
    pub on: On,
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
pub const TABLE: &[Row] = &[
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
pub const VARIABLES: &[(&str, &str, &str)] = &[
    ("librocksdb-sys", "ROCKSDB_LIB_DIR", "$/lib"),
    ("libssh2-sys", "LIBSSH2_SYS_USE_PKG_CONFIG", "1"),
    ("onig_sys", "RUSTONIG_SYSTEM_LIBONIG", "1"),
    ("zstd-sys", "ZSTD_SYS_USE_PKG_CONFIG", "1"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
