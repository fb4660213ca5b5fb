//! Checks the layers of `src`, and that no crate has a circle of imports.

use std::collections::BTreeSet;

use super::imports::Graph;

/// The modules of `src`, from the bottom up: each may import from the ones before it.
const LAYERS: [&str; 11] =
    ["error", "request_id", "shutdown", "config", "telemetry", "access", "graphql", "pages", "http", "app", "cli"];

#[test]
fn each_layer_imports_only_layers_below() {
    let rank = |module: &str| {
        let rank = LAYERS.iter().position(|layer| *layer == module);
        rank.unwrap_or_else(|| panic!("`{module}` is not in LAYERS: add it where it belongs"))
    };
    let graph = Graph::read("src");
    let upward: BTreeSet<_> = graph
        .paths()
        .filter_map(|(file, path)| {
            let (importer, imported) = (file.first()?, path.first()?);
            (rank(importer) < rank(imported)).then(|| format!("{} imports {}", file.join("/"), path.join("::")))
        })
        .collect();
    assert_eq!(upward, BTreeSet::new());
}

#[test]
fn import_circles_are_limited_to_a_file_and_its_children() {
    for folder in ["entity/src", "migration/src", "jobs/src", "src"] {
        for circle in Graph::read(folder).circles() {
            let is_child = |file: &str, parent: &str| {
                file.strip_prefix(parent)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .is_some_and(|name| !name.contains('/'))
            };
            let is_parent = |parent: &String| circle.iter().all(|file| file == parent || is_child(file, parent));
            assert!(circle.iter().any(is_parent), "{folder} has a circle of imports: {circle:?}");
        }
    }
}
