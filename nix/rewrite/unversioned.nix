_:
/**
  A path dependency without its version, because stubs have no real version. Other dependencies stay as
  they are.

  # Type

  ```
  unversioned :: Spec -> Spec
  ```

  # Examples

  ```nix
  unversioned { path = "../a"; version = "1"; }
  => { path = "../a"; }
  unversioned "1"
  => "1"
  ```
*/
spec:
if builtins.isAttrs spec && spec ? path then builtins.removeAttrs spec [ "version" ] else spec
