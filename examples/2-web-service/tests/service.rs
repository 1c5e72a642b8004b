//! The service runs and is asked over HTTP, while its policy changes and when it is told to stop. What has to come is waited for;
//! the time out only ends a test that has failed.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const LONG: Duration = Duration::from_secs(60);
const TICKET: &str = "/queues/billing/tickets/42";

/// A service with a policy of its own.
struct Service {
    child: Child,
    out: BufReader<ChildStdout>,
    address: SocketAddr,
    directory: PathBuf,
}

/// An answer: the status and the body.
type Answer = (u16, Value);

impl Service {
    fn start(name: &str) -> Service {
        let directory =
            std::env::temp_dir().join(format!("policyc-web-service-{}-{name}", std::process::id()));
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("helpdesk.policy"), policy()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_web-service"));
        let command = command.arg("127.0.0.1:0").arg(&directory).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").unwrap().parse().unwrap();
        Service { child, out, address, directory }
    }

    /// Saves by rename, so that nobody sees half of it.
    fn save(&self, text: &str) {
        fs::write(self.directory.join("beside"), text).unwrap();
        fs::rename(self.directory.join("beside"), self.directory.join("helpdesk.policy")).unwrap();
    }

    /// Sends the head of a request, and as much of the body as is given.
    fn send(&self, method: &str, path: &str, user: Option<&str>, length: usize, body: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        let user = user.map(|user| format!("x-user: {user}\r\n")).unwrap_or_default();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: test\r\nconnection: close\r\ncontent-length: {length}\r\n{user}\r\n"
        );
        stream.write_all((head + body).as_bytes()).unwrap();
        stream
    }

    fn ask(&self, method: &str, path: &str, user: Option<&str>) -> Answer {
        answer(self.send(method, path, user, 0, ""))
    }

    fn health(&self) -> Value {
        let (status, health) = self.ask("GET", "/health", None);
        assert_eq!(status, 200);
        health
    }

    #[track_caller]
    fn comes_to(&self, what: &str, holds: impl Fn(&Service) -> bool) {
        let start = Instant::now();
        while !holds(self) {
            assert!(start.elapsed() < LONG, "never: {what}: {}", self.health());
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    fn terminate(&self) {
        // Every shell has it; not every system has it as a program.
        let kill = format!("kill -s TERM {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.directory);
    }
}

fn answer(mut stream: TcpStream) -> Answer {
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    (status, serde_json::from_str(body).unwrap_or(Value::Null))
}

/// The policy beside the service.
fn policy() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("policy/helpdesk.policy")).unwrap()
}

#[test]
fn routes_are_guarded() {
    let service = Service::start("routes");
    assert_eq!(service.ask("GET", TICKET, Some("ann")).0, 200);
    assert_eq!(service.ask("POST", TICKET, Some("ann")).0, 200);
    let (status, denied) = service.ask("DELETE", TICKET, Some("ann"));
    assert_eq!(status, 403);
    let expected = serde_json::json!({
        "error": "denied", "privilege": "ticket.delete", "resource": "ticket:42",
        "reason": "default-deny", "generation": 1,
    });
    assert_eq!(denied, expected);
    assert_eq!(service.ask("POST", "/queues/legal/tickets/43", Some("ann")).0, 403);
    assert_eq!(service.ask("DELETE", "/queues/legal/tickets/43", Some("bob")).0, 200);
    // Whoever is not known to the policy has nothing, and who says no name is nobody.
    assert_eq!(service.ask("GET", TICKET, Some("eve")).0, 403);
    assert_eq!(service.ask("GET", TICKET, None), (401, serde_json::json!({ "error": "unauthenticated" })));
    assert_eq!(service.ask("GET", TICKET, Some("")).0, 401);
    let health = service.health();
    assert_eq!((&health["policy"], &health["generation"]), (&"current".into(), &1.into()));
    assert!(health["failure"].is_null() && health["since"].as_u64().unwrap() > 1_700_000_000, "{health}");
}

#[test]
fn the_policy_changes_while_the_service_runs() {
    let service = Service::start("changes");
    let legal = "/queues/legal/tickets/43";
    assert_eq!(service.ask("GET", legal, Some("ann")).0, 403);
    let first = service.health()["digest"].clone();

    // A good change.
    service.save(&(policy() + "assign reader to user:ann on queue:legal\n"));
    service.comes_to("ann reads", |service| service.ask("GET", legal, Some("ann")).0 == 200);
    let health = service.health();
    assert_eq!((&health["policy"], &health["generation"]), (&"current".into(), &2.into()));
    assert_ne!(health["digest"], first);

    // A broken one: what ran goes on, and the health says so.
    service.save(&(policy() + "assign raeder to user:ann\n"));
    service.comes_to("it is told", |service| service.health()["policy"] == "stale");
    let health = service.health();
    assert_eq!(health["generation"], 2);
    assert!(health["failure"]["reason"].as_str().unwrap().contains("`raeder`"), "{health}");
    assert_eq!(service.ask("GET", legal, Some("ann")).0, 200);

    // One that fails its own test, and gives away what is destructive.
    service.save(&(policy() + "grant ticket.delete to user:ann\n"));
    let reason = |health: Value| health["failure"]["reason"].as_str().unwrap_or_default().to_owned();
    service.comes_to("it is held back", |service| reason(service.health()).contains("1 of 3 tests fail"));
    assert!(reason(service.health()).contains("in category `destructive`: user:ann can now ticket.delete"));
    assert_eq!(service.ask("DELETE", TICKET, Some("ann")).0, 403);

    // Repaired.
    service.save(&policy());
    service.comes_to("it is current", |service| service.health()["policy"] == "current");
    assert_eq!(service.health()["generation"], 3);
    assert_eq!(service.ask("GET", legal, Some("ann")).0, 403);
}

#[test]
fn requests_that_run_are_finished() {
    let mut service = Service::start("stop");
    let mut running = service.send("POST", TICKET, Some("ann"), 10, "half ");
    // The request is under way once another one that came later is answered.
    service.health();
    service.terminate();
    service_takes_no_more(&service);
    assert!(service.child.try_wait().unwrap().is_none(), "it waits for the request");
    running.write_all(b"whole").unwrap();
    let (status, body) = answer(running);
    assert_eq!((status, &body["characters"]), (200, &10.into()));
    let mut rest = String::new();
    service.out.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), service.child.wait().unwrap().code()), ("stopped\n", Some(0)));
}

#[track_caller]
fn service_takes_no_more(service: &Service) {
    let start = Instant::now();
    while TcpStream::connect(service.address).is_ok() {
        assert!(start.elapsed() < LONG, "it goes on to listen");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn without_a_good_policy_there_is_no_service() {
    let directory = std::env::temp_dir().join(format!("policyc-web-service-{}-none", std::process::id()));
    let mut command = Command::new(env!("CARGO_BIN_EXE_web-service"));
    let output = command.arg("127.0.0.1:0").arg(&directory).output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("error: cannot read `") && said.lines().count() == 1, "{said}");
}
