//! The table of codes. A number is never reused; blocks are by phase: 00 syntax, 01 YAML, 02 names, 03 graphs,
//! 04 entries and types, 05 separation of duty, 06 conditions, 07 lints, 08 invariants and tests, 09 limits.

use std::fmt;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look; the policy still compiles.
    Warning,
    /// The policy is refused.
    Error,
}

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($variant:ident $number:literal $name:literal $severity:ident $allowable:literal $summary:literal)+) => {
        /// Number and name of a kind of finding; both are accepted wherever a code is named.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Code {
            $(#[doc = $summary] $variant,)+
        }

        impl Code {
            /// Every code, by number.
            pub const ALL: &'static [Code] = &[$(Code::$variant,)+];

            /// `P0301`.
            #[must_use]
            pub fn number(self) -> &'static str {
                match self { $(Code::$variant => $number,)+ }
            }

            /// `role-cycle`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Code::$variant => $name,)+ }
            }

            /// The severity it starts with.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Code::$variant => Severity::$severity,)+ }
            }

            /// Whether `@allow` may silence it. What would leave no policy to decide with can't be silenced.
            #[must_use]
            pub fn allowable(self) -> bool {
                match self { $(Code::$variant => $allowable,)+ }
            }

            /// What it finds, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Code::$variant => $summary,)+ }
            }

            /// Its page in the book, in Markdown. A code without a page does not compile.
            #[cfg(feature = "cli")]
            #[must_use]
            pub fn page(self) -> &'static str {
                match self {
                    $(Code::$variant => {
                        include_str!(concat!(
                            env!("CARGO_MANIFEST_DIR"), "/book/src/diagnostics/", $number, "-", $name, ".md"
                        ))
                    })+
                }
            }
        }
    };
}

