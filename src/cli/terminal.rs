//! The two streams: what each of them can show, and what becomes of text that nobody reads any more.

use super::progress::Progress;
use clap::ValueEnum;
use std::borrow::Cow;
use std::cell::RefCell;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::rc::Rc;

/// The width for text that goes to no terminal.
const PLAIN_WIDTH: usize = 80;
/// Lines longer than this are hard to read, however wide the terminal.
const WIDEST: usize = 120;
/// Below this, fitting does more harm than a line that is broken by the terminal.
const NARROWEST: usize = 40;

/// `--color`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal that shows colors
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Both streams.
pub(super) struct Terminal {
    /// What was asked for.
    pub(super) out: Stream,
    /// What is said about it.
    pub(super) err: Stream,
    /// What is being done, while nothing else is said.
    pub(super) progress: Progress,
}

impl Terminal {
    pub(super) fn new(color: Color) -> Terminal {
        let (out, err) = (io::stdout(), io::stderr());
        let out_style = Style::of(color, out.is_terminal());
        let err_style = Style::of(color, err.is_terminal());
        let progress = Progress::new();
        let out = Stream::new(Box::new(Beside { progress: progress.clone(), to: out }), out_style);
        let err = Stream::new(Box::new(Beside { progress: progress.clone(), to: err }), err_style);
        Terminal { out, err, progress }
    }
}

/// A stream that may share its terminal with the line of progress.
struct Beside<W> {
    progress: Progress,
    to: W,
}

impl<W: Write> Write for Beside<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Beside { progress, to } = self;
        progress.beside(bytes, || to.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

/// One stream. Writing never fails in the middle of a command: a reader that went away (`| head`) has what it wanted, and
/// any other fault is told once, at the end.
pub(super) struct Stream {
    to: BufWriter<Box<dyn Write>>,
    failed: Option<io::Error>,
    /// What it can show.
    pub(super) style: Style,
}

impl Stream {
    pub(super) fn new(to: Box<dyn Write>, style: Style) -> Stream {
        Stream { to: BufWriter::new(to), failed: None, style }
    }

    /// A line.
    pub(super) fn line(&mut self, text: &str) {
        self.text(text);
        self.text("\n");
    }

    /// Text as it is.
    pub(super) fn text(&mut self, text: &str) {
        if self.failed.is_none() {
            self.failed = self.to.write_all(text.as_bytes()).err();
        }
    }

    /// Sends what there is so far. Whether somebody may still read what follows.
    pub(super) fn send(&mut self) -> bool {
        if self.failed.is_none() {
            self.failed = self.to.flush().err();
        }
        self.failed.is_none()
    }

    /// Sends what is left, and says why it could not be written.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        let result = match self.failed.take() {
            Some(error) => Err(error),
            None => self.to.flush(),
        };
        match result {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(crate::load::reason(&error)),
            _ => Ok(()),
        }
    }
}

/// What `print` leaves on a stream of this style, and what it says itself.
pub(super) fn captured<T>(style: Style, print: impl FnOnce(&mut Stream) -> T) -> (T, Vec<u8>) {
    let memory = Memory::default();
    let mut stream = Stream::new(Box::new(memory.clone()), style);
    let said = print(&mut stream);
    // Memory takes everything.
    let _ = stream.finish();
    (said, memory.0.take())
}

/// Bytes that can be read while a stream still holds them.
#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a stream can show.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    /// Colors.
    pub(super) color: bool,
    /// Characters for drawing beyond ASCII.
    pub(super) unicode: bool,
    /// Columns.
    pub(super) width: usize,
}

impl Style {
    fn of(color: Color, is_terminal: bool) -> Style {
        let color = match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => wants_color(is_terminal),
        };
        let width = if is_terminal { columns() } else { None };
        let width = width.unwrap_or_else(width_of_logs).clamp(NARROWEST, WIDEST);
        Style { color, unicode: is_terminal && locale_is_unicode(), width }
    }

    /// Of a file or a pipe.
    pub(super) fn plain(color: Color) -> Style {
        Style::of(color, false)
    }

    /// For what is fine.
    pub(super) fn good(self, text: &str) -> String {
        self.paint("32;1", text)
    }

    /// For what is not.
    pub(super) fn bad(self, text: &str) -> String {
        self.paint("31;1", text)
    }

    /// For what may be worth a look.
    pub(super) fn warn(self, text: &str) -> String {
        self.paint("33;1", text)
    }

    /// For what stands beside the matter.
    pub(super) fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }
}

