# Writes the Cargo.toml of one package from the output of `cargo metadata --no-deps`, in which everything that
# it inherits from its workspace is resolved. A vendored package has no workspace. Every table is inline,
# because only Cargo reads the result.

def toml:
  if type == "object" then
    "{ " + ([to_entries[] | select(.value != null) | "\(.key | tojson) = \(.value | toml)"] | join(", ")) + " }"
  elif type == "array" then "[ " + (map(toml) | join(", ")) + " ]"
  else tojson end;

# git+URL?branch=x
def git:
  ltrimstr("git+") | split("?") | { git: .[0] } +
    ((.[1] // "") | split("&") | map(split("=") | { (.[0]): .[1] }) | add // {});

def dependency:
  { (.rename // .name): (
    { package: (if .rename then .name else null end),
      version: (if .req == "*" then null else .req end),
      features: .features,
      "default-features": .uses_default_features,
      optional: (if .optional then true else null end) }
    + (if .path then { path: .path }
       elif (.source // "") | startswith("git+") then (.source | git)
       elif .registry then { "registry-index": .registry }
       else {} end)) };

def dependencies($kind):
  map(select(.kind == $kind) | dependency) | add // {};

# A path inside the package's own directory.
def inside($root): ltrimstr($root + "/");

.packages[] | select(.manifest_path == $manifest)
| ($manifest | rtrimstr("/Cargo.toml")) as $root
| {
    package: {
      name, version, edition, authors, description, license, repository, homepage, links, metadata,
      "rust-version": .rust_version,
      build: ([.targets[] | select(.kind == ["custom-build"]) | .src_path | inside($root)][0] // false)
    },
    lib: ([.targets[]
      | select(.kind | any(. == "lib" or . == "rlib" or . == "dylib" or . == "cdylib" or . == "staticlib" or . == "proc-macro"))
      | { name, path: (.src_path | inside($root)), "proc-macro": (.kind == ["proc-macro"]),
          "crate-type": (if .kind == ["proc-macro"] then null else .kind end) }][0]),
    features: (.features | map_values(.)),
    dependencies: (.dependencies | map(select(.target == null)) | dependencies(null)),
    "build-dependencies": (.dependencies | map(select(.target == null)) | dependencies("build")),
    target: (.dependencies | map(select(.target != null)) | group_by(.target) | map({ (.[0].target): {
      dependencies: dependencies(null),
      "build-dependencies": dependencies("build")
    } }) | add // {})
  }
| to_entries[] | select(.value != null) | "\(.key | tojson) = \(.value | toml)"
