//! Whatever the bytes, an import ends with a policy or with findings that say why there is none.

use super::imported;
use crate::generate::{Dice, bytes};
use policyc::import::{Form, KubernetesOptions, MatrixOptions, Weight};
use policyc::source::{Format, Sources};

/// How many damaged texts are tried of each source.
const DAMAGED: u64 = 300;

/// Every source of these tests, with its form.
fn sources() -> Vec<(Form, Vec<(&'static str, &'static str)>)> {
    let matrix = |transposed| Form::Matrix(MatrixOptions { transposed, separator: None });
    vec![
        (matrix(false), vec![("a.csv", include_str!("csv/warehouse.csv"))]),
        (matrix(true), vec![("a.csv", include_str!("csv/warehouse.csv"))]),
        (
            Form::Kubernetes(KubernetesOptions::default()),
            vec![("a.yaml", include_str!("kubernetes/shop.yaml"))],
        ),
        (
            Form::Kubernetes(KubernetesOptions::default()),
            vec![("a.json", include_str!("kubernetes/shop.json"))],
        ),
        (Form::Azure, vec![("a.json", include_str!("azure/definitions.json"))]),
        (
            Form::Gcp,
            vec![("a.json", include_str!("gcp/roles.json")), ("b.json", include_str!("gcp/policy.json"))],
        ),
        (
            Form::Casbin,
            vec![
                ("a.conf", include_str!("casbin/tenants.conf")),
                ("a.csv", include_str!("casbin/tenants.csv")),
            ],
        ),
        (
            Form::Casbin,
            vec![("a.conf", include_str!("casbin/paths.conf")), ("a.csv", include_str!("casbin/paths.csv"))],
        ),
    ]
}

/// A text with a few places cut, repeated or replaced.
fn damaged(text: &str, dice: &mut Dice<'_>) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..dice.between(1, 4) {
        let at = dice.below(characters.len() + 1).min(characters.len().saturating_sub(1));
        let length = dice.between(1, 30).min(characters.len() - at);
        let odd =
            ['{', '}', '[', ']', '"', ',', ':', '*', '\n', '-', '&', '\t', 'é', '\u{0}', '#', '/', '\\', '='];
        match dice.below(4) {
            0 => drop(characters.drain(at..at + length)),
            1 => {
                let part: Vec<char> = characters[at..at + length].to_vec();
                characters.splice(at..at, part);
            }
            2 => characters.splice(at..at + 1, [*dice.pick(&odd)]).for_each(drop),
            _ => characters.insert(at, *dice.pick(&odd)),
        }
    }
    characters.into_iter().collect()
}

#[test]
fn damaged_sources_are_imported_or_told() {
    let (mut fine, mut refused) = (0, 0);
    for (number, (form, files)) in sources().into_iter().enumerate() {
        for seed in 0..DAMAGED {
            let bytes = bytes(seed * 100 + number as u64, 256);
            let mut dice = Dice::new(&bytes);
            let which = dice.below(files.len());
            let texts: Vec<(&str, String)> = files
                .iter()
                .enumerate()
                .map(|(at, (path, text))| {
                    (*path, if at == which { damaged(text, &mut dice) } else { (*text).to_owned() })
                })
                .collect();
            let texts: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (*path, text.as_str())).collect();
            let imported = imported(&form, &texts);
            match &imported.policy {
                Some(text) => {
                    let mut sources = Sources::new();
                    sources.add("a.policy", Format::Policy, text.as_str());
                    assert!(policyc::compile(&sources).policy.is_some(), "{text}");
                    fine += 1;
                }
                None => {
                    assert!(imported.count(Weight::Error) + imported.count(Weight::LeftOut) > 0, "{texts:?}");
                    refused += 1;
                }
            }
            for finding in &imported.findings {
                assert!(!finding.message.is_empty() && !finding.message.contains('\n'), "{finding:?}");
            }
        }
    }
    println!("{fine} imported, {refused} refused");
    assert!(fine > 100 && refused > 100, "{fine} {refused}");
}

#[test]
fn wildcards_that_would_take_forever_are_refused() {
    let rule = |at: usize| {
        format!("- {{ apiGroups: [g{at}, '*'], resources: [r{at}, '*'], verbs: [v{at}, '*'] }}\n")
    };
    let rules: String = (0..20_000).map(rule).collect();
    let text = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{ name: a }}\nrules:\n{rules}"
    );
    let imported = imported(&Form::Kubernetes(KubernetesOptions::default()), &[("a.yaml", &text)]);
    assert_eq!(imported.policy, None);
    let last = imported.findings.last().unwrap();
    assert!(last.message.contains("more than 40000000 comparisons"), "{last:?}");
}
