//! Flags from a file and from a model, errors for scripts, what shells complete, and links to the newest model.

use std::fs;

use serde_json::Value;

use crate::support::Folder;

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn flags_come_from_a_file_and_the_command_line_goes_first() {
    let folder = Folder::new();
    folder.write(
        "run.toml",
        "seed = 7\n[train]\ntrees = 5\nno_bootstrap = true\ntag = [\"a=1\", \"b=2\"]\ntest-size = 0.5\n\
         [predict]\nproba = true\n",
    );
    folder.forest("train --config run.toml --out m.bin --trees 3").succeeds();
    let inspected = json(folder.forest("inspect m.bin --json").succeeds().text());
    let metadata = &inspected["metadata"];
    assert_eq!(inspected["trees"], 3);
    assert_eq!(metadata["settings"]["bootstrap"], false);
    assert_eq!(metadata["settings"]["seed"], 7);
    assert_eq!(metadata["split"]["test_size"], 0.5);
    assert_eq!(metadata["tags"], json(r#"{"a": "1", "b": "2"}"#));
    for predict in ["predict m.bin --config run.toml", "--config=run.toml predict m.bin"] {
        let predicted = folder.forest(predict).succeeds();
        let text = predicted.text();
        assert!(text.starts_with("row,prediction,proba_0,proba_1"), "{predict}\n{text}");
    }

    for (text, words) in [
        (
            "[train]\ntreees = 5",
            &["run.toml", "'treees' is not a flag of `forest train`", "'trees'?"][..],
        ),
        ("trees = true", &["run.toml", "'trees' is true"]),
        ("no_bootstrap = 1", &["'no_bootstrap' is 1, but must be true or false"]),
        ("trees = ", &["run.toml", "line 1"]),
        ("trees = -3", &["--trees"]),
    ] {
        folder.write("run.toml", text);
        folder.forest("train --config run.toml --out n.bin").fails(2, words);
    }
    folder.forest("train --config no.toml --out n.bin").fails(1, &["no.toml"]);
}

#[test]
fn a_model_is_trained_again_with_its_own_settings_on_new_rows() {
    let folder = Folder::new();
    folder.example("penguins.csv");
    let table = "penguins.csv";
    let train = format!(
        "train --data {table} --target species --ignore year --trees 7 --max-depth 4 --criterion entropy \
         --class-weight Adelie=2,Gentoo=0.5 --cost Adelie>Gentoo=3 --test-size 0.3 --seed 9 --out m_v{{n}}.bin"
    );
    folder.forest(&train).succeeds();
    folder
        .forest(&format!("train --like m_v{{n}}.bin --data {table} --out m_v{{n}}.bin"))
        .succeeds();
    let diff = json(folder.forest("diff m_v1.bin m_v2.bin --json").succeeds().text());
    assert_eq!(diff["settings"], json("[]"));
    assert_eq!(diff["data"], json("[]"));
    let fingerprint = |model: &str| {
        json(folder.forest(&format!("inspect {model} --json")).succeeds().text())["fingerprint"]
            .clone()
    };
    assert_eq!(fingerprint("m_v1.bin"), fingerprint("m_v2.bin"));
    folder
        .forest(&format!("train --like m_v1.bin --data {table} --out d.bin --trees 2"))
        .succeeds();
    assert_eq!(json(folder.forest("inspect d.bin --json").succeeds().text())["trees"], 2);

    folder.forest("train --out synthetic.bin --trees 2").succeeds();
    let synthetic =
        folder.forest(&format!("train --like synthetic.bin --data {table} --out x.bin"));
    synthetic.fails(1, &["synthetic.bin", "was not trained on a file"]);
}

#[test]
fn errors_are_json_where_results_are() {
    let folder = Folder::new();
    folder.write("t.csv", "a,y\n1,no\n2,yes\n3,no,4\n");
    let ran =
        folder.forest("train --data t.csv --target y --out m.bin --json").fails(1, &["line 4"]);
    let error = &json(ran.stderr.lines().last().unwrap())["error"];
    assert_eq!(error["kind"], "data");
    assert_eq!(error["file"], "t.csv");
    assert_eq!((&error["line"], &error["exit_code"]), (&Value::from(4), &Value::from(1)));
    let ran = folder.forest("train --treees 3 --out m.bin --json");
    let error = &json(&ran.fails(2, &["--treees"]).stderr)["error"];
    assert_eq!(error["message"], "unexpected argument '--treees' found");
    assert_eq!(error["help"], "a similar argument exists: '--trees'");
    assert_eq!((&error["kind"], &error["exit_code"]), (&Value::from("usage"), &Value::from(2)));
    folder.forest("train --out m.bin --trees 0 --json").fails(2, &["--trees"]);
}

#[test]
fn shells_complete_every_verb_and_each_has_a_manual_page() {
    let folder = Folder::new();
    for shell in ["bash", "zsh", "fish", "powershell"] {
        let text = folder.forest(&format!("completions {shell}")).succeeds();
        for word in ["evaluate", "max-depth", "config"] {
            assert!(text.text().contains(word), "{shell}: {word}");
        }
    }
    folder.forest("man --out pages").fails(1, &["pages", "there is no folder"]);
    fs::create_dir(folder.path("pages")).unwrap();
    folder.forest("man --out pages").succeeds();
    let page = fs::read_to_string(folder.path("pages/forest-predict.1")).unwrap();
    assert!(page.contains("proba") && !page.contains('\u{1b}'), "{page}");
    folder.forest("man --out pages").fails(1, &["forest.1", "--force"]);
}

#[cfg(unix)]
#[test]
fn a_link_leads_to_the_newest_model_and_moves_when_that_is_whole() {
    let folder = Folder::new();
    for version in ["m_v1.bin", "m_v2.bin"] {
        folder.forest("train --trees 2 --out m_v{n}.bin --link current.bin").succeeds();
        assert_eq!(fs::read_link(folder.path("current.bin")).unwrap().to_str(), Some(version));
    }
    let ran = folder.forest("train --trees 2 --out current.bin --force").succeeds();
    assert!(ran.stderr.contains("current.bin is a link"), "{}", ran.stderr);
    assert!(ran.stderr.contains("m_v2.bin, was replaced"), "{}", ran.stderr);
    folder.write("file.bin", "mine");
    let before = folder.contents();
    let taken = folder.forest("train --trees 2 --out m_v{n}.bin --link file.bin");
    taken.fails(1, &["file.bin", "no link"]);
    assert!(folder.contents() == before);
}
