//! What both policies speak of, by names: privileges, subjects, places.
//!
//! Enters: two policies. Leaves: every privilege and every declared principal, group and role of either; and one place for each
//! region in which decisions can't differ. Decides nothing.

use super::content::{Content, Pool};
use super::{Place, Rename, Subject};
use crate::evaluate::{Principal, Request, Resource};
use crate::policy::Policy;
use crate::policy::layout::{Names, Node, Privilege, Title, Type};
use std::collections::{BTreeMap, BTreeSet};

/// Places that are looked at.
const MAX_PLACES: usize = 200_000;
/// Ways in which types may lie in each other above one type.
const MAX_WAYS: usize = 256;

/// A name and its number on each side.
pub(super) struct Both<'a> {
    pub name: &'a str,
    pub ids: [Option<u32>; 2],
}

/// The names of a kind on either side, sorted.
pub(super) fn both<'a>(sides: [&'a Policy; 2], kind: Names) -> Vec<Both<'a>> {
    let mut all: BTreeMap<&str, [Option<u32>; 2]> = BTreeMap::new();
    for (side, policy) in sides.into_iter().enumerate() {
        let counts = policy.counts();
        let count = match kind {
            Names::Privilege => counts.privileges,
            Names::Type => policy.count::<Type>(),
            Names::Role => counts.roles,
            Names::Group => counts.groups,
            Names::User => counts.users,
            Names::Service => counts.services,
            Names::Node | Names::Attribute => 0,
        };
        for id in 0..count {
            if let Some(place) = all.entry(policy.name(kind, id)).or_default().get_mut(side) {
                *place = Some(id);
            }
        }
    }
    all.into_iter().map(|(name, ids)| Both { name, ids }).collect()
}

/// Everybody, the most general first; with each the holder that it is on either side.
pub(super) fn subjects(sides: [&Policy; 2]) -> Vec<(Subject, [Option<u32>; 2])> {
    let mut all = vec![(Subject::Anonymous, [None; 2]), (Subject::Authenticated, [None; 2])];
    type Make = fn(String) -> Subject;
    let kinds: [(Names, Make); 4] = [
        (Names::Role, Subject::Role),
        (Names::Group, Subject::Group),
        (Names::User, Subject::User),
        (Names::Service, Subject::Service),
    ];
    for (kind, make) in kinds {
        let first = sides.map(|policy| match kind {
            Names::Role => policy.counts().first_role(),
            Names::Group => policy.counts().first_group(),
            Names::Service => policy.counts().users,
            _ => 0,
        });
        for Both { name, ids } in both(sides, kind) {
            let holders = [0, 1].map(|side: usize| ids[side].map(|id| first[side] + id));
            all.push((make(name.to_owned()), holders));
        }
    }
    all
}

/// A privilege of either side.
pub(super) struct PrivilegeOf<'a> {
    pub name: &'a str,
    /// What either side calls it.
    pub names: [&'a str; 2],
    pub ids: [Option<u32>; 2],
    /// The names of the types that it is asked on, on either side.
    pub on: BTreeSet<&'a str>,
    /// Whether it is asked without a resource on some side.
    pub alone: bool,
    /// What debug information says of either side.
    pub categories: [Option<&'a str>; 2],
}

impl<'a> PrivilegeOf<'a> {
    /// What the new policy says, or the old one if that alone says it.
    pub(super) fn category(&self) -> Option<&'a str> {
        let [old, new] = self.categories;
        new.or(old)
    }
}

/// The privileges of either side. One that only has another name is one.
pub(super) fn privileges<'a>(sides: [&'a Policy; 2], renames: &mut Vec<Rename>) -> Vec<PrivilegeOf<'a>> {
    let make = |Both { name, ids }| PrivilegeOf {
        name,
        names: [name; 2],
        ids,
        on: BTreeSet::new(),
        alone: false,
        categories: [None; 2],
    };
    let mut all: Vec<PrivilegeOf<'a>> = both(sides, Names::Privilege).into_iter().map(make).collect();
    for (old, new) in renamed(sides, &all) {
        let Some((name, id)) = all.get(old).map(|old| (old.name, old.ids[0])) else { continue };
        let Some(new) = all.get_mut(new) else { continue };
        renames.push(Rename { kind: "privilege", old: name.to_owned(), new: new.name.to_owned() });
        new.names[0] = name;
        new.ids[0] = id;
        if let Some(old) = all.get_mut(old) {
            old.ids[0] = None;
        }
    }
    all.retain(|privilege| privilege.ids != [None; 2]);
    for one in &mut all {
        for (side, (policy, id)) in sides.into_iter().zip(one.ids).enumerate() {
            let Some(id) = id else { continue };
            let on = policy.list(policy.record::<Privilege>(id).on);
            one.alone |= on.is_empty();
            one.on.extend(on.iter().map(|ty| policy.name(Names::Type, ty)));
            if id < policy.count::<Title>() {
                let category = policy.record::<Title>(id).category.checked_sub(1);
                one.categories[side] = category.map(|at| policy.debug_string(at));
            }
        }
    }
    all
}

