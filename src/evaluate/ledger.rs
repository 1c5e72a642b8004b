//! Decisions by ledgers: what is said of somebody is found by scope, without looking at what is said elsewhere.
//!
//! Enters: subject, privilege, the way up from a resource. Leaves: the same opinions that the walk over the entries comes to, or
//! nothing where that depends on more than scopes (DESIGN, section 2, steps 3 to 6).

use super::chain::{Chain, EVERYWHERE, TYPE_WIDE};
use super::condition::Truth;
use super::decide::{Opinions, Verdict};
use super::matching::Says;
use super::request::Decision;
use super::subject::Subject;
use crate::policy::layout::{MAX_CHAIN, MORE, ONE, Opinion, Privilege, Rules, ScopeCode, Type};
use crate::policy::{Ledger, Policy};

/// The way up from a resource, as far as the policy knows what is on it.
pub(super) trait WayUp {
    /// Hands on each node that something is scoped to, with its level, the resource first. `None`: it is not that simple.
    fn climb(&self, policy: &Policy, each: impl FnMut(u32, u32)) -> Option<()>;
    /// The type of the resource; `None`: no resource is asked about.
    fn ty(&self) -> Option<u32>;
}

impl WayUp for Chain<'_> {
    #[inline]
    fn climb(&self, _: &Policy, mut each: impl FnMut(u32, u32)) -> Option<()> {
        let listed = self.nodes().filter(|&(node, _)| self.may_cover(ScopeCode::below(node)));
        listed.for_each(|(node, level)| each(node, level));
        Some(())
    }

    #[inline]
    fn ty(&self) -> Option<u32> {
        self.has_resource().then(|| self.ty())
    }
}

/// A resource that the policy knows, and its type; the way up is read from the policy while it is gone.
struct From {
    node: u32,
    ty: u32,
}

impl WayUp for From {
    #[inline]
    fn climb(&self, policy: &Policy, mut each: impl FnMut(u32, u32)) -> Option<()> {
        let mut node = self.node;
        for level in 0..MAX_CHAIN as u32 {
            let up = policy.up(node);
            if up.is_listed() {
                each(node, level);
            }
            match up.one() {
                Some(above) => node = above,
                None => return (up.list() == 0).then_some(()),
            }
        }
        None
    }

    #[inline]
    fn ty(&self) -> Option<u32> {
        Some(self.ty)
    }
}

/// Decides a privilege that needs no other, on a resource that the policy knows or on none. `None`: not so simple, or no question.
#[inline]
pub(super) fn decide(
    policy: &Policy,
    subject: &Subject<'_>,
    privilege: u32,
    node: Option<u32>,
) -> Option<Decision> {
    let Privilege { on, includes, requires } = policy.record(privilege);
    if includes != 0 || requires != 0 {
        return None;
    }
    let is_in_class = |class| subject.is_in_class(class);
    let Some(node) = node else {
        // The empty list is number 0.
        let rules = Rules(policy.counts().rules);
        let opinions = opinions(policy, subject, privilege, rules, &Chain::NONE).filter(|_| on == 0)?;
        return Some(Verdict::of(&opinions, rules, false, is_in_class, || false).decision);
    };
    let rules = |ty: u32| {
        let Type { nodes, nodes_end, rules, .. } = policy.record(ty);
        (nodes..nodes_end).contains(&node).then_some((ty, Rules(rules)))
    };
    let (ty, rules) = policy.list(on).iter().find_map(rules)?;
    let way = From { node, ty };
    let opinions = opinions(policy, subject, privilege, rules, &way)?;
    let mut listed = false;
    if rules.when_unlisted() {
        way.climb(policy, |_, _| listed = true)?;
    }
    Some(Verdict::of(&opinions, rules, true, is_in_class, || listed).decision)
}

/// What is said of a privilege at a place. `None`: it depends on more than scopes.
#[inline]
pub(super) fn opinions(
    policy: &Policy,
    subject: &Subject<'_>,
    privilege: u32,
    rules: Rules,
    way: &impl WayUp,
) -> Option<Opinions> {
    let mut search = Search { policy, privilege, rules, opinions: Opinions::NONE, more: false };
    for holder in subject.members(policy) {
        search.look(policy.ledger(holder)?, way)?;
    }
    search.done()
}

struct Search<'a> {
    policy: &'a Policy,
    privilege: u32,
    rules: Rules,
    opinions: Opinions,
    /// Whether something that speaks of the privilege depends on more than its scope.
    more: bool,
}

