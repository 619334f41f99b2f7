//! The comment at the beginning, which says what the file is and how to use it; then what it declares.

use super::literal::{comment, string};
use crate::data::Source;
use crate::forest::oob::OobErrors;
use crate::message::{count, list, thousands};
use crate::model::HeldOutScore;
use crate::{Decision, Model, Task};

/// Writes the comment.
pub(super) fn write_comment(c: &mut String, model: &Model, notes: &[String]) {
    let mut lines = about(model);
    lines.push(String::new());
    lines.extend(how_to_use(model).lines().map(str::to_owned));
    if !notes.is_empty() {
        lines.push(String::new());
        lines.push("Differences to forest predict:".to_owned());
        lines.extend(notes.iter().map(|note| format!("  {note}")));
    }
    c.push_str("/*\n");
    for line in lines {
        c.push_str(format!(" * {}", comment(&line)).trim_end());
        c.push('\n');
    }
    c.push_str(" */\n");
}

/// What the model is.
fn about(model: &Model) -> Vec<String> {
    let (schema, forest, metadata) = (model.schema(), model.forest(), model.metadata());
    let target = &schema.target.name;
    let mut lines = vec![match schema.task() {
        Task::Classification => {
            let names: Vec<&str> = schema.classes().iter().map(|class| &*class.name).collect();
            format!("A random forest that predicts '{target}', one of {}.", list(&names))
        }
        Task::Regression => format!("A random forest that predicts '{target}', a number."),
    }];
    lines.push(format!(
        "Written by forest {}, whose licence does not extend to this file.",
        env!("CARGO_PKG_VERSION")
    ));
    lines.push(String::new());
    let made_of = match &metadata.data {
        Source::Synthetic { recipe, .. } => format!("a table made by {}", recipe.name()),
        Source::File(file) => format!("the table '{}'", file.name),
        Source::Memory { .. } => "arrays in memory".to_owned(),
        Source::Imported(file) => format!("the file '{}' of {}", file.name, file.system),
    };
    lines.push(format!("Model:       of {}, by {}", metadata.created, metadata.program));
    lines.push(format!("Fingerprint: {}", model.fingerprint()));
    lines.push(format!("From:        {made_of}, {}", count(metadata.data.rows(), "row", "rows")));
    lines.push(format!("  SHA-256:   {}", metadata.data.sha256()));
    lines.push(format!(
        "Forest:      {}, {} nodes",
        count(forest.n_trees() as u64, "tree", "trees"),
        thousands(forest.n_nodes() as u64)
    ));
    lines.extend(scores(model));
    if let Source::Imported(file) = &metadata.data {
        lines.extend(settings(&file.settings));
    }
    if let Some(params) = &metadata.forest {
        lines.extend(settings(&params.settings()));
    }
    lines
}

fn settings(settings: &[(String, String)]) -> Vec<String> {
    let lines = settings.iter().map(|(name, value)| format!("  {name} = {value}"));
    [vec!["Settings:".to_owned()], lines.collect()].concat()
}

fn scores(model: &Model) -> Vec<String> {
    let metadata = model.metadata();
    let r2 = |r2: Option<f64>| r2.map(|r2| format!(", R2 {r2:.4}")).unwrap_or_default();
    let mut lines = Vec::new();
    if let Some(score) = &metadata.held_out {
        let text = match score {
            HeldOutScore::Classification(score) => {
                format!("accuracy {:.4}, log loss {:.4}", score.accuracy(), score.log_loss)
            }
            HeldOutScore::Regression(score) => {
                format!("MAE {}, RMSE {}{}", score.mae, score.rmse, r2(score.r2))
            }
        };
        let rows = count(score.rows(), "row", "rows");
        lines.push(format!("Held out:    {text}, of {rows}"));
    }
    if let Some(score) = &metadata.out_of_bag {
        let text = match &score.score {
            OobErrors::Classification { weight, correct } => {
                format!("accuracy {:.4}", correct / weight)
            }
            OobErrors::Regression { mae: Some(mae), rmse: Some(rmse), r2: r } => {
                format!("MAE {mae}, RMSE {rmse}{}", r2(*r))
            }
            OobErrors::Regression { .. } => return lines,
        };
        let rows = count(score.covered, "row", "rows");
        lines.push(format!("Out of bag:  {text}, of {rows}"));
    }
    lines
}

fn how_to_use(model: &Model) -> String {
    let predict = match model.schema().task() {
        Task::Regression => "forest_predict gives the value for a row.".to_owned(),
        Task::Classification => {
            let rule = match model.decision() {
                Decision::MostProbable => "the most probable one",
                Decision::Threshold(_) => "by a threshold of the probability of class 1",
                Decision::LeastCost(_) => "that of the least expected cost",
            };
            format!(
                "forest_predict_proba gives the probability of each class for a row, forest_predict_class\n\
                 the code of its class, {rule}, for which it takes\n\
                 FOREST_N_CLASSES doubles of stack."
            )
        }
    };
    format!(
        "Include this file where it is used, or compile it by itself (C99 or later) and copy the\n\
         declarations below. {predict}\n\
         A row has a float for each feature; forest_feature_names says what. NAN is a missing value. A level\n\
         of a category is the number that forest_level gives for its text: NAN if the text is NULL or one\n\
         that stands for a missing value, 0 if training has not seen it. Nothing is allocated, and\n\
         nothing is kept from call to call, so that threads may share all of it.\n\
         Outputs are those of forest predict, to the bit, with arithmetic of IEEE 754, which is checked below."
    )
}

/// Writes what the file needs, what it refuses, and what others may call.
pub(super) fn write_declarations(c: &mut String, model: &Model) {
    let forest = model.forest();
    c.push_str(CHECKS);
    c.push_str(&format!(
        "\n#define FOREST_N_FEATURES {}\n#define FOREST_N_CLASSES {}\n#define FOREST_N_TREES {}u\n\n",
        forest.n_features(),
        forest.n_classes(),
        forest.n_trees(),
    ));
    c.push_str(&format!(
        "/* What is predicted. */\n#define FOREST_TARGET {}\n",
        string(&model.schema().target.name)
    ));
    c.push_str(match forest.task() {
        Task::Classification => CLASSIFICATION,
        Task::Regression => REGRESSION,
    });
    c.push_str(FEATURES);
}

const CHECKS: &str = "
#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__FAST_MATH__) || (defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__)
#error \"-ffast-math and the like change predictions: compile this file without them\"
#endif
#if FLT_EVAL_METHOD == 2 || FLT_EVAL_METHOD < 0
#error \"sums would be rounded otherwise than they should: on x87, compile with -msse2 -mfpmath=sse\"
#endif
";

const CLASSIFICATION: &str = "
void forest_predict_proba(const float row[FOREST_N_FEATURES], double out[FOREST_N_CLASSES]);
int forest_predict_class(const float row[FOREST_N_FEATURES]);
extern const char *const forest_class_names[FOREST_N_CLASSES];
";

const REGRESSION: &str = "
double forest_predict(const float row[FOREST_N_FEATURES]);
";

const FEATURES: &str = "float forest_level(int feature, const char *text);
extern const char *const forest_feature_names[FOREST_N_FEATURES];
extern const char *const forest_feature_kinds[FOREST_N_FEATURES];
";
