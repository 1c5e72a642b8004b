//! Pages of policyc in a real browser.
//!
//! Enters: a policy, as text or as a directory of the repository. Leaves: a page of the command, opened in Chromium without a window.
//! A machine without the browser or its driver fails the tests and says what to install: nothing is skipped.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;

const INSTALL: &str = "install Chromium and its driver (Debian: `apt-get install chromium chromium-driver`), or name them in the \
     environment's CHROMIUM and CHROMEDRIVER";

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The command, built once; the environment's POLICYC names another one.
fn policyc() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        if let Some(path) = std::env::var_os("POLICYC") {
            return path.into();
        }
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--locked", "--all-features", "--bin", "policyc"]);
        build.arg("--message-format=json-render-diagnostics").current_dir(root());
        let built = build.stderr(Stdio::inherit()).output().expect("cargo runs");
        assert!(built.status.success(), "policyc does not build");
        let text = String::from_utf8_lossy(&built.stdout);
        let messages = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut executable = messages.filter_map(|message| message["executable"].as_str().map(PathBuf::from));
        executable.next_back().expect("cargo names what it built")
    })
}

/// Runs the command in the root of the repository, and wants it to succeed.
#[track_caller]
pub fn run(arguments: &[&str]) {
    let ran = Command::new(policyc()).args(arguments).current_dir(root()).output().expect("policyc runs");
    assert!(ran.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&ran.stderr));
}

/// A program by the environment, or by its name on the path.
#[track_caller]
fn program(variable: &str, names: &[&str]) -> PathBuf {
    if let Some(path) = std::env::var_os(variable) {
        return path.into();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = names.iter().flat_map(|name| directories.iter().map(move |at| at.join(name)));
    found
        .into_iter()
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("no {} on the path: {INSTALL}", names[0]))
}

/// A browser with one page, and what it was made from.
pub struct Browser {
    /// The session.
    pub driver: WebDriver,
    process: Child,
    port: u16,
    directory: TempDir,
}

