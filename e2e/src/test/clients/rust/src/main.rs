//! Drives an API server by kube, Rust's client library: typed objects, patches, watches, a derived definition and a controller.
//!
//! With a namespace, a pod and actions as arguments, it gets into a container of that pod instead.
//! Says what it did, and ends with an error at the first thing that is not as Kubernetes documents it.

mod containers;
mod custom;
mod typed;

use std::{fmt::Debug, future::Future, pin::pin, time::Duration};

use futures::{Stream, StreamExt};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use kube::{
    Client, Error, ResourceExt,
    core::Status,
    runtime::watcher::{self, Event},
};

pub const NAMESPACE: &str = "rust";
const PATIENCE: Duration = Duration::from_secs(60);

pub type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Outcome {
    let client = Client::try_default().await?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [namespace, pod, actions @ ..] = arguments.as_slice() {
        for action in actions {
            containers::access(&client, namespace, pod, action).await?;
        }
        println!("done");
        return Ok(());
    }
    let version = client.apiserver_version().await?;
    assert_eq!((version.major.as_str(), version.minor.as_str()), ("1", "36"));
    typed::objects(&client).await?;
    typed::workload(&client).await?;
    typed::watches(&client).await?;
    custom::resources(&client).await?;
    custom::controller(&client).await?;
    println!("done");
    Ok(())
}

pub fn named(name: &str) -> ObjectMeta {
    ObjectMeta {
        name: Some(name.into()),
        ..ObjectMeta::default()
    }
}

/// Fails unless the server refused the request with this code and reason.
pub fn refused<T: Debug>(result: kube::Result<T>, code: u16, reason: &str) -> Status {
    match result {
        Err(Error::Api(status)) if status.code == code && status.reason == reason => *status,
        other => panic!("expected {code} {reason}, got {other:?}"),
    }
}

/// Fails unless a future ends in time.
pub async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(PATIENCE, future).await;
    ended.unwrap_or_else(|_| panic!("it took too long to {what}"))
}

/// Fails unless the next events of a watch are these, as in `Apply(name)`.
pub async fn expect_events<K: ResourceExt>(watch: impl Stream<Item = watcher::Result<Event<K>>>, expected: &[&str]) -> Outcome {
    let mut watch = pin!(watch);
    for next in expected {
        let event = in_time(&format!("see {next}"), watch.next()).await;
        assert_eq!(event.expect("the watch ended")?.to_string(), *next);
    }
    Ok(())
}
