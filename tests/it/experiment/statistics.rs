//! The statistics against published worked examples. Each names where it is from.

use merx::experiment::stats::{
    Kind, MISMATCH, Sample, Settings, Verdict, always_valid_interval, always_valid_p, compare, detectable,
    goodness_of_fit, newcombe, two_proportions, units_needed, verdict, welch, welch_interval,
};

const USUAL: Settings = Settings {
    alpha: 0.05,
    power: 0.8,
    effect: 0.05,
};

#[track_caller]
fn close(found: f64, expected: f64, within: f64) {
    assert!(
        (found - expected).abs() <= within,
        "{found} is not {expected} ± {within}"
    );
}

/// D. S. Moore, G. P. McCabe, B. A. Craig, Introduction to the Practice of Statistics, 9th edition, example 8.14
/// (<http://digfir-published.macmillanusa.com/ips9e/asset/ch8/supp_wins/examples/example_8_14.html>): 328 of 537 women and
/// 234 of 532 men use Instagram; the pooled test has z = 5.60, and P < 0.0004, where the table ends.
#[test]
fn two_proportions_as_in_moore_mccabe_and_craig() {
    let (women, men) = (Sample::of_share(537, 328), Sample::of_share(532, 234));
    let test = two_proportions(&men, &women).expect("a test");
    close(test.statistic, 5.60, 0.005);
    assert!(test.p_value < 0.0004);
    // statsmodels 0.15.0: proportions_ztest([328, 234], [537, 532]).
    close(test.statistic, 5.596_694_827_869_711, 1e-12);
    close(test.p_value, 2.184_767_794_234e-8, 1e-18);
}

/// R. G. Newcombe, Interval estimation for the difference between independent proportions: comparison of eleven methods,
/// Statistics in Medicine 17 (1998), 873-890, table II, method 10, all eight contrasts; the same numbers come out of
/// `confint_proportions_2indep(…, method="newcomb")` of statsmodels 0.15.0.
#[test]
fn intervals_of_differences_as_in_newcombe() {
    for ((a, m), (b, n), low, high) in [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0),
        ((10, 10), (0, 10), 0.6075, 1.0),
    ] {
        let interval = newcombe(&Sample::of_share(n, b), &Sample::of_share(m, a), 0.05).expect("an interval");
        close(interval.low, low, 5.1e-5);
        close(interval.high, high, 5.1e-5);
    }
}

/// NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.5.3 (AUTO83B.DAT), as in the documentation of Boost.Math,
/// "Comparing the means of two samples with the Students-t test"
/// (<https://boostorg.github.io/math/doc/html/math_toolkit/stat_tut/weg/st_eg/two_sample_students_t.html>): 249 American cars
/// with mean 20.14458 and deviation 6.414700, 79 Japanese ones with 30.48101 and 6.107710; unequal variances give
/// t = -12.94627 with 136.87499 degrees of freedom, and a probability of 1.571e-025.
#[test]
fn welch_as_in_the_handbook_of_nist() {
    let american = Sample::of_moments(249, 20.14458, 6.414_700);
    let japanese = Sample::of_moments(79, 30.48101, 6.107_710);
    let found = welch(&japanese, &american).expect("a test");
    close(found.test.statistic, -12.94627, 5e-6);
    close(found.freedom, 136.874_99, 5e-6);
    close(found.test.p_value, 1.571e-25, 5e-29);
    // scipy 1.17.1: t.ppf(0.975, 136.8750).
    let interval = welch_interval(&japanese, &american, 0.05).expect("an interval");
    let error = (american.mean() - japanese.mean()) / found.test.statistic;
    close((interval.high - interval.low) / 2.0 / error, 1.977_447, 5e-6);
}

/// Two small samples with very different spreads. scipy 1.17.1: `ttest_ind_from_stats(25, 0.8185, 4, 21, 4.208, 8,
/// equal_var=False)` for the statistic and the p-value, and the interval of `ttest_ind` of samples with these moments.
#[test]
fn welch_of_small_samples_as_in_scipy() {
    let (x, y) = (Sample::of_moments(4, 25.0, 0.8185), Sample::of_moments(8, 21.0, 4.208));
    let found = welch(&y, &x).expect("a test");
    close(found.test.statistic, 2.592_328_299_676_017, 1e-9);
    close(found.freedom, 7.9926586463098515, 1e-9);
    close(found.test.p_value, 0.032_021_325_724_088_8, 1e-9);
    let interval = welch_interval(&y, &x, 0.05).expect("an interval");
    close(interval.low, 0.4412333577042422, 1e-8);
    close(interval.high, 7.558766642295758, 1e-8);
}

