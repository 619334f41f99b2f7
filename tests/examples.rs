//! The examples do what they say.

#[path = "../examples/linfa.rs"]
mod linfa_example;
#[path = "../examples/save_and_load.rs"]
mod save_and_load;

#[test]
fn the_library_examples_run() {
    save_and_load::main().unwrap();
    linfa_example::main().unwrap();
}

#[cfg(unix)]
mod ci_gate {
    use crate::support::Folder;

    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/ci_gate.sh");

    #[test]
    fn the_gate_releases_a_good_model() {
        let folder = Folder::new();
        folder.example("iris.csv");
        let ran = folder.shell(&format!("{SCRIPT} iris.csv species 0.85 release")).succeeds();
        assert!(ran.text().ends_with("released: release/model.bin\n"), "{}", ran.text());
        // 38 rows are held out, and there is a header.
        let lines = folder.shell("wc -l < release/predictions.csv").succeeds();
        assert_eq!(lines.text().trim(), "39");
        folder.shell("grep -q '\"recorded_scores\": \"exact\"' release/scores.json").succeeds();
    }

    #[test]
    fn the_gate_stops_a_model_that_is_not_good_enough() {
        let folder = Folder::new();
        folder.example("iris.csv");
        let ran = folder.shell(&format!("{SCRIPT} iris.csv species 1 release"));
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(!folder.path("release/model.bin").exists());
    }
}