codes! {
    SyntaxError          "P0001" "syntax-error"          Error   false "the text does not follow the grammar"
    ReservedWord         "P0002" "reserved-word"         Error   false "a word of the language is used as a name"
    NotUtf8              "P0003" "not-utf8"              Error   false "a file is not UTF-8 text"
    InvalidEscape        "P0004" "invalid-escape"        Error   false "a quoted text has an escape that does not exist"

    YamlSyntax           "P0101" "yaml-syntax"           Error   false "the file is not YAML"
    YamlDuplicateKey     "P0102" "yaml-duplicate-key"    Error   false "a key is written twice in one map"
    YamlUnknownKey       "P0103" "yaml-unknown-key"      Error   false "a key is not known at its place"
    YamlTag              "P0104" "yaml-tag"              Error   false "a value has a tag"
    YamlShape            "P0105" "yaml-shape"            Error   false "a value has the wrong shape for its place"
    YamlAlias            "P0106" "yaml-alias"            Error   false "an alias is unknown, or aliases expand too far"
    YamlMissingKey       "P0107" "yaml-missing-key"      Error   false "a map lacks a key that it must have"
    YamlDocuments        "P0108" "yaml-documents"        Error   false "a file holds more than one YAML document"

    UnknownPrivilege     "P0201" "unknown-privilege"     Error   false "a privilege is named but not declared"
    UnknownRole          "P0202" "unknown-role"          Error   false "a role is named but not declared"
    UnknownGroup         "P0203" "unknown-group"         Error   false "a group is named but not declared"
    UnknownPrincipal     "P0204" "unknown-principal"     Error   false "a user or service is named but not declared"
    UnknownCategory      "P0205" "unknown-category"      Error   false "a category is named but not declared"
    UnknownType          "P0206" "unknown-type"          Error   false "a resource type is named but not declared"
    UnknownAttribute     "P0207" "unknown-attribute"     Error   false "an attribute is named but not declared"
    DuplicateDeclaration "P0208" "duplicate-declaration" Error   false "a name is declared twice"
    EmptyWildcard        "P0209" "empty-wildcard"        Error   false "a wildcard or category names no privilege"
    UnknownCode          "P0210" "unknown-code"          Error   false "an `@allow` names a code that does not exist or cannot be silenced"

    RoleCycle            "P0301" "role-cycle"            Error   false "a role inherits itself"
    GroupCycle           "P0302" "group-cycle"           Error   false "a group is a member of itself"
    RequirementCycle     "P0303" "requirement-cycle"     Error   false "a privilege requires itself"
    IncludeCycle         "P0304" "include-cycle"         Error   false "a privilege includes itself"
    TypeCycle            "P0305" "type-cycle"            Error   false "resource types lie in each other"
    InstanceCycle        "P0306" "instance-cycle"        Error   false "a resource lies in itself"
    UnmetRequirement     "P0307" "unmet-requirement"     Error   true  "a role grants a privilege whose requirement nothing it grants can satisfy"

    ContradictoryEntries "P0401" "contradictory-entries" Error   true  "the same thing is granted and denied to the same principal at the same scope"
    EntryWithoutEffect   "P0402" "entry-without-effect"  Warning true  "an entry or assignment can never have an effect"
    WrongParent          "P0403" "wrong-parent"          Error   false "a resource is placed in a parent that its type does not allow"
    NegatedPrivilege     "P0404" "negated-privilege"     Error   false "a requirement negates a privilege"
    UnreachableRequirement "P0405" "unreachable-requirement" Error false "a required or included privilege is asked on a type that can't be reached"
    WrongResource        "P0406" "wrong-resource"        Error   false "a resource is missing, superfluous, or of a type the privilege is not asked on"
    WrongPrincipal       "P0407" "wrong-principal"       Error   false "a kind of principal is named where it cannot stand"

    ExclusiveViolated    "P0501" "exclusive-violated"    Error   false "a principal holds two exclusive roles"
    LimitExceeded        "P0502" "limit-exceeded"        Error   false "more principals hold a role than its limit allows"
    RequiredRoleMissing  "P0503" "required-role-missing" Error   false "a principal holds a role without the role that it requires"
    PointlessConstraint  "P0504" "pointless-constraint"  Error   false "a constraint can never be broken or never be kept as written"

    TypeMismatch         "P0601" "type-mismatch"         Error   false "values of different types are compared or assigned"
    PrivilegeInCondition "P0602" "privilege-in-condition" Error  false "a condition names a privilege"
    InvalidLiteral       "P0603" "invalid-literal"       Error   false "a date, address or number cannot be read"
    EmptyPeriod          "P0604" "empty-period"          Error   false "a period ends before it begins"

    UnusedAllow          "P0701" "unused-allow"          Warning false "an `@allow` silences nothing"
    UnusedRole           "P0702" "unused-role"           Warning true  "a role is given to nobody"
    UnusedGroup          "P0703" "unused-group"          Warning true  "nothing is given to a group or asked of it"
    EmptyCategory        "P0704" "empty-category"        Warning true  "a category has no privileges"
    UnusedAttribute      "P0705" "unused-attribute"      Warning true  "no condition reads an attribute"
    UnusedPrivilege      "P0706" "unused-privilege"      Warning true  "a privilege is granted by nothing"
    PublicDestructive    "P0707" "public-destructive"    Warning true  "whoever calls is granted a destructive privilege, without a condition"
    BroadDestructive     "P0708" "broad-destructive"     Warning true  "a wildcard grants destructive privileges that nothing beside it names"
    RedundantGrant       "P0709" "redundant-grant"       Warning true  "a role grants what it inherits already"
    IdleDeny             "P0710" "idle-deny"             Warning true  "a deny takes nothing away"
    EqualRoles           "P0711" "equal-roles"           Warning true  "roles do exactly the same"
    RepeatedRole         "P0712" "repeated-role"         Warning true  "a role lists all that another grants without inheriting it"
    ConstantCondition    "P0713" "constant-condition"    Warning true  "a condition is always true or never"
    InertGrant           "P0714" "inert-grant"           Warning true  "somebody is granted a privilege, and not what it needs"
    ShadowedEntry        "P0715" "shadowed-entry"        Warning true  "an entry or assignment makes no difference beside another"
    ExpiredAssignment    "P0716" "expired-assignment"    Warning true  "an assignment has ended"
    ExpiringAssignment   "P0717" "expiring-assignment"   Warning true  "an assignment ends soon"
    WholeNetwork         "P0718" "whole-network"         Warning true  "an address is compared with a whole network"
    ColonInName          "P0719" "colon-in-name"         Warning true  "a name without quotes ends with a colon"

    InvariantViolated    "P0801" "invariant-violated"    Error   true  "an invariant does not hold"
    InvariantUndecided   "P0802" "invariant-undecided"   Error   true  "an invariant could not be decided within the limit"
    MatrixShape          "P0804" "matrix-shape"          Error   false "a row of a matrix has more or fewer marks than there are roles"

    NestingTooDeep       "P0901" "nesting-too-deep"      Error   false "text or structure is nested deeper than the limit"
    FileTooLarge         "P0902" "file-too-large"        Error   false "a file is larger than the limit"
    TooMany              "P0903" "too-many"              Error   false "a policy has more of something than the limit"
    RequirementTooWide   "P0904" "requirement-too-wide"  Error   false "deciding a privilege would take more decisions than the limit"
}

impl Code {
    /// The code of a number (`P0301`, case-insensitive) or a name (`role-cycle`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Code> {
        Code::ALL.iter().copied().find(|code| code.number().eq_ignore_ascii_case(text) || code.name() == text)
    }
}

impl Code {
    /// Whether it depends on the time from which a policy is looked at: then it may come and go without a change of text.
    #[must_use]
    pub fn is_timed(self) -> bool {
        matches!(self, Code::ExpiredAssignment | Code::ExpiringAssignment)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}