/// Mendel's 556 peas against 9:3:3:1. R: `chisq.test(c(315, 101, 108, 32), p = c(9, 3, 3, 1)/16)` says X-squared = 0.47002,
/// df = 3, p-value = 0.9254; scipy 1.17.1 `chisquare` has 0.925425895103616.
#[test]
fn ratios_as_with_the_peas_of_mendel() {
    let test = goodness_of_fit(&[315, 101, 108, 32], &[9.0, 3.0, 3.0, 1.0]).expect("a test");
    close(test.statistic, 0.470_02, 5e-6);
    close(test.p_value, 0.925_425_895_103_616, 1e-12);
}

/// Wikipedia, Sample ratio mismatch (<https://en.wikipedia.org/wiki/Sample_ratio_mismatch>): 600 against 400 where half and
/// half was planned has a p-value of 2.54e-10.
#[test]
fn ratios_as_in_wikipedia() {
    let test = goodness_of_fit(&[600, 400], &[1.0, 1.0]).expect("a test");
    close(test.statistic, 40.0, 1e-12);
    close(test.p_value, 2.54e-10, 5e-13);
}

/// R. Kohavi, D. Tang, Y. Xu, Trustworthy Online Controlled Experiments, Cambridge University Press 2020, chapter 21,
/// scenario 1: 821,588 users of the control against 815,482 of the treatment where half and half was planned has a p-value
/// of 1.8E-6. (A. Fabijan and others, KDD 2019, say of the same numbers: less than one in 500,000.)
#[test]
fn a_small_mismatch_of_many_units_is_an_alarm() {
    let test = goodness_of_fit(&[821_588, 815_482], &[1.0, 1.0]).expect("a test");
    close(test.p_value, 1.8e-6, 5e-8);
    assert!(test.p_value < 1.0 / 500_000.0);
    assert!(test.p_value < MISMATCH);
    let fine = goodness_of_fit(&[5_021, 4_979], &[1.0, 1.0]).expect("a test");
    assert!(fine.p_value > MISMATCH);
    assert_eq!(goodness_of_fit(&[0, 0], &[1.0, 1.0]), None);
}

/// R. Kohavi, R. Longbotham, D. Sommerfield, R. M. Henne, Controlled experiments on the web: survey and practical guide, Data
/// Mining and Knowledge Discovery 18 (2009), 3.2 (<https://www.exp-platform.com/Documents/controlledExperimentDMKD.pdf>): to
/// find a change of 5 % in spending of $3.75 with a deviation of $30 takes 16 * 30² / (3.75 * 0.05)², "over 409,000 users";
/// in a conversion of 5 % it takes 16 * (0.05 * (1 - 0.05)) / (0.05 * 0.05)², "less than 122,000 users". Their 16 stands for
/// 2 (1.960 + 0.842)² = 15.698.
#[test]
fn units_needed_as_in_kohavi_and_others() {
    let rounded = |variance: f64, effect: f64| {
        let units = units_needed(variance, effect, 0.05, 0.8).expect("a number") as f64;
        units * 16.0 / 15.697_759_468_698
    };
    close(rounded(30.0 * 30.0, 3.75 * 0.05), 409_600.0, 2.0);
    close(rounded(0.05 * 0.95, 0.05 * 0.05), 121_600.0, 2.0);
}

/// The two formulas are one: with as many units as an effect needs, it is the smallest that is found.
#[test]
fn what_is_detectable_fits_what_is_needed() {
    let control = Sample::of_share(100_000, 5_000);
    let effect = detectable(&control, 100_000, 0.05, 0.8).expect("an effect");
    let units = units_needed(control.variance(), effect, 0.05, 0.8).expect("a number");
    close(units as f64, 100_000.0, 1.0);
    assert_eq!(detectable(&Sample::of_share(0, 0), 10, 0.05, 0.8), None);
    assert_eq!(detectable(&Sample::of_share(10, 0), 10, 0.05, 0.8), None);
}

