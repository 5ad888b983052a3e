//! Plots of evaluations: bars, as SVG.

use std::error::Error;
use std::path::Path;

use plotters::prelude::{
    BLACK, ChartBuilder, Color, EmptyElement, IntoDrawingArea, IntoFont, RGBColor, Rectangle, SVGBackend,
    SeriesLabelPosition, Text, WHITE,
};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{IntoTextStyle, TextStyle};

use crate::platform::error::{Fault, Result};

/// Colours of the series, told apart by people who see no red or no green too.
const COLOURS: [RGBColor; 4] = [
    RGBColor(0, 114, 178),
    RGBColor(230, 159, 0),
    RGBColor(0, 158, 115),
    RGBColor(204, 121, 167),
];
/// Size of the picture in pixels.
const SIZE: (u32, u32) = (960, 420);
/// Share of a group's width that its bars take.
const FILLED: f64 = 0.8;

/// Some numbers of the same kind, one a group.
pub(super) struct Series {
    /// What they are.
    pub(super) name: String,
    /// One a group; not a number where it has none.
    pub(super) values: Vec<f64>,
}

/// Draws `series` beside each other in `groups`, from 0 to `top`, into the file at `path`.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn bars(path: &Path, title: &str, top: f64, groups: &[String], series: &[Series]) -> Result<()> {
    draw(path, title, top, groups, series).map_err(|error| Fault::part("plot", error.to_string()))
}

fn draw(path: &Path, title: &str, top: f64, groups: &[String], series: &[Series]) -> Result<(), Box<dyn Error>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&root)
        .caption(title, ("sans-serif", 18))
        .margin(12)
        .x_label_area_size(28)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..groups.len() as f64, 0.0..top)?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(11)
        .draw()?;
    // A group shares its width among the bars that it has.
    let before = |place: usize, group: usize| {
        series[..place]
            .iter()
            .filter(|one| one.values[group].is_finite())
            .count()
    };
    let most = (0..groups.len()).map(|group| before(series.len(), group)).max();
    let width = FILLED / most.unwrap_or_default().max(1) as f64;
    let text: TextStyle = ("sans-serif", 12).into_font().into_text_style(&root);
    let over = text.pos(Pos::new(HPos::Center, VPos::Bottom));
    let under = text.pos(Pos::new(HPos::Center, VPos::Top));
    for (i, one) in series.iter().enumerate() {
        let colour = COLOURS[i % COLOURS.len()];
        let there = one.values.iter().enumerate().filter(|(_, value)| value.is_finite());
        let bars: Vec<(f64, f64, f64)> = there
            .map(|(group, value)| {
                let left = group as f64 + (1.0 - FILLED) / 2.0 + width * before(i, group) as f64;
                (left, left + width * 0.92, *value)
            })
            .collect();
        let rectangles = bars.iter().map(|(left, right, value)| {
            let corners = [(*left, 0.0), (*right, value.min(top))];
            Rectangle::new(corners, colour.filled())
        });
        chart
            .draw_series(rectangles)?
            .label(&one.name)
            .legend(move |(x, y)| Rectangle::new([(x, y - 5), (x + 12, y + 5)], colour.filled()));
        chart.draw_series(bars.iter().map(|(left, right, value)| {
            let at = ((left + right) / 2.0, value.min(top));
            EmptyElement::at(at) + Text::new(format!("{value:.3}"), (0, -3), over.clone())
        }))?;
    }
    chart.draw_series((0..).zip(groups).map(|(group, name): (u32, &String)| {
        EmptyElement::at((f64::from(group) + 0.5, 0.0)) + Text::new(name.clone(), (0, 6), under.clone())
    }))?;
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK)
        .draw()?;
    root.present()?;
    Ok(())
}
