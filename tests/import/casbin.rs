//! Casbin: its enforcer, written down once more over lines and fields, rule by rule.

use super::{Tally, imported, said, whole};
use crate::generate::{Dice, bytes};
use policyc::import::{Form, Imported};
use policyc::{Policy, Principal, Request, Resource};
use std::collections::BTreeSet;

/// Random models with their policies.
const MODELS: u64 = 1_500;

/// How a model compares objects.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Objects {
    None,
    Equal,
    Star,
    Group,
    Prefix,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Effect {
    SomeAllow,
    AllowAndNoDeny,
    NoDeny,
}

/// A model, by its choices.
#[derive(Clone, Debug)]
struct Model {
    subjects: bool,
    roles: bool,
    domains: bool,
    objects: Objects,
    star_action: bool,
    effect: Effect,
    has_effect: bool,
    root: bool,
}

/// Subject, domain, object, action, effect; those that a model lacks are empty.
type Rule = [String; 5];

impl Model {
    fn text(&self) -> String {
        let fields = |names: &[(&str, bool)]| {
            names
                .iter()
                .filter(|(_, is_there)| *is_there)
                .map(|(name, _)| *name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let common = [
            ("sub", self.subjects),
            ("dom", self.domains),
            ("obj", self.objects != Objects::None),
            ("act", true),
        ];
        let mut text = format!(
            "[request_definition]\nr = {}\n[policy_definition]\np = {}{}\n",
            fields(&common),
            fields(&common),
            if self.has_effect { ", eft" } else { "" }
        );
        if self.roles || self.objects == Objects::Group {
            text.push_str("[role_definition]\n");
        }
        if self.roles {
            text.push_str(if self.domains { "g = _, _, _\n" } else { "g = _, _\n" });
        }
        if self.objects == Objects::Group {
            text.push_str("g2 = _, _\n");
        }
        text.push_str(match self.effect {
            Effect::SomeAllow => "[policy_effect]\ne = some(where (p.eft == allow))\n",
            Effect::AllowAndNoDeny => {
                "[policy_effect]\ne = some(where (p.eft == allow)) && !some(where (p.eft == deny))\n"
            }
            Effect::NoDeny => "[policy_effect]\ne = !some(where (p.eft == deny))\n",
        });
        let mut terms = Vec::new();
        if self.subjects {
            terms.push(match (self.roles, self.domains) {
                (false, _) => "r.sub == p.sub",
                (true, false) => "g(r.sub, p.sub)",
                (true, true) => "g(r.sub, p.sub, r.dom)",
            });
        }
        if self.domains {
            terms.push("r.dom == p.dom");
        }
        terms.extend(match self.objects {
            Objects::None => None,
            Objects::Equal => Some("r.obj == p.obj"),
            Objects::Star => Some("(p.obj == \"*\" || r.obj == p.obj)"),
            Objects::Group => Some("g2(r.obj, p.obj)"),
            Objects::Prefix => Some("keyMatch(r.obj, p.obj)"),
        });
        terms.push(if self.star_action { "(r.act == p.act || p.act == '*')" } else { "r.act == p.act" });
        let root = if self.root { " || r.sub == \"root\"" } else { "" };
        text.push_str(&format!("[matchers]\nm = {}{root}\n", terms.join(" && ")));
        text
    }

    fn line(&self, rule: &Rule) -> String {
        let is_there = [self.subjects, self.domains, self.objects != Objects::None, true, self.has_effect];
        let values = rule.iter().zip(is_there).filter(|(_, is_there)| *is_there);
        let values = values.map(|(value, _)| {
            if value.contains([',', '"']) {
                format!("\"{}\"", value.replace('"', "\"\""))
            } else {
                value.clone()
            }
        });
        format!("p, {}\n", values.collect::<Vec<_>>().join(", "))
    }

    /// What casbin says: every rule by itself, then the effect.
    fn enforce(&self, source: &Source, asked: [&str; 4]) -> bool {
        let [subject, domain, object, action] = asked;
        let matched = source.rules.iter().filter(|rule| {
            let is_subject = !self.subjects
                || match self.roles {
                    true => reaches(&source.links, subject, &rule[0], self.domains.then_some(domain)),
                    false => subject == rule[0],
                };
            let is_object = match self.objects {
                Objects::None => true,
                Objects::Equal => object == rule[2],
                Objects::Star => object == rule[2] || rule[2] == "*",
                Objects::Group => reaches(&source.groups, object, &rule[2], None),
                Objects::Prefix => key_match(object, &rule[2]),
            };
            let is_action = action == rule[3] || self.star_action && rule[3] == "*";
            let main = is_subject && (!self.domains || domain == rule[1]) && is_object && is_action;
            main || self.root && subject == "root"
        });
        let (mut allow, mut deny) = (false, false);
        for rule in matched {
            match self.has_effect && rule[4] == "deny" {
                true => deny = true,
                false => allow = true,
            }
        }
        match self.effect {
            Effect::SomeAllow => allow,
            Effect::AllowAndNoDeny => allow && !deny,
            Effect::NoDeny => !deny,
        }
    }
}

/// Whether one is the other, or linked to it by whatever many links of a domain.
fn reaches(links: &[[String; 3]], from: &str, to: &str, domain: Option<&str>) -> bool {
    let next = links.iter().filter(|link| {
        link[0] == from && link[0] != link[1] && domain.is_none_or(|domain| link[2] == domain)
    });
    from == to || next.into_iter().any(|link| reaches(links, &link[1], to, domain))
}

fn key_match(key: &str, pattern: &str) -> bool {
    match pattern.find('*') {
        None => key == pattern,
        Some(star) if key.len() > star => key.as_bytes()[..star] == pattern.as_bytes()[..star],
        Some(star) => key == &pattern[..star],
    }
}

#[derive(Debug, Default)]
struct Source {
    rules: Vec<Rule>,
    links: Vec<[String; 3]>,
    groups: Vec<[String; 3]>,
}

impl Source {
    fn text(&self, model: &Model) -> String {
        let mut text: String = self.rules.iter().map(|rule| model.line(rule)).collect();
        for [from, to, domain] in &self.links {
            text.push_str(&if model.domains {
                format!("g, {from}, {to}, {domain}\n")
            } else {
                format!("g, {from}, {to}\n")
            });
        }
        self.groups.iter().for_each(|[from, to, _]| text.push_str(&format!("g2, {from}, {to}\n")));
        text
    }

    /// The lines of a file, by hand.
    fn of(text: &str) -> Source {
        let mut source = Source::default();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
            let line = line.replace("\"stock, all\"", "stock\u{1} all");
            let mut values = line.split(',').map(|value| value.trim().replace('\u{1}', ","));
            let kind = values.next().unwrap();
            let values: Vec<String> = values.collect();
            let link = || [values[0].clone(), values[1].clone(), values.get(2).cloned().unwrap_or_default()];
            match kind.as_str() {
                "p" if values.len() == 5 => source.rules.push(values.try_into().unwrap()),
                "p" => source.rules.push([
                    values[0].clone(),
                    String::new(),
                    values[1].clone(),
                    values[2].clone(),
                    "allow".to_owned(),
                ]),
                "g" => source.links.push(link()),
                _ => source.groups.push(link()),
            }
        }
        source
    }
}

/// Every name as who asks, every domain, object and action, and one of each that nothing names.
fn compare(model: &Model, source: &Source, policy: &Policy) -> Tally {
    let named =
        |at: usize| source.rules.iter().map(move |rule| rule[at].as_str()).filter(|value| !value.is_empty());
    let roles: BTreeSet<&str> = source.links.iter().map(|link| link[1].as_str()).collect();
    let mut subjects: BTreeSet<&str> =
        named(0).chain(source.links.iter().flat_map(|link| [link[0].as_str(), &link[1]])).collect();
    subjects.extend(["stranger", "root"]);
    let mut domains: BTreeSet<&str> =
        named(1).chain(source.links.iter().map(|link| link[2].as_str())).collect();
    domains.insert("elsewhere");
    let mut objects: BTreeSet<String> = named(2)
        .chain(source.groups.iter().flat_map(|link| [link[0].as_str(), &link[1]]))
        .map(str::to_owned)
        .collect();
    if model.objects == Objects::Prefix {
        for pattern in objects.clone() {
            let plain = pattern.split('*').next().unwrap().to_owned();
            let ends = ["", "x", "/x", "x/y", "//x", "/x/y/z"];
            objects.extend(
                ends.iter()
                    .map(|end| format!("{plain}{end}"))
                    .chain([plain.trim_end_matches('/').to_owned()]),
            );
        }
    }
    objects.insert("other".to_owned());
    objects.retain(|object| !object.is_empty() && (object != "*" || model.objects != Objects::Star));
    let actions: BTreeSet<&str> = named(3).filter(|action| *action != "*" || !model.star_action).collect();
    let (no_domain, no_object) = (BTreeSet::from([""]), BTreeSet::from([String::new()]));
    let mut tally = Tally::default();
    for subject in &subjects {
        let held = [*subject];
        let who = if roles.contains(subject) {
            Principal::somebody().roles(&held)
        } else {
            Principal::user(subject)
        };
        for domain in if model.domains { &domains } else { &no_domain } {
            for object in if model.objects == Objects::None { &no_object } else { &objects } {
                for action in &actions {
                    let within = format!("{domain}/{object}");
                    let request = Request::new(who, action);
                    let request = match (model.domains, model.objects) {
                        (false, Objects::None) => request,
                        (true, Objects::None) => request.on(Resource::new("domain", domain)),
                        (true, _) => request.on(Resource::new("object", &within)),
                        (false, _) => request.on(Resource::new("object", object)),
                    };
                    let expected = model.enforce(source, [subject, domain, object, action]);
                    tally.compare(policy, &request, expected, || {
                        format!("{subject} {domain} {object} {action}")
                    });
                }
            }
        }
    }
    tally
}

const TENANTS: Model = Model {
    subjects: true,
    roles: true,
    domains: true,
    objects: Objects::Equal,
    star_action: true,
    effect: Effect::AllowAndNoDeny,
    has_effect: true,
    root: false,
};
const PATHS: Model = Model {
    subjects: true,
    roles: true,
    domains: false,
    objects: Objects::Prefix,
    star_action: false,
    effect: Effect::SomeAllow,
    has_effect: false,
    root: true,
};

#[test]
fn tenants_and_paths_decide_as_the_enforcer_does() {
    let (conf, csv) = (include_str!("casbin/tenants.conf"), include_str!("casbin/tenants.csv"));
    let tenants = imported(&Form::Casbin, &[("tenants.conf", conf), ("tenants.csv", csv)]);
    compare(&TENANTS, &Source::of(csv), &whole(&tenants)).at_least("tenants.csv", 250, 20);
    let (conf, csv) = (include_str!("casbin/paths.conf"), include_str!("casbin/paths.csv"));
    let paths = imported(&Form::Casbin, &[("paths.csv", csv), ("paths.conf", conf)]);
    compare(&PATHS, &Source::of(csv), &whole(&paths)).at_least("paths.csv", 600, 150);
    assert_eq!(said(&paths), Vec::<String>::new());
}

/// A random model and a policy for it; links lead from earlier names to later ones.
fn random(dice: &mut Dice<'_>) -> (Model, Source) {
    let effect = *dice.pick(&[Effect::SomeAllow, Effect::AllowAndNoDeny, Effect::NoDeny]);
    let subjects = dice.chance(90);
    let domains = dice.chance(35);
    let objects =
        *dice.pick(&[Objects::None, Objects::Equal, Objects::Star, Objects::Group, Objects::Prefix]);
    let objects = if domains && objects == Objects::Prefix { Objects::Group } else { objects };
    let model = Model {
        subjects,
        roles: subjects && dice.chance(70),
        domains,
        objects,
        star_action: dice.chance(40),
        effect,
        has_effect: effect != Effect::SomeAllow || dice.chance(30),
        root: subjects && dice.chance(30),
    };
    let names = ["ann", "b o", "root", "r1", "role", "r3", "admin"];
    let places = ["d1", "d 2", "d.3"];
    let things: &[&str] = match objects {
        Objects::Prefix => &["/a", "/a/*", "/a/b/*", "*", "/c/", "d", "/a/*/x"],
        Objects::Star => &["o1", "o:2", "grant", "*"],
        _ => &["o1", "o:2", "grant", "g1", "g2", "*"],
    };
    let owned = |text: &&str| (*text).to_owned();
    let mut source = Source::default();
    for _ in 0..dice.between(1, 7) {
        let effect = if model.has_effect && dice.chance(35) { "deny" } else { "allow" };
        let action = if model.star_action && dice.chance(25) {
            "*"
        } else {
            *dice.pick(&["read", "wri te", "deny", "x,y"])
        };
        let mut rule: Rule = [
            owned(dice.pick(&names)),
            owned(dice.pick(&places)),
            owned(dice.pick(things)),
            action.to_owned(),
            effect.to_owned(),
        ];
        for (value, is_there) in
            rule.iter_mut().zip([subjects, domains, objects != Objects::None, true, true])
        {
            if !is_there {
                value.clear();
            }
        }
        source.rules.push(rule);
    }
    let link = |dice: &mut Dice<'_>, names: &[&str], domain: &str| {
        let from = dice.below(names.len() - 1);
        let to = dice.between(from + 1, names.len() - 1);
        [names[from].to_owned(), names[to].to_owned(), domain.to_owned()]
    };
    if model.roles {
        // Somebody whom the matcher names is no role.
        let names: Vec<&str> = names.into_iter().filter(|name| *name != "root").collect();
        for _ in 0..dice.between(0, 5) {
            let domain = if domains { *dice.pick(&places) } else { "" };
            source.links.push(link(dice, &names, domain));
        }
    }
    if objects == Objects::Group {
        (0..dice.between(0, 4)).for_each(|_| source.groups.push(link(dice, &things[..5], "")));
    }
    (model, source)
}

