//! The spellings of a path: what is sent in one may reach a backend in another.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

/// A path in the one spelling that a backend may take it for: decoded, without `.`, `..` or empty segments.
#[must_use]
pub fn normalised(path: &str) -> Cow<'_, str> {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let is_plain = |segment: &str| !matches!(segment, "" | "." | "..");
    let is_normal =
        |path: &str| path == "/" || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_plain));
    if is_normal(&decoded) {
        return decoded;
    }
    let mut segments = Vec::new();
    for segment in decoded.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(segments.pop()),
            segment => segments.push(segment),
        }
    }
    Cow::Owned(format!("/{}", segments.join("/")))
}

/// Every spelling in which a request's path may be understood: as it was sent, and its normal form if that differs.
#[derive(Debug, Clone)]
pub struct Spellings<'p> {
    sent: &'p str,
    normal: Cow<'p, str>,
}

impl<'p> Spellings<'p> {
    /// Those of `path`.
    #[must_use]
    pub fn of(path: &'p str) -> Self {
        Self { sent: path, normal: normalised(path) }
    }

    /// One or two, as they are written.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let normal = Some(&*self.normal).filter(|normal| *normal != self.sent);
        [Some(self.sent), normal].into_iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_path_has_its_own_spelling_and_its_normal_one() {
        for path in ["/", "/a", "/a/b.c", "/...", "/%zz", "/a%", "/é", "/a*"] {
            assert!(matches!(normalised(path), Cow::Borrowed(same) if same == path), "{path}");
            assert_eq!(Spellings::of(path).iter().collect::<Vec<_>>(), [path]);
        }
        for (path, normal) in [
            ("", "/"),
            ("a", "/a"),
            ("//", "/"),
            ("/a/", "/a"),
            ("/./a", "/a"),
            ("/a/../b", "/b"),
            ("/../a", "/a"),
            ("/%61", "/a"),
            ("/a%2f..%2Fb", "/b"),
            ("/%2e%2E/a", "/a"),
            ("/%252e", "/%2e"),
            ("/%ff", "/\u{fffd}"),
        ] {
            assert_eq!(normalised(path), normal);
            assert_eq!(Spellings::of(path).iter().collect::<Vec<_>>(), [path, normal]);
        }
    }

    proptest! {
        #[test]
        fn a_normal_form_is_one_segment_after_another(path in "[a./%2eEfF5]{0,20}|\\PC{0,40}") {
            let normal = normalised(&path);
            prop_assert!(normal.starts_with('/'));
            prop_assert!(normal == "/" || normal.split('/').skip(1).all(|segment| !matches!(segment, "" | "." | "..")), "{normal}");
            prop_assert!(Spellings::of(&path).iter().count() <= 2);
        }
    }
}
