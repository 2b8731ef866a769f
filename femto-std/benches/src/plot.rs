//! Plot: SVG files beside the tables.

use std::path::Path;

use plotters::element::DashedPathElement;
use plotters::prelude::*;

use crate::options::Options;
use crate::peer::{ALONE, Entry, Kind, LEAN, is_ours};
use crate::report::value;
use crate::run::{Results, chosen};
use crate::scenario::Scenario;

/// Draws what was measured.
///
/// # Errors
/// If a file cannot be written.
pub fn draw(out: &Path, results: &Results, options: &Options) -> Result<(), String> {
    let words = |error: &dyn core::fmt::Display| error.to_string();
    lines(&out.join("rust-paced.svg"), results, options).map_err(|error| words(&*error))?;
    for chart in CHARTS {
        bars(&out.join(chart.file), chart, results, options).map_err(|error| words(&*error))?;
    }
    Ok(())
}

/// A chart of bars.
struct Chart {
    file: &'static str,
    title: &'static str,
    is_logarithmic: bool,
    digits: usize,
    /// A bar each: its name, what it shows.
    series: &'static [(&'static str, Scenario, &'static str)],
}

const CHARTS: &[Chart] = &[
    Chart {
        file: "rust-burst.svg",
        title: "Nanoseconds of a call in a burst (logarithmic; shorter is better)",
        is_logarithmic: true,
        digits: 0,
        series: &[("", Scenario::Burst, "ns")],
    },
    Chart {
        file: "rust-end-to-end.svg",
        title: "Million records per second, end to end (longer is better)",
        is_logarithmic: false,
        digits: 1,
        series: &[
            ("1 thread: ", Scenario::EndToEnd1, "M_per_s"),
            ("4 threads: ", Scenario::EndToEnd4, "M_per_s"),
        ],
    },
    Chart {
        file: "rust-json.svg",
        title: "Million records per second as JSON with two fields, end to end (longer is better)",
        is_logarithmic: false,
        digits: 2,
        series: &[("", Scenario::Json, "M_per_s")],
    },
    Chart {
        file: "rust-memory.svg",
        title: "Peak MiB while the sink takes nothing for two seconds (logarithmic; shorter is better)",
        is_logarithmic: true,
        digits: 0,
        series: &[("", Scenario::Memory, "peak_MiB")],
    },
];

type Drawn = Result<(), Box<dyn core::error::Error>>;

/// A bar per peer and series.
fn bars(path: &Path, chart: &Chart, results: &Results, options: &Options) -> Drawn {
    let &Chart { title, is_logarithmic, digits, series, .. } = chart;
    let is_of_peers = |name| name != ALONE.name && name != LEAN.name;
    let rows: Vec<(&str, Vec<Option<f64>>)> = chosen(options, series[0].1)
        .iter()
        .filter(|peer| is_of_peers(peer.name))
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
            let text = format!("{}{figure:.digits$}", series[index].0);
            area.draw(&Text::new(text, (right + 5, top), ("sans-serif", 12).into_font()))?;
            top += 14;
        }
        top += 8;
    }
    area.present()?;
    Ok(())
}

/// A line per peer through the percentiles of a paced call.
fn lines(path: &Path, results: &Results, options: &Options) -> Drawn {
    let rows: Vec<(&Entry, Vec<f64>)> = chosen(options, Scenario::Paced)
        .into_iter()
        .filter_map(|peer| {
            let figure = |name| value(results, Scenario::Paced, name, peer.name);
            let figures: Option<Vec<f64>> = PERCENTILES.iter().map(|&name| figure(name)).collect();
            Some((peer, figures?))
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let area = SVGBackend::new(path, (WIDTH, 520)).into_drawing_area();
    area.fill(&WHITE)?;
    let last = PERCENTILES.len() - 1;
    let mut chart = ChartBuilder::on(&area)
        .caption("Nanoseconds of a paced call, by percentile (logarithmic; dashed: written by the caller)", ("sans-serif", 16))
        .margin(10)
        .margin_right(215)
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
        .light_line_style(WHITE)
        .bold_line_style(BLACK.mix(0.15))
        .draw()?;
    let (mut ours, mut others) = (0, 0);
    for (index, (peer, figures)) in rows.iter().enumerate() {
        let (colours, nth) = if is_ours(peer.name) {
            (OURS_COLOURS, &mut ours)
        } else {
            (PEER_COLOURS, &mut others)
        };
        let colour = colours[*nth % colours.len()];
        *nth += 1;
        let width = if is_ours(peer.name) { 3 } else { 2 };
        let points: Vec<(f64, f64)> =
            figures.iter().enumerate().map(|(at, &ns)| (at as f64, ns.max(10.0))).collect();
        let at = (WIDTH as i32 - 200, 40 + 20 * index as i32);
        let swatch = [(at.0, at.1 + 7), (at.0 + 24, at.1 + 7)];
        let style = colour.stroke_width(width);
        // Those that write themselves are dashed.
        if peer.kind == Kind::Synchronous {
            chart.draw_series(DashedLineSeries::new(points, 5, 4, style))?;
            area.draw(&DashedPathElement::new(swatch, 5, 4, style))?;
        } else {
            chart.draw_series([PathElement::new(points, style)])?;
            area.draw(&PathElement::new(swatch, style))?;
        }
        let font = ("sans-serif", 12).into_font();
        area.draw(&Text::new(peer.name.to_owned(), (at.0 + 30, at.1), font))?;
    }
    area.present()?;
    Ok(())
}

const PERCENTILES: [&str; 7] = ["p50", "p75", "p90", "p99", "p99.9", "p99.99", "max"];
const OURS_COLOUR: RGBColor = RGBColor(200, 60, 20);
const PEER_COLOUR: RGBColor = RGBColor(70, 110, 160);
/// Warm ones for our ways in, cold ones for peers.
const OURS_COLOURS: &[RGBColor] = &[
    RGBColor(170, 20, 10),
    RGBColor(235, 90, 40),
    RGBColor(250, 160, 60),
    RGBColor(225, 70, 130),
    RGBColor(120, 60, 30),
];
const PEER_COLOURS: &[RGBColor] = &[
    RGBColor(20, 60, 160),
    RGBColor(30, 160, 140),
    RGBColor(130, 90, 200),
    RGBColor(90, 170, 230),
    RGBColor(70, 130, 50),
    RGBColor(90, 90, 90),
    RGBColor(160, 190, 60),
    RGBColor(60, 90, 110),
    RGBColor(0, 130, 190),
    RGBColor(160, 140, 220),
    RGBColor(150, 150, 150),
    RGBColor(0, 90, 70),
];
const WIDTH: u32 = 900;
const LEFT: i32 = 200;
const RIGHT: i32 = 720;
