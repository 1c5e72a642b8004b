//! A terminal for a test: a command that runs on it, what it wrote, and what a person would see of that.

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};

/// Which streams of a command are the terminal; the others are nothing, or what the command has for them already.
#[derive(Clone, Copy)]
pub struct On {
    pub out: bool,
    pub err: bool,
}

pub const BOTH: On = On { out: true, err: true };

pub struct Running {
    pub child: Child,
    written: JoinHandle<Vec<u8>>,
}

/// Starts a command on a terminal of so many columns.
pub fn start(mut command: Command, columns: u16, on: On) -> Running {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let name = ptsname(&master, Vec::new()).unwrap();
    let terminal = File::options().read(true).write(true).open(OsStr::from_bytes(name.as_bytes())).unwrap();
    let size = Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(&terminal, size).unwrap();
    let stream = || Stdio::from(OwnedFd::from(terminal.try_clone().unwrap()));
    if on.out {
        command.stdout(stream());
    }
    if on.err {
        command.stderr(stream());
    }
    let child = command.spawn().unwrap();
    // Who keeps the other end open never sees this one end.
    drop(command);
    drop(terminal);
    let written = thread::spawn(move || {
        let (mut from, mut all, mut some) = (File::from(master), Vec::new(), [0; 4096]);
        // The last writer that goes away is an error here.
        while let Ok(count @ 1..) = from.read(&mut some) {
            all.extend_from_slice(&some[..count]);
        }
        all
    });
    Running { child, written }
}

impl Running {
    /// What was written to the terminal until the end.
    pub fn end(mut self) -> (String, ExitStatus) {
        let status = self.child.wait().unwrap();
        (String::from_utf8(self.written.join().unwrap()).unwrap(), status)
    }
}

/// Runs a command on a terminal to its end.
pub fn run(command: Command, columns: u16) -> String {
    start(command, columns, BOTH).end().0
}

/// The lines that stand on the terminal in the end, without the blanks at their ends.
pub fn seen(written: &str) -> String {
    let lines = written.split('\n').map(|line| {
        let mut shown: Vec<char> = Vec::new();
        for part in line.split('\r') {
            for (at, character) in part.chars().enumerate() {
                match shown.get_mut(at) {
                    Some(place) => *place = character,
                    None => shown.push(character),
                }
            }
        }
        shown.into_iter().collect::<String>().trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn send(child: &Child, signal: Signal) {
    let id = Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap();
    // It may have ended already, and is not waited for yet.
    kill_process(id, signal).unwrap();
}
