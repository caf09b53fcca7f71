# A value for each argument of crane, with which tests/nix_evaluation/arguments.rs tests
# nix/craneArguments.nix. Arguments without a line get `default`.
{ pkgs }:
let
  input = pkgs.runCommand "input" { } "touch $out";
in
{
  default = "true";
  named =
    builtins.listToAttrs (
      map
        (name: {
          inherit name;
          value = [ input ];
        })
        [
          "buildInputs"
          "nativeBuildInputs"
          "propagatedBuildInputs"
          "propagatedNativeBuildInputs"
          "depsBuildBuild"
          "depsBuildBuildPropagated"
          "depsBuildTarget"
          "depsBuildTargetPropagated"
          "depsHostHost"
          "depsHostHostPropagated"
          "depsTargetTarget"
          "depsTargetTargetPropagated"
          "checkInputs"
          "nativeCheckInputs"
          "installCheckInputs"
          "nativeInstallCheckInputs"
        ]
    )
    // {
      env.SAMPLE = "1";
      strictDeps = true;
      dontStrip = true;
      doIncludeCrossToolchainEnv = false;
      doInstallCheck = true;
      CARGO_PROFILE = "sample";
      RUSTFLAGS = "--cfg sample";
      CARGO_BUILD_RUSTFLAGS = "--cfg sample";
      RUSTDOCFLAGS = "--cfg sample";
      cargoExtraArgs = "--quiet";
      cargoBuildExtraArgs = "--quiet";
      cargoCheckExtraArgs = "--quiet";
      cargoClippyExtraArgs = "--quiet";
      cargoTestExtraArgs = "--quiet";
      cargoNextestExtraArgs = "--no-fail-fast";
      cargoDocExtraArgs = "--document-private-items";
      meta.description = "A sample";
      passthru.sample = 1;
      outputs = [
        "out"
        "man"
      ];
      allowedReferences = [ input ];
      allowedRequisites = [ input ];
      disallowedReferences = [ input ];
      disallowedRequisites = [ input ];
      doInstallCargoArtifacts = true;
      patches = [ (builtins.toFile "sample.patch" "") ];
      outputHashes = { };
      registries = { };
      overrideVendorCargoPackage =
        _: package:
        package.overrideAttrs (_: {
          postPatch = "true";
        });
      overrideVendorGitCheckout = _: checkout: checkout;
    };
}
