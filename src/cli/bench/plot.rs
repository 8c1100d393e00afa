//! The picture of a load: latencies by share, and messages by second, as SVG.

use super::outcome::Outcome;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 70.0;

/// Both, one under the other.
pub(super) fn svg(outcome: &Outcome) -> String {
    let highest = outcome.latency_curve.iter().map(|(_, ms)| *ms).fold(0.001, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a picture is not that exact")]
    let counts: Vec<f64> = outcome.per_second.iter().map(|count| *count as f64).collect();
    let most = counts.iter().copied().fold(1.0, f64::max);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 800 600\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"800\" height=\"600\" fill=\"white\"/>\n{}{}</svg>\n",
        panel(
            (30.0, "Latency: what share of the messages took at most so long"),
            (highest, "ms"),
            &curve(outcome, highest)
        ),
        panel(
            (330.0, "Throughput: messages in each second"),
            (most, "messages/s"),
            &bars(&counts, most)
        ),
    )
}

/// A panel with its heading and the value of its top.
fn panel((top, heading): (f64, &str), (highest, unit): (f64, &str), content: &str) -> String {
    format!(
        "<g transform=\"translate({LEFT} {top})\">\n<text y=\"-8\" font-weight=\"bold\">{heading}</text>\n\
         <text x=\"-8\" y=\"10\" text-anchor=\"end\">{}</text><text x=\"-8\" y=\"24\" text-anchor=\"end\">{unit}</text>\n\
         <text x=\"-8\" y=\"{HEIGHT}\" text-anchor=\"end\">0</text>\n\
         <path d=\"M0 0V{HEIGHT}H{WIDTH}\" fill=\"none\" stroke=\"#888\"/>\n{content}</g>\n",
        short(highest)
    )
}

/// The line of latencies: the shares stand at equal distances, so that the slowest messages can be seen.
fn curve(outcome: &Outcome, highest: f64) -> String {
    let points: Vec<(f64, f64, f64)> = (0_u32..)
        .zip(&outcome.latency_curve)
        .map(|(at, (share, ms))| (f64::from(at) * WIDTH / 10.0, HEIGHT * (1.0 - ms / highest), *share))
        .collect();
    let line: Vec<String> = points.iter().map(|(x, y, _)| format!("{x:.1},{y:.1}")).collect();
    let labels: String = points
        .iter()
        .map(|(x, _, share)| format!("<text x=\"{x:.1}\" y=\"238\" text-anchor=\"middle\">{share} %</text>\n"))
        .collect();
    let line = line.join(" ");
    format!("<polyline points=\"{line}\" fill=\"none\" stroke=\"#c7000b\" stroke-width=\"2\"/>\n{labels}")
}

fn bars(counts: &[f64], most: f64) -> String {
    let seconds = u32::try_from(counts.len()).unwrap_or(u32::MAX).max(1);
    let width = WIDTH / f64::from(seconds);
    let bar = |(at, count): (u32, &f64)| {
        let height = HEIGHT * count / most;
        format!(
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\" fill=\"#c7000b\"/>\n",
            f64::from(at) * width,
            HEIGHT - height,
            (width * 0.9).max(0.5)
        )
    };
    let bars: String = (0_u32..).zip(counts).map(bar).collect();
    format!("{bars}<text x=\"{WIDTH}\" y=\"238\" text-anchor=\"end\">{seconds} s</text>\n")
}

fn short(value: f64) -> String {
    match value {
        value if value >= 100.0 => format!("{value:.0}"),
        value => format!("{value:.2}"),
    }
}
