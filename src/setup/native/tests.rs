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
