//! The answer for people and for programs.

use anstyle::{AnsiColor, Style};
use serde_json::{Value, json};

use super::summary::{Answer, Middle, WAYS, crates_of, lines_of, rebuilt, share, short};
use crate::cli::printer::Printer;
use crate::replay::{Amount, Outcome, Rebuilt};

const COLORS: [Style; 3] = [
    AnsiColor::Red.on_default(),
    AnsiColor::Yellow.on_default(),
    AnsiColor::Green.on_default(),
];
const DIM: Style = Style::new().dimmed();

/// The columns of a full bar.
const WIDTH: usize = 40;
/// The largest width of a subject.
const SUBJECT: usize = 50;

pub fn text(answer: &Answer<'_>, printer: &mut Printer<'_>) -> anyhow::Result<()> {
    let heads = WAYS.map(|(name, ..)| format!("{name:>12}"));
    let mut text = format!(
        "{:<8}  {:<10}{}  subject\n",
        "commit",
        "date",
        heads.concat()
    );
    for step in answer.steps {
        let (id, date) = (short(&step.commit.id), &step.commit.date);
        let subject = clipped(&step.commit.subject, SUBJECT);
        text += &format!("{DIM}{id}  {date}{DIM:#}");
        match &step.outcome {
            Outcome::Rebuilt(rebuilt) => {
                for ((_, _, amount), color) in WAYS.iter().zip(COLORS) {
                    let share = of_crates(amount(rebuilt), rebuilt);
                    let color = if share > 0.0 { color } else { DIM };
                    text += &format!("{color}{:>12}{color:#}", percent(share));
                }
                text += &format!("  {subject}\n");
            }
            Outcome::Skipped(why) => {
                text += &format!("{:>36}  {subject} ({})\n", "skipped", clipped(why, 120));
            }
        }
    }

    let summary = &answer.summary;
    for (title, of_lines) in [("crates", false), ("lines of Rust", true)] {
        let head = format!("{title} rebuilt by a commit");
        text += &format!("\n{head:<54}{:>9}{:>9}\n", "average", "median");
        for (((name, ..), way), color) in WAYS.iter().zip(&summary.ways).zip(COLORS) {
            let middle = if of_lines { &way.lines } else { &way.crates };
            let bar = bar(middle.average);
            let (average, median) = (percent(middle.average), percent(middle.median));
            text += &format!("{name:<12}{color}{bar:<42}{color:#}{average:>9}{median:>9}\n");
        }
    }
    text += &format!("\n{}", sentence(answer));
    printer.styled_data(&text)
}

/// What was counted, in words.
pub fn sentence(answer: &Answer<'_>) -> String {
    let summary = &answer.summary;
    let commits = |number: usize| match number {
        1 => "1 commit".to_owned(),
        number => format!("{number} commits"),
    };
    let skipped = match summary.skipped {
        0 => String::new(),
        number => format!(", {number} more skipped"),
    };
    format!(
        "{} compared{skipped}: Cargo.lock changed in {}, cratesieve.json would have in {}",
        commits(summary.compared),
        summary.lock_changed,
        summary.manifest_changed
    )
}

pub fn json(answer: &Answer<'_>) -> anyhow::Result<String> {
    let amount = |amount: Amount| json!({ "crates": amount.crates, "lines": amount.lines });
    let commits = answer.steps.iter().map(|step| {
        let mut value = json!({
            "commit": step.commit.id,
            "date": step.commit.date,
            "subject": step.commit.subject,
        });
        let more = match &step.outcome {
            Outcome::Skipped(why) => json!({ "skipped": why }),
            Outcome::Rebuilt(rebuilt) => {
                let mut more = json!({ "all": amount(rebuilt.all) });
                for (_, key, of) in WAYS {
                    more[key] = amount(of(rebuilt));
                }
                more["rebuilt"] = json!(rebuilt.rebuilt);
                more["tested"] = json!(rebuilt.tested);
                more["lockChanged"] = rebuilt.lock_changed.into();
                more["manifestChanged"] = rebuilt.manifest_changed.into();
                more
            }
        };
        if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
            value.extend(more);
        }
        value
    });
    let commits: Vec<Value> = commits.collect();
    let summary = &answer.summary;
    let mut shares = json!({
        "compared": summary.compared,
        "skipped": summary.skipped,
        "lockChanged": summary.lock_changed,
        "manifestChanged": summary.manifest_changed,
    });
    for ((_, key, _), way) in WAYS.iter().zip(&summary.ways) {
        let middle =
            |middle: &Middle| json!({ "average": middle.average, "median": middle.median });
        shares[*key] = json!({ "crates": middle(&way.crates), "lines": middle(&way.lines) });
    }
    let value = json!({ "base": answer.history.base, "summary": shares, "commits": commits });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}

pub fn of_crates(amount: Amount, rebuilt: &Rebuilt) -> f64 {
    share(crates_of(amount), crates_of(rebuilt.all))
}

pub fn of_lines(amount: Amount, rebuilt: &Rebuilt) -> f64 {
    share(lines_of(amount), lines_of(rebuilt.all))
}

/// A share in percent: below 10 % with one decimal, so that a small share does not show as 0.
pub fn percent(share: f64) -> String {
    match share * 100.0 {
        0.0 => "0 %".to_owned(),
        percent if percent < 9.95 => format!("{percent:.1} %"),
        percent => format!("{percent:.0} %"),
    }
}

/// In eighths of a column.
fn bar(share: f64) -> String {
    const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share * (WIDTH * 8) as f64).round() as usize;
    "█".repeat(eighths / 8) + PARTS[eighths % 8]
}

/// Without what a terminal would take for a command.
fn clipped(text: &str, width: usize) -> String {
    let mut clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut clipped: String = clean.by_ref().take(width).collect();
    if clean.next().is_some() {
        clipped.pop();
        clipped.push('…');
    }
    clipped
}

/// The commits that were compared.
pub fn compared<'a>(
    answer: &'a Answer<'_>,
) -> impl Iterator<Item = (&'a crate::history::Commit, &'a Rebuilt)> {
    let steps = answer.steps.iter();
    steps.filter_map(|step| Some((step.commit, rebuilt(step)?)))
}
