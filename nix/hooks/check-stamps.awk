# Usage: awk -f check-stamps.awk LOCK OWN-STAMP LAYER/stamp... - <UNITS
#
# UNITS are directories, LAYER/target/.../.fingerprint/PACKAGE-HASH. Says which layer holds a crate that
# was built from another source than that of OWN-STAMP, or that does not say from which; nothing where
# all is well. A line of a stamp is the name of a crate and the store paths of its source; or, with
# `#build-script` after the name, of its build script.

# A third-party package of the same name as a crate is none of ours.
FILENAME == ARGV[1] {
  if ($1 == "name") name = $3
  if ($1 == "source") { gsub(/"/, "", name); foreign[name] = 1 }
  next
}

FILENAME == "-" || FILENAME == "" {
  layer = $0
  sub(/\/target\/.*/, "", layer)
  package = $0
  sub(/.*\//, "", package)
  sub(/-[0-9a-f]+$/, "", package)
  isStamped = ((layer, package) in stamped) || ((layer, package "#build-script") in stamped)
  if (package in own && !(package in foreign) && !isStamped && !(layer in said)) {
    said[layer] = 1
    print "the layer " layer " holds crate `" package "` and does not say from which source: it may be an empty stub"
  }
  next
}

{
  name = $1
  source = substr($0, length(name) + 2)
  if (FILENAME == ARGV[2]) { own[name] = source; next }
  layer = FILENAME
  sub(/\/stamp$/, "", layer)
  stamped[layer, name] = 1
  if (name in own && own[name] != source && !(layer in said)) {
    said[layer] = 1
    print "the layer " layer " holds crate `" name "` as built from " source ", and this build has " own[name]
  }
}
