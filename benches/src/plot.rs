//! Pictures of what was measured, in SVG.

use anyhow::anyhow;
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const WIDTH: i32 = 1200;
const MARGIN: i32 = 24;
const TITLE: i32 = 60;
/// The height of a bar, or of a line of the legend, with the space around it.
const ROW: i32 = 28;
/// What names take at the side.
const NAMES: i32 = 190;
const PANEL: i32 = 460;
/// What the ends of the curves are called.
const PERCENTILES: [&str; 4] = ["p50", "p90", "p99", "p99.9"];
/// Told apart also by most of those who see few colours; lighter and darker in turn.
const COLOURS: [RGBColor; 13] = [
    RGBColor(214, 39, 40),
    RGBColor(255, 152, 150),
    RGBColor(31, 119, 180),
    RGBColor(104, 170, 222),
    RGBColor(158, 202, 225),
    RGBColor(44, 160, 44),
    RGBColor(148, 103, 189),
    RGBColor(140, 86, 75),
    RGBColor(227, 119, 194),
    RGBColor(60, 60, 60),
    RGBColor(255, 127, 14),
    RGBColor(200, 160, 20),
    RGBColor(23, 190, 207),
];

/// Below a caption, each peer with its latencies, in seconds.
pub(crate) struct Panel<'a> {
    pub(crate) caption: String,
    pub(crate) curves: Vec<(&'a str, [f64; 4])>,
}

/// Horizontal bars, the longest first, each with its name and its number.
pub(crate) fn bars(title: &str, mut values: Vec<(&str, f64)>) -> anyhow::Result<String> {
    values.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let longest = values.first().map_or(1.0, |(_, value)| *value);
    let height = TITLE + ROW * values.len() as i32 + MARGIN;
    drawn(title, height, |area| {
        for (at, (name, value)) in values.iter().enumerate() {
            let (top, left) = (TITLE + ROW * at as i32, MARGIN + NAMES);
            let middle = top + ROW / 2;
            let right = left + (f64::from(WIDTH - left - 110) * value / longest) as i32;
            let colour = if name.starts_with("toolkit") { COLOURS[0] } else { COLOURS[2] };
            text(area, name, (left - 10, middle), HPos::Right)?;
            area.draw(&Rectangle::new([(left, top + 4), (right, top + ROW - 4)], colour.filled()))?;
            text(area, &crate::report::number(value.round()), (right + 8, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// One panel beside the other with the same axes: latency on a logarithmic scale, by percentile.
pub(crate) fn curves(title: &str, panels: &[Panel]) -> anyhow::Result<String> {
    let all = || panels.iter().flat_map(|panel| &panel.curves).flat_map(|(_, latencies)| latencies).copied();
    let low = all().fold(f64::INFINITY, f64::min).max(1e-6) / 1.3;
    let high = all().fold(low, f64::max) * 1.3;
    let height = TITLE + PANEL + MARGIN;
    let wide = (WIDTH - NAMES - 2 * MARGIN) / panels.len().max(1) as i32;
    drawn(title, height, |area| {
        for (at, Panel { caption, curves }) in panels.iter().enumerate() {
            let left = MARGIN + wide * at as i32;
            let panel = area.clone().shrink((left, TITLE), (wide, PANEL));
            let mut chart = ChartBuilder::on(&panel)
                .caption(caption, ("sans-serif", 16))
                .x_label_area_size(30)
                .y_label_area_size(70)
                .margin_right(12)
                .build_cartesian_2d(0.0..3.0, (low..high).log_scale())?;
            let mut mesh = chart.configure_mesh();
            mesh.x_labels(4).x_label_formatter(&|at: &f64| PERCENTILES[at.round() as usize % 4].to_owned());
            mesh.y_label_formatter(&|latency| duration(*latency))
                .light_line_style(WHITE)
                .label_style(("sans-serif", 14));
            mesh.draw()?;
            for (colour, (_, latencies)) in COLOURS.iter().cycle().zip(curves) {
                let points = latencies.iter().enumerate().map(|(at, latency)| (at as f64, *latency));
                chart.draw_series(LineSeries::new(points.clone(), colour.stroke_width(2)))?;
                chart.draw_series(points.map(|point| Circle::new(point, 3, colour.filled())))?;
            }
        }
        let names = panels.first().map(|panel| panel.curves.as_slice()).unwrap_or_default();
        for (at, (colour, (name, _))) in COLOURS.iter().cycle().zip(names).enumerate() {
            let (left, middle) = (WIDTH - NAMES - MARGIN + 16, TITLE + ROW + ROW * at as i32);
            area.draw(&PathElement::new([(left, middle), (left + 24, middle)], colour.stroke_width(4)))?;
            text(area, name, (left + 34, middle), HPos::Left)?;
        }
        Ok(())
    })
}

/// A white picture with a title, and what `draw` adds.
fn drawn(title: &str, height: i32, draw: impl FnOnce(&Area) -> anyhow::Result<()>) -> anyhow::Result<String> {
    let mut svg = String::new();
    {
        let area = SVGBackend::with_string(&mut svg, (WIDTH as u32, height as u32)).into_drawing_area();
        area.fill(&WHITE)?;
        let style = ("sans-serif", 20).into_font().color(&BLACK).pos(Pos::new(HPos::Left, VPos::Center));
        area.draw(&Text::new(title, (MARGIN, TITLE / 2), style))?;
        draw(&area)?;
        area.present()?;
    }
    Ok(svg)
}

fn text(area: &Area, text: &str, place: (i32, i32), side: HPos) -> anyhow::Result<()> {
    let style = ("sans-serif", 15).into_font().color(&BLACK).pos(Pos::new(side, VPos::Center));
    area.draw(&Text::new(text, place, style)).map_err(|error| anyhow!("{error}"))
}

fn duration(seconds: f64) -> String {
    match seconds {
        s if s >= 1.0 => format!("{s} s"),
        s if s >= 1e-3 => format!("{} ms", (s * 1e5).round() / 1e2),
        s => format!("{} µs", (s * 1e8).round() / 1e2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_show_each_name_and_number() {
        let svg = bars("Requests per second", vec![("axum", 2_000.4), ("toolkit", 123_456.0)]).unwrap();
        for text in ["Requests per second", "axum", "2,000", "toolkit", "123,456"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
        let panel = |name: &str| Panel {
            caption: name.to_owned(),
            curves: vec![("axum", [1e-4, 2e-4, 1e-3, 2e-1]), ("toolkit", [1e-4; 4])],
        };
        let svg = curves("Latency", &[panel("at 30 %"), panel("at 60 %")]).unwrap();
        for text in ["Latency", "at 60 %", "p99.9", "100 µs", "10 ms", "axum", "toolkit"] {
            assert!(svg.contains(text), "{text}: {svg}");
        }
    }
}
