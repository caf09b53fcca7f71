# Usage: awk -f check-lock.awk GIVEN WRITTEN
#
# Prints each package and each edge of the lock WRITTEN that the lock GIVEN does not have, one on each
# line. Prints nothing if WRITTEN is part of GIVEN. Expects the layout in which Cargo writes a lock.

function unquote(text) {
  sub(/^[^"]*"/, "", text)
  sub(/"[^"]*$/, "", text)
  return text
}

# Ends a package: remembers it by its identity, and by all references that can mean it: `name`, `name version`
# and `name version (source)`.
function finish(    identity) {
  if (name == "") return
  identity = name " " version (source == "" ? "" : " (" source ")")
  count[lock]++
  package[lock, count[lock]] = identity
  known[lock, identity] = 1
  edges[lock, identity] = dependencies
  meant[lock, name] = meant[lock, name] identity "\n"
  meant[lock, name " " version] = meant[lock, name " " version] identity "\n"
  if (source != "") meant[lock, identity] = identity "\n"
  name = version = source = dependencies = ""
}

FNR == 1 { finish(); lock++ }
/^\[/ { finish(); inside = ($0 == "[[package]]"); listing = 0; next }
!inside { next }
/^name = / { name = unquote($0) }
/^version = / { version = unquote($0) }
# The commit after the `#` of a git source belongs to the identity, but not to a reference.
/^source = / {
  full = unquote($0)
  source = full
  sub(/#.*/, "", source)
  commit[lock, name " " version " (" source ")"] = full
}
/^dependencies = / { listing = 1; next }
/^\]/ { listing = 0 }
listing { dependencies = dependencies unquote($0) "\n" }

END {
  finish()
  for (i = 1; i <= count[2]; i++) {
    identity = package[2, i]
    if (!((1, identity) in known) || commit[1, identity] != commit[2, identity]) {
      print "  package " identity " is not in the Cargo.lock of the workspace"
      continue
    }
    split("", given)
    total = split(edges[1, identity], references, "\n")
    for (k = 1; k < total; k++) {
      found = split(meant[1, references[k]], targets, "\n")
      for (j = 1; j < found; j++) given[targets[j]] = 1
    }
    total = split(edges[2, identity], references, "\n")
    for (k = 1; k < total; k++) {
      split(meant[2, references[k]], targets, "\n")
      if (!(targets[1] in given)) print "  " identity " now depends on " targets[1]
    }
  }
}