#[test]
fn random_models_decide_as_the_enforcer_does() {
    let mut tally = Tally::default();
    for seed in 0..MODELS {
        let bytes = bytes(seed, 2048);
        let (model, source) = random(&mut Dice::new(&bytes));
        let (conf, csv) = (model.text(), source.text(&model));
        let imported = imported(&Form::Casbin, &[("model.conf", &conf), ("policy.csv", &csv)]);
        if imported.policy.is_none() {
            // Nothing but denies, where denies count for nothing, or `*` where nothing names an action.
            let is_idle =
                model.effect == Effect::SomeAllow && source.rules.iter().all(|rule| rule[4] == "deny");
            let is_empty = model.star_action && source.rules.iter().all(|rule| rule[3] == "*");
            assert!(is_idle || is_empty, "seed {seed}: {:#?}\n{conf}\n{csv}", said(&imported));
            continue;
        }
        if imported.counts.privileges == 0 {
            continue;
        }
        let policy = whole(&imported);
        let compared =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| compare(&model, &source, &policy)));
        tally.add(
            compared.unwrap_or_else(|_| panic!("seed {seed}\n{conf}\n{csv}\n{}", imported.policy.unwrap())),
        );
    }
    tally.at_least("random models", 100_000, 20_000);
}

/// A model of access lists with another matcher, effect or more.
fn with(change: &[(&str, &str)], policy: &str) -> Imported {
    let mut conf = "[request_definition]\nr = sub, obj, act\n[policy_definition]\np = sub, obj, act\n[policy_effect]\ne = some(where (p.eft == allow))\n[matchers]\nm = r.sub == p.sub && r.obj == p.obj && r.act == p.act\n".to_owned();
    for (from, to) in change {
        assert!(conf.contains(from), "{from}");
        conf = conf.replace(from, to);
    }
    imported(&Form::Casbin, &[("m.conf", &conf), ("p.csv", policy)])
}

