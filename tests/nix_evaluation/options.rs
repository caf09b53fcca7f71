//! docs/options.md: the reference of `mkWorkspace` and of the module for flake-parts, made from the
//! comment above the one and the declarations of the other.
//!
//! `RENEW_DOCS=1 cargo test --test nix_evaluation options` writes it.

use std::env;
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use super::documentation::doc_comments;
use crate::common::nix::{all_nix, nix_path, repository, with_prelude};

const RENEW: &str = "RENEW_DOCS=1 cargo test --test nix_evaluation options";

#[test]
fn the_reference_is_fresh() {
    let file = repository().join("docs/options.md");
    let renews = env::var_os("RENEW_DOCS").is_some();
    for nix in all_nix() {
        let options = serde_json::from_value(nix.evaluate(&declarations())).unwrap();
        let table = nix.evaluate(&with_prelude("internal.craneArguments"));
        let wanted = render(&options, &arguments(&table));
        if renews {
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, &wanted).unwrap();
        }
        let found = fs::read_to_string(&file)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        let differs = wanted
            .lines()
            .zip(found.lines())
            .position(|(wanted, found)| wanted != found)
            .unwrap_or(usize::min(wanted.lines().count(), found.lines().count()));
        assert!(
            wanted == found,
            "docs/options.md is stale from line {} on:\n  {}\nis now\n  {}\nrun: {RENEW}",
            differs + 1,
            found.lines().nth(differs).unwrap_or_default(),
            wanted.lines().nth(differs).unwrap_or_default(),
        );
    }
}

// ---- What is declared -----------------------------------------------------------------------------

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Declaration {
    name: String,
    description: String,
    r#type: String,
    /// As Nix code.
    default: Option<String>,
    example: Option<String>,
    read_only: bool,
}

/// The options as a user sees them, in the order of their names. Nothing that depends on `pkgs` may
/// be looked at, so there is none.
fn declarations() -> String {
    let options = nix_path(&repository().join("nix/flakeModule/options.nix"));
    with_prelude(&format!(
        r#"let
          none = throw "a default without defaultText";
          code =
            value:
            if value._type or null == "literalExpression" then lib.removeSuffix "\n" value.text
            else if value == {{ }} then "{{ }}"
            else if value == [ ] then "[ ]"
            else builtins.toJSON value;
          describe = option: {{
            name = lib.showOption option.loc;
            description = option.description or (throw "${{lib.showOption option.loc}} has no description");
            type = option.type.description;
            default =
              if option ? defaultText then code option.defaultText
              else if option ? default then code option.default
              else null;
            example = if option ? example then code option.example else null;
            readOnly = option.readOnly or false;
          }};
          below =
            options:
            lib.concatMap (
              name:
              let
                option = options.${{name}};
              in
              if name == "_module" then [ ]
              else if !lib.isOption option then below option
              else if option.internal or false then [ ]
              else [ (describe option) ] ++ below (option.type.getSubOptions option.loc)
            ) (builtins.attrNames options);
        in
        below (lib.evalModules {{
          modules = [ {{
            options.perSystem.cratesieve = import {options} {{
              inherit lib;
              pkgs = none;
              crane = none;
              packageFor = none;
              package = none;
            }};
          }} ];
        }}).options"#
    ))
}

// ---- Markdown -------------------------------------------------------------------------------------

fn render(options: &Vec<Declaration>) -> String {
    let comment = |file: &str| {
        let text = fs::read_to_string(repository().join("nix").join(file)).unwrap();
        doc_comments(&text).remove(0)
    };
    let mut page = format!(
        "# Options\n\n\
         <!-- Made from nix/mkWorkspace.nix, nix/craneArguments.nix and nix/flakeModule; do not edit. To renew it:\n     \
         {RENEW} -->\n\n\
         - [`lib.mkWorkspace`](#libmkworkspace), for any flake\n\
         - [Arguments for crane](#arguments-for-crane), and what becomes of each\n\
         - [`flakeModules.default`](#flakemodulesdefault), for flake-parts\n\n\
         ## `lib.mkWorkspace`\n\n"
    );
    page += &markdown(&comment("mkWorkspace.nix"));
    page += arguments;
    page += "\n## `flakeModules.default`\n\n";
    // What the flake itself gives to the module is no user's business.
    let module = comment("flakeModule.nix");
    let (start, rest) = module.split_once("# Inputs\n").unwrap();
    let (_, examples) = rest.split_once("# Examples\n").unwrap();
    page += &markdown(&format!("{start}# Examples\n{examples}"));
    page += "\n### Options\n";
    for option in options {
        page += &format!(
            "\n#### `{}`\n\n{}\n",
            option.name,
            option.description.trim()
        );
        page += &format!("\nType: {}", option.r#type);
        if option.read_only {
            page += ", read-only";
        }
        page += "\n";
        for (what, code) in [("Default", &option.default), ("Example", &option.example)] {
            match code {
                Some(code) if code.contains('\n') => {
                    page += &format!("\n{what}:\n\n```nix\n{code}\n```\n");
                }
                Some(code) => page += &format!("\n{what}: `{code}`\n"),
                None => {}
            }
        }
    }
    page
}

/// A doc comment two levels further down. Of definition lists, which few readers of Markdown know,
/// it makes plain ones.
fn markdown(comment: &str) -> String {
    let mut page = String::new();
    let mut in_code = false;
    let mut term = None;
    for (index, line) in comment.trim().lines().enumerate() {
        let is_fence = line.starts_with("```");
        let next = comment.trim().lines().nth(index + 1);
        in_code ^= is_fence;
        if in_code || is_fence {
            page += line;
        } else if line.starts_with('#') {
            page += &format!("##{line}");
        } else if next.is_some_and(|next| next.starts_with(": ")) {
            term = Some(line);
            continue;
        } else if let (Some(term), Some(first)) = (term.take(), line.strip_prefix(": ")) {
            page += &format!("- {term}: {first}");
        } else {
            page += line;
        }
        page += "\n";
    }
    page
}

#[test]
fn comments_become_markdown() {
    let comment = "Text.\n\n# Inputs\n\n`a`\n: one\n  two\n\n`b`\n: three\n\n# Examples\n\n```nix\n# code\n  x\n```\n";
    let page = "Text.\n\n### Inputs\n\n- `a`: one\n  two\n\n- `b`: three\n\n### Examples\n\n```nix\n# code\n  x\n```\n";
    assert_eq!(markdown(comment), page);
}
