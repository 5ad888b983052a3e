//! `merx eval experiments`: made-up experiments, for the figures of docs/guides/experiments.md.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use plotters::prelude::{
    BLACK, ChartBuilder, Color, IntoDrawingArea, PathElement, RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
};
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::experiment::simulate::{Plan, path, rates};
use crate::experiment::stats::Settings;
use crate::platform::error::{Fault, Result};

/// Colours of the lines, told apart by people who see no red or no green too.
const COLOURS: [RGBColor; 3] = [RGBColor(213, 94, 0), RGBColor(0, 114, 178), RGBColor(0, 0, 0)];
/// Size of a picture in pixels.
const SIZE: (u32, u32) = (860, 380);
/// Looks at an experiment.
const LOOKS: usize = 200;
/// Units that come to each arm between two looks.
const STEP: u64 = 100;
/// Share of the control that converts, and the relative effect that is worth finding.
const BASE: f64 = 0.1;
const EFFECT: f64 = 0.1;

/// How to evaluate experiments.
#[derive(clap::Args, Debug)]
pub(in crate::command) struct Args {
    /// Experiments that are made up for each line.
    #[arg(long, default_value_t = 2000)]
    runs: u32,
    /// Another number makes up other experiments.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// A folder for pictures, as SVG.
    #[arg(long)]
    plot: Option<PathBuf>,
}

fn plan(lift: f64) -> Plan {
    Plan {
        base: BASE,
        lift,
        looks: LOOKS,
        step: STEP,
        settings: Settings {
            alpha: 0.05,
            power: 0.8,
            effect: EFFECT,
        },
    }
}

/// Makes up experiments, prints how often they are judged wrongly, and draws it.
#[expect(clippy::print_stdout, reason = "the answer of the command to the person who gave it")]
pub(super) fn experiments(args: &Args) -> Result<ExitCode> {
    println!(
        "{} experiments a line, {LOOKS} looks, {STEP} units an arm between two looks, {BASE} of the control convert, \
         alpha 0.05",
        args.runs
    );
    println!("effect   looked once   peeked at   always valid   interval held   units an arm when stopped");
    let mut peeks = Vec::new();
    for lift in [0.0, 0.05, 0.1, 0.2] {
        let rates = rates(&plan(lift), args.runs, args.seed);
        let last = |all: &[f64]| all.last().copied().unwrap_or_default();
        println!(
            "{:>5.0} % {:>12.3} {:>11.3} {:>14.3} {:>15.3} {:>27.0}",
            lift * 100.0,
            rates.once,
            last(&rates.peeking),
            last(&rates.always_valid),
            rates.held,
            rates.units
        );
        if lift == 0.0 {
            peeks = vec![
                ("p-value for one look", rates.peeking),
                ("always-valid p-value", rates.always_valid),
            ];
        }
    }
    if let Some(folder) = &args.plot {
        std::fs::create_dir_all(folder)?;
        peeks.push(("what was agreed to", vec![0.05; LOOKS]));
        let title = "Effects seen where there is none, by the number of looks";
        lines(&folder.join("experiments-peeking.svg"), title, 0.5, &peeks)?;
        let looks = path(&plan(EFFECT), &mut StdRng::seed_from_u64(args.seed));
        let example = [
            ("p-value for one look", looks.iter().map(|look| look.p_value).collect()),
            (
                "always-valid p-value",
                looks.iter().map(|look| look.always_valid_p).collect(),
            ),
            ("alpha", vec![0.05; LOOKS]),
        ];
        let title = "One experiment with a true effect of 10 %: p-values by the number of looks";
        lines(&folder.join("experiments-example.svg"), title, 1.0, &example)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Draws lines over looks, from 0 to `top`, into the file at `path`.
fn lines(path: &Path, title: &str, top: f64, lines: &[(&str, Vec<f64>)]) -> Result<()> {
    draw(path, title, top, lines).map_err(|error| Fault::part("plot", error.to_string()))
}

fn draw(path: &Path, title: &str, top: f64, lines: &[(&str, Vec<f64>)]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(48)
        .build_cartesian_2d(1.0..LOOKS as f64, 0.0..top)?;
    chart
        .configure_mesh()
        .light_line_style(BLACK.mix(0.06))
        .x_desc("looks")
        .draw()?;
    for ((name, values), colour) in lines.iter().zip(COLOURS) {
        let points: Vec<(f64, f64)> = (1..)
            .map(f64::from)
            .zip(values.iter().map(|value| value.min(top)))
            .collect();
        chart
            .draw_series([PathElement::new(points, colour.stroke_width(2))])?
            .label(*name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 14, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.2))
        .draw()?;
    root.present()?;
    Ok(())
}
