{ cargo-nextest, mkCargoDerivation }:
{
  cargoArtifacts,
  cargoExtraArgs ? "",
  cargoNextestExtraArgs ? "",
  cargoNextestPartitionsExtraArgs ? "",
  partitions ? 1,
  withLlvmCov ? false,
  ...
}@args:
if partitions != 1 || withLlvmCov then
  throw "cargoNextest: partitions and withLlvmCov are not in the stand-in for crane: set CRANE_SRC"
else
  mkCargoDerivation (
    removeAttrs args [
      "cargoExtraArgs"
      "cargoNextestExtraArgs"
      "cargoNextestPartitionsExtraArgs"
      "partitions"
      "partitionType"
      "withLlvmCov"
    ]
    // {
      inherit cargoArtifacts;
      pnameSuffix = "-nextest";
      doCheck = args.doCheck or true;
      env = {
        # A progress bar would fill the log.
        NEXTEST_SHOW_PROGRESS = args.NEXTEST_SHOW_PROGRESS or "counter";
      }
      // args.env or { };
      buildPhaseCargoCommand =
        args.buildPhaseCargoCommand or ''
          mkdir -p $out
          cargo nextest --version
        '';
      checkPhaseCargoCommand = ''
        cargo nextest run ''${CARGO_PROFILE:+--cargo-profile $CARGO_PROFILE} \
          ${cargoExtraArgs} ${cargoNextestExtraArgs} ${cargoNextestPartitionsExtraArgs}
      '';
      nativeBuildInputs = (args.nativeBuildInputs or [ ]) ++ [ cargo-nextest ];
    }
  )
