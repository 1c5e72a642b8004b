//! Damaged artifacts. Without the right checksum every one of them is refused. With it, as somebody would write it who means
//! harm, they are refused, or answer whatever they say: no panic, no overflow, no endless loop.
//!
//! Nothing here needs a sanitizer: the crate forbids `unsafe`, and every access to an artifact is checked.

use crate::artifact::{SMALL, answers, policy};
use policyc::policy::NameKind;
use policyc::terms::PrincipalKind;
use policyc::{LoadError, Policy, Principal, Request, Resource};

#[allow(dead_code, reason = "the bench uses more of it")]
#[path = "../benches/compile/generate.rs"]
pub mod large;

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % limit.max(1) as u64) as usize
    }
}

/// Puts length and checksum right.
pub fn sealed(mut bytes: Vec<u8>) -> Vec<u8> {
    let length = bytes.len() as u64;
    if let Some(place) = bytes.get_mut(16..24) {
        place.copy_from_slice(&length.to_le_bytes());
    }
    let checksum = xxhash_rust::xxh3::xxh3_64(bytes.get(32..).unwrap_or_default());
    if let Some(place) = bytes.get_mut(24..32) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}

/// The large ones: many roles with sparse rows, and many scopes.
fn large_ones() -> [Vec<u8>; 2] {
    [large::roles(300), large::folders(3_000)].map(|text| policy(&text).as_bytes().to_vec())
}

#[test]
fn every_truncated_artifact_is_refused() {
    let whole = policy(SMALL).as_bytes().to_vec();
    for length in 0..whole.len() {
        let error = Policy::load(whole[..length].to_vec()).unwrap_err();
        let expected = if length == 0 { LoadError::NotAnArtifact } else { LoadError::Truncated };
        assert_eq!(error, expected, "{length} bytes");
        // And where its length and checksum are made to fit.
        assert!(Policy::load(sealed(whole[..length].to_vec())).is_err(), "{length} bytes");
    }
    for more in 1..17 {
        let longer = [whole.as_slice(), &vec![0; more]].concat();
        assert!(matches!(Policy::load(longer.clone()), Err(LoadError::Invalid(_))));
        assert!(matches!(Policy::load(sealed(longer)), Err(LoadError::Invalid(_))));
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let whole = policy(SMALL).as_bytes().to_vec();
    let mut damaged = whole.clone();
    for (byte, &right) in whole.iter().enumerate() {
        // Each bit, all of them, a neighbour, and the two values that mean most.
        let bits = (0..8).map(|bit| right ^ 1 << bit);
        for value in bits.chain([!right, right.wrapping_add(1), 0, 0xff]).filter(|&value| value != right) {
            damaged[byte] = value;
            assert!(Policy::load(damaged.clone()).is_err(), "byte {byte}: {value} instead of {right}");
        }
        damaged[byte] = right;
    }
}

/// Changes some bytes: single ones, a stretch set to one value, or a stretch copied from elsewhere.
fn damage(bytes: &mut [u8], numbers: &mut Numbers) {
    let length = bytes.len();
    match numbers.below(4) {
        0 => {
            let (start, value) = (numbers.below(length), [0, 1, 0x80, 0xff][numbers.below(4)]);
            let end = (start + 1 + numbers.below(64)).min(length);
            bytes[start..end].fill(value);
        }
        1 => {
            let count = 1 + numbers.below(32);
            let (from, to) = (numbers.below(length - count), numbers.below(length - count));
            bytes.copy_within(from..from + count, to);
        }
        _ => {
            for _ in 0..1 + numbers.below(16) {
                let at = numbers.below(length);
                bytes[at] = numbers.below(256) as u8;
            }
        }
    }
}

#[test]
fn random_damage_to_a_large_artifact_is_noticed() {
    let mut numbers = Numbers(11);
    for whole in large_ones() {
        assert!(whole.len() > 100_000, "{} bytes are not large", whole.len());
        for round in 0..2_000 {
            let mut damaged = whole.clone();
            damage(&mut damaged, &mut numbers);
            if damaged != whole {
                assert!(Policy::load(damaged).is_err(), "round {round}");
            }
        }
    }
}

/// Asks a policy that may say anything about whatever it names, in each of the ways in which it can be asked.
fn ask_everything(policy: &Policy) -> usize {
    let some = |kind: NameKind| -> Vec<String> {
        policy.names(kind).into_iter().take(12).map(str::to_owned).collect()
    };
    let (users, privileges) = (some(NameKind::User), some(NameKind::Privilege));
    let (types, groups, roles) = (some(NameKind::Type), some(NameKind::Group), some(NameKind::Role));
    let groups: Vec<&str> = groups.iter().map(String::as_str).collect();
    let roles: Vec<&str> = roles.iter().map(String::as_str).collect();
    let mut answered = 0;
    for user in users.iter().map(String::as_str).chain(["nobody"]) {
        let alone = Principal::user(user);
        let session = policy.session(&alone).ok();
        for name in &privileges {
            for principal in [alone, alone.groups(&groups).roles(&roles)] {
                let plain = Request::new(principal, name).at(1_780_000_000_000_000);
                let on = types.iter().flat_map(|ty| {
                    ["f1", "f1/f2/f3", "f1/f2/f3/new", ""].map(|id| plain.on(Resource::new(ty, id)))
                });
                for request in std::iter::once(plain).chain(on) {
                    answered += usize::from(policy.decide(&request).is_ok());
                    answered += usize::from(policy.explain(&request).is_ok());
                }
            }
            let (Some(session), Some(id)) = (&session, policy.privilege(name)) else { continue };
            answered += usize::from(session.decide(id).is_ok());
            let principal = policy.principal(PrincipalKind::User, user);
            let folder = types.first().and_then(|ty| policy.resource(ty, "f1/f2/f3"));
            answered += usize::from(principal.is_some_and(|who| policy.decide_ids(who, id, folder).is_ok()));
        }
        answered += session.map_or(0, |session| session.privileges().take(100).count());
    }
    answered
}

/// Every byte of a small one, with several values each. Loads that pass are asked.
#[test]
fn a_changed_byte_with_the_right_checksum_is_refused_or_answers() {
    let original = policy(SMALL);
    let (whole, expected) = (original.as_bytes(), answers(&original));
    let (mut loaded, mut same) = (0, 0);
    for byte in 0..whole.len() {
        let right = whole[byte];
        for value in [0, 0xff, right ^ 1, right.wrapping_add(4)].into_iter().filter(|&value| value != right) {
            let mut damaged = whole.to_vec();
            damaged[byte] = value;
            if let Ok(policy) = Policy::load(sealed(damaged)) {
                loaded += 1;
                // That it answers at all is the promise.
                same += usize::from(answers(&policy) == expected);
            }
        }
    }
    assert!(loaded > 300, "only {loaded} passed the check, so this test shows little");
    assert!(same < loaded, "whatever was changed, nothing was answered otherwise");
}

#[test]
fn random_damage_with_the_right_checksum_is_refused_or_answers() {
    let mut numbers = Numbers(13);
    for whole in large_ones() {
        let (mut loaded, mut answered) = (0, 0);
        for _ in 0..1_500 {
            let mut damaged = whole.clone();
            // Behind the directory: most of what is changed there is refused at once.
            damage(&mut damaged[256..], &mut numbers);
            if let Ok(policy) = Policy::load(sealed(damaged)) {
                loaded += 1;
                answered += ask_everything(&policy);
            }
        }
        assert!(loaded > 50 && answered > loaded, "only {loaded} passed the check, with {answered} answers");
    }
}
