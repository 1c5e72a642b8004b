//! Values that a request may carry: enough of each kind that every test says all that it can say.
//!
//! Enters: the kind of an attribute and the constants that it is compared with. Leaves: one value at least of every region
//! between them. Knows nothing of policies but how they store constants.

use super::TooMuch;
use crate::evaluate::{self, ValueKind};
use crate::model::{PrincipalValue, Value};
use crate::policy::Policy;
use crate::policy::layout::{Constant, ValueTag};
use crate::terms::{Network, PrincipalKind};
use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Elements of which every set is made.
const MAX_ELEMENTS: usize = 8;

/// A constant of an artifact.
pub(super) fn constant(policy: &Policy, at: u32) -> Option<Value> {
    let Constant { kind, a, b, c, d, e } = policy.record(at);
    let long = (u64::from(a) | u64::from(b) << 32).cast_signed();
    let text = || policy.string(a).into();
    Some(match ValueTag::of(kind)? {
        ValueTag::Bool => Value::Bool(a != 0),
        ValueTag::Int => Value::Int(long),
        ValueTag::String => Value::String(text()),
        ValueTag::Timestamp => Value::Timestamp(long),
        ValueTag::Ip => Value::Ip(evaluate::network([a, b, c, d], e)),
        ValueTag::Principal if b == 0 => Value::Principal(PrincipalValue::User(text())),
        ValueTag::Principal => Value::Principal(PrincipalValue::Service(text())),
        ValueTag::Group => Value::Principal(PrincipalValue::Group(text())),
        ValueTag::Set => Value::Set(policy.list(a).iter().filter_map(|at| constant(policy, at)).collect()),
    })
}

/// A value as a request carries it. The elements of a set are lent from `elements`.
pub(super) fn lend<'v>(value: &'v Value, elements: &'v [evaluate::Value<'v>]) -> evaluate::Value<'v> {
    match value {
        Value::Bool(value) => evaluate::Value::Bool(*value),
        Value::Int(value) => evaluate::Value::Int(*value),
        Value::String(value) => evaluate::Value::String(value),
        Value::Timestamp(value) => evaluate::Value::Timestamp(*value),
        Value::Ip(value) => evaluate::Value::Ip(*value),
        Value::Principal(PrincipalValue::User(name)) => evaluate::Value::Principal(PrincipalKind::User, name),
        Value::Principal(PrincipalValue::Service(name)) => {
            evaluate::Value::Principal(PrincipalKind::Service, name)
        }
        Value::Principal(PrincipalValue::Group(name)) => evaluate::Value::Group(name),
        Value::Set(_) => evaluate::Value::Set(elements),
    }
}

/// The elements of a set, to lend; none of what is no set.
pub(super) fn elements(value: &Value) -> Vec<evaluate::Value<'_>> {
    match value {
        // Sets hold no sets.
        Value::Set(elements) => elements.iter().map(|element| lend(element, &[])).collect(),
        _ => Vec::new(),
    }
}

/// Whether a value is of a kind; enums by being words.
pub(super) fn fits(value: &Value, kind: &ValueKind) -> bool {
    match (value, kind) {
        (Value::Bool(_), ValueKind::Bool)
        | (Value::Int(_), ValueKind::Int)
        | (Value::String(_), ValueKind::String | ValueKind::Enum(_))
        | (Value::Timestamp(_), ValueKind::Timestamp)
        | (Value::Ip(_), ValueKind::Ip)
        | (Value::Principal(_), ValueKind::Principal) => true,
        (Value::Set(all), ValueKind::Set(of)) => all.iter().all(|element| fits(element, of)),
        _ => false,
    }
}

