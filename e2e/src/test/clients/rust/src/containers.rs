//! Ways into a container: exec, logs that go on, forwarded ports.

use futures::{AsyncBufReadExt, TryStreamExt};
use k8s_openapi::api::core::v1::Pod;
use kube::{
    Api, Client,
    api::{AttachParams, LogParams, TerminalSize},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{Outcome, in_time};

pub async fn exec(pods: &Api<Pod>, pod: &str) -> Outcome {
    let command = ["sh", "-c", "cat; echo error >&2; exit 7"];
    let mut process = pods.exec(pod, command, &AttachParams::default().stdin(true)).await?;
    let mut stdin = process.stdin().expect("no input");
    stdin.write_all(b"input\n").await?;
    stdin.shutdown().await?;
    let (mut out, mut err) = (String::new(), String::new());
    in_time(
        "read the output",
        process.stdout().expect("no output").read_to_string(&mut out),
    )
    .await?;
    in_time(
        "read the errors",
        process.stderr().expect("no errors").read_to_string(&mut err),
    )
    .await?;
    assert_eq!((out.as_str(), err.as_str()), ("input\n", "error\n"));
    let status = process.take_status().expect("no status").await.expect("no status came");
    assert_eq!(status.reason.as_deref(), Some("NonZeroExitCode"));
    let causes = status.details.and_then(|details| details.causes).unwrap_or_default();
    assert_eq!(causes[0].message.as_deref(), Some("7"));
    in_time("end", process.join()).await?;

    let script = r#"until [ "$(stty size 2> /dev/null)" = "50 132" ]; do sleep 0.1; done; test -t 1 && echo sized"#;
    let terminal = AttachParams::interactive_tty();
    let mut process = pods.exec(pod, ["sh", "-c", script], &terminal).await?;
    let size = TerminalSize { width: 132, height: 50 };
    process.terminal_size().expect("no terminal").try_send(size)?;
    let mut out = String::new();
    in_time(
        "use a terminal",
        process.stdout().expect("no output").read_to_string(&mut out),
    )
    .await?;
    assert_eq!(out, "sized\r\n");
    println!("exec: input, output, error, exit code, a terminal with a size");
    Ok(())
}

pub async fn logs(pods: &Api<Pod>, pod: &str) -> Outcome {
    let following = LogParams {
        follow: true,
        ..LogParams::default()
    };
    let mut lines = pods.log_stream(pod, &following).await?.lines();
    assert_eq!(in_time("read a line", lines.try_next()).await?.as_deref(), Some("ready"));
    let mut process = pods.exec(pod, ["touch", "/more"], &AttachParams::default()).await?;
    let status = in_time("have it say more", process.take_status().expect("no status")).await;
    assert_eq!(status.and_then(|status| status.status).as_deref(), Some("Success"));
    assert_eq!(in_time("read another line", lines.try_next()).await?.as_deref(), Some("more"));
    println!("logs: followed");
    Ok(())
}

pub async fn forward(pods: &Api<Pod>, pod: &str) -> Outcome {
    let mut ports = pods.portforward(pod, &[8080]).await?;
    let mut stream = ports.take_stream(8080).expect("no stream");
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await?;
    let mut answer = String::new();
    in_time("read the answer", stream.read_to_string(&mut answer)).await?;
    assert!(answer.ends_with("\r\n\r\nhello\n"), "{answer}");
    drop(stream);
    // The server closes when the connection has ended; kube may still want to say something then.
    let _ = in_time("end", ports.join()).await;
    println!("forward: a request and its answer");
    Ok(())
}

pub async fn access(client: &Client, namespace: &str, pod: &str, action: &str) -> Outcome {
    let pods: Api<Pod> = Api::namespaced(client.clone(), namespace);
    match action {
        "exec" => exec(&pods, pod).await,
        "logs" => logs(&pods, pod).await,
        "forward" => forward(&pods, pod).await,
        other => panic!("unknown: {other}"),
    }
}
