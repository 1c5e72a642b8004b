//! The terms of the field that every phase speaks in, from the syntax to the evaluator.

use std::fmt;
use std::net::IpAddr;

/// `default deny` or `default grant [to CLASS] [when unlisted]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum DefaultRule {
    /// Nobody is granted by default.
    #[default]
    Deny,
    /// The class is.
    Grant {
        /// To whom; `anyone` when not written.
        to: Class,
        /// Only while nothing is scoped to the resource or an ancestor of it.
        when_unlisted: bool,
    },
}

/// The classes of principals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Everybody.
    Anyone,
    /// Everybody with an identity.
    Authenticated,
    /// Those without.
    Anonymous,
}

/// How entries that disagree are resolved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Strategy {
    /// A deny anywhere denies.
    #[default]
    DenyOverrides,
    /// The nearest level with an opinion decides.
    Nearest,
    /// As nearest, and inside a level the more specific principal.
    MostSpecific,
    /// A grant anywhere grants.
    GrantOverrides,
}

/// Which of the two kinds of identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// `user:`.
    User,
    /// `service:`.
    Service,
}

/// `grant`, `deny`, `bypass`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// Gives.
    Grant,
    /// Refuses.
    Deny,
    /// Gives, and no deny overrides it.
    Bypass,
}

/// The comparisons.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CompareOp {
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `in`.
    In,
    /// `contains`.
    Contains,
}

impl CompareOp {
    /// All of them.
    pub const ALL: [CompareOp; 8] = [
        CompareOp::Equal,
        CompareOp::NotEqual,
        CompareOp::Less,
        CompareOp::LessOrEqual,
        CompareOp::Greater,
        CompareOp::GreaterOrEqual,
        CompareOp::In,
        CompareOp::Contains,
    ];

    /// How it is written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            CompareOp::Equal => "==",
            CompareOp::NotEqual => "!=",
            CompareOp::Less => "<",
            CompareOp::LessOrEqual => "<=",
            CompareOp::Greater => ">",
            CompareOp::GreaterOrEqual => ">=",
            CompareOp::In => "in",
            CompareOp::Contains => "contains",
        }
    }
}

/// Whose attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttributeRoot {
    /// Of who asks.
    Principal,
    /// Of the resource asked about.
    Resource,
    /// Of the request.
    Context,
}

/// Why a decision is as it is (DESIGN, section 2, "Reasons").
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// A bypass applies.
    Bypass,
    /// A grant scoped to the very resource asked about, or without a scope where none was asked about.
    ExplicitGrant,
    /// A grant from further up.
    InheritedGrant,
    /// Nothing has an opinion, and the default grants.
    DefaultGrant,
    /// A deny scoped to the very resource asked about, or without a scope where none was asked about.
    ExplicitDeny,
    /// A deny from further up.
    InheritedDeny,
    /// Nothing has an opinion, and the default denies.
    DefaultDeny,
    /// Granted, but for a requirement that is not satisfied.
    MissingRequirement,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Reason; 8] = [
        Reason::Bypass,
        Reason::ExplicitGrant,
        Reason::InheritedGrant,
        Reason::DefaultGrant,
        Reason::ExplicitDeny,
        Reason::InheritedDeny,
        Reason::DefaultDeny,
        Reason::MissingRequirement,
    ];

    /// The word that policies, tables and reports use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Reason::Bypass => "bypass",
            Reason::ExplicitGrant => "explicit-grant",
            Reason::InheritedGrant => "inherited-grant",
            Reason::DefaultGrant => "default-grant",
            Reason::ExplicitDeny => "explicit-deny",
            Reason::InheritedDeny => "inherited-deny",
            Reason::DefaultDeny => "default-deny",
            Reason::MissingRequirement => "missing-requirement",
        }
    }

    /// The reason of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Reason> {
        Reason::ALL.into_iter().find(|reason| reason.name() == word)
    }

    /// Whether a decision with this reason grants.
    #[must_use]
    pub fn grants(self) -> bool {
        matches!(self, Reason::Bypass | Reason::ExplicitGrant | Reason::InheritedGrant | Reason::DefaultGrant)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An IP network; an address is one with the full prefix. The bits behind the prefix are zero, and an IPv4 address mapped
/// into IPv6 is kept as IPv4, so that equal networks have one form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network {
    address: IpAddr,
    prefix: u8,
}

