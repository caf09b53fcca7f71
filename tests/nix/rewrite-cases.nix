# The cases in fixtures/rewrite, run by the Nix half: what each function returns, and the expected value. The
# Rust half runs them as well (src/rewrite/tests.rs), and writes the expected files. Nothing is built.
{
  lib,
  internal,
  fixtures, # the directory of the fixtures
}:
let
  inherit (builtins)
    attrNames
    attrValues
    filter
    fromJSON
    fromTOML
    groupBy
    head
    mapAttrs
    pathExists
    readDir
    readFile
    replaceStrings
    toJSON
    unsafeDiscardStringContext
    ;
  inherit (lib) genAttrs;
  inherit (internal) toToml;

  set = names: genAttrs names (_: true);
  parsed = file: if pathExists file then fromTOML (readFile file) else { };
  byName = lock: groupBy (package: package.name) lock.packages;
  sets = mapAttrs (_: set);

  # The fields of a crate that the cases leave out.
  entryOf =
    fields:
    {
      path = ".";
      member = true;
      procMacro = false;
      bins = { };
      drop = [ ];
    }
    // fields;

  # ---- A case -------------------------------------------------------------------------------------

  # The arguments of one call: those of arguments.toml, and the files of the directory.
  caseOf =
    directory:
    let
      arguments = parsed (directory + "/arguments.toml");
      top =
        if arguments ? fixture then
          fixtures + "/workspaces/${arguments.fixture}"
        else
          directory + "/workspace";
      root = if arguments ? root then top + "/${arguments.root}" else top;
      shape = internal.readManifest (root + "/cratesieve.json");
    in
    {
      inherit
        directory
        arguments
        root
        shape
        ;
      toml = parsed (directory + "/Cargo.toml");
      hasLock = pathExists (directory + "/Cargo.lock");
      lock = internal.readLock (parsed (directory + "/Cargo.lock"));
      read = internal.readWorkspace {
        inherit root shape;
        manifest = "cratesieve.json";
      };
      inherits =
        let
          inherits = {
            dependencies = [ ];
            package = [ ];
            lints = false;
          }
          // arguments.inherits or { };
        in
        inherits
        // {
          dependencies = set inherits.dependencies;
          package = set inherits.package;
        };
      spec = _: if arguments.unversioned or false then internal.unversioned else lib.id;
    };

  # ---- The functions: a text, or a value to compare with JSON -----------------------------------------

  functions = {
    describeMember =
      { toml, arguments, ... }:
      let
        described = internal.describeMember {
          directory = "a";
          inherit toml;
          rootDirectory = ".";
          root = arguments.root or { };
          workspaceRoot = "/workspace";
        };
      in
      {
        inherit (described) pathKeys;
        builtNames = attrNames described.builtNames;
        inherits = mapAttrs (_: attrNames) described.inherits;
      };

    emptyPackage = { arguments, ... }: toToml (internal.emptyPackage arguments.name);

    inertFeatures = { toml, ... }: attrNames (internal.inertFeatures toml);

    lockTexts =
      {
        shape,
        read,
        arguments,
        ...
      }:
      let
        isTested = arguments.isTested or false;
        locks = internal.lockTexts { inherit shape read; };
        closures = internal.resolveClosures {
          manifest = shape;
          inherit (read) lock;
          builtNames = mapAttrs (_: described: described.builtNames) read.described;
        };
        closure = closures.${if isTested then "test" else "own"}.${arguments.crate};
      in
      readFile (
        locks.file {
          inherit (arguments) kind;
          versioned = arguments.versioned or [ ];
          isTested = name: isTested && name == arguments.crate;
          inherit (closure) crates;
          parted = locks.part closure.keys;
        }
      );

    packageText =
      { lock, arguments, ... }:
      let
        package = head lock.packages;
      in
      internal.packageText {
        inherit package;
        version = arguments.version or package.version;
        edges = arguments.edges or [ ];
      };

    pruneConfiguration =
      {
        directory,
        lock,
        arguments,
        ...
      }:
      toToml (
        internal.pruneConfiguration {
          configuration = parsed (directory + "/config.toml");
          crates = set (arguments.crates or [ ]);
          packages = byName lock;
        }
      );

    pruneInherited =
      {
        arguments,
        inherits,
        spec,
        ...
      }:
      toToml (
        internal.pruneInherited {
          workspace = arguments.workspace or { };
          isRead = arguments.isRead or false;
          inherit inherits spec;
        }
      );

    pruneLock =
      { lock, arguments, ... }:
      internal.pruneLock {
        inherit lock;
        texts = arguments.texts or [ ];
      };

    pruneMember =
      { toml, arguments, ... }:
      toToml (
        internal.pruneMember {
          inherit toml;
          inherit (arguments) role;
          hasLibrary = arguments.hasLibrary or false;
          emptyLibrary = arguments.emptyLibrary or null;
          readme = arguments.readme or null;
        }
      );

    prunePatches =
      { lock, arguments, ... }:
      toToml (
        internal.prunePatches {
          inherit (arguments) patch;
          crates = set (arguments.crates or [ ]);
          packages = byName lock;
        }
      );

    pruneRoot =
      {
        toml,
        lock,
        arguments,
        inherits,
        spec,
        ...
      }:
      toToml (
        internal.pruneRoot {
          inherit toml inherits spec;
          package = arguments.package or null;
          crates = mapAttrs (_: entryOf) (arguments.crates or { });
          packages = byName lock;
          isRead = arguments.isRead or false;
        }
      );

    readConfigurations =
      { root, arguments, ... }:
      map (file: { inherit (file) path toml; })
        (internal.readConfigurations {
          inherit root;
          shape.files = arguments.files or [ ];
          manifest = "cratesieve.json";
        }).all;

    readLock =
      { lock, ... }:
      {
        inherit (lock) version;
        packages = map (package: {
          inherit (package) key reference checksum;
          edges = map (to: to.key) package.edges;
        }) lock.packages;
      };

    readWorkspace =
      { read, ... }:
      {
        inherit (read) homes versions hasLock;
        readmes = lib.filterAttrs (_: readme: readme != null) read.readmes;
        configurations = attrNames read.configurations.files;
      };

    resolveClosures =
      {
        directory,
        lock,
        hasLock,
        arguments,
        ...
      }:
      let
        closures = internal.resolveClosures {
          manifest = internal.readManifest (directory + "/cratesieve.json");
          lock = if hasLock then lock else null;
          builtNames = sets arguments.builtNames;
        };
        shown = closure: {
          inherit (closure) crates;
          keys = attrNames closure.keys;
        };
      in
      {
        own = mapAttrs (_: shown) closures.own;
        test = mapAttrs (_: shown) closures.test;
      };

    rewriteManifests =
      { shape, read, ... }:
      let
        manifests = internal.rewriteManifests { inherit shape read; };
      in
      {
        returned = attrNames manifests.returned;
        inert = mapAttrs (_: attrNames) manifests.inert;
        inherit (manifests) members linted linked;
        stubs = manifests.stubs.lean;
      };

    stubMember =
      { toml, arguments, ... }:
      toToml (
        internal.stubMember {
          inherit toml;
          inherit (arguments) kind;
          entry = entryOf (arguments.entry or { });
          pathKeys = arguments.pathKeys or { };
          inert = {
            ${toml.package.name} = { };
          }
          // sets (arguments.inert or { });
        }
      );

    stubPaths = _: internal.stubPaths;

    toToml = { arguments, ... }: toToml arguments;

    toolFiles =
      { arguments, ... }:
      internal.toolFiles {
        root = /. + arguments.root;
        inherit (arguments) sourceRoot names;
      } (entryOf arguments.entry);

    unversioned = { arguments, ... }: toToml (mapAttrs (_: internal.unversioned) arguments);

    withoutInert =
      { toml, arguments, ... }:
      let
        without = internal.withoutInert {
          inherit toml;
          own = set (arguments.own or [ ]);
          pathKeys = arguments.pathKeys or { };
          inert = sets (arguments.inert or { });
          isOptional = key: lib.elem key (arguments.optional or [ ]);
        };
      in
      toToml {
        inherit (without) features;
        dependencies = mapAttrs without.spec (toml.dependencies or { });
      };
  };

  # ---- Found and expected ----------------------------------------------------------------------------

  # The store paths of the empty targets, and what the expected files have in their place.
  stored = map unsafeDiscardStringContext (attrValues internal.stubPaths);
  names = map (path: "/stub/${builtins.substring 33 (-1) (baseNameOf path)}") stored;
  withoutStore = text: replaceStrings stored names (unsafeDiscardStringContext text);

  compared =
    function: name:
    let
      directory = fixtures + "/rewrite/${function}/${name}";
      found = functions.${function} (caseOf directory);
      expected = head (filter (lib.hasPrefix "expected.") (attrNames (readDir directory)));
      text = readFile (directory + "/${expected}");
      isJson = expected == "expected.json";
    in
    builtins.addErrorContext "in the case fixtures/rewrite/${function}/${name}" {
      name = "${function}/${name}";
      value = {
        found = if isJson then fromJSON (withoutStore (toJSON found)) else withoutStore found;
        expected = if isJson then fromJSON text else text;
      };
    };
in
lib.listToAttrs (
  lib.concatMap (
    function: map (compared function) (attrNames (readDir (fixtures + "/rewrite/${function}")))
  ) (attrNames (readDir (fixtures + "/rewrite")))
)
