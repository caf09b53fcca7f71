# Usage: awk -f check-stamps.awk LOCK OWN-STAMP LAYER/stamp LAYER/compiled ...
#
# Prints which layer has a crate that was compiled from another source than OWN-STAMP says, or whose stamp
# does not list the crate. Prints nothing if all layers fit. A line of a stamp is the name of a crate and
# the store paths of its source. A line of `compiled` is the name of a crate that the layer has compiled.

# A third-party package may have the name of a crate. It is not checked.
FILENAME == ARGV[1] {
  if ($1 == "name") name = $3
  if ($1 == "source") { gsub(/"/, "", name); foreign[name] = 1 }
  next
}

FILENAME == ARGV[2] {
  own[$1] = substr($0, length($1) + 2)
  next
}

FNR == 1 {
  layer = FILENAME
  sub(/\/[^\/]*$/, "", layer)
}

FILENAME ~ /\/stamp$/ {
  source = substr($0, length($1) + 2)
  stamped[layer, $1] = 1
  if ($1 in own && own[$1] != source && !(layer in said)) {
    said[layer] = 1
    print "the layer " layer " holds crate `" $1 "` as built from " source ", and this build has " own[$1]
  }
  next
}

($1 in own) && !($1 in foreign) && !((layer, $1) in stamped) && !(layer in said) {
  said[layer] = 1
  print "the layer " layer " holds crate `" $1 "` and does not say from which source: it may be an empty stub"
}