/// For each privilege of a side its place among all.
pub(super) fn numbers(sides: [&Policy; 2], side: usize, privileges: &[PrivilegeOf<'_>]) -> Vec<u32> {
    let mut numbers = vec![u32::MAX; sides[side].counts().privileges as usize];
    for (at, privilege) in (0..).zip(privileges) {
        if let Some(place) = privilege.ids[side].and_then(|id| numbers.get_mut(id as usize)) {
            *place = at;
        }
    }
    numbers
}

/// Privileges of which one side knows one and the other side another, needed and given alike.
fn renamed(sides: [&Policy; 2], privileges: &[PrivilegeOf<'_>]) -> Vec<(usize, usize)> {
    let alone = |side: usize, one: &PrivilegeOf<'_>| one.ids[side].is_some() && one.ids[1 - side].is_none();
    if [0, 1].iter().any(|&side| !privileges.iter().any(|one| alone(side, one))) {
        return Vec::new();
    }
    let mut pool = Pool::default();
    let [old, new] = [0, 1].map(|side: usize| {
        let policy = sides[side];
        let mut numbers = numbers(sides, side, privileges);
        let mine: Vec<usize> = (0..privileges.len())
            .filter(|&at| privileges.get(at).is_some_and(|one| alone(side, one)))
            .collect();
        // Others that have another name must not make a difference.
        for id in mine.iter().filter_map(|&at| privileges.get(at)?.ids[side]) {
            if let Some(number) = numbers.get_mut(id as usize) {
                *number = u32::MAX;
            }
        }
        let mut content = Content::of(policy, numbers, &mut pool);
        let ids: Vec<u32> = mine.iter().filter_map(|&at| privileges.get(at)?.ids[side]).collect();
        let meanings = content.meanings(&ids, &mut pool);
        let mut by_meaning: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, meaning) in mine.into_iter().zip(meanings) {
            if let Some(meaning) = meaning {
                by_meaning.entry(meaning).or_default().push(at);
            }
        }
        by_meaning
    });
    let pairs = old.into_iter().flat_map(|(meaning, old)| {
        let new = new.get(&meaning).cloned().unwrap_or_default();
        old.into_iter().zip(new)
    });
    pairs.collect()
}

/// An id that no resource of either side has, nor a part of its path.
fn fresh(sides: [&Policy; 2]) -> String {
    let known: BTreeSet<&str> = sides
        .into_iter()
        .flat_map(|policy| (0..policy.count::<Node>()).map(|at| policy.name(Names::Node, at)))
        .flat_map(|id| id.split('/'))
        .filter(|part| part.starts_with('*'))
        .collect();
    let mut fresh = "*".to_owned();
    while known.contains(fresh.as_str()) {
        fresh.push('*');
    }
    fresh
}

/// The places of the types that privileges are asked on; whether there were more than are looked at.
pub(super) fn places(sides: [&Policy; 2], privileges: &[PrivilegeOf<'_>]) -> (Vec<Option<Place>>, bool) {
    let mut found: BTreeSet<Place> = BTreeSet::new();
    let mut too_many = false;
    let known: BTreeMap<&str, BTreeSet<&str>> = known(sides);
    let asked: BTreeSet<&str> =
        privileges.iter().flat_map(|privilege| privilege.on.iter().copied()).collect();
    let fresh = fresh(sides);
    for &ty in &asked {
        for id in known.get(ty).into_iter().flatten() {
            let (ty, id) = (ty.to_owned(), (*id).to_owned());
            found.insert(Place { ty, id, ancestors: Vec::new(), fresh: None });
        }
    }
    for policy in sides {
        let builder = Builder { policy, known: &known, fresh: &fresh };
        for &ty in &asked {
            too_many |= policy.find_type(ty).is_some_and(|ty| builder.undeclared(ty, &mut found));
        }
    }
    let alone = privileges.iter().any(|privilege| privilege.alone).then_some(None);
    (alone.into_iter().chain(found.into_iter().map(Some)).collect(), too_many)
}

/// The ids of the resources that either side knows, by type.
fn known(sides: [&Policy; 2]) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut known: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for policy in sides {
        for at in 0..policy.count::<Node>() {
            let ty = policy.name(Names::Type, policy.record::<Node>(at).ty);
            known.entry(ty).or_default().insert(policy.name(Names::Node, at));
        }
    }
    known
}

/// Builds places that no policy declares.
struct Builder<'a> {
    policy: &'a Policy,
    known: &'a BTreeMap<&'a str, BTreeSet<&'a str>>,
    fresh: &'a str,
}

