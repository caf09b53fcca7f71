{
  description = "The stand-in for flake-utils, for --override-input; see ../../README.md";

  outputs =
    _:
    let
      inherit (builtins) attrNames foldl';

      # `{ a = ...; }` for each system becomes `{ a.<system> = ...; }`.
      eachSystem =
        systems: f:
        foldl' (
          outputs: system:
          let
            here = f system;
          in
          foldl' (
            outputs: name:
            outputs
            // {
              ${name} = outputs.${name} or { } // {
                ${system} = here.${name};
              };
            }
          ) outputs (attrNames here)
        ) { } systems;
      defaultSystems = [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-darwin"
        "x86_64-linux"
      ];
    in
    {
      lib = {
        inherit defaultSystems eachSystem;
        eachDefaultSystem = eachSystem defaultSystems;
      };
    };
}
