//! Which known name somebody may have meant.

/// The known name that `given` was probably meant to be; the first of equals.
pub(crate) fn nearest<'k>(given: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    // No name is longer, and the comparison below is quadratic.
    if given.len() > 64 {
        return None;
    }
    let given = plain(given);
    known
        .map(|name| (nearness(&given, &plain(name)), name))
        .filter(|((likeness, _), _)| *likeness >= 0.6)
        .min_by(|((a, a_tie), _), ((b, b_tie), _)| b.total_cmp(a).then(b_tie.total_cmp(a_tie)))
        .map(|(_, name)| name)
}

/// How alike two plain names are, from 0 to 1, and what decides between equals: the common
/// beginning.
fn nearness(given: &str, name: &str) -> (f64, f64) {
    // Words change places between clouds (`useast` is `eastus` in Azure). Otherwise a name that
    // begins differently is another continent rather than a slip.
    let likeness = if letters(given) == letters(name) {
        1.0
    } else if given.chars().next() == name.chars().next() {
        strsim::normalized_damerau_levenshtein(given, name)
    } else {
        0.0
    };
    (likeness, strsim::jaro_winkler(given, name))
}

/// The letters and digits alone, in lower case: clouds differ in where hyphens go.
fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|character| character.to_ascii_lowercase()).collect()
}

fn letters(plain: &str) -> Vec<char> {
    let mut letters: Vec<char> = plain.chars().filter(char::is_ascii_alphabetic).collect();
    letters.sort_unstable();
    letters
}
