// SPDX-License-Identifier: MPL-2.0
use std::collections::BTreeMap;
use std::time::Duration;

use footfall_contract::time::WallTime;
use footfall_contract::totals::{LineTotals, Reading};

use super::*;

fn scene() -> Scene {
    Scene::parse(
        r#"{"version":1,"site":"a","camera":"b","placement":"entrance","time_zone":"Europe/Stockholm",
            "opening_hours":{"monday":["09:00-18:00"]},"shop":{"lines":["door"]},
            "lines":[{"name":"door","points":[[0.1,0.5],[0.9,0.5]],"inside":[0.5,0.9]}]}"#,
    )
    .unwrap()
}

fn monday(hour: u64) -> WallTime {
    WallTime::parse("2026-03-02T00:00:00+01:00").unwrap().plus(Duration::from_secs(3600 * hour))
}

/// The window of an hour with these entries and exits, seconds into the day.
fn window(hour: u64, entries: &[f64], exits: &[f64]) -> Finished {
    let of_hour = |all: &[f64]| {
        let ms = all.iter().filter(|s| (**s / 3600.0) as u64 == hour).map(|s| (s * 1e3) as u64);
        (ms.clone().count() as u64, ms.sum::<u64>())
    };
    let ((entries, entries_at_ms), (exits, exits_at_ms)) = (of_hour(entries), of_hour(exits));
    Finished {
        start: monday(hour),
        end: monday(hour + 1),
        reading: Reading {
            observed_ns: if (9..18).contains(&hour) { 3_600_000_000_000 } else { 0 },
            lines: BTreeMap::from([("door".into(), LineTotals { entries, exits, netted: 0 })]),
            shop: Some(ShopTotals { entries, exits, entries_at_ms, exits_at_ms, ..ShopTotals::default() }),
            ..Reading::default()
        },
        inside_at_start: BTreeMap::new(),
        waiting_at_start: BTreeMap::new(),
        in_shop_at_start: 0,
        weak: false,
        completeness: Completeness::Whole,
    }
}

/// The day of these entries and exits.
fn day(entries: &[f64], exits: &[f64]) -> DayReading {
    let (scene, mut days) = (scene(), Days::default());
    let mut told = (0..24).filter_map(|hour| days.add(&scene, &window(hour, entries, exits)));
    let day = told.next().unwrap();
    assert!(told.next().is_none());
    day
}

/// Numbers between 0 and 1 that are the same at each run.
fn numbers(mut seed: u64) -> impl FnMut() -> f64 {
    move || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// Person-seconds of a running sum of who is inside, held at none, until the shop closes.
fn running_person_s(entries: &[f64], exits: &[f64]) -> f64 {
    let mut steps: Vec<(f64, f64)> = entries.iter().map(|s| (*s, 1.0)).chain(exits.iter().map(|s| (*s, -1.0))).collect();
    steps.push((18.0 * 3600.0, 0.0));
    steps.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut inside, mut last, mut sum) = (0.0_f64, 0.0, 0.0);
    for (at, step) in steps {
        sum += inside * (at - last);
        (inside, last) = ((inside + step).max(0.0), at);
    }
    sum
}

#[test]
fn the_mean_visit_is_exact_where_the_doors_see_everybody() {
    let mut number = numbers(1);
    let entries: Vec<f64> = (0..500).map(|_| 3600.0 * (9.0 + 8.0 * number())).collect();
    let exits: Vec<f64> = entries.iter().map(|s| s + 60.0 + 2400.0 * number() * number()).collect();
    let true_s = (exits.iter().sum::<f64>() - entries.iter().sum::<f64>()) / 500.0;
    let day = day(&entries, &exits);
    assert_eq!((day.totals.entries, day.totals.exits), (500, 500));
    let found_s = day.mean_visit_s().unwrap();
    assert!((found_s - true_s).abs() < 0.002, "{found_s} for {true_s}");
}

