//! `forest report`: all about a model in one file.

use serde_json::Value;

use super::support::Folder;

const FAILED: i32 = 1;
const USAGE: i32 = 2;

fn penguins(flags: &str) -> Folder {
    let folder = Folder::new();
    folder.example("penguins.csv").example("new_penguins.csv");
    folder
        .forest(&format!("train --data penguins.csv --trees 20 --quiet --out m.bin {flags}"))
        .succeeds();
    folder
}

fn html(folder: &Folder, args: &str) -> String {
    folder.forest(&format!("report m.bin --out r.html --force --quiet {args}")).succeeds();
    let html = String::from_utf8(folder.read("r.html")).unwrap();
    check(&html);
    html
}

/// Each element ends, in its turn; nothing comes from elsewhere, and nothing runs.
#[track_caller]
fn check(html: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..=at + rest[at..].find('>').unwrap()];
        rest = &rest[at + tag.len()..];
        let name = tag.trim_matches(['<', '>', '/']).split([' ', '\n']).next().unwrap();
        assert!(!["script", "img", "iframe", "link", "object"].contains(&name), "{tag}");
        assert!(!tag.contains(" on") && !tag.contains("src="), "{tag}");
        match tag {
            "<!doctype html>" => {}
            _ if name == "meta" || tag.ends_with("/>") => {}
            _ if tag.starts_with("</") => assert_eq!(open.pop(), Some(name), "{tag}"),
            _ => open.push(name),
        }
        // What is within a style is no text.
        if name == "style" && !tag.starts_with("</") {
            rest = &rest[rest.find("</style>").unwrap()..];
        }
    }
    assert_eq!(open, [""; 0]);
    let links = html.matches("http").count();
    let known =
        html.matches("http-equiv").count() + html.matches("http://www.w3.org/2000/svg").count();
    assert_eq!(links, known);
    assert!(!html.contains("url(") && !html.contains("@import"));
    assert!(html.len() < 1_000_000, "{} bytes", html.len());
}

#[test]
fn a_report_says_first_whether_the_model_is_better_than_guessing() {
    let folder = penguins("--target species");
    let html = html(&folder, "");
    let evaluated = folder.forest("evaluate m.bin --json --quiet").succeeds();
    let evaluated: Value = serde_json::from_str(evaluated.text()).unwrap();
    let percent = |number: &Value| format!("{:.1} %", 100.0 * number.as_f64().unwrap());
    let right = format!(
        "is right on {} of the 86 rows that training did not see",
        percent(&evaluated["accuracy"])
    );
    let guessing = format!(
        "&#39;Adelie&#39; would be right on {}",
        percent(&evaluated["baseline"]["accuracy"])
    );
    for text in
        [&*right, &guessing, "better than guessing, by more than chance", "What to worry about"]
    {
        assert!(html.contains(text), "{text}");
    }
    for figure in [
        "ROC curve",
        "Precision and recall",
        "Gain",
        "Reliability",
        "How good fewer trees",
        "tree 0",
    ] {
        assert!(html.contains(figure), "{figure}");
    }
}

#[test]
fn a_model_that_guesses_is_said_to_guess() {
    let folder = Folder::new();
    let row = |row: usize| format!("{},{}\n", row * 7919 % 1009, ["a", "b"][row * 104_729 % 7 % 2]);
    folder.write("t.csv", "x,y\n".to_owned() + &(0..400).map(row).collect::<String>());
    folder.forest("train --data t.csv --target y --trees 20 --quiet --out m.bin").succeeds();
    assert!(html(&folder, "").contains("not clearly better than guessing"));
    let md = folder.forest("report m.bin --out - --out-format md").succeeds();
    assert!(md.text().contains("- **doubt**: "), "{}", md.text());
}