/// Whether a variable says something.
pub(super) fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// What the environment says of colors, the strongest first, as clap has it for help.
fn wants_color(is_terminal: bool) -> bool {
    let is_zero = |variable: &str| std::env::var_os(variable).is_some_and(|value| value == "0");
    if is_set("NO_COLOR") {
        false
    } else if is_set("CLICOLOR_FORCE") && !is_zero("CLICOLOR_FORCE") {
        true
    } else {
        is_terminal && !is_zero("CLICOLOR") && !is_dumb()
    }
}

/// Whether a terminal shows nothing but text.
pub(super) fn is_dumb() -> bool {
    std::env::var_os("TERM").map_or(cfg!(unix), |term| term == "dumb" || term.is_empty())
}

/// The columns of the terminal, if there is one that says.
fn columns() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|&width| width > 0)
}

/// As many columns as a line may have on the terminal.
pub(super) fn width_of_terminal() -> usize {
    columns().unwrap_or(PLAIN_WIDTH)
}

/// Logs have no width of their own; who keeps them may say one.
fn width_of_logs() -> usize {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).unwrap_or(PLAIN_WIDTH)
}

/// Whether the locale can show more than ASCII, by the variables that POSIX names, the strongest first.
fn locale_is_unicode() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find(|name| is_set(name));
    match locale.and_then(std::env::var_os) {
        Some(locale) => {
            let locale = locale.to_string_lossy().to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        }
        None => cfg!(windows),
    }
}

/// Text of a policy as it may go to a terminal: characters that would steer it, or turn the reading direction, are replaced,
/// each by as many bytes, so that places in the text stay where they are. Tabs stay.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    let mut cleaned = String::with_capacity(text.len());
    for character in text.chars() {
        match (steers(character), character.len_utf8()) {
            (false, _) => cleaned.push(character),
            (true, 3) => cleaned.push(char::REPLACEMENT_CHARACTER),
            (true, bytes) => cleaned.extend(std::iter::repeat_n('?', bytes)),
        }
    }
    Cow::Owned(cleaned)
}

fn steers(character: char) -> bool {
    let direction =
        matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || (character.is_control() && character != '\t')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steering_characters_are_replaced_by_as_many_bytes() {
        for (given, wanted) in [
            ("plain\ttext", "plain\ttext"),
            ("a\u{1b}[31mb", "a?[31mb"),
            ("a\u{9b}b", "a??b"),
            ("a\u{202e}b", "a\u{fffd}b"),
            ("ä\nö", "ä?ö"),
        ] {
            assert_eq!(clean(given), wanted);
            assert_eq!(clean(given).len(), given.len(), "{given:?}");
        }
    }

    /// Takes `room` bytes, then fails.
    struct Narrow {
        room: usize,
        kind: ErrorKind,
    }

    impl Write for Narrow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.room == 0 {
                return Err(self.kind.into());
            }
            let taken = bytes.len().min(self.room);
            self.room -= taken;
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[track_caller]
    fn finish_after_much_text(kind: ErrorKind) -> Result<(), String> {
        let style = Style { color: false, unicode: false, width: PLAIN_WIDTH };
        let mut stream = Stream::new(Box::new(Narrow { room: 5, kind }), style);
        for _ in 0..10_000 {
            stream.line("some text");
        }
        stream.finish()
    }

    #[test]
    fn a_reader_that_went_away_is_no_fault_and_a_full_disk_is() {
        assert_eq!(finish_after_much_text(ErrorKind::BrokenPipe), Ok(()));
        assert!(finish_after_much_text(ErrorKind::StorageFull).is_err());
    }
}