/// The single values of a kind. `constants` are those that it is compared with, elements of sets included; `apart` is how many
/// different values in one region may have to be told apart from each other.
pub(super) fn singles(kind: &ValueKind, constants: &BTreeSet<Value>, apart: usize) -> BTreeSet<Value> {
    let apart_long = i64::try_from(apart).unwrap_or(i64::MAX);
    let numbers = |wrap: fn(i64) -> Value| {
        let known = constants.iter().filter_map(|value| match value {
            Value::Int(number) | Value::Timestamp(number) => Some(*number),
            _ => None,
        });
        let mut all: Vec<i64> = known.collect();
        if all.is_empty() {
            all.push(0);
        }
        let around = |&number: &i64| {
            (0..=apart_long).flat_map(move |by| [number.saturating_sub(by), number.saturating_add(by)])
        };
        all.iter().flat_map(around).map(wrap).collect::<BTreeSet<Value>>()
    };
    match kind {
        ValueKind::Bool => [Value::Bool(false), Value::Bool(true)].into(),
        ValueKind::Int => numbers(Value::Int),
        ValueKind::Timestamp => numbers(Value::Timestamp),
        ValueKind::Enum(words) => words.iter().map(|word| Value::String(word.into())).collect(),
        ValueKind::String => {
            let mut all: BTreeSet<Value> =
                constants.iter().filter(|value| matches!(value, Value::String(_))).cloned().collect();
            let others = (0..).map(|at| if at == 0 { "other".to_owned() } else { format!("other {at}") });
            let others =
                others.map(|text| Value::String(text.into())).filter(|value| !constants.contains(value));
            all.extend(others.take(apart));
            all
        }
        ValueKind::Ip => networks(constants, apart),
        ValueKind::Principal => {
            let mut all: BTreeSet<Value> =
                constants.iter().filter(|value| matches!(value, Value::Principal(_))).cloned().collect();
            // No policy declares names with line ends.
            let nobody = |at: usize| Value::Principal(PrincipalValue::User("\n".repeat(at + 2).into()));
            all.extend((0..apart).map(nobody));
            all
        }
        ValueKind::Set(of) => singles(of, constants, apart),
    }
}

/// Every set of these elements.
pub(super) fn sets(elements: &[Value]) -> Result<Vec<Value>, TooMuch> {
    if elements.len() > MAX_ELEMENTS {
        return Err(TooMuch);
    }
    let chosen = |bits: u32| {
        let elements = elements.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1);
        Value::Set(elements.map(|(_, element)| element.clone()).collect())
    };
    Ok((0..1 << elements.len()).map(chosen).collect())
}

/// Of every region between networks one address and, where no address is in it, one network: the first address of each, the
/// one behind the last, and both halves.
fn networks(constants: &BTreeSet<Value>, apart: usize) -> BTreeSet<Value> {
    let ends = [Network::host(Ipv4Addr::UNSPECIFIED.into()), Network::host(Ipv6Addr::UNSPECIFIED.into())];
    let mut all: BTreeSet<Network> = ends.into();
    for value in constants {
        let Value::Ip(network) = value else { continue };
        all.insert(*network);
        let (first, width) = match network.address() {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32_u8),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let address = |bits: u128| match width {
            32 => u32::try_from(bits).ok().map(|bits| IpAddr::V4(bits.into())),
            _ => Some(IpAddr::V6(bits.into())),
        };
        let free = u32::from(width - network.prefix().min(width));
        let size = 1_u128.checked_shl(free);
        for by in 0..=apart as u128 {
            let inside =
                Some(by).filter(|by| size.is_none_or(|size| *by < size)).and_then(|by| first.checked_add(by));
            let behind = size.and_then(|size| first.checked_add(size)?.checked_add(by));
            all.extend([inside, behind].into_iter().flatten().filter_map(address).map(Network::host));
        }
        if free > 0 {
            let upper = first.checked_add(1_u128 << (free - 1));
            let halves = [Some(first), upper].into_iter().flatten().filter_map(address);
            all.extend(halves.filter_map(|address| Network::new(address, network.prefix() + 1)));
        }
    }
    all.into_iter().map(Value::Ip).collect()
}

/// A value as a policy writes it; one that no policy names as `another user` and the like.
#[must_use]
pub fn text(value: &Value) -> String {
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::String(value) => format!("{value:?}"),
        Value::Timestamp(value) => crate::terms::timestamp_text(*value),
        Value::Ip(value) => value.to_string(),
        Value::Principal(principal) => {
            let (kind, name) = match principal {
                PrincipalValue::User(name) => ("user", name),
                PrincipalValue::Service(name) => ("service", name),
                PrincipalValue::Group(name) => ("group", name),
            };
            match name.len() {
                _ if !name.starts_with('\n') => format!("{kind}:{name}"),
                1 => "principal".to_owned(),
                _ => format!("another {kind}"),
            }
        }
        Value::Set(all) => format!("[{}]", all.iter().map(text).collect::<Vec<_>>().join(", ")),
    }
}
