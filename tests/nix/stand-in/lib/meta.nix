lib: {
  getExe' = package: program: "${lib.getBin package}/bin/${program}";
  # nixpkgs warns where the main program is not known; the name is all there is.
  getExe = package: lib.getExe' package (package.meta.mainProgram or (lib.getName package));
}
