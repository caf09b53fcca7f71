//! Declarations of modules.

use super::*;

#[test]
fn module_declarations() {
    let text = r##"
        mod a; pub mod b; pub(in crate::x) mod c; mod r#async;
        #[path = "odd.rs"] mod d;
        #[cfg_attr(unix, path = "unix.rs")] #[cfg_attr(windows, path = "windows.rs")] mod e;
        mod outer { mod f; #[path = "g.rs"] pub mod g; mod inner { mod h; } mod i; }
        #[path = "elsewhere"] mod given { mod j; }
        mod k;
    "##;
    let expected = [
        "a",
        "b",
        "c",
        "async",
        "d = odd.rs",
        "e = unix.rs = windows.rs",
        "outer::f",
        "outer::g = g.rs",
        "outer::inner::h",
        "outer::i",
        "<elsewhere>::j",
        "k",
    ];
    assert_eq!(modules(text), expected);
}

#[test]
fn computed_modules_are_told() {
    let computed = |text| all(text).computed_modules;
    assert!(computed("macro_rules! m { ($n:ident) => { mod $n; } }"));
    assert!(computed(
        "macro_rules! m { ($p:literal) => { #[path = $p] mod n; } }"
    ));
    assert!(
        !computed("macro_rules! m { ($n:ident) => { mod $n { } } }"),
        "no file"
    );
    assert!(!computed(
        "#[cfg(test)] mod t { macro_rules! m { ($n:ident) => { mod $n; } } }"
    ));
    assert!(!computed("mod a;"));
}