#[test]
fn other_families_are_refused_by_their_part_of_the_matcher() {
    let rule = "p, ann, o, read\n";
    for (from, to, part) in [
        ("r.obj == p.obj", "regexMatch(r.obj, p.obj)", "`regexMatch(r.obj, p.obj)`"),
        ("r.obj == p.obj", "keyMatch2(r.obj, p.obj)", "`keyMatch2(r.obj, p.obj)`"),
        ("r.obj == p.obj", "r.obj.Owner == r.sub", "`r.obj.Owner == r.sub`"),
        ("r.sub == p.sub", "r.sub.Age > 18", "`r.sub.Age > 18`"),
        ("r.sub == p.sub", "eval(p.sub)", "`eval(p.sub)`"),
        ("r.sub == p.sub", "g(r.sub, p.sub)", "`g(r.sub, p.sub)`"),
        ("r.act == p.act", "(r.act == p.act || r.act == \"read\")", "`r.act == p.act || r.act == \"read\"`"),
        ("r.act == p.act", "r.act == p.act && r.act == p.act", "`r.act == p.act`"),
        ("r.act == p.act", "r.act == \"read\"", "`r.act == \"read\"`"),
        ("r.act == p.act", "r.act != p.act", "`r.act != p.act`"),
    ] {
        let imported = with(&[(from, to)], rule);
        let expected =
            format!("left out: m.conf:8:1 the matcher says what a policy cannot say exactly: {part}");
        assert_eq!(said(&imported).first(), Some(&expected), "{to}");
    }
    for (from, to, expected) in [
        (
            "some(where (p.eft == allow))",
            "priority(p.eft) || deny",
            "left out: m.conf:6:1 the effect `priority(p.eft) || deny` cannot be said by a policy",
        ),
        (
            "r = sub, obj, act",
            "r = sub, obj, act, time",
            "left out: m.conf:2:1 the field `time` is none of those that a policy can say, or one of them a second time",
        ),
        (" && r.act == p.act", "", "left out: m.conf:8:1 the matcher never looks at `p.act`"),
        (
            "[matchers]\n",
            "[matchers]\nm2 = r.sub == p.sub\n",
            "left out: m.conf:8:1 `m2` of [matchers] is not read: there is one kind of request, of policy and of matcher",
        ),
        ("[matchers]", "[matcher]", "error: m.conf:7:1 [matcher] is no section of a model"),
        ("[matchers]\n", "[matchers]\nx\n", "error: m.conf:8:1 `x` is neither a section nor `key = value`"),
        (
            "[policy_effect]\ne = some(where (p.eft == allow))\n",
            "",
            "error: m.conf:1:1 the model has no `e` in [policy_effect]",
        ),
    ] {
        assert_eq!(said(&with(&[(from, to)], rule)).first().map(String::as_str), Some(expected), "{to}");
    }
}

