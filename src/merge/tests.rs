use super::*;

fn names(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn entry(path: &str, dependencies: &[&str]) -> CrateEntry {
    CrateEntry {
        path: path.to_owned(),
        member: true,
        workspace: None,
        lib: Some("src/lib.rs".to_owned()),
        proc_macro: false,
        build_script: None,
        bins: BTreeMap::new(),
        dependencies: names(dependencies),
        dev_dependencies: BTreeSet::new(),
        closure: BTreeSet::new(),
        test_extra: BTreeSet::new(),
        nested: BTreeSet::new(),
        bin_only: BTreeSet::new(),
        test_only: BTreeSet::new(),
        drop: BTreeSet::new(),
        include: BTreeSet::new(),
        test_include: BTreeSet::new(),
    }
}

fn manifest(crates: &[(&str, CrateEntry)]) -> Manifest {
    let crates = crates.iter().cloned();
    let mut crates = crates
        .map(|(name, entry)| (name.to_owned(), entry))
        .collect();
    derive(&mut crates);
    Manifest::new(BTreeSet::new(), BTreeSet::new(), crates)
}

/// `c -> b -> a`, and `d`, whose tests need `a`.
fn base() -> Manifest {
    let mut d = entry("crates/d", &[]);
    d.dev_dependencies = names(&["a"]);
    d.drop = names(&["README.md", "docs"]);
    manifest(&[
        ("a", entry("crates/a", &[])),
        ("b", entry("crates/b", &["a"])),
        ("c", entry("crates/c", &["b"])),
        ("d", d),
    ])
}

type Crates = BTreeMap<String, CrateEntry>;

/// The base with a change, and what follows from it.
fn with(change: impl Fn(&mut Crates)) -> Manifest {
    changed(&base(), change)
}

fn changed(manifest: &Manifest, change: impl Fn(&mut Crates)) -> Manifest {
    let mut crates = manifest.crates.clone();
    change(&mut crates);
    derive(&mut crates);
    Manifest::new(manifest.files.clone(), manifest.patched.clone(), crates)
}

fn edit(crates: &mut Crates, name: &str, change: impl Fn(&mut CrateEntry)) {
    change(crates.get_mut(name).unwrap());
}

/// Any two of them say nothing of each other.
const EDITS: [fn(&mut Crates); 12] = [
    |crates| {
        crates.insert("e".to_owned(), entry("crates/a/e", &["b"]));
    },
    |crates| {
        let mut below = entry("crates/a/below", &[]);
        below.member = false;
        crates.insert("below".to_owned(), below);
        edit(crates, "a", |a| {
            a.dependencies.insert("below".to_owned());
        });
    },
    |crates| {
        crates.remove("c");
    },
    |crates| edit(crates, "b", |b| b.lib = None),
    |crates| edit(crates, "b", |b| b.drop = names(&["README.md"])),
    |crates| edit(crates, "b", |b| b.drop = names(&["CHANGELOG.md"])),
    |crates| {
        edit(crates, "b", |b| {
            b.bins.insert("one".into(), "one.rs".into());
        })
    },
    |crates| {
        edit(crates, "b", |b| {
            b.bins.insert("two".into(), "two.rs".into());
        })
    },
    |crates| edit(crates, "d", |d| d.dev_dependencies = names(&["b"])),
    |crates| edit(crates, "d", |d| d.path = "libs/d".to_owned()),
    |crates| edit(crates, "d", |d| d.include = names(&["../shared/x"])),
    |crates| edit(crates, "d", |d| d.drop = names(&["docs"])),
];

/// What one after the other does in one branch, a merge does of two.
#[test]
fn edits_that_say_nothing_of_each_other_are_merged() {
    let base = base();
    for (i, one) in EDITS.iter().enumerate() {
        let ours = with(one);
        assert_ne!(ours, base, "{i}");
        assert_eq!(merge(Some(&base), &ours, &base).as_ref(), Ok(&ours));
        assert_eq!(merge(Some(&base), &base, &ours).as_ref(), Ok(&ours));
        assert_eq!(merge(Some(&base), &ours, &ours).as_ref(), Ok(&ours));
        for (j, other) in EDITS.iter().enumerate().filter(|(j, _)| *j != i) {
            let both = match (i, j) {
                // One list, which these two put in place.
                (4, 5) | (5, 4) => with(|crates| {
                    edit(crates, "b", |b| {
                        b.drop = names(&["CHANGELOG.md", "README.md"]);
                    });
                }),
                _ => changed(&ours, other),
            };
            let merged = merge(Some(&base), &ours, &with(other));
            assert_eq!(merged.as_ref(), Ok(&both), "{i} and {j}");
        }
    }
}

#[track_caller]
fn conflict(ours: &Manifest, theirs: &Manifest, expected: &[&str]) {
    let expected: Vec<String> = expected.iter().map(|words| (*words).to_owned()).collect();
    for (ours, theirs) in [(ours, theirs), (theirs, ours)] {
        assert_eq!(merge(Some(&base()), ours, theirs), Err(expected.clone()));
    }
}

#[test]
fn what_contradicts_itself_is_a_conflict() {
    let without_d = with(|crates| {
        crates.remove("d");
    });
    let d_differs = with(|crates| edit(crates, "d", |d| d.lib = None));
    conflict(
        &without_d,
        &d_differs,
        &["d: one side removes it, the other changes it"],
    );
    let uses_d = with(|crates| edit(crates, "a", |a| a.dependencies = names(&["d"])));
    conflict(
        &without_d,
        &uses_d,
        &["a: it depends on d, which the other side removes"],
    );
    let lib = |path: &str| {
        with(|crates| {
            edit(crates, "a", |a| a.lib = Some(path.to_owned()));
            edit(crates, "b", |b| {
                b.bins.insert("x".into(), path.into());
            });
        })
    };
    conflict(
        &lib("one.rs"),
        &lib("two.rs"),
        &[
            "a: both sides change `lib`",
            "b: both sides change the binary `x`",
        ],
    );
    let new = |dependency: &str| {
        with(|crates| {
            crates.insert("new".to_owned(), entry("new", &[dependency]));
        })
    };
    conflict(
        &new("a"),
        &new("b"),
        &["new: both sides add it, in different ways"],
    );
    let at = |name: &str| {
        with(|crates| {
            crates.insert(name.to_owned(), entry("new", &[]));
        })
    };
    conflict(
        &at("one"),
        &at("two"),
        &["two: it is in the same place as one"],
    );
    // One takes a directory apart into which the other puts more.
    let taken_apart = with(|crates| edit(crates, "d", |d| d.drop = names(&["docs/a", "docs/b"])));
    let put_in = with(|crates| {
        edit(crates, "d", |d| {
            d.drop = names(&["README.md", "docs", "docs.txt"])
        })
    });
    assert!(merge(Some(&base()), &taken_apart, &put_in).is_ok());
    let once_more = with(|crates| edit(crates, "d", |d| d.drop = names(&["docs", "docs/new"])));
    let gone = with(|crates| edit(crates, "d", |d| d.drop = names(&["docs", "x"])));
    conflict(
        &once_more,
        &gone,
        &["d: both sides change `drop`, and overlap"],
    );
}

/// A crate by another name in the same place, whatever the other side says of it.
#[test]
fn renames() {
    let rename = |crates: &mut Crates| {
        let b = crates.remove("b").unwrap();
        crates.insert("z".to_owned(), b);
        edit(crates, "c", |c| c.dependencies = names(&["z"]));
    };
    let renamed = with(rename);
    let ours = with(|crates| {
        edit(crates, "b", |b| b.drop = names(&["README.md"]));
        crates.insert("new".to_owned(), entry("new", &["b"]));
    });
    let expected = changed(&ours, |crates| {
        rename(crates);
        edit(crates, "new", |new| new.dependencies = names(&["z"]));
    });
    assert_eq!(
        merge(Some(&base()), &ours, &renamed).as_ref(),
        Ok(&expected)
    );
    assert_eq!(
        merge(Some(&base()), &renamed, &ours).as_ref(),
        Ok(&expected)
    );
    assert_eq!(
        merge(Some(&base()), &renamed, &renamed).as_ref(),
        Ok(&renamed)
    );
    let to_other = with(|crates| {
        let b = crates.remove("b").unwrap();
        crates.insert("y".to_owned(), b);
        edit(crates, "c", |c| c.dependencies = names(&["y"]));
    });
    assert!(merge(Some(&base()), &renamed, &to_other).is_err());
}

#[test]
fn two_first_manifests() {
    let ours = with(|crates| {
        crates.insert("one".to_owned(), entry("one", &["a"]));
    });
    let theirs = with(|crates| {
        crates.insert("two".to_owned(), entry("two", &["b"]));
    });
    let both = changed(&ours, |crates| {
        crates.insert("two".to_owned(), entry("two", &["b"]));
    });
    assert_eq!(merge(None, &ours, &theirs), Ok(both));
    let other = with(|crates| edit(crates, "a", |a| a.lib = None));
    assert!(merge(None, &ours, &other).is_err());
}
