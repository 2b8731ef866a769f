//! What one process found: figures by name, printed as one line of JSON.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The figures of one process, and what it must have written.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Outcome {
    pub peer: String,
    pub scenario: String,
    /// Records logged, numbered from 0 and split evenly between the threads.
    pub calls: u64,
    pub threads: u64,
    /// Each has to hold every record.
    pub files: Vec<PathBuf>,
    /// Each line has to hold this: the level, and the logger or the place.
    pub marks: Vec<String>,
    /// Whether each line is an object with the message and two fields.
    pub is_json: bool,
    pub figures: BTreeMap<String, f64>,
}

impl Outcome {
    /// Adds a figure.
    pub fn set(&mut self, name: &str, value: f64) {
        self.figures.insert(name.to_owned(), value);
    }
}

/// The middle of some values; NaN of none.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[n / 2],
        n => f64::midpoint(sorted[n / 2 - 1], sorted[n / 2]),
    }
}

/// The value that a share of the sorted values does not exceed.
#[must_use]
pub fn percentile(sorted: &[u64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((last as f64 * share).ceil() as usize).map_or(f64::NAN, |&value| value as f64)
}

/// Like [`percentile`], for times of a clock that advances in steps: equal values are taken to lie
/// evenly between their neighbours.
#[must_use]
pub fn within(sorted: &[u64], share: f64) -> f64 {
    let value = percentile(sorted, share) as u64;
    let first = sorted.partition_point(|&other| other < value);
    let end = sorted.partition_point(|&other| other <= value);
    let (Some(below), Some(above)) = (first.checked_sub(1), sorted.get(end)) else {
        return value as f64;
    };
    let low = f64::midpoint(sorted[below] as f64, value as f64);
    let high = f64::midpoint(value as f64, *above as f64);
    let rank = sorted.len() as f64 * share - first as f64;
    low + (high - low) * (rank / (end - first) as f64).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_lies_between() {
        assert_eq!(median(&[4.0, 1.0, 3.0, 2.0]), 2.5);
        assert_eq!(median(&[3.0, 1.0, 2.0]), 2.0);
        assert!(median(&[]).is_nan());
    }

    #[test]
    fn equal_values_are_spread_between_their_neighbours() {
        let mut values = vec![30; 40];
        values.extend([40; 40]);
        values.extend([50; 20]);
        assert_eq!(within(&values, 0.5), 37.5);
        assert_eq!(within(&values, 1.0), 50.0);
    }

    #[test]
    fn a_percentile_is_a_value_that_occurred() {
        let values: Vec<u64> = (1..=1000).collect();
        assert_eq!(percentile(&values, 0.5), 501.0);
        assert_eq!(percentile(&values, 1.0), 1000.0);
    }
}
