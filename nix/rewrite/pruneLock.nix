{ lib, tables, ... }:
/**
  The text of a Cargo.lock that holds packages with these texts.

  # Type

  ```
  pruneLock :: { lock :: Lock, texts :: [String] } -> String
  ```
*/
{ lock, texts }:
# Version 3 is the oldest that supports every git source. Version 4 only encodes git sources differently.
"version = ${toString (lib.max tables.oldestLockVersion lock.version)}\n" + lib.concatStrings texts
