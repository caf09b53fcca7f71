lib: {
  getExe' = package: program: "${lib.getBin package}/bin/${program}";
  # Without a main program nixpkgs warns, and uses the name of the package.
  getExe = package: lib.getExe' package (package.meta.mainProgram or (lib.getName package));
}