impl Search<'_> {
    #[inline]
    fn look(&mut self, ledger: Ledger<'_>, way: &impl WayUp) -> Option<()> {
        if !ledger.is_everywhere()
            && let Some(ty) = way.ty()
        {
            way.climb(self.policy, |node, level| {
                self.add(ledger.find(ScopeCode::below(node)), level);
                if level == 0 && ledger.has_only() {
                    self.add(ledger.find(ScopeCode::only(node)), level);
                }
            })?;
            if ledger.has_types() {
                self.add(ledger.find(ScopeCode::of_type(ty)), TYPE_WIDE);
            }
        }
        self.add(ledger.everywhere(), EVERYWHERE);
        Some(())
    }

    /// Adds the opinions of one scope, by their number or the list of their numbers.
    #[inline]
    fn add(&mut self, code: u32, level: u32) {
        match code {
            0 => {}
            one if one & ONE != 0 => self.opinion(one & !ONE, level),
            list => self.policy.list(list).iter().for_each(|one| self.opinion(one, level)),
        }
    }

    #[inline]
    fn opinion(&mut self, number: u32, level: u32) {
        let Opinion { grant, deny, bypass, rank } = self.policy.record(number);
        let says = Says {
            grant: self.policy.bit(grant, self.privilege),
            deny: self.policy.bit(deny, self.privilege),
            bypass: self.policy.bit(bypass, self.privilege),
        };
        self.more |= rank & MORE != 0 && (says.grant || says.deny || says.bypass);
        self.opinions.add(self.rules, says, (level, rank & 3), Truth::True);
    }

    #[inline]
    fn done(self) -> Option<Opinions> {
        (!self.more).then_some(self.opinions)
    }
}

#[cfg(feature = "compile")]
#[cfg(test)]
mod tests {
    //! That the short way is taken wherever it can be. It answers as the long one does, so nothing else would notice.

    use super::*;
    use crate::evaluate::resolve;
    use crate::policy::layout::Names;
    use crate::source::{Format, Sources};
    use crate::{Principal, Request, Resource};

    const POLICY: &str = "resource folder in folder by path context { b: bool } category free { f g }
        category c on folder { read write print needy requires read whole includes read }
        role reader { grant read, needy, whole } role editor inherits reader { grant write when context.b }
        group staff user ann in staff user bob
        grant f to group:staff grant g to group:staff when context.b
        assign reader to group:staff on folder:a assign editor to user:ann on folder:a
        deny read to user:ann on folder:a/no only grant print to anyone on folder:*";

    fn policy() -> Policy {
        let mut sources = Sources::new();
        sources.add("a.policy", Format::Policy, POLICY);
        crate::compile(&sources).policy.unwrap()
    }

    /// The reason that ledgers give, without a resource or on a known one; empty where they give none.
    fn short(policy: &Policy, user: &str, privilege: &str, folder: Option<&str>) -> String {
        let subject = Subject::of_holder(policy.find(Names::User, user).unwrap());
        let privilege = policy.find(Names::Privilege, privilege).unwrap();
        let node = folder.map(|id| policy.resource("folder", id).unwrap().0);
        let decision = decide(policy, &subject, privilege, node);
        decision.map_or_else(String::new, |decision| decision.reason.name().to_owned())
    }

    #[test]
    fn what_depends_on_scopes_alone_is_decided_from_ledgers() {
        let policy = policy();
        for (user, privilege, folder, expected) in [
            ("ann", "f", None, "explicit-grant"),
            ("bob", "f", None, "default-deny"),
            ("ann", "read", Some("a"), "explicit-grant"),
            ("ann", "read", Some("a/no"), "explicit-deny"),
            ("bob", "read", Some("a"), "default-deny"),
            ("bob", "print", Some("a"), "inherited-grant"),
            // A condition, a requirement and an inclusion take a look at more.
            ("ann", "g", None, ""),
            ("bob", "g", None, "default-deny"),
            ("ann", "write", Some("a"), ""),
            ("bob", "write", Some("a"), "default-deny"),
            ("ann", "needy", Some("a"), ""),
            ("ann", "whole", Some("a"), ""),
            // Not asked there.
            ("ann", "read", None, ""),
            ("ann", "f", Some("a"), ""),
        ] {
            assert_eq!(short(&policy, user, privilege, folder), expected, "{user} {privilege} {folder:?}");
        }
    }

    #[test]
    fn a_resource_that_is_not_known_is_looked_up_in_ledgers_too() {
        let policy = policy();
        let ann = Subject::of_holder(policy.find(Names::User, "ann").unwrap());
        let privilege = |name: &str| policy.find(Names::Privilege, name).unwrap();
        let ty: Type = policy.record(policy.find_type("folder").unwrap());
        let asked = |name: &str, folder: &str| {
            let said = resolve::with_chain(&policy, Some(&Resource::new("folder", folder)), |chain| {
                Ok(opinions(&policy, &ann, privilege(name), Rules(ty.rules), &chain).is_some())
            });
            said.unwrap()
        };
        assert!(asked("read", "a/new/er") && asked("read", "elsewhere") && asked("print", "x"));
        assert!(!asked("write", "a/new") && asked("write", "elsewhere"));
    }

    #[test]
    fn a_plain_question_is_remembered() {
        let policy = policy();
        let known = |user: &str, privilege: &str| {
            let holder = policy.find(Names::User, user);
            policy.known(policy.profile_of(holder, false), policy.find(Names::Privilege, privilege).unwrap())
        };
        assert_eq!(known("ann", "f"), None);
        let answer = policy.decide(&Request::new(Principal::user("ann"), "f")).unwrap();
        assert_eq!(known("ann", "f"), Some(answer));
        // What depends on values is not.
        policy.decide(&Request::new(Principal::user("ann"), "g")).unwrap();
        assert_eq!((known("ann", "g"), known("bob", "f")), (None, None));
    }
}
