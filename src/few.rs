//! Lists that mostly have one element, which then stands in place.
//!
//! Enters: elements. Leaves: a slice of them. A policy may have a million lists of one; each would be an allocation.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, DerefMut};

/// A list, mostly of one element. Compares, hashes and prints as the slice of its elements does.
#[derive(Clone)]
pub enum Few<T> {
    /// One element.
    One(T),
    /// None, or several.
    Many(Vec<T>),
}

impl<T> Few<T> {
    /// The elements.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match self {
            Few::One(one) => std::slice::from_ref(one),
            Few::Many(many) => many,
        }
    }
}

impl<T> Default for Few<T> {
    fn default() -> Few<T> {
        Few::Many(Vec::new())
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        match self {
            Few::One(one) => std::slice::from_mut(one),
            Few::Many(many) => many,
        }
    }
}

impl<T> From<Vec<T>> for Few<T> {
    fn from(mut many: Vec<T>) -> Few<T> {
        match (many.pop(), many.is_empty()) {
            (Some(one), true) => Few::One(one),
            (last, _) => {
                many.extend(last);
                many.shrink_to_fit();
                Few::Many(many)
            }
        }
    }
}

impl<T> From<Few<T>> for Vec<T> {
    fn from(few: Few<T>) -> Vec<T> {
        match few {
            Few::One(one) => vec![one],
            Few::Many(many) => many,
        }
    }
}

impl<T> FromIterator<T> for Few<T> {
    fn from_iter<I: IntoIterator<Item = T>>(elements: I) -> Few<T> {
        let mut elements = elements.into_iter();
        match (elements.next(), elements.next()) {
            (Some(one), None) => Few::One(one),
            (first, second) => first.into_iter().chain(second).chain(elements).collect::<Vec<T>>().into(),
        }
    }
}

impl<'f, T> IntoIterator for &'f Few<T> {
    type Item = &'f T;
    type IntoIter = std::slice::Iter<'f, T>;

    fn into_iter(self) -> std::slice::Iter<'f, T> {
        self.iter()
    }
}

impl<T: PartialEq> PartialEq for Few<T> {
    fn eq(&self, other: &Few<T>) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Eq> Eq for Few<T> {}

impl<T: PartialOrd> PartialOrd for Few<T> {
    fn partial_cmp(&self, other: &Few<T>) -> Option<std::cmp::Ordering> {
        self.as_slice().partial_cmp(other.as_slice())
    }
}

impl<T: Ord> Ord for Few<T> {
    fn cmp(&self, other: &Few<T>) -> std::cmp::Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl<T: Hash> Hash for Few<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl<T: fmt::Debug> fmt::Debug for Few<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_however_it_came_to_be() {
        for elements in [vec![], vec![1], vec![1, 2], vec![1, 2, 3]] {
            let few: Few<i32> = elements.clone().into();
            assert_eq!(few, elements.iter().copied().collect());
            assert_eq!(few.as_slice(), elements);
            assert_eq!(format!("{few:?}"), format!("{elements:?}"));
            assert_eq!(matches!(few, Few::One(_)), elements.len() == 1);
        }
    }

    #[test]
    fn order_is_that_of_slices() {
        let few = |elements: &[i32]| elements.iter().copied().collect::<Few<i32>>();
        assert!(few(&[]) < few(&[1]) && few(&[1]) < few(&[1, 0]) && few(&[1, 0]) < few(&[2]));
    }
}
