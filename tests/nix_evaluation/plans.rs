//! Plans of layers for small workspaces. The cases are in tests/nix/plan-cases.nix, and one evaluation
//! tests all of them.

use serde_json::Value;

use crate::common::nix::{all_nix, nix_path, repository, with_prelude};

#[test]
fn cases_give_what_they_say() {
    let cases = nix_path(&repository().join("tests/nix/plan-cases.nix"));
    let fixtures = nix_path(&repository().join("fixtures/workspaces"));
    let expression = with_prelude(&format!(
        "import {cases} {{ inherit lib internal; fixtures = {fixtures}; }}"
    ));
    for nix in all_nix() {
        let cases = nix.evaluate(&expression);
        let cases = cases.as_object().unwrap();
        assert!(cases.len() > 60, "only {} cases", cases.len());
        let wrong: String = cases
            .iter()
            .filter(|(_, case)| case["expr"] != case["expected"])
            .map(|(name, case)| {
                let [found, expected]: [&Value; 2] = [&case["expr"], &case["expected"]];
                format!("{name}\nexpected: {expected}\nfound:    {found}\n\n")
            })
            .collect();
        assert!(wrong.is_empty(), "{wrong}");
    }
}