/// Ends the session and both processes, also where a test fails. The client's own end would wait for a runtime that is gone by then.
impl Drop for Browser {
    fn drop(&mut self) {
        let end = || -> std::io::Result<()> {
            let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(10)))?;
            let session = self.driver.session_id();
            write!(
                stream,
                "DELETE /session/{session} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )?;
            stream.read_to_end(&mut Vec::new()).map(drop)
        };
        let _ = end();
        let _ = self.driver.clone().leak();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Browser {
    /// Opens the matrix of a policy; the options are those of `policyc matrix`.
    pub async fn matrix(policy: &str, options: &[&str]) -> Browser {
        let directory = TempDir::new().expect("a directory");
        let source = directory.path().join("a.policy");
        std::fs::write(&source, policy).expect("the policy is written");
        Browser::matrix_at(&source, options, directory).await
    }

    /// Opens the matrix of one of the policies of the repository.
    pub async fn matrix_of(name: &str, options: &[&str]) -> Browser {
        let directory = TempDir::new().expect("a directory");
        Browser::matrix_at(&Path::new("policies").join(name), options, directory).await
    }

    async fn matrix_at(source: &Path, options: &[&str], directory: TempDir) -> Browser {
        let page = directory.path().join("page.html");
        let (source, file) = (source.to_str().expect("a plain path"), page.to_str().expect("a plain path"));
        run(&[&["matrix", "-p", source, "-o", file], options].concat());
        Browser::open(&page, directory).await
    }

    /// Opens a file.
    pub async fn open(page: &Path, directory: TempDir) -> Browser {
        let chromium =
            program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]);
        let driver = program("CHROMEDRIVER", &["chromedriver"]);
        let mut process =
            Command::new(driver).arg("--port=0").stdout(Stdio::piped()).spawn().expect("the driver starts");
        // It says on which port it listens.
        let lines = BufReader::new(process.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let port = |line: String| {
            line.split_once("successfully on port ")?.1.trim_end_matches('.').parse::<u16>().ok()
        };
        let port = lines.into_iter().find_map(port).expect("the driver names its port");
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(chromium.to_str().expect("a plain path")).expect("a capability");
        // Containers have no user namespaces for the sandbox; the pages are our own.
        for argument in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--force-device-scale-factor=1",
        ] {
            wanted.add_arg(argument).expect("a capability");
        }
        wanted
            .set("goog:loggingPrefs", json!({"performance": "ALL", "browser": "ALL"}))
            .expect("a capability");
        let driver =
            WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.unwrap_or_else(|error| {
                let _ = process.kill();
                panic!("{error}: is this driver one for this browser? {INSTALL}")
            });
        let browser = Browser { driver, process, port, directory };
        browser.size(1280, 900).await;
        browser.goto(page, "").await;
        browser
    }

    /// Goes to a file, with what stands behind `#`.
    pub async fn goto(&self, page: &Path, state: &str) {
        let address = format!("file://{}{state}", page.display());
        self.driver.goto(address).await.expect("the page opens");
    }

    /// The page, as a file.
    pub fn page(&self) -> PathBuf {
        self.directory.path().join("page.html")
    }

    /// What a function body returns.
    pub async fn js(&self, body: &str) -> Value {
        let ran =
            self.driver.execute(body, Vec::new()).await.unwrap_or_else(|error| panic!("{body}: {error}"));
        ran.json().clone()
    }

    /// What a function body returns, as text.
    pub async fn text(&self, body: &str) -> String {
        self.js(body).await.as_str().map(str::to_owned).unwrap_or_default()
    }

    /// What a function body returns, as texts.
    pub async fn texts(&self, body: &str) -> Vec<String> {
        let list = self.js(body).await;
        list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
    }

    /// Presses keys wherever the focus is.
    pub async fn press(&self, keys: &str) {
        for key in keys.chars() {
            self.driver.action_chain().send_keys(key.to_string()).perform().await.expect("keys are pressed");
        }
    }

    /// Clicks on what a selector finds first.
    pub async fn click(&self, selector: &str) {
        let element =
            self.driver.find(By::Css(selector)).await.unwrap_or_else(|error| panic!("{selector}: {error}"));
        element.click().await.unwrap_or_else(|error| panic!("{selector}: {error}"));
    }

    /// Sets the size of the page in pixels, also below what a window can have.
    pub async fn size(&self, width: u32, height: u32) {
        let size = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.driver.cdp().send_raw("Emulation.setDeviceMetricsOverride", size).await.expect("a size");
    }

    /// Sets features of the media: `prefers-color-scheme`, or the kind: `print`.
    pub async fn media(&self, kind: &str, scheme: &str) {
        let media = json!({"media": kind, "features": [{"name": "prefers-color-scheme", "value": scheme}]});
        self.driver.cdp().send_raw("Emulation.setEmulatedMedia", media).await.expect("media");
    }

    /// Lets the page run without scripts.
    pub async fn without_scripts(&self) {
        let value = json!({"value": true});
        self.driver.cdp().send_raw("Emulation.setScriptExecutionDisabled", value).await.expect("no scripts");
        self.driver.refresh().await.expect("the page opens again");
    }

    /// Takes a picture, kept where the environment's SCREENSHOTS says.
    pub async fn picture(&self, name: &str) -> Vec<u8> {
        let bytes = self.driver.screenshot_as_png().await.expect("a picture");
        if let Some(directory) = std::env::var_os("SCREENSHOTS") {
            std::fs::create_dir_all(&directory).expect("a directory for pictures");
            std::fs::write(Path::new(&directory).join(format!("{name}.png")), &bytes)
                .expect("a picture is written");
        }
        bytes
    }

    /// The addresses that the browser asked for since the page was opened, apart from the page.
    pub async fn requests(&self) -> Vec<String> {
        let log = self.driver.get_log("performance").await.expect("a log");
        let events = log.iter().filter_map(|entry| serde_json::from_str::<Value>(&entry.message).ok());
        let asked = events.filter(|event| event["message"]["method"] == "Network.requestWillBeSent");
        let address = |event: Value| event["message"]["params"]["request"]["url"].as_str().map(str::to_owned);
        let page = format!("file://{}", self.page().display());
        asked
            .filter_map(address)
            .filter(|address| !address.starts_with(&page) && address != "data:,")
            .collect()
    }

    /// What the browser complains of.
    pub async fn complaints(&self) -> Vec<String> {
        let log = self.driver.get_log("browser").await.expect("a log");
        log.into_iter().map(|entry| entry.message).collect()
    }
}
