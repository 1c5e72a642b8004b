//! Rules of the grammar > the words that a person reads.

use super::grammar::Rule;

/// What a person would call one of the things that could stand at a place.
/// Several words stand between bars.
enum Phrase {
    /// Without one of these nothing goes on.
    Needed(&'static str),
    /// This may be left out.
    Optional(&'static str),
    /// What follows when all is said: named only if there is nothing else.
    Next(&'static str),
    /// Not worth a word.
    Silent,
}

/// At most that many things are said to be expected.
const MOST: usize = 6;

/// What was expected, in a few words; empty if there is nothing to be said.
pub(super) fn expectation(rules: &[Rule], close: bool) -> String {
    let (mut needed, mut optional, mut next) = (Vec::new(), Vec::new(), Vec::new());
    let value = rules.iter().any(|rule| matches!(rule, Rule::boolean | Rule::list));
    for &rule in rules {
        let (list, words) = match phrase(rule) {
            Phrase::Needed(words) => (&mut needed, words),
            Phrase::Optional(words) => (&mut optional, words),
            Phrase::Next(words) => (&mut next, words),
            Phrase::Silent => continue,
        };
        // Texts, numbers, principals and lists together are values.
        let part = value && matches!(rule, Rule::string | Rule::number | Rule::identity_ref | Rule::name);
        if !part && !list.contains(&words) {
            list.push(words);
        }
    }
    if close && !next.contains(&"`}`") {
        next.push("`}`");
    }
    let chosen = [needed, optional, next].into_iter().find(|list| !list.is_empty()).unwrap_or_default();
    let mut chosen: Vec<&str> = chosen.into_iter().flat_map(|words| words.split('|')).take(MOST).collect();
    let last = chosen.pop().unwrap_or_default();
    if chosen.is_empty() { last.to_owned() } else { format!("{} or {last}", chosen.join(", ")) }
}

/// The words of the language among what was expected.
pub(super) fn words(rules: &[Rule]) -> impl Iterator<Item = &'static str> {
    rules.iter().flat_map(|&rule| {
        let said = match phrase(rule) {
            Phrase::Needed(words) | Phrase::Optional(words) | Phrase::Next(words) => words,
            Phrase::Silent => "",
        };
        let said = said.split('|').filter_map(|one| one.strip_prefix('`')?.split('`').next());
        said.chain(unsaid(rule).iter().copied())
    })
}

/// The words of what is called by another name.
fn unsaid(rule: Rule) -> &'static [&'static str] {
    match rule {
        Rule::principal_ref | Rule::principals => &["anyone", "authenticated", "anonymous"],
        Rule::type_expr => &["bool", "int", "string", "timestamp", "ip", "principal"],
        Rule::strategy => &["deny-overrides", "nearest", "most-specific", "grant-overrides"],
        Rule::boolean => &["true", "false"],
        Rule::expr | Rule::unary | Rule::and_expr => &["not", "any", "all", "has", "true", "false"],
        Rule::compare_op => &["in", "contains", "==", "!=", "<=", ">="],
        _ => &[],
    }
}

/// Whether everything needed stands before the place.
pub(super) fn complete(rules: &[Rule]) -> bool {
    !rules.iter().any(|&rule| matches!(phrase(rule), Phrase::Needed(_)))
}

/// Whether a name could stand there, and nothing but names.
pub(super) fn only_names(rules: &[Rule]) -> bool {
    let named =
        |rule: &Rule| matches!(rule, Rule::name | Rule::privilege_item | Rule::names | Rule::category_item);
    let beside =
        |rule: &Rule| matches!(rule, Rule::close | Rule::doc_line | Rule::kw_allow | Rule::kw_privilege);
    let beside =
        |rule: &Rule| beside(rule) || matches!(rule, Rule::allow | Rule::privilege_set | Rule::privilege);
    rules.iter().any(|rule| named(rule) || *rule == Rule::privilege_set || *rule == Rule::privilege)
        && rules.iter().all(|rule| named(rule) || beside(rule))
}

/// Whether a name could stand there besides other things.
pub(super) fn some_name(rules: &[Rule]) -> bool {
    rules
        .iter()
        .any(|rule| matches!(rule, Rule::name | Rule::privilege_item | Rule::privilege_set | Rule::names))
}

/// What to know about the thing that was expected.
pub(super) fn hint(rules: &[Rule]) -> Option<&'static str> {
    rules.iter().find_map(|rule| match rule {
        Rule::principal_ref | Rule::principals => Some(
            "principals are `user:x`, `service:x`, `group:x`, `role:x`, `anyone`, `authenticated` and `anonymous`",
        ),
        Rule::scope => Some("a scope is `type:id`, `type:id only` or `type:*`"),
        Rule::resource_ref => Some("a resource is written as its type and its id, as in `folder:finance`"),
        Rule::type_expr => Some(
            "the types are `bool`, `int`, `string`, `timestamp`, `ip`, `principal`, texts as in `\"A\" | \"B\"`, and `[...]` \
             around one for a set",
        ),
        Rule::strategy => Some("the strategies are `deny-overrides`, `nearest`, `most-specific` and `grant-overrides`"),
        Rule::list | Rule::boolean => Some(
            "values are texts in quotes, numbers, dates, `true`, `false`, principals such as `user:x`, and lists in `[...]`",
        ),
        Rule::role_ref => Some("a role is written as `role:x` here"),
        _ => None,
    })
}

