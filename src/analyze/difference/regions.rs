//! Sets of places, as a reader would say them.
//!
//! Enters: the places of a comparison. Leaves: words for a set of them: everywhere, every folder, a folder and all below it, or one
//! by one.

use super::Place;
use super::prepared::{Prepared, Site};
use std::collections::{BTreeMap, BTreeSet};

/// All places, ready to be told.
pub(super) struct Regions<'a> {
    places: &'a [Option<Place>],
    sites: &'a [Site],
    /// For everything that a policy mentions the places at and below it.
    below: BTreeMap<&'a (String, String), BTreeSet<usize>>,
}

impl<'a> Regions<'a> {
    pub(super) fn of(prepared: &'a Prepared<'_>) -> Regions<'a> {
        let (places, sites) = (prepared.places.as_slice(), prepared.sites.as_slice());
        let mut below: BTreeMap<&(String, String), BTreeSet<usize>> = BTreeMap::new();
        for (at, (place, site)) in places.iter().zip(sites).enumerate() {
            // What only stands for others has no name.
            let is_fresh = place.as_ref().is_some_and(|place| place.fresh.is_some());
            for link in site.chain.iter().filter(|(_, id)| !is_fresh || !made_up_id(id)) {
                below.entry(link).or_default().insert(at);
            }
        }
        Regions { places, sites, below }
    }

    /// The places that a privilege can be asked at.
    pub(super) fn asked(&self, prepared: &Prepared<'_>, privilege: usize) -> BTreeSet<usize> {
        let Some(privilege) = prepared.privileges.get(privilege) else { return BTreeSet::new() };
        let fits = |(_, place): &(usize, &Option<Place>)| match place {
            None => privilege.alone,
            Some(place) => privilege.on.contains(place.ty.as_str()),
        };
        self.places.iter().enumerate().filter(fits).map(|(at, _)| at).collect()
    }

    /// Words for some of the places that something is asked at; none if it is asked without a resource only.
    pub(super) fn words(&self, some: &BTreeSet<usize>, asked: &BTreeSet<usize>) -> Vec<String> {
        let is_alone = |&at: &usize| self.places.get(at).is_some_and(Option::is_none);
        if some.iter().all(is_alone) {
            return Vec::new();
        }
        if some == asked {
            return vec!["everywhere".to_owned()];
        }
        let mut words = Vec::new();
        let mut left = some.clone();
        let mut by_type: BTreeMap<&str, BTreeSet<usize>> = BTreeMap::new();
        for &at in asked {
            if let Some(Some(place)) = self.places.get(at) {
                by_type.entry(&place.ty).or_default().insert(at);
            }
        }
        for (ty, all) in by_type {
            if all.is_subset(some) {
                words.push(format!("every {ty}"));
                left.retain(|at| !all.contains(at));
            }
        }
        let sites = left.iter().filter_map(|&at| self.sites.get(at));
        let candidates: BTreeSet<&(String, String)> = sites.flat_map(|site| &site.chain).collect();
        let mut whole: Vec<(usize, &(String, String), BTreeSet<usize>)> = Vec::new();
        for candidate in candidates {
            let Some(all) = self.below.get(candidate) else { continue };
            let all: BTreeSet<usize> = all.intersection(asked).copied().collect();
            if all.len() > 1 && all.is_subset(some) {
                whole.push((all.len(), candidate, all));
            }
        }
        whole.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        for (_, (ty, id), all) in whole {
            if all.iter().any(|at| left.contains(at)) {
                words.push(format!("{ty}:{id} and below"));
                left.retain(|at| !all.contains(at));
            }
        }
        words.extend(left.into_iter().filter_map(|at| Some(self.places.get(at)?.as_ref()?.to_string())));
        words
    }
}

/// Whether an id stands for others.
pub(super) fn made_up_id(id: &str) -> bool {
    id.rsplit('/').next().is_some_and(|last| !last.is_empty() && last.bytes().all(|byte| byte == b'*'))
}
