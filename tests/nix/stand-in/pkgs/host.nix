# The host's tools as packages: store paths whose `bin` has links to them. A build sees only the packages that
# it asks for, as with nixpkgs.
{
  lib,
  system,
  tools,
}:
let
  inherit (lib) concatStringsSep escapeShellArg;

  shell = tools.shell or "/bin/bash";

  # The directories that are searched for the tools of every build.
  searchPath = concatStringsSep ":" (
    tools.path or [
      "/usr/bin"
      "/bin"
    ]
  );

  # A derivation from before there is a stdenv.
  hostDerivation =
    name: attributes: script:
    derivation (
      attributes
      // {
        inherit name system;
        builder = shell;
        # The shell must not become its last command: one that closes its output
        # before it ends, as those of coreutils do, is killed by Nix every now and
        # then, which takes the closed output for the end.
        args = [
          "-euc"
          "${script}\nexit 0"
        ];
        PATH = searchPath;
        preferLocalBuild = true;
      }
    );

  # Links to those of the named tools that the host has. Which ones it has is
  # found out in the build, so that evaluation does not read the host.
  linkFarm =
    name: names:
    hostDerivation name { } ''
      mkdir -p "$out/bin"
      for tool in ${concatStringsSep " " names}; do
        if found=$(command -v "$tool"); then
          ln -s "$found" "$out/bin/$tool"
        fi
      done
    '';

  asPackage =
    pname: version: drv:
    drv
    // {
      inherit pname version;
      passthru = { };
      meta.mainProgram = lib.removeSuffix "-interactive" pname;
    };

  program =
    pname:
    let
      path =
        tools.programs.${pname}
          or (throw "the host has no '${pname}': install it and write its path to the file that CRATESIEVE_HOST_TOOLS names");
    in
    asPackage pname "0-host" (
      hostDerivation pname { } ''
        mkdir -p "$out/bin"
        ln -s ${escapeShellArg path} "$out/bin/${pname}"
      ''
    );

  # A toolchain can change behind its path, hence the version in the environment
  # of everything that is made of it.
  toolchain = {
    path = tools.toolchain;
    version = tools.rustVersion or "";
  };

  toolchainPrograms =
    pname: names:
    asPackage pname "0-host" (
      hostDerivation pname { toolchainVersion = toolchain.version; } ''
        mkdir -p "$out/bin"
        for tool in ${concatStringsSep " " names}; do
          ln -s ${escapeShellArg toolchain.path}/bin/"$tool" "$out/bin/$tool"
        done
      ''
    );

  # rustc must say that its sysroot is in the store, as the one of nixpkgs does:
  # crane strips the references to it from what it installs.
  rustc = asPackage "rustc" "0-host" (
    hostDerivation "rustc" { toolchainVersion = toolchain.version; } ''
      mkdir -p "$out/bin"
      ln -s ${escapeShellArg toolchain.path}/lib "$out/lib"
      for tool in rustc rustdoc; do
        real=${escapeShellArg toolchain.path}/bin/$tool
        printf '%s\n' >"$out/bin/$tool" \
          '#!/bin/sh' \
          'for argument do' \
          '  case $argument in --sysroot | --sysroot=*) exec '"'$real'"' "$@" ;; esac' \
          'done' \
          "exec '$real' --sysroot '$out' \"\$@\""
        chmod +x "$out/bin/$tool"
      done
    ''
  );

  bash =
    pname:
    asPackage pname "0-host" (
      linkFarm pname [
        "bash"
        "sh"
      ]
    );

  cc =
    linkFarm "gcc-wrapper" [
      "addr2line"
      "ar"
      "as"
      "c++"
      "cc"
      "cpp"
      "g++"
      "gcc"
      "ld"
      "nm"
      "objcopy"
      "objdump"
      "ranlib"
      "readelf"
      "size"
      "strings"
      "strip"
    ]
    // {
      bintools = cc;
      isClang = false;
      isGNU = true;
      targetPrefix = "";
      override =
        { bintools }:
        hostDerivation "gcc-wrapper" { } ''
          mkdir -p "$out/bin"
          for tool in cc gcc c++ g++; do
            printf '#!/bin/sh\nexec %s/bin/%s -B%s/bin "$@"\n' ${cc} "$tool" ${bintools} >"$out/bin/$tool"
            chmod +x "$out/bin/$tool"
          done
        ''
        // {
          inherit bintools;
        };
    };

  # A linker goes by the name by which it is called.
  lld = hostDerivation "lld" { toolchainVersion = toolchain.version; } ''
    mkdir -p "$out/bin"
    ln -s ${escapeShellArg toolchain.path}/lib/rustlib/*/bin/rust-lld "$out/bin/ld"
  '';
in
{
  inherit
    cc
    hostDerivation
    lld
    shell
    ;

  # What nixpkgs' stdenv puts on the PATH of every build.
  initialPath = linkFarm "initial-path" [
    # bash
    "bash"
    "sh"
    # coreutils
    "["
    "b2sum"
    "base32"
    "base64"
    "basename"
    "cat"
    "chgrp"
    "chmod"
    "chown"
    "cksum"
    "comm"
    "cp"
    "csplit"
    "cut"
    "date"
    "dd"
    "df"
    "dir"
    "dirname"
    "du"
    "echo"
    "env"
    "expand"
    "expr"
    "factor"
    "false"
    "fmt"
    "fold"
    "groups"
    "head"
    "hostid"
    "id"
    "install"
    "join"
    "kill"
    "link"
    "ln"
    "logname"
    "ls"
    "md5sum"
    "mkdir"
    "mkfifo"
    "mknod"
    "mktemp"
    "mv"
    "nice"
    "nl"
    "nohup"
    "nproc"
    "numfmt"
    "od"
    "paste"
    "pathchk"
    "pr"
    "printenv"
    "printf"
    "ptx"
    "pwd"
    "readlink"
    "realpath"
    "rm"
    "rmdir"
    "seq"
    "sha1sum"
    "sha224sum"
    "sha256sum"
    "sha384sum"
    "sha512sum"
    "shred"
    "shuf"
    "sleep"
    "sort"
    "split"
    "stat"
    "stdbuf"
    "stty"
    "sum"
    "sync"
    "tac"
    "tail"
    "tee"
    "test"
    "timeout"
    "touch"
    "tr"
    "true"
    "truncate"
    "tsort"
    "tty"
    "uname"
    "unexpand"
    "uniq"
    "unlink"
    "vdir"
    "wc"
    "whoami"
    "yes"
    # diffutils, findutils, patch
    "cmp"
    "diff"
    "diff3"
    "find"
    "patch"
    "sdiff"
    "xargs"
    # awk, grep, sed
    "awk"
    "egrep"
    "fgrep"
    "gawk"
    "grep"
    "sed"
    # tar, gzip, bzip2, xz
    "bunzip2"
    "bzip2"
    "gunzip"
    "gzip"
    "tar"
    "unxz"
    "xz"
    "zcat"
    # make, file
    "file"
    "make"
  ];

  packages =
    # Not all of these need be there: one that is missing fails when it is used.
    lib.genAttrs [
      "cargo-audit"
      "cargo-deny"
      "cargo-llvm-cov"
      "cargo-nextest"
      "cargo-tarpaulin"
      "flock"
      "git"
      "jq"
      "pkg-config"
      "rsync"
      "taplo"
      "zstd"
    ] program
    // {
      inherit rustc;
      # `nix develop` asks for the second.
      bash = bash "bash";
      bashInteractive = bash "bash-interactive";
      cargo = toolchainPrograms "cargo" [ "cargo" ];
      clippy = toolchainPrograms "clippy" [
        "cargo-clippy"
        "clippy-driver"
      ];
      gitMinimal = program "git";
      rustfmt = toolchainPrograms "rustfmt" [
        "cargo-fmt"
        "rustfmt"
      ];
    };
}
