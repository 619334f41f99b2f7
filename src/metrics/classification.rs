//! Everything there is to say about a classifier on one set of rows.

use ndarray::ArrayView2;
use serde::Serialize;

use super::interval::{Interval, effective_rows, wilson, wilson_proportion};
use super::probability::loss_intervals;
use super::ranking::RocAuc;
use super::weights::Weights;
use super::{
    Average, BrierParts, CalibrationScores, ClassScores, Confusion, accuracy, balanced_accuracy,
    balanced_accuracy_interval, brier, brier_parts, cohen_kappa, log_loss, macro_average, matthews,
    per_class, weighted_average,
};

/// All scores of a classifier on one set of rows with K classes.
///
/// Each interval says where the score on all rows of the same kind lies, with 95 % confidence, and takes
/// the model as given. Of simulated samples (`benches/results/intervals.md`) of 100 rows or more 93 %
/// or more had the true score within, but for the ROC AUC of a good model where one row in ten is
/// positive (90 %). With 30 rows it was 83 to 96 % for the Brier score, 88 to 95 % for the log loss,
/// 91 to 96 % for the mean F1 scores, and 93 % or more for the others: there they are approximate.
/// No loss that no row had is foreseen, such as that of an answer that is certain and wrong.
///
/// Without rows intervals of fractions are all of \[0, 1\], optional scores are `None` and every other number
/// is 0: look at `rows` first. Given finite probabilities no field is ever NaN or infinite.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassificationScores {
    /// The count of the rows that were scored: those of weight 0 are not.
    pub rows: u64,
    /// The count of those that were predicted as what they are.
    pub correct: u64,
    /// The fraction of the rows predicted as what they are, in \[0, 1\]; without weights
    /// `correct / rows`.
    pub accuracy: f64,
    /// Where the accuracy on all rows of the same kind lies, with 95 % confidence (Wilson 1927);
    /// rows with weights count for as many as Kish (1965) says.
    pub accuracy_interval: Interval,
    /// The mean recall over the classes that have rows, in \[0, 1\].
    pub balanced_accuracy: f64,
    /// The 95 % interval of `balanced_accuracy` (Price and Bonett 2004).
    pub balanced_accuracy_interval: Interval,
    /// The mean of −ln p over rows, p the probability of the true class; in nats, 0 is perfect.
    pub log_loss: f64,
    /// The 95 % interval of `log_loss`, made as those of [`RegressionScores`](super::RegressionScores); `None`
    /// for fewer than two rows, or where all have the same loss, so that nothing says how much it varies.
    pub log_loss_interval: Option<Interval>,
    /// The area under the ROC curve; `None` if a class has no rows.
    pub roc_auc: Option<f64>,
    /// The 95 % interval of `roc_auc` (DeLong, DeLong and Clarke-Pearson 1988, on the scale of log
    /// odds; [`roc_auc_interval`](super::roc_auc_interval)).
    pub roc_auc_interval: Option<Interval>,
    /// The Matthews correlation, in \[−1, 1\]; 0 where it is undefined.
    pub matthews: f64,
    /// Cohen's kappa, in \[−1, 1\]; `None` if truth and prediction are all the same one class.
    pub cohen_kappa: Option<f64>,
    /// The Brier score: in \[0, 1\] for two classes, in \[0, 2\] for more; 0 is perfect.
    pub brier: f64,
    /// The 95 % interval of `brier`, as `log_loss_interval`.
    pub brier_interval: Option<Interval>,
    /// What the Brier score is made of.
    pub brier_parts: BrierParts,
    /// How far the probabilities can be taken for what they say.
    pub calibration: CalibrationScores,
    /// The scores of each of the K classes, in the order of their codes. Not serialised: what is shown of them has the
    /// names of the classes.
    #[serde(skip)]
    pub per_class: Vec<ClassScores>,
    /// The average in which each class that occurs, as truth or as prediction, counts once.
    pub macro_average: Average,
    /// The average in which each class counts by its rows.
    pub weighted_average: Average,
    /// Which class was taken for which. Not serialised: it can be as large as K².
    #[serde(skip)]
    pub confusion: Confusion,
}

