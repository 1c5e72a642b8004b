//! What is in a policy: counts, sizes, names; and the policy without what only people need.

use super::Policy;
use super::layout::{
    Entry, Formula, HEADER, Holding, MAGIC, Names, Node, Privilege, Section, SourceEntry, Title, Type,
    VERSION,
};
use std::collections::BTreeSet;
use xxhash_rust::xxh3::xxh3_64;

/// The kinds of names that a policy holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// Privileges.
    Privilege,
    /// Resource types.
    Type,
    /// Roles.
    Role,
    /// Groups.
    Group,
    /// Users.
    User,
    /// Services.
    Service,
}

/// Counts and sizes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Resource types.
    pub types: usize,
    /// Privileges.
    pub privileges: usize,
    /// Roles.
    pub roles: usize,
    /// Groups.
    pub groups: usize,
    /// Users.
    pub users: usize,
    /// Services.
    pub services: usize,
    /// Resources that it mentions, with their ancestors.
    pub resources: usize,
    /// Entries: as written where that is known, else as they were folded together.
    pub entries: usize,
    /// Roles held: one for each assignment and principal.
    pub assignments: usize,
    /// Formulas of conditions and requirements, equal parts counted once.
    pub formulas: usize,
    /// Bytes of the artifact.
    pub bytes: usize,
    /// Of those, places, titles and documentation, which can be stripped.
    pub debug_bytes: usize,
}

impl Policy {
    /// What is in it.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let counts = self.counts();
        let of = |count: u32| count as usize;
        let folded = self.count::<Entry>();
        let written = self.count::<SourceEntry>();
        let debug = Section::ALL.iter().filter(|section| section.is_debug());
        Summary {
            types: of(self.count::<Type>()),
            privileges: of(self.count::<Privilege>()),
            roles: of(counts.roles),
            groups: of(counts.groups),
            users: of(counts.users),
            services: of(counts.services),
            resources: of(self.count::<Node>()),
            entries: of(if written == 0 { folded } else { written }),
            assignments: of(self.count::<Holding>()),
            formulas: of(self.count::<Formula>()).saturating_sub(1),
            bytes: self.as_bytes().len(),
            debug_bytes: debug.map(|&section| self.section(section).len().next_multiple_of(8)).sum(),
        }
    }

    /// Names of one kind, sorted: for suggestions and listings.
    #[must_use]
    pub fn names(&self, kind: NameKind) -> Vec<&str> {
        let counts = self.counts();
        let (kind, count) = match kind {
            NameKind::Privilege => (Names::Privilege, self.count::<Privilege>()),
            NameKind::Type => (Names::Type, self.count::<Type>()),
            NameKind::Role => (Names::Role, counts.roles),
            NameKind::Group => (Names::Group, counts.groups),
            NameKind::User => (Names::User, counts.users),
            NameKind::Service => (Names::Service, counts.services),
        };
        (0..count).map(|id| self.name(kind, id)).collect()
    }

    /// The names of its categories, sorted; none without debug information.
    #[must_use]
    pub fn categories(&self) -> Vec<String> {
        let titles =
            (0..self.count::<Title>()).filter_map(|at| self.record::<Title>(at).category.checked_sub(1));
        let names: BTreeSet<&str> = titles.map(|name| self.debug_string(name)).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Type and id of every resource that it knows.
    #[cfg(fuzzing)]
    #[must_use]
    pub fn resources(&self) -> Vec<(&str, &str)> {
        (0..self.count::<Node>())
            .map(|at| self.record(at))
            .map(|node: Node| (self.name(Names::Type, node.ty), self.string(node.id)))
            .collect()
    }

    /// Whether it lacks places, titles and documentation.
    #[must_use]
    pub fn is_stripped(&self) -> bool {
        Section::ALL.iter().all(|&section| !section.is_debug() || self.section(section).is_empty())
    }

    /// The same policy without places, titles and documentation. It decides the same; explanations lack the places.
    #[must_use]
    pub fn strip(&self) -> Policy {
        let sections: Vec<&[u8]> = Section::ALL
            .iter()
            .map(|&section| if section.is_debug() { &[] } else { self.section(section) })
            .collect();
        Policy::open(assemble(&sections)).unwrap_or_default()
    }
}

/// An artifact of the given sections, one slice for each, in order.
pub(crate) fn assemble(sections: &[&[u8]]) -> Vec<u8> {
    let directory = HEADER + 8 * Section::COUNT;
    let length = directory + sections.iter().map(|bytes| bytes.len().next_multiple_of(8)).sum::<usize>();
    let mut artifact = Vec::with_capacity(length);
    artifact.extend_from_slice(&MAGIC);
    artifact.extend_from_slice(&VERSION.to_le_bytes());
    artifact.extend_from_slice(&(Section::COUNT as u32).to_le_bytes());
    artifact.extend_from_slice(&(length as u64).to_le_bytes());
    artifact.extend_from_slice(&[0; 8]);
    let mut start = directory;
    for bytes in sections {
        artifact.extend_from_slice(&u32::try_from(start).unwrap_or(u32::MAX).to_le_bytes());
        artifact.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_le_bytes());
        start += bytes.len().next_multiple_of(8);
    }
    for bytes in sections {
        artifact.extend_from_slice(bytes);
        artifact.resize(artifact.len().next_multiple_of(8), 0);
    }
    let checksum = xxh3_64(artifact.get(HEADER..).unwrap_or_default());
    if let Some(place) = artifact.get_mut(24..32) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
    artifact
}
