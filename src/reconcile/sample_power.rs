//! What a sample can see: the chance that contacts picked at random show nothing of a fault.

/// The shares of members for which the chance is shown, in percent.
pub const SHARES: [f64; 2] = [1.0, 5.0];

/// What a sample of some size shows when some members are hit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Power {
    /// The share of members that are hit, in percent.
    pub percent: f64,
    /// How many members that is, to the nearest, at least one.
    pub hit: u64,
    /// The chance that none of them is in the sample.
    pub shows_nothing: f64,
}

/// The chance for each of [`SHARES`], of a sample without repetition (hypergeometric).
pub fn sample_power(sample: u64, members: u64) -> Vec<Power> {
    let shares = SHARES.into_iter().filter(|_| members > 0);
    let of = |percent: f64| {
        let hit = ((members as f64 * percent / 100.0).round() as u64).clamp(1, members);
        Power { percent, hit, shows_nothing: shows_nothing(sample, members, hit) }
    };
    shares.map(of).collect()
}

/// The chance that a sample of some members holds none of those hit.
pub fn shows_nothing(sample: u64, members: u64, hit: u64) -> f64 {
    let (sample, spared) = (sample.min(members), members - hit.min(members));
    if sample > spared {
        return 0.0;
    }
    (0..sample).map(|drawn| (spared - drawn) as f64 / (members - drawn) as f64).product()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_five_thousand_members() {
        let percent = |hit| (shows_nothing(10, 5_000, hit) * 1_000.0).round() / 10.0;
        // C(5000 - hit, 10) / C(5000, 10)
        assert_eq!([5, 50, 100, 250, 500].map(percent), [99.0, 90.4, 81.7, 59.8, 34.8]);
        let power = sample_power(10, 5_000);
        assert_eq!(power.iter().map(|p| p.hit).collect::<Vec<_>>(), [50, 250]);
    }

    #[test]
    fn small_sites_and_no_sample() {
        assert!(sample_power(10, 0).is_empty());
        assert_eq!(sample_power(0, 10)[0].shows_nothing, 1.0);
        assert_eq!(sample_power(10, 10)[0].shows_nothing, 0.0, "everybody was looked at");
        assert_eq!(shows_nothing(3, 5, 5), 0.0);
    }
}
