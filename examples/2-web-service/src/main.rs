//! A web service whose routes are guarded by a policy that is followed while it runs.
//!
//! Enters: `web-service ADDRESS POLICY...`. Leaves: answers over HTTP until it is told to stop. What the policy decides is never
//! known here: `guard` asks it.

mod guard;
mod health;
mod tickets;

use axum::Router;
use axum::routing::get;
use policyc::watch::{Event, Live, Options};
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::net::TcpListener;

/// What every handler shares: the policy of this moment, whichever that is.
type Policies = Arc<Live>;

#[tokio::main]
async fn main() -> ExitCode {
    match serve().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".to_owned());
    let mut paths: Vec<PathBuf> = arguments.map(PathBuf::from).collect();
    if paths.is_empty() {
        paths.push("policy".into());
    }
    // Without a good policy there is no service: this is the one time that a bad one ends it.
    let live = Arc::new(Live::open_with(&paths, options())?);
    let listener = TcpListener::bind(&address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    // Takes no more connections once it is told to stop, and ends when the requests that run have their answers.
    axum::serve(listener, routes(live)).with_graceful_shutdown(told_to_stop()).await?;
    println!("stopped");
    Ok(())
}

fn routes(live: Policies) -> Router {
    let ticket = get(tickets::view).post(tickets::answer).delete(tickets::delete);
    Router::new()
        .route("/queues/{queue}/tickets/{ticket}", ticket)
        .route("/health", get(health::health))
        .with_state(live)
}

/// A policy that fails its own tests, or gives anybody a destructive privilege, does not replace the one that runs.
fn options() -> Options {
    let options = Options::default().guard_tests().guard_categories(["destructive"]);
    options.on_event(|event| match event {
        Event::Reloaded { new, .. } => {
            eprintln!("policy {} runs, generation {}", new.digest, new.generation);
        }
        Event::Refused(refusal) => eprintln!("policy not reloaded: {refusal}"),
        Event::Restored(_) => eprintln!("the files say again what runs"),
        _ => {}
    })
}

/// Comes back with Ctrl-C, or when the system wants the process to end.
async fn told_to_stop() {
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            eprintln!("cannot wait for Ctrl-C: {error}");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                eprintln!("cannot wait for SIGTERM: {error}");
                std::future::pending::<()>().await;
            }
        }
    };
    #[cfg(not(unix))]
    let terminated = std::future::pending::<()>();
    tokio::select! {
        () = interrupted => {}
        () = terminated => {}
    }
}
