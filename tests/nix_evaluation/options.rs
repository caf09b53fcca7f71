//! Generates docs/options.md from the doc comment of `mkWorkspace` and the options of the module for
//! flake-parts.
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
    /// The default value as Nix code.
    default: Option<String>,
    example: Option<String>,
    read_only: bool,
}

/// A Nix expression for the options, in the order of their names. There is no `pkgs`, so descriptions and
/// defaults must not depend on it.
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

/// nix/craneArguments.nix as tables: the arguments that are accepted, by reach, and those that are refused.
fn arguments(table: &Value) -> String {
    let rows = table["arguments"].as_object().unwrap();
    let text = |value: &Value| value.as_str().unwrap().replace('|', "\\|");
    let mut page = "\n## Arguments for crane\n\n\
        `commonArgs`, `crates.<name>` and their parts take arguments of crane's builders, with crane's names. \
        A *part* is a set\nof arguments for single derivations: `crates.<name>.package`, or \
        `commonArgs.package` for all crates.\n\n\
        - Inputs and `env` of `commonArgs`, of the crate and of a part are added up. All other arguments replace each other.\n\
        - A variable in a part changes the derivations of that part, and no layer.\n\
        - What would compile the closure of the crate again is refused in parts: `CARGO_PROFILE`, `RUSTFLAGS`, \
        `--features`\n  and the like. Give it to `crates.<name>`.\n\
        - Arguments that would have no effect are refused. The message says what to write instead.\n\
        - A name that no table has is a variable, and all derivations get it. A name close to one of a table is refused.\n\n\
        | argument | reaches | may stand in |\n|---|---|---|\n"
        .to_owned();
    let mut reaches: Vec<&String> = Vec::new();
    for reach in rows.values().filter(|row| row.is_string()) {
        let reach = table["reaches"]
            .as_object()
            .unwrap()
            .get_key_value(reach.as_str().unwrap());
        let name = reach.unwrap().0;
        if !reaches.contains(&name) {
            reaches.push(name);
        }
    }
    reaches.sort();
    // Arguments with the widest reach come first.
    let size = |reach: &&String| {
        table["reaches"][reach.as_str()]["places"]
            .as_array()
            .unwrap()
            .len()
    };
    reaches.sort_by_key(|reach| std::cmp::Reverse(size(reach)));
    for reach in reaches {
        let names: Vec<String> = rows
            .iter()
            .filter(|(_, row)| row.as_str() == Some(reach))
            .map(|(name, _)| format!("`{name}`"))
            .collect();
        let places: Vec<String> = table["reaches"][reach.as_str()]["places"]
            .as_array()
            .unwrap()
            .iter()
            .map(|place| match place.as_str().unwrap() {
                "commonArgs" => "`commonArgs`".to_owned(),
                "crates" => "`crates.<name>`".to_owned(),
                "cargo" => "the function `cargo`".to_owned(),
                part => format!("`{part}`"),
            })
            .collect();
        page += &format!(
            "| {} | {} | {} |\n",
            names.join(", "),
            text(&table["reaches"][reach.as_str()]["text"]),
            places.join(", ")
        );
    }
    page += "\nThese are refused:\n\n| argument | because | instead |\n|---|---|---|\n";
    let mut reasons: Vec<(String, String, Vec<String>)> = Vec::new();
    for (name, row) in rows.iter().filter(|(_, row)| row.is_object()) {
        let (why, instead) = (text(&row["why"]), text(&row["instead"]));
        match reasons
            .iter_mut()
            .find(|known| known.0 == why && known.1 == instead)
        {
            Some(known) => known.2.push(format!("`{name}`")),
            None => reasons.push((why, instead, vec![format!("`{name}`")])),
        }
    }
    for (why, instead, names) in reasons {
        page += &format!("| {} | {why} | {instead} |\n", names.join(", "));
    }
    page
}

fn render(options: &Vec<Declaration>, arguments: &str) -> String {
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
    // Arguments that the flake passes to the module are not for users.
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

/// A doc comment as Markdown, with headings two levels deeper. Definition lists become plain lists, because
/// few readers of Markdown support them.
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