impl Builder<'_> {
    /// One for every way in which a resource of the type can lie in undeclared ones of other types, each at the top and below
    /// each declared resource. Returns whether there are more than fit.
    fn undeclared(&self, ty: u32, found: &mut BTreeSet<Place>) -> bool {
        let mut open = vec![vec![ty]];
        let mut ways = 0;
        while let Some(way) = open.pop() {
            ways += 1;
            if ways > MAX_WAYS || found.len() > MAX_PLACES {
                return true;
            }
            found.insert(self.place(&way, None));
            let Some(&last) = way.last() else { continue };
            for parent in self.policy.list(self.policy.record::<Type>(last).parents).iter() {
                let name = self.policy.name(Names::Type, parent);
                for &id in self.known.get(name).into_iter().flatten() {
                    found.insert(self.place(&way, Some((name, id))));
                }
                // A second one of the same type brings nothing that the nearer one has not.
                if !way.contains(&parent) {
                    open.push(way.iter().copied().chain([parent]).collect());
                }
            }
        }
        found.len() > MAX_PLACES
    }

    /// Undeclared resources of these types, each in the next, the last one in `below`.
    fn place(&self, way: &[u32], below: Option<(&str, &str)>) -> Place {
        let mut chain: Vec<(String, String)> = Vec::new();
        let mut above = below.map(|(_, id)| id.to_owned());
        let mut all_by_path = true;
        for &ty in way.iter().rev() {
            let Type { by_path, .. } = self.policy.record(ty);
            let id = match (&above, by_path) {
                (Some(above), 1) => format!("{above}/{}", self.fresh),
                _ => self.fresh.to_owned(),
            };
            // At the top there is nothing that a path could leave out.
            all_by_path &= by_path == 1;
            chain.push((self.policy.name(Names::Type, ty).to_owned(), id.clone()));
            above = Some(id);
        }
        chain.reverse();
        let (ty, id) = chain.first().cloned().unwrap_or_default();
        let mut ancestors: Vec<(String, String)> = chain.into_iter().skip(1).collect();
        ancestors.extend(below.map(|(ty, id)| (ty.to_owned(), id.to_owned())));
        let fresh = Some(ancestors.clone());
        if all_by_path {
            ancestors.clear();
        }
        Place { ty, id, ancestors, fresh }
    }
}

/// Hands on the request of a subject for a privilege at a place.
pub(super) fn with_request<T>(
    subject: &Subject,
    privilege: &str,
    place: Option<&Place>,
    answer: impl FnOnce(&Request<'_>) -> T,
) -> T {
    with_principal(subject, |principal| {
        let request = Request::new(*principal, privilege);
        match place {
            None => answer(&request),
            Some(place) => place.with_resource(|resource| answer(&request.on(*resource))),
        }
    })
}

/// Hands on a subject as the principal of a request.
pub(super) fn with_principal<T>(subject: &Subject, then: impl FnOnce(&Principal<'_>) -> T) -> T {
    // Somebody has a name, so that values can name it; no policy knows it.
    let somebody = Principal::user(NOBODY);
    match subject {
        Subject::Anonymous => then(&Principal::anonymous()),
        Subject::Authenticated => then(&somebody),
        Subject::User(name) => then(&Principal::user(name)),
        Subject::Service(name) => then(&Principal::service(name)),
        Subject::Group(name) => then(&somebody.groups(&[name])),
        Subject::Role(name) => then(&somebody.roles(&[name])),
    }
}

/// The name of a user that no policy declares: names hold no line ends.
pub(super) const NOBODY: &str = "\n";

impl Place {
    pub(super) fn with_resource<T>(&self, then: impl FnOnce(&Resource<'_>) -> T) -> T {
        let ancestors: Vec<(&str, &str)> =
            self.ancestors.iter().map(|(ty, id)| (ty.as_str(), id.as_str())).collect();
        then(&Resource::new(&self.ty, &self.id).within(&ancestors))
    }
}