#[test]
fn a_regression_is_reported_in_the_unit_of_its_target() {
    let folder = penguins("--target body_mass_g --drop-missing-target");
    let html = html(&folder, "");
    for text in
        ["is off by ", "Predictions and truth", "Errors", "Prediction intervals", "farthest off"]
    {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn names_of_columns_levels_and_classes_have_no_power() {
    let folder = Folder::new();
    let row = |row: usize| {
        let level = ["<script>alert(1)</script>", "</svg><img src=x>", "\"'`|&", "ok"][row % 4];
        let class = if row % 4 < 2 { "</title><script>no" } else { "<b>yes</b>" };
        format!("{row},\"{}\",{class}\n", level.replace('"', "\"\""))
    };
    let header = "\"\"\"><img src=x onerror=alert(2)>\",<script>alert(3)</script>,</style><b>t\n";
    folder.write("t.csv", header.to_owned() + &(0..120).map(row).collect::<String>());
    let train = "train --data t.csv --target '</style><b>t' --trees 5 --quiet --tag 'data=<script>x</script>' --out m.bin";
    folder.shell(&format!("\"$FOREST\" {train}")).succeeds();
    let html = html(&folder, "");
    assert_eq!(html.matches("</style>").count(), 1);
    assert_eq!(html.matches("</title>").count() - html.matches("<title>").count(), 0);
    assert!(html.contains("&lt;script&gt;alert(3)&lt;/script&gt;"));
    assert!(html.contains("&lt;script&gt;x&lt;/script&gt;"));
    let md = folder.forest("report m.bin --out - --out-format md --quiet").succeeds();
    // The tree is shown as code.
    let mut text = md.text().split("```").step_by(2);
    assert!(text.all(|text| !text.contains("<script") && !text.contains("<img")));
}

#[test]
fn rows_of_a_file_are_reported_with_what_training_had_not() {
    let folder = penguins("--target species");
    let html = html(&folder, "--data new_penguins.csv");
    assert!(html.contains("column &#39;year&#39;") && html.contains("outside training"), "{html}");
    // They have no target: nothing is said of how good the model is on them, but what training found.
    assert!(html.contains("this is what training recorded") && !html.contains("ROC curve"));
    assert!(html.contains("least certain"));
}

#[test]
fn a_report_on_rows_that_have_drifted_is_written_and_fails_its_gate() {
    let folder = penguins("--target species");
    let new = String::from_utf8(folder.read("new_penguins.csv")).unwrap();
    let (header, rows) = new.split_once('\n').unwrap();
    let row = rows.lines().next().unwrap();
    folder.write("drifted.csv", format!("{header}\n{}", format!("{row}\n").repeat(80)));
    let report = "report m.bin --data drifted.csv --max-drift 0.1 --out r.html";
    let ran = folder.forest(report);
    assert_eq!(ran.code, Some(3), "{}", ran.stderr);
    assert!(ran.stderr.contains("--max-drift 0.1"), "{}", ran.stderr);
    let html = String::from_utf8(folder.read("r.html")).unwrap();
    check(&html);
    assert!(html.contains("drift"), "{html}");
}

#[test]
fn a_model_whose_table_is_gone_is_reported_without_rows() {
    let folder = penguins("--target species --tag intended_use=counting_birds --tag team=birds");
    folder.write("penguins.csv", "gone");
    let ran = folder.forest("report m.bin --out r.html").succeeds();
    assert!(ran.stderr.contains("without rows"), "{}", ran.stderr);
    let html = String::from_utf8(folder.read("r.html")).unwrap();
    check(&html);
    for text in [
        "<dd>counting_birds</dd>",
        "Nobody has said",
        "<dt>team</dt><dd>birds</dd>",
        "The model was right on",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn many_classes_are_reported_by_those_that_are_told_apart_worst() {
    let folder = Folder::new();
    let row = |row: usize| format!("{},{},c{:02}\n", row * 7 % 130, row % 13, row * 7 % 130 / 5);
    folder.write("t.csv", "a,b,y\n".to_owned() + &(0..780).map(row).collect::<String>());
    folder.forest("train --data t.csv --target y --trees 10 --quiet --out m.bin").succeeds();
    let html = html(&folder, "");
    assert!(html.contains("of the 6 of 26 classes"));
    assert!(html.matches("<td class=\"right\"").count() >= 20);
}

#[test]
fn of_many_features_those_are_shuffled_that_the_forest_uses_most() {
    let folder = Folder::new();
    folder.forest("train --samples 200 --features 60 --trees 10 --quiet --out m.bin").succeeds();
    assert!(html(&folder, "").contains("Of 60 features the 30 whose splits told most."));
}

#[test]
fn a_report_is_written_as_its_name_or_its_flag_says_and_over_no_file() {
    let folder = penguins("--target species");
    folder.forest("report m.bin --out r.md --quiet").succeeds();
    assert!(folder.read("r.md").starts_with(b"# Model report: species\n"));
    folder.forest("report m.bin --out r.json --quiet").succeeds();
    let json: Value = serde_json::from_slice(&folder.read("r.json")).unwrap();
    assert_eq!(json["findings"]["rows"], 86);
    assert_eq!(json["inspect"]["trees"], 20);
    folder.refuses("report m.bin --out r.md", FAILED, &["r.md", "--force"]);
    folder.refuses("report m.bin --out m.bin --force", USAGE, &["--out would replace m.bin"]);
    folder.refuses("report m.bin", USAGE, &["--out"]);
    folder.refuses("report m.bin --out x --out-format pdf", USAGE, &["pdf", "html, md, json"]);
    let same = |threads: u32| {
        folder
            .forest(&format!("report m.bin --out - --quiet --threads {threads}"))
            .succeeds()
            .stdout
    };
    assert_eq!(same(1), same(2));
    let summary = folder.forest("report m.bin --out s.html --json").succeeds();
    let summary: Value = serde_json::from_str(summary.text()).unwrap();
    assert_eq!(summary["saved"]["file"], "s.html");
}

#[test]
fn a_tree_is_drawn_with_its_names() {
    let folder = penguins("--target species");
    let svg = folder.forest("inspect m.bin --tree 0 --to svg --depth 2").succeeds();
    check(svg.text());
    assert!(svg.text().starts_with("<svg xmlns"));
    assert!(svg.text().contains("yes, or missing") && svg.text().contains("rows: "));
}