#[test]
fn policies_that_do_not_fit_their_model_are_refused() {
    for (policy, expected) in [
        ("p, ann, o\n", "error: p.csv:1:1 the line has 2 values, and a policy of this model has 3"),
        (
            "p, ann, o, read, allow\n",
            "error: p.csv:1:1 the line has 4 values, and a policy of this model has 3",
        ),
        ("p, ann, , read\n", "error: p.csv:1:1 a value is empty"),
        ("q, ann, o, read\n", "error: p.csv:1:1 `q` begins no line of this model"),
        ("p, \"ann, o, read\n", "error: p.csv:1:1 the line is no CSV"),
        ("# nothing\n", "error: there is no policy for the model"),
    ] {
        assert_eq!(said(&with(&[], policy)).first().map(String::as_str), Some(expected), "{policy}");
    }
    let eft = [("p = sub, obj, act", "p = sub, obj, act, eft")];
    assert_eq!(said(&with(&eft, "p, ann, o, read, maybe\n")), ["error: p.csv:1:1 `maybe` is no effect"]);
    let roles = [
        ("[policy_effect]", "[role_definition]\ng = _, _\n[policy_effect]"),
        ("r.sub == p.sub", "g(r.sub, p.sub)"),
    ];
    assert_eq!(
        said(&with(&roles, "p, a, o, read\ng, a, b\ng, b, a\n")),
        ["error: p.csv:2:1 the links of `g` go in a circle"]
    );
    let chain: String = (0..12).map(|at| format!("g, r{at}, r{}\n", at + 1)).collect();
    let found = said(&with(&roles, &format!("p, r12, o, read\n{chain}")));
    assert!(found[0].contains("more than 10 one behind the other"), "{found:?}");
    let prefix = [("r.obj == p.obj", "keyMatch(r.obj, p.obj)")];
    let found = said(&with(&prefix, "p, ann, /api*, read\np, ann, /*, read\np, ann, /x/*, read\n"));
    assert_eq!(
        found,
        [
            "left out: p.csv:1:1 a policy has no scope for the objects that `/api*` stands for",
            "left out: p.csv:2:1 a policy has no scope for the objects that `/*` stands for",
        ]
    );
    assert_eq!(
        said(&imported(&Form::Casbin, &[("p.csv", "p, a, b, c\n")])),
        ["error: 0 of the files are a casbin model, and it takes one"]
    );
}
