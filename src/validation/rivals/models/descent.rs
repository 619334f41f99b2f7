//! The least value of a smooth convex function, by L-BFGS (Nocedal, "Updating quasi-Newton matrices with limited
//! storage", Mathematics of Computation 35, 1980), each step halved until it is worth it (Armijo, 1966).

use std::collections::VecDeque;

/// How many of the last steps say how the function bends.
const MEMORY: usize = 10;

/// The most steps, and the most halvings of one.
const MAX_STEPS: usize = 1000;
const MAX_HALVINGS: usize = 50;

/// What part of the descent that the slope promises a step has to make.
const MIN_DESCENT: f64 = 1e-4;

/// A place, with what the function is there and its gradient.
struct Place {
    at: Vec<f64>,
    value: f64,
    gradient: Vec<f64>,
}

/// Where the function is least, found from `start`; whether its gradient is no longer than `max_gradient` there.
/// `function` gives the value and the gradient.
pub(super) fn minimum(
    start: Vec<f64>,
    max_gradient: f64,
    function: impl Fn(&[f64]) -> (f64, Vec<f64>),
) -> (Vec<f64>, bool) {
    let evaluate = |at: Vec<f64>| {
        let (value, gradient) = function(&at);
        Place { at, value, gradient }
    };
    let mut here = evaluate(start);
    let mut steps: VecDeque<(Vec<f64>, Vec<f64>)> = VecDeque::new();
    for _ in 0..MAX_STEPS {
        if length(&here.gradient) <= max_gradient {
            return (here.at, true);
        }
        let direction = direction(&here.gradient, &steps);
        let slope = dot(&direction, &here.gradient);
        let mut size = if steps.is_empty() { 1.0 / length(&here.gradient).max(1.0) } else { 1.0 };
        let step = (0..MAX_HALVINGS).find_map(|_| {
            let at = here.at.iter().zip(&direction).map(|(at, way)| at + size * way).collect();
            let there = evaluate(at);
            let is_worth_it = there.value <= here.value + MIN_DESCENT * size * slope;
            size /= 2.0;
            is_worth_it.then_some(there)
        });
        let Some(there) = step else { break };
        let moved = difference(&there.at, &here.at);
        let bent = difference(&there.gradient, &here.gradient);
        if dot(&moved, &bent) > 0.0 {
            if steps.len() == MEMORY {
                steps.pop_front();
            }
            steps.push_back((moved, bent));
        }
        here = there;
    }
    let is_found = length(&here.gradient) <= max_gradient;
    (here.at, is_found)
}

/// Where to go: against the gradient, as the last steps say that the function bends.
fn direction(gradient: &[f64], steps: &VecDeque<(Vec<f64>, Vec<f64>)>) -> Vec<f64> {
    let mut way: Vec<f64> = gradient.iter().map(|slope| -slope).collect();
    let mut parts = Vec::with_capacity(steps.len());
    for (moved, bent) in steps.iter().rev() {
        let part = dot(moved, &way) / dot(moved, bent);
        add(&mut way, -part, bent);
        parts.push(part);
    }
    if let Some((moved, bent)) = steps.back() {
        let scale = dot(moved, bent) / dot(bent, bent);
        for way in &mut way {
            *way *= scale;
        }
    }
    for ((moved, bent), part) in steps.iter().zip(parts.into_iter().rev()) {
        let rest = part - dot(bent, &way) / dot(moved, bent);
        add(&mut way, rest, moved);
    }
    way
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn length(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

fn difference(a: &[f64], b: &[f64]) -> Vec<f64> {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

fn add(a: &mut [f64], factor: f64, b: &[f64]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += factor * b;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_value_of_a_narrow_valley_is_found() {
        // By hand: (x - 1)² + 10,000 (y - x)² + x⁴ is least where y = x and 2 (x - 1) + 4 x³ = 0.
        let function = |at: &[f64]| {
            let [x, y] = [at[0], at[1]];
            let value = (x - 1.0).powi(2) + 1e4 * (y - x).powi(2) + x.powi(4);
            let of_x = 2.0 * (x - 1.0) - 2e4 * (y - x) + 4.0 * x.powi(3);
            (value, vec![of_x, 2e4 * (y - x)])
        };
        let (at, is_found) = minimum(vec![-3.0, 5.0], 1e-9, function);
        assert!(is_found && (at[0] - at[1]).abs() < 1e-9, "{at:?}");
        assert!((2.0 * (at[0] - 1.0) + 4.0 * at[0].powi(3)).abs() < 1e-8, "{at:?}");
    }

    #[test]
    fn a_function_without_a_least_value_is_given_up() {
        let (at, is_found) = minimum(vec![0.0], 1e-9, |at| (-at[0], vec![-1.0]));
        assert!(!is_found && at[0] > 100.0);
    }
}