impl Network {
    /// The network of `address` with the given prefix; `None` when the prefix is too long or bits behind it are set.
    #[must_use]
    pub fn new(address: IpAddr, prefix: u8) -> Option<Network> {
        let canonical = address.to_canonical();
        let prefix = match (address, canonical) {
            (IpAddr::V6(_), IpAddr::V4(_)) => prefix.checked_sub(96)?,
            _ => prefix,
        };
        let network = Network { address: canonical, prefix };
        (prefix <= network.width() && network.bits() & !network.mask() == 0).then_some(network)
    }

    /// The network that an address lies in: bits behind the prefix are dropped, too long a prefix is cut.
    pub(crate) fn cut(address: IpAddr, prefix: u8) -> Network {
        let host = Network::host(address);
        let network = Network { address: host.address, prefix: prefix.min(host.width()) };
        let bits = network.bits() & network.mask();
        let address = match host.address {
            IpAddr::V4(_) => IpAddr::from(((bits >> 96) as u32).to_be_bytes()),
            IpAddr::V6(_) => IpAddr::from(bits.to_be_bytes()),
        };
        Network { address, ..network }
    }

    /// One address.
    #[must_use]
    pub fn host(address: IpAddr) -> Network {
        let address = address.to_canonical();
        let prefix = if address.is_ipv4() { 32 } else { 128 };
        Network { address, prefix }
    }

    /// The network of `10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Network> {
        match text.split_once('/') {
            None => text.parse().ok().map(Network::host),
            Some((address, prefix)) => Network::new(address.parse().ok()?, prefix.parse().ok()?),
        }
    }

    /// Its first address.
    #[must_use]
    pub fn address(self) -> IpAddr {
        self.address
    }

    /// How many leading bits count.
    #[must_use]
    pub fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether every address of `other` is one of these.
    #[must_use]
    pub fn contains(self, other: Network) -> bool {
        self.address.is_ipv4() == other.address.is_ipv4()
            && self.prefix <= other.prefix
            && other.bits() & self.mask() == self.bits()
    }

    fn width(self) -> u8 {
        if self.address.is_ipv4() { 32 } else { 128 }
    }

    /// The address, its first bit the highest of the 128.
    fn bits(self) -> u128 {
        match self.address {
            IpAddr::V4(address) => u128::from(u32::from(address)) << 96,
            IpAddr::V6(address) => u128::from(address),
        }
    }

    fn mask(self) -> u128 {
        match self.prefix {
            0 => 0,
            prefix => u128::MAX << (128 - u32::from(prefix.min(128))),
        }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.prefix == self.width() {
            write!(f, "{}", self.address)
        } else {
            write!(f, "{}/{}", self.address, self.prefix)
        }
    }
}

/// A timestamp as a policy writes it, in UTC; microseconds since 1970-01-01T00:00:00Z.
pub(crate) fn timestamp_text(microseconds: i64) -> String {
    let (seconds, fraction) = (microseconds.div_euclid(1_000_000), microseconds.rem_euclid(1_000_000));
    let (days, second) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // The proleptic Gregorian calendar, counted from 0000-03-01 so that a leap day ends its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (second, fraction) {
        (0, 0) => date,
        (_, 0) => format!("{date}T{:02}:{:02}:{:02}Z", second / 3600, second / 60 % 60, second % 60),
        _ => format!("{date}T{:02}:{:02}:{:02}.{fraction:06}Z", second / 3600, second / 60 % 60, second % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_is_written_as_a_date_where_it_is_a_midnight() {
        assert_eq!(timestamp_text(0), "1970-01-01");
        assert_eq!(timestamp_text(1_798_761_600_000_000), "2027-01-01");
        assert_eq!(timestamp_text(951_782_400_000_000), "2000-02-29");
        assert_eq!(timestamp_text(-1_000_000), "1969-12-31T23:59:59Z");
        assert_eq!(timestamp_text(1_500_000), "1970-01-01T00:00:01.500000Z");
    }

    #[test]
    fn a_network_contains_its_own_addresses_and_no_others() {
        let network = |text: &str| Network::parse(text).unwrap();
        assert!(network("10.0.0.0/8").contains(network("10.1.2.3")));
        assert!(network("10.0.0.0/8").contains(network("10.1.0.0/16")));
        assert!(!network("10.0.0.0/8").contains(network("11.0.0.0")));
        assert!(!network("10.1.0.0/16").contains(network("10.0.0.0/8")));
        assert!(!network("0.0.0.0/0").contains(network("::1")));
        assert!(network("::/0").contains(network("2001:db8::1")));
        assert!(network("10.0.0.0/8").contains(network("::ffff:10.0.0.1")));
        assert_eq!(Network::parse("10.1.2.3/8"), None);
        assert_eq!(Network::parse("10.0.0.0/33"), None);
    }
}
