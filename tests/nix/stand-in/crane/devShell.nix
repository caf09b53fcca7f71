{
  cargo,
  clippy,
  mkShell,
  rustc,
  rustfmt,
}:
{
  checks ? { },
  inputsFrom ? [ ],
  packages ? [ ],
  ...
}@args:
mkShell (
  removeAttrs args [
    "checks"
    "inputsFrom"
    "nativeBuildInputs"
  ]
  // {
    inputsFrom = builtins.attrValues checks ++ inputsFrom;
    packages = [
      rustc
      cargo
      clippy
      rustfmt
    ]
    ++ packages;
  }
)
