//! A file with faults > whether it is written in the other of the two forms, and read so.
//!
//! The ending of a path decides how a file is read. Where that fails, one finding says which ending is right, instead of one for
//! each line, and what the file declares is known to the others all the same.

use crate::ast::File;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::{Format, Source, SourceId, Span};
use crate::{syntax, yaml};
use std::ops::Range;

/// The file as it was meant, with the one finding, if its text begins as the other form does.
pub(super) fn meant(id: SourceId, source: &Source) -> Option<(File, Diagnostic)> {
    let text = source.text.as_str();
    let (begins, first) = begins(text)?;
    if begins == source.format {
        return None;
    }
    // What is wrong with it is said once it has the right name.
    let mut faults = Vec::new();
    let (file, code, message, ending) = match begins {
        Format::Yaml => {
            (yaml::parse(id, text, &mut faults), Code::SyntaxError, "the file holds YAML", "yaml")
        }
        Format::Policy => {
            let message = "the file holds the language of `*.policy` files, not YAML";
            (syntax::parse(id, text, &mut faults), Code::YamlSyntax, message, "policy")
        }
    };
    let name = source.path.with_extension(ending);
    let name = name.file_name().map_or_else(|| format!("*.{ending}").into(), |name| name.to_string_lossy());
    let finding = Diagnostic::new(code, Span::new(id, first), message);
    Some((file, finding.help(format!("rename it to `{name}`"))))
}

/// The form that a text begins in, and the word that shows it.
fn begins(text: &str) -> Option<(Format, Range<usize>)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let start = at;
        at += line.len();
        let written = line.trim();
        if written.is_empty() || written.starts_with(['#', '%']) || written == "---" {
            continue;
        }
        let start = start + line.len() - line.trim_start().len();
        let end = written.find([' ', '\t', ':', '{', '(']).unwrap_or(written.len());
        let (word, rest) = written.split_at(end);
        let behind =
            |mark| rest.strip_prefix(mark).is_some_and(|rest: &str| rest.is_empty() || rest.starts_with(' '));
        let format = match () {
            () if yaml::is_section(word) && behind(':') => Format::Yaml,
            () if syntax::begins_statement(word) && !rest.trim_start().starts_with(':') => Format::Policy,
            () => return None,
        };
        return Some((format, start..start + end));
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::diagnostic::Code;
    use crate::source::{Format, Sources};

    /// The findings on a file, and how many statements were read.
    #[track_caller]
    fn check(path: &str, text: &str, expected: &[(Code, &str, &str)], items: usize) {
        let mut sources = Sources::new();
        sources.add(path, Format::of(path.as_ref()).unwrap(), text);
        let mut found = Vec::new();
        let files = super::super::parse(&sources, &mut found);
        let said = found
            .iter()
            .map(|one| (one.code, sources.slice(one.primary.span), one.help.as_deref().unwrap_or("")));
        assert_eq!(said.collect::<Vec<_>>(), expected, "{text}");
        assert_eq!(files[0].items.len(), items, "{text}");
    }

    #[test]
    fn yaml_in_a_policy_file() {
        let finding = (Code::SyntaxError, "roles", "rename it to `a.yaml`");
        check("dir/a.policy", "# roles\n---\nroles:\n  r: { grant: a }\n  s: {}\n", &[finding], 2);
        check("dir/a.policy", "roles: { r: { grant: a } }\nusers: { u }", &[finding], 2);
    }

    #[test]
    fn the_language_in_a_yaml_file() {
        let finding = |word| [(Code::YamlSyntax, word, "rename it to `a.policy`")];
        check("a.yml", "## The reader.\nrole r { grant a }\nuser u", &finding("role"), 2);
        check("a.yaml", "policy p", &finding("policy"), 1);
        check("a.yaml", "context { mfa: bool }", &finding("context"), 1);
        // One finding, whatever else is wrong.
        check("a.yaml", "role r { garnt a }\nuser u", &finding("role"), 2);
    }

    #[test]
    fn faults_of_the_right_form() {
        let unknown = (Code::YamlUnknownKey, "rolez");
        let mut sources = Sources::new();
        sources.add("a.yaml", Format::Yaml, "policy: p\nrolez: {}\n");
        let mut found = Vec::new();
        super::super::parse(&sources, &mut found);
        let said: Vec<_> = found.iter().map(|one| (one.code, sources.slice(one.primary.span))).collect();
        assert_eq!(said, [unknown]);
        check("a.policy", "role r { grant a }\nuser u", &[], 2);
    }
}