/// Johari, Koomen, Pekelis and Walsh, Peeking at A/B Tests, KDD 2017: for Bernoulli data they write, with V the sum of the
/// two variances and n units an arm, sqrt(V/(V+nt²)) exp(n²t²d²/(2V(V+nt²))). What is computed from the variance of the
/// difference is the same, and the integral of the likelihood over the mixture is too.
#[test]
fn the_likelihood_ratio_is_that_of_the_paper() {
    for (n, p, q, t) in [
        (1_000.0, 0.10, 0.12, 0.01),
        (20_000.0, 0.03, 0.029, 0.003),
        (500.0, 0.4, 0.3, 0.1f64),
    ] {
        let (v, d): (f64, f64) = (p * (1.0 - p) + q * (1.0 - q), q - p);
        let below = v + n * t * t;
        let ratio = (v / below).sqrt() * (n * n * t * t * d * d / (2.0 * v * below)).exp();
        let expected = (1.0 / ratio).min(1.0);
        close(always_valid_p(d, v / n, t) / expected, 1.0, 1e-9);
        // The definition: the mean of the likelihood ratio over effects that are normal around 0 with deviation t.
        let steps = 20_000;
        let width = 16.0 * t / f64::from(steps);
        let mixed: f64 = (0..=steps)
            .map(|step| {
                let effect = -8.0 * t + width * f64::from(step);
                let weight = (-effect * effect / (2.0 * t * t)).exp() / (t * std::f64::consts::TAU.sqrt());
                let likelihood = ((2.0 * d * effect - effect * effect) / (2.0 * v / n)).exp();
                weight * likelihood * width
            })
            .sum();
        close(mixed / ratio, 1.0, 1e-6);
        // The interval holds exactly the effects that are not refused.
        let interval = always_valid_interval(d, v / n, t, 0.05).expect("an interval");
        close(always_valid_p(d - interval.low, v / n, t), 0.05, 1e-9);
        close(always_valid_p(d - interval.high, v / n, t), 0.05, 1e-9);
    }
}

#[test]
fn where_nothing_is_known_nothing_is_said() {
    let none = Sample::default();
    let some = Sample::of_share(200, 20);
    let nobody = compare(Kind::Share, &none, &some, USUAL);
    assert_eq!(
        (nobody.lift, nobody.p_value, nobody.always_valid_p, nobody.detectable),
        (None, None, None, None)
    );
    let same = compare(Kind::Share, &Sample::of_share(100, 0), &Sample::of_share(100, 0), USUAL);
    assert_eq!((same.p_value, same.lift), (None, None));
    let amounts = compare(Kind::Amount, &none, &none, USUAL);
    assert_eq!((amounts.p_value, amounts.interval), (None, None));
    // Few units prove nothing at a look, however far apart they are.
    let few = compare(Kind::Share, &Sample::of_share(50, 2), &Sample::of_share(50, 45), USUAL);
    assert_eq!((few.always_valid_p, few.always_valid), (Some(1.0), None));
    // Nor do the amounts of a handful of buyers, however many looked.
    let buyers = |converters: u64| Sample {
        units: 5_000,
        sum: converters as f64 * 5_000.0,
        squares: converters as f64 * 25e6,
        converters,
    };
    for (control, arm) in [(9, 400), (400, 9)] {
        let found = compare(Kind::Amount, &buyers(control), &buyers(arm), USUAL);
        assert_eq!((found.always_valid_p, found.always_valid), (Some(1.0), None));
        assert_eq!(verdict(&buyers(control), &found, 0.02), Verdict::Open);
    }
    let found = compare(Kind::Amount, &buyers(400), &buyers(10), USUAL);
    assert_eq!(verdict(&buyers(400), &found, 0.02), Verdict::Broken);
    assert_eq!(always_valid_p(1.0, 0.0, 0.1), 1.0);
    assert_eq!(always_valid_p(1.0, 0.1, 0.0), 1.0);
}

/// The lift of money and its interval: control n = 400, mean 50, deviation 120; treatment n = 380, mean 62, deviation 150.
/// The p-value is that of scipy 1.17.1 (`ttest_ind_from_stats(…, equal_var=False)`, 0.21916624125543616), the interval the
/// formula of the delta method, in Python.
#[test]
fn a_lift_of_money_has_the_interval_of_the_delta_method() {
    let (control, arm) = (
        Sample::of_moments(400, 50.0, 120.0),
        Sample::of_moments(380, 62.0, 150.0),
    );
    let found = compare(Kind::Amount, &control, &arm, USUAL);
    close(found.difference, 12.0, 1e-9);
    close(found.lift.expect("a lift"), 0.24, 1e-12);
    close(found.p_value.expect("a p-value"), 0.219_166, 5e-6);
    let interval = found.lift_interval.expect("an interval");
    close(interval.low, -0.179_568, 5e-6);
    close(interval.high, 0.659_568, 5e-6);
}

#[test]
fn guardrails_are_kept_broken_or_open() {
    let control = Sample::of_share(50_000, 5_000);
    let judged = |converters, margin| {
        let settings = Settings { effect: 0.1, ..USUAL };
        let found = compare(Kind::Share, &control, &Sample::of_share(50_000, converters), settings);
        verdict(&control, &found, margin)
    };
    assert_eq!(judged(5_020, 0.1), Verdict::Kept);
    assert_eq!(judged(5_600, 0.0), Verdict::Kept);
    assert_eq!(judged(4_200, 0.02), Verdict::Broken);
    assert_eq!(judged(4_900, 0.02), Verdict::Open);
    let few = compare(Kind::Share, &Sample::of_share(10, 5), &Sample::of_share(10, 1), USUAL);
    assert_eq!(verdict(&control, &few, 0.02), Verdict::Open);
}
