# Usage: awk -v crate=NAME -v directory=DIR -v isWhole=0|1 -f patch-for-crate.awk PATCH
#
# Prints the parts of a patch, in the form of `git diff`, whose files are present. A build sees only some
# files of a crate. If all of them should be present (`isWhole`), each file of the patch must be. Reports
# errors in the patch on stderr, and exits with 1. Paths are relative to the current directory.

function fail(why) {
  print "error: cratesieve cannot apply " FILENAME " to crate `" crate "`: " why > "/dev/stderr"
  failed = 1
}

function exists(path, line, found) {
  found = (getline line < path) >= 0
  close(path)
  return found
}

# The path of a line `--- a/path` or `+++ b/path`, or nothing for /dev/null.
function pathOf(line) {
  sub(/^(---|\+\+\+) /, "", line)
  sub(/\t.*$/, "", line)
  if (line == "/dev/null") return ""
  sub(/^[^\/]*\//, "", line)
  return line
}

function begin() {
  from = to = header = ""
  isKept = isText = 0
}

function decide(path) {
  isText = 1
  path = to == "" ? from : to
  if (directory != "." && index(path, directory "/") != 1)
    fail(path " is no file of the crate")
  else if (path == (directory == "." ? "Cargo.toml" : directory "/Cargo.toml"))
    fail("Cargo.toml is rewritten while Nix evaluates, from the one in the workspace")
  else if (from == "" || exists(path))
    isKept = 1
  else if (isWhole)
    fail(path " is no file that a build of the crate sees")
  if (isKept) printf "%s", header
}

function end() {
  if (header != "" && !isText) fail("a part of it changes no text: " firstLine)
}

BEGIN { begin() }

# Lines within a hunk are not headers.
old > 0 || new > 0 {
  if (/^[-]/) old--
  else if (/^[+]/) new--
  else if (!/^\\/) { old--; new-- }
  if (isKept) print
  next
}

/^diff --git / { end(); begin(); firstLine = header = $0; header = header "\n"; next }

/^--- / {
  # A file without git's header line.
  if (isText) { end(); begin() }
  from = pathOf($0)
  if (header == "") firstLine = $0
  header = header $0 "\n"
  next
}

/^\+\+\+ / { to = pathOf($0); header = header $0 "\n"; decide(); next }

/^@@ / {
  count = split($2, a, ","); old = count > 1 ? a[2] : 1
  count = split($3, a, ","); new = count > 1 ? a[2] : 1
  if (isKept) print
  next
}

# Further lines of git's header.
header != "" && !isText { header = header $0 "\n"; next }
isKept { print }

END {
  end()
  exit failed
}
