/**
  The empty targets of stubs, in the Nix store. They are empty for rustc: a library, a macro, a C library
  (`crate-type`), a binary, a test and a build script.

  # Type

  ```
  stubPaths :: { library, procMacro, cLibrary, binary, test, buildScript :: StorePath }
  ```
*/
{
  library = "${../stub/lib.rs}";
  procMacro = "${../stub/proc_macro.rs}";
  cLibrary = "${../stub/c_library.rs}";
  binary = "${../stub/main.rs}";
  test = "${../stub/test.rs}";
  buildScript = "${../stub/build.rs}";
}