/// A twentieth of the entries and of the exits is missed, each for itself. The running sum is off by half and more, for a
/// missed exit stays until closing time; the mean times are not.
#[test]
fn missed_crossings_do_not_shift_the_mean_visit() {
    let (mut worst, mut errors, mut running_errors) = (0.0_f64, Vec::new(), Vec::new());
    for seed in 0..40 {
        let mut number = numbers(seed);
        let entries: Vec<f64> = (0..800).map(|_| 3600.0 * (9.0 + 8.0 * number())).collect();
        let exits: Vec<f64> = entries.iter().map(|s| s + 60.0 + 2400.0 * number() * number()).collect();
        let true_s = (exits.iter().sum::<f64>() - entries.iter().sum::<f64>()) / 800.0;
        let mut seen = |all: &[f64], missed: f64| all.iter().copied().filter(|_| number() >= missed).collect::<Vec<_>>();
        let (entries, exits) = (seen(&entries, 0.02), seen(&exits, 0.05));
        let error = day(&entries, &exits).mean_visit_s().unwrap() / true_s - 1.0;
        worst = worst.max(error.abs());
        errors.push(error);
        running_errors.push(running_person_s(&entries, &exits) / entries.len() as f64 / true_s - 1.0);
    }
    let mean = |all: &[f64]| all.iter().sum::<f64>() / all.len() as f64;
    // Its own scatter: the spread of the day, 2.3 hours, times the root of (0.02 + 0.05) / 800, is an eighth of the visit.
    assert!(mean(&errors).abs() < 0.05, "{:.3}", mean(&errors));
    assert!(worst < 0.3, "{worst:.3}");
    assert!(mean(&running_errors) > 0.5, "{:.3}", mean(&running_errors));
}

#[test]
fn a_day_has_a_part_for_each_open_hour_and_door() {
    let day = day(&[9.5 * 3600.0, 9.6 * 3600.0, 17.1 * 3600.0], &[17.9 * 3600.0]);
    assert_eq!(day.entries, [2, 0, 0, 0, 0, 0, 0, 0, 1], "the night is closed for everybody to see");
    assert_eq!(day.exits, [0, 0, 0, 0, 0, 0, 0, 0, 1]);
    assert_eq!(day.observed_ns, 9 * 3_600_000_000_000);
    assert_eq!((day.day.start, day.day.end), (monday(0), monday(24)));
}

#[test]
fn a_day_ends_with_its_last_whole_window_only() {
    let (scene, mut days) = (scene(), Days::default());
    assert!(days.add(&scene, &window(10, &[36_100.0], &[])).is_none());
    let partial = Completeness::Partial { suffix: "run".into() };
    assert!(days.add(&scene, &Finished { completeness: partial, ..window(23, &[], &[]) }).is_none());
    let day = days.add(&scene, &window(23, &[], &[])).unwrap();
    assert_eq!((day.totals.entries, day.entries.len()), (1, 1));
    // The clock was set: what it jumped over is nobody's day.
    assert!(days.add(&scene, &window(24 + 10, &[], &[])).is_none());
    assert!(days.add(&scene, &window(7 * 24 + 9, &[], &[])).is_none());
    let later = days.add(&scene, &window(7 * 24 + 23, &[], &[])).unwrap();
    assert_eq!((later.day.start, later.entries.len()), (monday(7 * 24), 1));
}

#[test]
fn what_does_not_fit_together_gives_no_mean() {
    assert_eq!(day(&[], &[]).mean_visit_s(), None);
    assert_eq!(day(&[36_000.0], &[]).mean_visit_s(), None);
    assert_eq!(day(&[50_000.0], &[36_000.0]).mean_visit_s(), None);
}

#[test]
fn hours_on_both_sides_of_a_restart_are_of_one_day() {
    let (scene, mut days) = (scene(), Days::default());
    let (entries, exits) = ([35_000.0, 36_000.0, 50_000.0], [35_900.0, 39_600.0, 53_600.0]);
    let mut told = None;
    for hour in 0..24 {
        told = told.or(days.add(&scene, &window(hour, &entries, &exits)));
        let text = serde_json::to_string(&days.snapshot()).unwrap();
        days = Days::restore(serde_json::from_str(&text).unwrap());
    }
    assert!(told.is_some_and(|told| told == day(&entries, &exits)));
    assert!(days.snapshot() == DaysSnapshot::default(), "a day that was told is kept no longer");
}
