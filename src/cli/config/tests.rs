use super::read;
use crate::diagnostic::{Code, Level};

/// The fault of a text, as `line:column: message`.
#[track_caller]
fn fault(text: &str, at: &str, says: &str) {
    let fault = read::settings(text).unwrap_err();
    let start = text.find(at).unwrap();
    assert_eq!(fault.at, start, "{}", fault.text);
    assert!(fault.text.contains(says), "{}", fault.text);
    assert_eq!(fault.text.lines().count(), 1, "{}", fault.text);
}

#[test]
fn a_whole_file() {
    let text = "paths = [\"policies\", 'more/x.yaml'] # all\nformat = \"json\"\n[levels]\nP0701 = \"allow\"\n\
        unmet-requirement = \"warn\"\nP04 = \"deny\"\nwarnings = \"warn\"\n";
    let settings = read::settings(text).unwrap();
    assert_eq!(settings.paths, ["policies", "more/x.yaml"]);
    assert!(settings.format.is_some());
    assert_eq!(settings.levels.of(Code::UnusedAllow), Level::Allow);
    assert_eq!(settings.levels.of(Code::UnmetRequirement), Level::Warn);
    assert_eq!(settings.levels.of(Code::EntryWithoutEffect), Level::Deny);
    assert_eq!(read::settings("levels.p07 = 'deny'").unwrap().levels.of(Code::UnusedAllow), Level::Deny);
    assert!(read::settings("# nothing\n").unwrap().paths.is_empty());
}

#[test]
fn keys_that_do_not_exist() {
    fault("path = ['x']", "path", "`path` is no setting; did you mean `paths`?");
    fault("\n\n[level]\nP0701 = 'allow'", "level", "did you mean `levels`?");
    fault("P0701 = 'allow'", "P0701", "put it below `[levels]`");
    fault("whatever-it-is = 1", "whatever", "there are: format, levels, paths");
    fault("paths = ['x']\n[paths.more]\nx = 1", "paths.more", "this is not TOML");
}

#[test]
fn values_of_the_wrong_kind() {
    fault("paths = 'policies'", "'policies'", "write `paths = [\"policies\"]`");
    fault("paths = ['a', 3]", "3", "list of quoted paths");
    fault("paths = ['']", "''", "list of quoted paths");
    fault("paths = []", "[]", "names no path");
    fault("format = 7", "7", "in quotes: human");
    fault("format = 'jsn'", "'jsn'", "did you mean `json`?");
    fault("format = 'JSON'", "'JSON'", "did you mean `json`?");
    fault("levels = 'deny'", "'deny'", "write `[levels]`");
    fault("[levels]\nP0701 = false", "false", "\"allow\", \"warn\" or \"deny\"");
    fault("[levels]\nP0701 = 'allowed'", "'allowed'", "did you mean `allow`?");
    fault("[levels]\nP0701 = 'error'", "'error'", "there are: allow, warn, deny");
    fault("[levels]\nP0701 = { level = 'deny' }", "{", "\"allow\", \"warn\" or \"deny\"");
}

#[test]
fn codes_that_do_not_exist_or_can_t_be_lowered() {
    fault("[levels]\nunused-alow = 'deny'", "unused-alow", "did you mean `unused-allow`?");
    fault("[levels]\nP99 = 'deny'", "P99", "no code or block is called `P99`");
    fault("[levels]\nP07xx = 'deny'", "P07xx", "did you mean `P07`?");
    fault("[levels]\nwarning = 'deny'", "warning", "did you mean `warnings`?");
    fault("[levels]\nrole-cycle = 'warn'", "role-cycle", "always an error");
    fault("[levels]\nP00 = 'allow'", "P00", "everything in P00 is always an error");
}

#[test]
fn nothing_is_said_twice() {
    fault("[levels]\nP0701 = 'deny'\nunused-allow = 'deny'", "unused-allow", "as `P0701` in line 2");
    fault("format = 'json'\nformat = 'human'", "format = 'human'", "this is not TOML: duplicate key");
}

#[test]
fn what_is_not_toml() {
    fault("format = json", "json", "this is not TOML");
    fault("[levels\nP0701 = 'deny'", "\n", "this is not TOML");
    assert!(read::settings(&"[".repeat(100_000)).is_err());
    assert!(read::settings(&format!("paths = {}", "[".repeat(100_000))).is_err());
}