impl ClassificationScores {
    /// Scores predictions (class codes) and probabilities (rows × K) against the truth.
    ///
    /// The predictions need not be the most probable classes: accuracy and its kin use `y_pred`
    /// alone; log-loss, ROC AUC, Brier score and calibration use `proba` alone.
    ///
    /// ```
    /// use forest::metrics::ClassificationScores;
    /// use ndarray::array;
    ///
    /// let proba = array![[0.75, 0.25], [0.5, 0.5], [0.0, 1.0]];
    /// let scores = ClassificationScores::new(&[0, 1, 1], &[0, 0, 1], proba.view(), None);
    /// assert_eq!((scores.correct, scores.rows), (2, 3));
    /// assert_eq!(scores.roc_auc, Some(1.0));
    ///
    /// let weights = Some(&[1.0, 0.5, 0.5][..]);
    /// let scores = ClassificationScores::new(&[0, 1, 1], &[0, 0, 1], proba.view(), weights);
    /// assert_eq!((scores.correct, scores.accuracy), (2, 0.75));
    /// ```
    ///
    /// # Panics
    ///
    /// If the three differ in length, a class code is not below K, or the weights are not as
    /// [`metrics`](crate::metrics) wants them.
    pub fn new(
        y_true: &[u32],
        y_pred: &[u32],
        proba: ArrayView2<f64>,
        weights: Option<&[f64]>,
    ) -> Self {
        let confusion = Confusion::new(y_true, y_pred, proba.ncols(), weights);
        let counted = || Weights::new(weights, y_true.len()).rows();
        let rows = counted().count() as u64;
        let correct = counted().filter(|&(row, _)| y_true[row] == y_pred[row]).count() as u64;
        let auc = RocAuc::new(y_true, proba, weights);
        let [log_loss_interval, brier_interval] = loss_intervals(y_true, proba, weights);
        Self {
            rows,
            correct,
            accuracy: accuracy(&confusion),
            accuracy_interval: match weights {
                None => wilson(correct, rows),
                Some(weights) => wilson_proportion(accuracy(&confusion), effective_rows(weights)),
            },
            balanced_accuracy: balanced_accuracy(&confusion),
            balanced_accuracy_interval: balanced_accuracy_interval(&confusion),
            log_loss: log_loss(y_true, proba, weights),
            log_loss_interval,
            roc_auc: auc.as_ref().map(|auc| auc.area),
            roc_auc_interval: auc.map(|auc| auc.interval),
            matthews: matthews(&confusion),
            cohen_kappa: cohen_kappa(&confusion),
            brier: brier(y_true, proba, weights),
            brier_interval,
            brier_parts: brier_parts(y_true, proba, weights),
            calibration: CalibrationScores::new(y_true, proba, weights),
            per_class: per_class(&confusion),
            macro_average: macro_average(&confusion),
            weighted_average: weighted_average(&confusion),
            confusion,
        }
    }
}

/// Each class's share of all rows, `counts` being its rows by class code; equal shares where none are known.
pub fn class_shares(counts: &[u64]) -> Vec<f64> {
    let total = counts.iter().sum::<u64>();
    let share = |&rows: &u64| match total {
        0 => 1.0 / counts.len() as f64,
        _ => rows as f64 / total as f64,
    };
    counts.iter().map(share).collect()
}

/// The most frequent class of `counts`, rows by class code; the lowest code among equals, and 0 if
/// there are none.
///
/// Always answering it is the baseline that a classifier has to beat.
pub fn majority_class(counts: &[u64]) -> u32 {
    // `max_by_key` keeps the last of equals.
    let most = counts.iter().enumerate().rev().max_by_key(|(_, count)| **count);
    most.map_or(0, |(class, _)| class as u32)
}

#[cfg(test)]
mod tests {
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn the_majority_class_is_the_lowest_of_the_most_frequent() {
        assert_eq!(majority_class(&[3, 7, 2, 7]), 1);
        assert_eq!(majority_class(&[0, 0]), 0);
        assert_eq!(class_shares(&[1, 0, 3]), [0.25, 0.0, 0.75]);
        assert_eq!(class_shares(&[0, 0]), [0.5, 0.5]);
        assert_eq!(majority_class(&[]), 0);
    }

    #[test]
    fn no_rows_are_scored_without_a_nan() {
        let scores = ClassificationScores::new(&[], &[], Array2::zeros((0, 2)).view(), None);
        assert_eq!(scores.rows, 0);
        assert_eq!(scores.accuracy_interval, Interval { low: 0.0, high: 1.0 });
        assert_eq!((scores.roc_auc, scores.cohen_kappa), (None, None));
        let numbers = [
            scores.accuracy,
            scores.balanced_accuracy,
            scores.log_loss,
            scores.matthews,
            scores.brier,
        ];
        assert_eq!(numbers, [0.0; 5]);
    }

    #[test]
    fn predictions_and_probabilities_are_scored_apart() {
        let proba = array![[1.0, 0.0], [0.0, 1.0]];
        let scores = ClassificationScores::new(&[0, 1], &[1, 0], proba.view(), None);
        assert_eq!((scores.accuracy, scores.matthews), (0.0, -1.0));
        assert_eq!((scores.roc_auc, scores.brier), (Some(1.0), 0.0));
    }

    #[test]
    fn many_classes_are_scored_without_a_full_matrix() {
        let uniform = array![1.0 / 65_536.0];
        let proba = uniform.broadcast((100, 65_536)).unwrap();
        let y_true: Vec<u32> = (0..100).map(|row| row * 655).collect();
        let scores = ClassificationScores::new(&y_true, &[0; 100], proba, None);
        assert_eq!((scores.correct, scores.per_class.len()), (1, 65_536));
        // ln 65,536 = 16 ln 2.
        crate::metrics::assert_close(scores.log_loss, 16.0 * std::f64::consts::LN_2);
    }

    #[test]
    fn what_needs_the_names_of_classes_stays_out_of_the_json() {
        let proba = array![[0.5, 0.5], [0.5, 0.5]];
        let scores = ClassificationScores::new(&[0, 1], &[0, 1], proba.view(), None);
        let json = serde_json::to_value(&scores).unwrap();
        assert!(json.get("confusion").is_none() && json.get("per_class").is_none());
        assert_eq!(json["accuracy_interval"]["high"], 1.0);
        assert_eq!(serde_json::to_value(scores.per_class[1]).unwrap()["support"], 1);
    }
}
