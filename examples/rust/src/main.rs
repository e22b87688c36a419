//! Rolls dice over HTTP.

use axum::{Router, extract::Path, http::StatusCode, routing::get};
use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

static ROLLS: AtomicU64 = AtomicU64::new(0);
static DRAINING: AtomicBool = AtomicBool::new(false);

/// Each `RandomState` has random keys, which suffices for dice.
fn roll(sides: u64) -> u64 {
    ROLLS.fetch_add(1, Ordering::Relaxed);
    RandomState::new().build_hasher().finish() % sides + 1
}

async fn die(Path(sides): Path<u64>) -> Result<String, StatusCode> {
    match sides {
        2..=1000 => Ok(format!("{}\n", roll(sides))),
        _ => Err(StatusCode::BAD_REQUEST),
    }
}

async fn ready() -> StatusCode {
    if DRAINING.load(Ordering::Relaxed) { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
}

async fn metrics() -> String {
    format!("# TYPE dice_rolls_total counter\ndice_rolls_total {}\n", ROLLS.load(Ordering::Relaxed))
}

fn router(sides: u64) -> Router {
    Router::new()
        .route("/", get(move || async move { format!("{}\n", roll(sides)) }))
        .route("/d/{sides}", get(die))
        .route("/healthz", get(|| async { StatusCode::OK }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Waits for SIGTERM, and then until the cluster has heard that this pod is not ready.
async fn stopped() {
    signal(SignalKind::terminate()).expect("signals can be received").recv().await;
    DRAINING.store(true, Ordering::Relaxed);
    tokio::time::sleep(Duration::from_secs(2)).await;
}

#[tokio::main]
async fn main() {
    let number = |name: &str, otherwise: u64| {
        env::var(name).map_or(otherwise, |value| value.parse().unwrap_or_else(|_| panic!("{name} must be a number")))
    };
    let sides = number("SIDES", 6).max(2);
    let listener = TcpListener::bind(("0.0.0.0", number("PORT", 8080) as u16)).await.expect("the port is free");
    axum::serve(listener, router(sides)).with_graceful_shutdown(stopped()).await.expect("serving works");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rolls_every_side() {
        let seen: std::collections::HashSet<u64> = (0..1000).map(|_| roll(6)).collect();
        assert_eq!(seen, (1..=6).collect());
    }
}
