//! The best threshold is the one of all that scikit-learn 1.9.1 scores highest.

use forest::Named;
use forest::metrics::{BestThreshold, ThresholdMetric, best_threshold};

use super::{assert_close, codes, fixture, numbers};

#[test]
fn no_threshold_is_better_by_scikit_learns_scores() {
    let mut n_ties = 0;
    for (name, case) in fixture("thresholds.json").as_object().unwrap() {
        let Some(best) = case.get("best") else { continue };
        let (y_true, probabilities) = (codes(&case["y_true"]), numbers(&case["probabilities"]));
        let weights = numbers(&case["weights"]);
        for metric in ThresholdMetric::NAMES {
            let expected = &best[metric];
            let expected_number = |name: &str| expected[name].as_f64().unwrap();
            let metric: ThresholdMetric = metric.parse().unwrap();
            let best = best_threshold(metric, &y_true, &probabilities, Some(&weights));
            let BestThreshold { threshold, score, .. } = best.unwrap_or_else(|| panic!("{name}"));
            assert_close(threshold, expected_number("threshold"));
            assert_close(score, expected_number("score"));
            n_ties += u32::from(expected["n_equal"].as_u64() > Some(1));
        }
    }
    assert!(n_ties >= 3, "no tie is broken");
}
