//! Why a file is read, for people.

use crate::path;
use crate::reach::{Reach, Read};

/// How many steps of a chain are told.
const MAX_STEPS: usize = 8;

/// Who reads it; where that is a file which is there because another names it, who reads that one,
/// and so on.
pub fn chain(reach: &Reach, read: &Read) -> String {
    let mut text = format!("read by {}", read.by);
    let mut seen = vec![];
    let mut file = read.by.path.as_str();
    while let Some((place, next)) = reason(reach, file)
        && seen.len() < MAX_STEPS
        && !seen.contains(&place)
    {
        text += &format!("; {place} is read by {}", next.by);
        seen.push(place);
        file = &next.by.path;
    }
    text
}

/// The reader of a file, or of the directory around it. There is none for a module or a manifest,
/// which needs no reason.
fn reason<'r>(reach: &'r Reach, file: &'r str) -> Option<(&'r str, &'r Read)> {
    if file.ends_with(".rs") || path::name(file) == "Cargo.toml" {
        return None;
    }
    let mut place = file;
    loop {
        if let Some(read) = reach.reads.get(place) {
            return (read.is_directory || place == file).then_some((place, read));
        }
        if !place.contains('/') {
            return None;
        }
        place = path::parent(place);
    }
}
