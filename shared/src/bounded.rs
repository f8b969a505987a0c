//! Lists of values with a bound: no repeats, the order of whoever wrote them, and never more than a record can carry.

/// Why a list is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// More entries than the field holds.
    #[error("must have at most {0} entries")]
    TooMany(usize),
    /// A text of the list is none of its entries. Only what was written here is read, so nobody asks which.
    #[error("holds an entry that cannot be read")]
    Entry,
}

/// The entries without their repeats. Reads no further than the bound.
///
/// # Errors
/// The first entry's own, or that there are too many.
pub fn distinct<T: PartialEq, E: From<ListError>>(
    given: impl IntoIterator<Item = Result<T, E>>,
    most: usize,
) -> Result<Vec<T>, E> {
    let mut kept = Vec::new();
    for entry in given {
        let entry = entry?;
        if kept.contains(&entry) {
            continue;
        }
        if kept.len() == most {
            return Err(ListError::TooMany(most).into());
        }
        kept.push(entry);
    }
    Ok(kept)
}

/// The reading and writing of a list type that wraps a `Vec`. In JSON it is an array; as text, its entries with one
/// space between them.
macro_rules! bounded_list {
    ($name:ident, $entry:ty, $most:literal) => {
        impl $name {
            /// At most so many entries.
            pub const MAX: usize = $most;

            /// The entries, in the order in which they were given.
            pub fn iter(&self) -> std::slice::Iter<'_, $entry> {
                self.0.iter()
            }

            /// Whether there is none.
            #[must_use]
            pub const fn is_empty(&self) -> bool {
                self.0.is_empty()
            }
        }

        impl TryFrom<Vec<$entry>> for $name {
            type Error = $crate::bounded::ListError;

            fn try_from(entries: Vec<$entry>) -> Result<Self, Self::Error> {
                $crate::bounded::distinct(entries.into_iter().map(Ok), Self::MAX).map(Self)
            }
        }

        impl From<$name> for Vec<$entry> {
            fn from(list: $name) -> Self {
                list.0
            }
        }

        impl<'l> IntoIterator for &'l $name {
            type Item = &'l $entry;
            type IntoIter = std::slice::Iter<'l, $entry>;

            fn into_iter(self) -> Self::IntoIter {
                self.iter()
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::bounded::ListError;

            /// Reads what `Display` wrote.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                if text.is_empty() {
                    return Ok(Self::default());
                }
                let entries = text.split(' ').map(|entry| entry.parse().map_err(|_| Self::Err::Entry));
                $crate::bounded::distinct(entries, Self::MAX).map(Self)
            }
        }

        impl std::fmt::Display for $name {
            /// The entries, with one space between them. None of them holds one.
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                for (index, entry) in self.0.iter().enumerate() {
                    let space = if index == 0 { "" } else { " " };
                    write!(formatter, "{space}{entry}")?;
                }
                Ok(())
            }
        }
    };
}

pub(crate) use bounded_list;

#[cfg(test)]
mod tests {
    use crate::grant::Permissions;

    use super::*;

    fn listed(texts: &[&str]) -> Permissions {
        Permissions::try_from(texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<_>>()).unwrap()
    }

    #[test]
    fn a_list_keeps_its_order_and_drops_its_repeats() {
        let list = listed(&["b:x", "a:x", "b:x", "c:x", "a:x"]);
        assert_eq!(list.to_string(), "b:x a:x c:x");
        assert_eq!(serde_json::to_string(&list).unwrap(), r#"["b:x","a:x","c:x"]"#);
        assert_eq!(serde_json::from_str::<Permissions>(r#"["b:x","a:x","b:x","c:x"]"#).unwrap(), list);
    }

    #[test]
    fn a_list_has_at_most_its_bound_and_repeats_do_not_count() {
        let texts = |count: usize| (0..count).map(|index| format!("a:x{index}")).collect::<Vec<_>>();
        assert!(texts(100).join(" ").parse::<Permissions>().is_ok());
        assert_eq!(texts(101).join(" ").parse::<Permissions>(), Err(ListError::TooMany(100)));
        assert!(serde_json::from_value::<Permissions>(texts(101).into()).is_err());
        assert_eq!(["a:x"; 101].join(" ").parse::<Permissions>(), Ok(listed(&["a:x"])));
    }

    #[test]
    fn a_list_reads_back_what_it_wrote_and_nothing_else() {
        for list in [Permissions::default(), listed(&["a:x"]), listed(&["a/*:x", "*:*"])] {
            assert_eq!(list.to_string().parse(), Ok(list));
        }
        for text in [" ", "a:x ", " a:x", "a:x  b:x", "a:x\tb:x", "a:x,b:x", "a"] {
            assert_eq!(text.parse::<Permissions>(), Err(ListError::Entry), "{text:?}");
        }
    }
}
