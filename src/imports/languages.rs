//! The languages in which a file names others, and how each of them does it.

/// A language.
pub struct Language {
    /// How names of its files end, without the dot.
    pub endings: &'static [&'static str],
    /// What starts a comment that ends with the line; every language here has `/* */` as well.
    pub comments: &'static [&'static str],
    pub imports: &'static [Import],
    pub from: From,
    /// The imports themselves may lack these endings, or the underscore of `_name.scss`.
    pub implied: &'static [&'static str],
}

/// How an import looks.
pub enum Import {
    /// A word, maybe others between, and the string: `import public "a.proto"`.
    Word(&'static str, &'static [&'static str]),
    /// A quoted name after a symbol: `#include "a.h"`, `@image-url("a.png")`.
    After(char, &'static str),
    /// A word and a name without quotes: `INCLUDE memory.x`.
    Bare(&'static str),
    /// Any string.
    String,
}

/// Where the compiler of a language looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// In the directory of the file.
    File,
    /// There, and in directories that it was told of: the file lies below one of them, so that is
    /// any directory above the file.
    Roots,
    /// As for [`From::Roots`], but what lies in the directory of the file comes first.
    FileThenRoots,
    /// The file belongs to a package: all files of the directory, and the packages in `deps`.
    Directory,
}

use Import::{After, Bare, String as AnyString, Word};

const SLASHES: &[&str] = &["//"];
const BOTH: &[&str] = &["//", "#"];

const fn language(
    endings: &'static [&'static str],
    comments: &'static [&'static str],
    imports: &'static [Import],
    from: From,
) -> Language {
    Language {
        endings,
        comments,
        imports,
        from,
        implied: &[],
    }
}

/// The languages, each with where its documentation says from where it searches.
pub const LANGUAGES: &[Language] = &[
    // protobuf.dev, "Importing definitions": "The protocol compiler searches for imported files in
    // a set of directories specified on the compiler command line".
    language(
        &["proto"],
        SLASHES,
        &[Word("import", &["public", "weak", "option"])],
        From::Roots,
    ),
    // C, 6.10.2: in an implementation-defined manner; GCC and Clang: the directory of the file,
    // then those of `-I`.
    language(
        &[
            "c", "cc", "cpp", "cxx", "c++", "h", "hh", "hpp", "hxx", "inl", "ipp", "tpp", "m",
            "mm", "cu", "cuh", "cl", "metal",
        ],
        SLASHES,
        &[
            After('#', "include"),
            After('#', "import"),
            After('#', "embed"),
        ],
        From::FileThenRoots,
    ),
    // GNU as, ".include" and ".incbin"; NASM, "%include" and "INCBIN": from the directory of the
    // file or where the compiler runs, then those of `-I`.
    language(
        &["S", "s", "asm", "inc"],
        SLASHES,
        &[
            After('#', "include"),
            After('%', "include"),
            Word(".include", &[]),
            Word(".incbin", &[]),
            Word("include", &[]),
            Word("incbin", &[]),
            Word("INCBIN", &[]),
        ],
        From::FileThenRoots,
    ),
    // GL_GOOGLE_include_directive, which shaderc and naga_oil have; HLSL: as C.
    language(
        &[
            "glsl", "vert", "frag", "comp", "geom", "tesc", "tese", "rgen", "rchit", "rmiss",
            "hlsl", "wgsl", "slang",
        ],
        SLASHES,
        &[
            After('#', "include"),
            After('#', "import"),
            Word("import", &[]),
        ],
        From::FileThenRoots,
    ),
    // slint, "Modules", and "image-url": from the file, then the include paths.
    language(
        &["slint", "60"],
        SLASHES,
        &[
            Word("from", &[]),
            Word("import", &[]),
            After('@', "image-url"),
        ],
        From::FileThenRoots,
    ),
    // Cap'n Proto, "Imports": from the file; with a leading slash, from the import paths.
    language(
        &["capnp"],
        &["#"],
        &[Word("import", &[]), Word("embed", &[])],
        From::FileThenRoots,
    ),
    // FlatBuffers, "Includes": from the file, then the directories of `-I`.
    language(
        &["fbs"],
        SLASHES,
        &[Word("include", &[]), Word("native_include", &[])],
        From::FileThenRoots,
    ),
    // Thrift, "Include": from the file, then the directories of `-I`.
    language(
        &["thrift"],
        BOTH,
        &[Word("include", &[]), Word("cpp_include", &[])],
        From::FileThenRoots,
    ),
    // The component model, "Packages": a directory is a package, and `deps` has others.
    language(&["wit"], SLASHES, &[], From::Directory),
    // ASN.1 modules are found by their names, among the files that lie together.
    language(&["asn", "asn1"], &["--"], &[], From::Directory),
    // Sass, "@use", "@forward", "@import": from the file, then the load paths, with partials.
    Language {
        endings: &["scss", "sass"],
        comments: SLASHES,
        imports: &[
            After('@', "use"),
            After('@', "forward"),
            After('@', "import"),
        ],
        from: From::FileThenRoots,
        implied: &["scss", "sass", "css"],
    },
    language(&["css", "less"], &[], &[After('@', "import")], From::File),
    // The GraphQL import syntax, which is a comment for other tools.
    language(
        &["graphql", "gql"],
        &[],
        &[After('#', "import")],
        From::File,
    ),
    // Jsonnet and Nickel: from the file.
    language(
        &["jsonnet", "libsonnet", "ncl"],
        BOTH,
        &[
            Word("import", &[]),
            Word("importstr", &[]),
            Word("importbin", &[]),
        ],
        From::FileThenRoots,
    ),
    // Solidity, "Importing other Source Files".
    language(
        &["sol"],
        SLASHES,
        &[Word("from", &[]), Word("import", &[])],
        From::FileThenRoots,
    ),
    // GNU ld, "INCLUDE": the current directory, then those of `-L`.
    language(
        &["ld", "lds", "x"],
        &[],
        &[Bare("INCLUDE")],
        From::FileThenRoots,
    ),
    // Resource scripts of Windows name icons, cursors, manifests and headers.
    language(&["rc"], SLASHES, &[AnyString], From::File),
];
