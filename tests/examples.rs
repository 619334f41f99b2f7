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

#[cfg(unix)]
mod versions {
    use crate::support::Folder;

    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/versions.sh");

    #[test]
    fn a_second_version_that_is_not_worse_serves_and_another_is_rolled_back() {
        for (flags, served) in
            [("--trees 200", "model_v{n}.bin"), ("--trees 1 --max-depth 1", "model_v1.bin")]
        {
            let folder = Folder::new();
            folder.example("penguins.csv");
            let ran =
                folder.shell(&format!("{SCRIPT} penguins.csv species models {flags}")).succeeds();
            let text = ran.text();
            assert!(text.contains("2 models") && text.contains("why=the defaults"), "{text}");
            assert!(text.contains("n_trees                 100 →"), "{text}");
            assert!(text.ends_with(&format!("predicted by: models/{served}\n")), "{text}");
            let lines = folder.shell("wc -l < models/predictions.csv").succeeds();
            // 86 rows are held out, and there is a header.
            assert_eq!(lines.text().trim(), "87");
        }
    }
}

#[cfg(unix)]
mod study {
    use std::fmt::Write;

    use crate::support::Folder;

    const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/study.sh");

    fn report(folder: &Folder) -> String {
        String::from_utf8(folder.read("out/report.txt")).unwrap()
    }

    #[test]
    fn a_study_goes_from_a_hypothesis_to_its_limits() {
        let folder = Folder::new();
        folder.example("penguins.csv");
        for (target, loss) in
            [("species", "log_loss"), ("body_mass_g --drop-missing-target", "rmse")]
        {
            let (column, flags) = target.split_once(' ').unwrap_or((target, ""));
            let line = format!("{SCRIPT} penguins.csv {column} out {flags}");
            folder.shell(&line).succeeds();
            let report = report(&folder);
            for part in [
                "1. Hypothesis",
                "2. Folds",
                "3. Algorithms",
                "4. the test",
                "5. Verdict",
                "6. Limits",
            ] {
                assert!(report.contains(part), "{part}: {report}");
            }
            assert!(report.contains(&format!("a lower {loss}")), "{report}");
            assert!(report.contains("The hypothesis holds: true"), "{report}");
            assert!(report.contains("learning curve"), "{report}");
        }
    }

    #[test]
    fn a_hypothesis_that_does_not_hold_ends_with_code_3() {
        let folder = Folder::new();
        let mut table = "x,y\n".to_owned();
        // Digits of the squares of the row numbers, and a target that knows nothing of them.
        for row in 0..200_u32 {
            writeln!(table, "{},{}", row * row % 97, ["a", "b"][(row * 7 % 11 % 2) as usize])
                .unwrap();
        }
        folder.write("t.csv", table);
        let ran = folder.shell(&format!("{SCRIPT} t.csv y out"));
        assert_eq!(ran.code, Some(3), "{}", ran.stderr);
        assert!(report(&folder).contains("The hypothesis holds: false"), "{}", report(&folder));
    }
}
