//! Plot: SVG files beside the tables.

use std::path::Path;

use plotters::prelude::*;

use crate::peer::{Entry, is_ours};
use crate::report::value;
use crate::run::Results;
use crate::scenario::Scenario;

/// Draws what was measured.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(out: &Path, results: &Results, peers: &[&Entry]) -> Result<(), String> {
    let words = |error: &dyn core::fmt::Display| error.to_string();
    lines(&out.join("rust-paced.svg"), results, peers).map_err(|error| words(&*error))?;
    let burst = [("ns", Scenario::Burst, "ns")];
    let title = "Nanoseconds of a call in a burst (logarithmic)";
    bars(&out.join("rust-burst.svg"), title, true, &burst, results, peers)
        .map_err(|error| words(&*error))?;
    let series = [
        ("1 thread", Scenario::EndToEnd1, "M_per_s"),
        ("4 threads", Scenario::EndToEnd4, "M_per_s"),
    ];
    let title = "Million records per second, end to end";
    bars(&out.join("rust-end-to-end.svg"), title, false, &series, results, peers)
        .map_err(|error| words(&*error))
}

type Drawn = Result<(), Box<dyn core::error::Error>>;

/// A bar per peer and series.
fn bars(
    path: &Path,
    title: &str,
    is_logarithmic: bool,
    series: &[(&str, Scenario, &str)],
    results: &Results,
    peers: &[&Entry],
) -> Drawn {
    let rows: Vec<(&str, Vec<Option<f64>>)> = peers
        .iter()
        .map(|peer| {
            let figures = series
                .iter()
                .map(|&(_, scenario, figure)| value(results, scenario, figure, peer.name));
            (peer.name, figures.collect::<Vec<_>>())
        })
        .filter(|(_, figures)| figures.iter().any(Option::is_some))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let largest = rows.iter().flat_map(|row| row.1.iter().flatten()).copied().fold(1.0, f64::max);
    // A logarithmic axis begins at 1.
    let share = |value: f64| {
        if is_logarithmic { value.max(1.0).ln() / largest.ln() } else { value / largest }
    };
    let height = (60 + rows.len() * (14 * series.len() + 8)) as u32;
    let area = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    area.fill(&WHITE)?;
    area.draw(&Text::new(title.to_owned(), (10, 10), ("sans-serif", 16).into_font()))?;
    let mut top = 40;
    for (name, figures) in rows {
        area.draw(&Text::new(name.to_owned(), (10, top), ("sans-serif", 13).into_font()))?;
        for (index, figure) in figures.into_iter().enumerate() {
            let Some(figure) = figure else { continue };
            let shade = if index == 0 { 1.0 } else { 0.55 };
            let colour = if is_ours(name) { OURS_COLOUR } else { PEER_COLOUR };
            let right = LEFT + (share(figure) * f64::from(RIGHT - LEFT)) as i32;
            let bar = [(LEFT, top), (right, top + 11)];
            area.draw(&Rectangle::new(bar, colour.mix(shade).filled()))?;
            let label = if series.len() > 1 { series[index].0 } else { "" };
            let text = format!("{figure:.1} {label}");
            area.draw(&Text::new(text, (right + 5, top), ("sans-serif", 12).into_font()))?;
            top += 14;
        }
        top += 8;
    }
    area.present()?;
    Ok(())
}

/// A line per peer through the percentiles of a paced call.
fn lines(path: &Path, results: &Results, peers: &[&Entry]) -> Drawn {
    let rows: Vec<(&str, Vec<f64>)> = peers
        .iter()
        .filter_map(|peer| {
            let figure = |name| value(results, Scenario::Paced, name, peer.name);
            let figures: Option<Vec<f64>> = PERCENTILES.iter().map(|&name| figure(name)).collect();
            Some((peer.name, figures?))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let area = SVGBackend::new(path, (WIDTH, 520)).into_drawing_area();
    area.fill(&WHITE)?;
    let last = PERCENTILES.len() - 1;
    let mut chart = ChartBuilder::on(&area)
        .caption("Nanoseconds of a paced call, by percentile (logarithmic)", ("sans-serif", 16))
        .margin(10)
        .margin_right(170)
        .x_label_area_size(30)
        .y_label_area_size(70)
        .build_cartesian_2d(0.0..last as f64, (10.0..1e6).log_scale())?;
    chart
        .configure_mesh()
        .x_labels(PERCENTILES.len())
        .x_label_formatter(&|at| {
            PERCENTILES.get(at.round() as usize).map_or(String::new(), |&name| name.to_owned())
        })
        .y_label_formatter(&|ns| format!("{ns:.0}"))
        .draw()?;
    for (index, (name, figures)) in rows.iter().enumerate() {
        let colour = if is_ours(name) { OURS_COLOUR } else { pick(index) };
        let width = if is_ours(name) { 3 } else { 1 };
        let points: Vec<(f64, f64)> =
            figures.iter().enumerate().map(|(at, &ns)| (at as f64, ns.max(10.0))).collect();
        chart.draw_series([PathElement::new(points, colour.stroke_width(width))])?;
        let at = (WIDTH as i32 - 160, 40 + 20 * index as i32);
        let swatch = [(at.0, at.1 + 7), (at.0 + 14, at.1 + 7)];
        area.draw(&PathElement::new(swatch, colour.stroke_width(3)))?;
        area.draw(&Text::new(
            (*name).to_owned(),
            (at.0 + 20, at.1),
            ("sans-serif", 12).into_font(),
        ))?;
    }
    area.present()?;
    Ok(())
}

fn pick(index: usize) -> RGBColor {
    let RGBAColor(red, green, blue, _) = Palette99::pick(index).to_rgba();
    RGBColor(red, green, blue)
}

const PERCENTILES: [&str; 7] = ["p50", "p75", "p90", "p99", "p99.9", "p99.99", "max"];
const OURS_COLOUR: RGBColor = RGBColor(200, 60, 20);
const PEER_COLOUR: RGBColor = RGBColor(70, 110, 160);
const WIDTH: u32 = 860;
const LEFT: i32 = 200;
const RIGHT: i32 = 720;