/// Every rule by the name that a person knows it by.
fn phrase(rule: Rule) -> Phrase {
    use Phrase::{Needed, Next, Optional, Silent};
    match rule {
        Rule::name | Rule::names => Needed("a name"),
        Rule::attribute_name | Rule::value => Needed("an attribute"),
        Rule::lone_attribute_item | Rule::attribute_item => Next("an attribute"),
        Rule::string => Needed("a text in quotes"),
        Rule::number => Needed("a number"),
        Rule::date => Needed("a date such as `2027-01-01`"),
        Rule::boolean | Rule::list | Rule::identity_ref => Needed("a value"),
        Rule::privilege_item | Rule::privilege_set | Rule::privilege => Needed("a privilege"),
        Rule::lone_category_item | Rule::category_item => Next("a privilege"),
        Rule::principal_ref | Rule::principals => Needed("a principal"),
        Rule::class => Needed("`anyone`|`authenticated`|`anonymous`"),
        Rule::resource_ref => Needed("a resource"),
        Rule::scope => Needed("a scope"),
        Rule::role_ref => Needed("a role"),
        Rule::type_expr | Rule::set_type | Rule::enum_type | Rule::type_word => Needed("a type"),
        Rule::strategy => Needed("a strategy"),
        Rule::default_value | Rule::kw_deny => Needed("`deny`|`grant`"),
        Rule::reason => Needed("a reason such as `default-deny`"),
        Rule::attribute_ref | Rule::setting => Needed("an attribute such as `context.mfa`"),
        Rule::expr | Rule::and_expr | Rule::unary | Rule::term | Rule::expr_fragment => Needed("a condition"),
        Rule::negation | Rule::parens | Rule::quantified | Rule::has | Rule::kw_has => Silent,
        Rule::self_word | Rule::quantifier | Rule::kw_not => Silent,
        Rule::compare_op => Optional("a comparison"),
        Rule::kw_and => Optional("`and`"),
        Rule::kw_or => Optional("`or`"),
        Rule::mark | Rule::matrix_row => Needed("a privilege with marks"),

        Rule::statement
        | Rule::statements
        | Rule::plain
        | Rule::next
        | Rule::head
        | Rule::item
        | Rule::invariant => Next("a statement"),
        Rule::policy | Rule::policy_head | Rule::kw_policy | Rule::kw_resource => Next("a statement"),
        Rule::resource | Rule::resource_head | Rule::principal_block | Rule::principal_head => {
            Next("a statement")
        }
        Rule::context_block | Rule::context_head | Rule::category | Rule::category_head => {
            Next("a statement")
        }
        Rule::privilege_line | Rule::role | Rule::role_head | Rule::group | Rule::identity => {
            Next("a statement")
        }
        Rule::instance | Rule::assign | Rule::entry | Rule::on_block | Rule::exclusive => Next("a statement"),
        Rule::limit | Rule::together | Rule::claim | Rule::test | Rule::test_head => Next("a statement"),
        Rule::matrix | Rule::matrix_head | Rule::kw_assign | Rule::kw_category => Next("a statement"),
        Rule::kw_context | Rule::kw_exclusive | Rule::kw_group | Rule::kw_limit => Next("a statement"),
        Rule::kw_matrix | Rule::kw_never | Rule::kw_principal | Rule::kw_role => Next("a statement"),
        Rule::kw_test | Rule::identity_kind | Rule::claim_word => Next("a statement"),

        Rule::lone_policy_item | Rule::policy_item | Rule::kw_resolve => Next("`default`|`resolve`"),
        Rule::lone_resource_item | Rule::resource_item => Next("`attribute`|`default`|`resolve`"),
        Rule::lone_role_item | Rule::role_item | Rule::role_entry | Rule::role_block => {
            Next("`grant`|`deny`|`bypass`|`on`")
        }
        Rule::lone_role_on_item | Rule::role_on_item | Rule::effect => Next("`grant`|`deny`|`bypass`"),
        Rule::lone_on_item | Rule::on_item => Next("`assign`|`grant`|`deny`|`bypass`"),
        Rule::lone_test_item | Rule::test_item | Rule::check => Next("`as`|`with`|`at`|`can`|`cannot`"),
        Rule::lone_matrix_item | Rule::matrix_item => Next("`with`|`roles`|a privilege with marks"),
        Rule::matrix_roles | Rule::kw_roles => Optional("`roles`"),

        Rule::open => Needed("`{`"),
        Rule::close => Next("`}`"),
        Rule::open_list => Optional("`[`"),
        Rule::close_list => Needed("`]`"),
        Rule::open_paren => Needed("`(`"),
        Rule::close_paren => Needed("`)`"),
        Rule::colon => Needed("`:`"),
        Rule::equals => Needed("`=` and a value"),

        Rule::kw_to => Needed("`to` and the principals"),
        Rule::kw_can => Needed("`can` and the privileges"),
        Rule::kw_cannot => Needed("`can`|`cannot`"),
        Rule::kw_for => Needed("`for` and the role"),
        Rule::kw_path => Needed("`path`"),
        Rule::kw_unlisted => Needed("`unlisted`"),
        Rule::kw_together => Needed("`together`"),
        Rule::kw_attribute => Needed("`attribute`"),
        Rule::kw_default | Rule::default_rule | Rule::resolve_rule => Optional("`default`"),
        Rule::kw_grant => Needed("`deny`|`grant`"),
        Rule::kw_as | Rule::test_as => Optional("`as`"),
        Rule::kw_at | Rule::test_at => Optional("`at`"),
        Rule::kw_with | Rule::with => Optional("`with`"),
        Rule::kw_because | Rule::because => Optional("`because`"),
        Rule::kw_by | Rule::by_path => Optional("`by path`"),
        Rule::kw_disabled => Optional("`disabled`"),
        Rule::kw_except | Rule::except => Optional("`except`"),
        Rule::kw_from | Rule::from => Optional("`from`"),
        Rule::kw_until | Rule::until => Optional("`until`"),
        Rule::kw_in | Rule::in_names | Rule::in_resource => Optional("`in`"),
        Rule::kw_includes | Rule::includes => Optional("`includes`"),
        Rule::kw_inherits | Rule::inherits => Optional("`inherits`"),
        Rule::kw_on | Rule::on_scope | Rule::on_names | Rule::on_resource | Rule::on_head => Optional("`on`"),
        Rule::kw_only | Rule::only => Optional("`only`"),
        Rule::kw_privilege => Silent,
        Rule::kw_requires | Rule::requires | Rule::role_requires => Optional("`requires`"),
        Rule::kw_when | Rule::when | Rule::when_unlisted => Optional("`when`"),
        Rule::values => Optional("`{`"),
        Rule::EOI => Silent,

        Rule::WHITESPACE | Rule::comment | Rule::line | Rule::comma | Rule::doc_line | Rule::meta => Silent,
        Rule::allow | Rule::kw_allow | Rule::id_start | Rule::id_char | Rule::type_char => Silent,
        Rule::reserved | Rule::type_name | Rule::reserved_type | Rule::type_scope => Silent,
        Rule::privilege_list | Rule::attribute_decl | Rule::column | Rule::operand | Rule::literal => Silent,
        Rule::type_fragment | Rule::default_fragment => Silent,
    }
}
