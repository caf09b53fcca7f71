//! What stands under `cfg(test)`.

use super::*;

#[test]
fn what_only_tests_see() {
    let text = r#"
        #[cfg(test)] mod a;
        #[cfg(all(unix, test))] mod b;
        #[cfg(any(test, unix))] mod c;
        #[cfg(not(test))] mod d;
        #[cfg(feature = "test")] mod e;
        #[cfg(test)] #[path = "f.rs"] mod f;
        #[cfg(test)] mod g { mod h; const X: &str = include_str!("x"); }
        mod i;
        #[cfg(test)] use std::{fs, io};
        #[cfg(test)] impl<A, B> S<A, B> { fn f() { include_str!("in-impl") } }
        #[test] fn t() { include_str!("in-test"); }
        #[tokio::test(flavor = "multi_thread")] async fn t() { include_str!("in-tokio-test"); }
        const Y: &str = include_str!("y");
        struct S { #[cfg(test)] a: u8, b: [u8; include_bytes!("z").len()] }
        #[cfg(test)] const C: &str = include_str!("c"); mod j;
    "#;
    let expected = [
        "a (test)",
        "b (test)",
        "c",
        "d",
        "e",
        "f = f.rs (test)",
        "g::h (test)",
        "i",
        "j",
    ];
    assert_eq!(modules(text), expected);
    let expected = [
        "include_str! x (test)",
        "include_str! in-impl (test)",
        "include_str! in-test (test)",
        "include_str! in-tokio-test (test)",
        "include_str! y",
        "include_bytes! z",
        "include_str! c (test)",
    ];
    assert_eq!(references(text), expected);
    assert_eq!(
        modules("#![cfg(test)] mod a; mod b;"),
        ["a (test)", "b (test)"]
    );
    assert_eq!(
        modules("mod x { #![cfg(test)] mod a; } mod b;"),
        ["x::a (test)", "b"]
    );
}

/// What is taken for a test's alone is missing from the library: rather too little than too much.
#[test]
fn what_looks_as_if_only_tests_saw_it() {
    let read =
        |before: &str, after: &str| references(&format!("{before} include_str!(\"x\") {after}"));
    let seen = ["include_str! x"];
    for (before, after) in [
        (
            "pub struct S { #[cfg(test)] pub a: *const u8, pub b: [u8;",
            ".len()] }",
        ),
        (
            "pub struct S { #[cfg(test)] pub a: fn(u8) -> u8, pub b: [u8;",
            ".len()] }",
        ),
        ("match x { #[cfg(test)] 0 => s.union(s).count(), _ =>", "}"),
        ("match x { #[cfg(test)] 0 if a > b => c, _ =>", "}"),
        ("pub fn f<#[cfg(test)] T>() -> &'static str {", "}"),
        ("pub fn f() { #![cfg(test)] } const X: &str =", ";"),
        ("impl S { #![cfg(test)] fn f() {} } const X: &str =", ";"),
        ("text! { #![cfg(test)] mod x {} }; const X: &str =", ";"),
        (
            "macro_rules! m { ($i:item) => { #[cfg(test)] $i pub const X: &str =",
            "; } }",
        ),
        ("#[pm::bench] pub fn f() -> &'static str {", "}"),
        ("#[pm::test(x)] pub fn f() -> &'static str {", "}"),
        ("#[cfg(test)] use a::B; const X: &str =", ";"),
        ("f(#[cfg(test)] a, ", ")"),
    ] {
        assert_eq!(read(before, after), seen, "{before}");
    }
    let unseen = ["include_str! x (test)"];
    for (before, after) in [
        ("#[cfg(test)] #[allow(x)] pub(crate) const X: &str =", ";"),
        ("#[cfg(test)] fn f<A, B>(a: A) -> Vec<B> {", "}"),
        ("#[cfg(test)] let x: M<A, B> =", ";"),
        ("#[cfg(test)] union U { a: [u8;", ".len()] }"),
        ("#[cfg(doctest)] #[doc =", "] struct S;"),
        ("#[cfg(any(test, doctest))] const X: &str =", ";"),
        ("#![cfg(test)] const X: &str =", ";"),
        ("fn f() { #![cfg(test)]", "}"),
    ] {
        assert_eq!(read(before, after), unseen, "{before}");
    }
}
