//! Paths of source files > the forms in which programs name files.
//!
//! Enters: a path as it was given or found. Leaves: text with forward slashes. Asks no file system.

use std::path::{Component, Path};

/// With forward slashes and without a leading `./`, as tools name files of a repository.
pub(super) fn slashed(path: &Path) -> String {
    join(path, |part| part.to_string_lossy().into_owned())
}

/// A URI reference by RFC 3986: relative where the path is, else with the scheme `file`.
pub(super) fn uri(path: &Path) -> String {
    let text = join(path, |part| percent_encoded(part.as_encoded_bytes()));
    match text.strip_prefix('/') {
        Some(rest) => format!("file:///{rest}"),
        // A drive comes before the root.
        None if path.is_absolute() => format!("file:///{text}"),
        None => text,
    }
}

fn join(path: &Path, part: impl Fn(&std::ffi::OsStr) -> String) -> String {
    let mut text = String::new();
    for component in path.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        match component {
            Component::CurDir => {}
            Component::RootDir if text.is_empty() => text.push('/'),
            Component::RootDir => {}
            Component::ParentDir => text.push_str(".."),
            Component::Prefix(prefix) => {
                text.push_str(&prefix.as_os_str().to_string_lossy().replace('\\', "/"));
            }
            Component::Normal(name) => text.push_str(&part(name)),
        }
    }
    text
}

/// Everything but what RFC 3986 calls unreserved: a colon in the first part of a relative path would begin a scheme.
fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, wanted_path: &str, wanted_uri: &str) {
        assert_eq!(slashed(Path::new(path)), wanted_path);
        assert_eq!(uri(Path::new(path)), wanted_uri);
    }

    #[test]
    fn paths_become_references() {
        check("a.policy", "a.policy", "a.policy");
        check("./b/a.policy", "b/a.policy", "b/a.policy");
        check("b/./a.policy", "b/a.policy", "b/a.policy");
        check("../a.policy", "../a.policy", "../a.policy");
        check("my rules/50%/ä.policy", "my rules/50%/ä.policy", "my%20rules/50%25/%C3%A4.policy");
        check("c:d.policy", "c:d.policy", "c%3Ad.policy");
        check("a?b#c.yaml", "a?b#c.yaml", "a%3Fb%23c.yaml");
        check("/etc/x y.policy", "/etc/x y.policy", "file:///etc/x%20y.policy");
    }
}
