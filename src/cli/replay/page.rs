//! The answer as one page, which loads nothing and runs nothing.

use super::print::{compared, of_crates, of_lines, percent, sentence};
use super::summary::{Answer, WAYS, short};
use crate::replay::Outcome;
use crate::text::in_markup;

const PAGE: &str = include_str!("page.html");

/// The height of the chart, in its own units.
const HEIGHT: f64 = 120.0;
const STEP: usize = 4;

pub fn html(answer: &Answer<'_>) -> String {
    let workspace = answer.history.top.file_name().unwrap_or("workspace");
    // The names in the page are replaced once each, so that no subject can bring one in.
    let mut page = String::new();
    let mut left = PAGE;
    while let Some((before, rest)) = left.split_once("<!--") {
        let (name, after) = rest.split_once("-->").unwrap_or((rest, ""));
        page += before;
        page += &match name {
            "workspace" => in_markup(workspace),
            "sentence" => in_markup(&sentence(answer)),
            "summary" => summary(answer),
            "charts" => charts(answer),
            "commits" => commits(answer),
            _ => String::new(),
        };
        left = after;
    }
    page + left
}

fn summary(answer: &Answer<'_>) -> String {
    let rows = WAYS.iter().zip(&answer.summary.ways).enumerate();
    let rows = rows.map(|(number, ((name, ..), way))| {
        let width = way.crates.average * 100.0;
        let cells = [&way.crates, &way.lines].map(|middle| {
            let (average, median) = (percent(middle.average), percent(middle.median));
            format!("<td>{average}</td><td>{median}</td>")
        });
        format!(
            "<tr><th scope=\"row\">{name}</th><td class=\"bar\"><span class=\"way{number}\" \
             style=\"width:{width:.2}%\"></span></td>{}</tr>\n",
            cells.concat()
        )
    });
    rows.collect()
}

/// A column for each commit, one chart above the other.
fn charts(answer: &Answer<'_>) -> String {
    let width = STEP * answer.summary.compared;
    let charts = WAYS.iter().zip(&answer.summary.ways).enumerate();
    let charts = charts.map(|(number, ((name, _, amount), way))| {
        let columns = compared(answer).enumerate().map(|(at, (commit, rebuilt))| {
            let share = of_crates(amount(rebuilt), rebuilt);
            let (height, x) = (share * HEIGHT, at * STEP);
            let title = format!(
                "{} {}: {}",
                short(&commit.id),
                commit.subject,
                percent(share)
            );
            format!(
                "<g><title>{}</title><rect class=\"hit\" x=\"{x}\" y=\"0\" width=\"{STEP}\" \
                 height=\"{HEIGHT}\"/><rect class=\"way{number}\" x=\"{x}\" y=\"{:.1}\" \
                 width=\"3\" height=\"{height:.1}\"/></g>",
                in_markup(&title),
                HEIGHT - height
            )
        });
        let label = format!(
            "{name}: {} of the crates on average, median {}, commit by commit",
            percent(way.crates.average),
            percent(way.crates.median)
        );
        format!(
            "<figure><figcaption>{name}</figcaption><svg role=\"img\" aria-label=\"{label}\" \
             viewBox=\"0 0 {width} {HEIGHT}\" preserveAspectRatio=\"none\">{}</svg></figure>\n",
            columns.collect::<String>()
        )
    });
    charts.collect()
}

fn commits(answer: &Answer<'_>) -> String {
    let rows = answer.steps.iter().rev().map(|step| {
        let commit = step.commit;
        let cells = match &step.outcome {
            Outcome::Skipped(why) => format!("<td colspan=\"4\">skipped: {}</td>", in_markup(why)),
            Outcome::Rebuilt(rebuilt) => {
                let ways = WAYS.iter().enumerate().map(|(number, (_, _, amount))| {
                    let amount = amount(rebuilt);
                    let share = of_crates(amount, rebuilt);
                    let lines = percent(of_lines(amount, rebuilt));
                    format!(
                        "<td class=\"bar\" title=\"{} of {} crates, {lines} of the lines\"><span \
                         class=\"way{number}\" style=\"width:{:.2}%\"></span><b>{}</b></td>",
                        amount.crates,
                        rebuilt.all.crates,
                        share * 100.0,
                        percent(share)
                    )
                });
                let changed = [
                    (rebuilt.lock_changed, "Cargo.lock"),
                    (rebuilt.manifest_changed, "cratesieve.json"),
                ];
                let changed = changed.iter().filter(|(is, _)| *is).map(|(_, name)| *name);
                let changed = changed.collect::<Vec<_>>().join(", ");
                format!("{}<td>{changed}</td>", ways.collect::<String>())
            }
        };
        format!(
            "<tr><td><code>{}</code></td><td>{}</td>{cells}<td>{}</td></tr>\n",
            in_markup(short(&commit.id)),
            in_markup(&commit.date),
            in_markup(&commit.subject)
        )
    });
    rows.collect()
}
