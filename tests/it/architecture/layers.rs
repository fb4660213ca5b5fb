//! Checks the layers of `src`, and that no crate has a circle of imports.

use std::collections::BTreeSet;

use super::imports::Graph;

/// The modules of `src`, from the bottom up: each may import from the ones before it.
const LAYERS: [&str; 11] =
    ["error", "request_id", "shutdown", "config", "telemetry", "access", "graphql", "pages", "http", "app", "cli"];

/// Allowed circles: the crate, the folder that contains all files of the circle, and the reason.
const ALLOWED: [(&str, &[&str], &str); 0] = [];

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
    let mut left: BTreeSet<_> = ALLOWED.iter().map(|(folder, files, _)| (*folder, *files)).collect();
    for folder in ["entity/src", "migration/src", "jobs/src", "src"] {
        for circle in Graph::read(folder).circles() {
            let is_child = |file: &str, parent: &str| {
                file.strip_prefix(parent)
                    .and_then(|rest| rest.strip_prefix('/'))
                    .is_some_and(|name| !name.contains('/'))
            };
            if circle.iter().any(|parent| circle.iter().all(|file| file == parent || is_child(file, parent))) {
                continue;
            }
            let holds = |files: &[&str]| circle.iter().all(|file| files.iter().any(|start| file.starts_with(start)));
            let allowed = ALLOWED.iter().find(|(crate_folder, files, _)| *crate_folder == folder && holds(files));
            let (crate_folder, files, _) =
                allowed.unwrap_or_else(|| panic!("{folder} has a circle of imports: {circle:?}"));
            left.remove(&(*crate_folder, *files));
        }
    }
    assert_eq!(left, BTreeSet::new(), "these circles are cut: take them out of ALLOWED");
}
