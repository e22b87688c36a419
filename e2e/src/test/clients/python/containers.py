"""Gets into a container by Python's kubernetes library: exec, logs that go on, and (when asked) a forwarded port.

Arguments: the namespace, the pod, and what to do.
"""

import contextlib
import sys

from kubernetes import client, config, watch
from kubernetes.stream import portforward, stream

NAMESPACE, POD = sys.argv[1:3]
PATIENCE = 60


def execute(core):
    command = ["sh", "-c", "read line; echo got $line; echo error >&2; exit 7"]
    streams = stream(
        core.connect_get_namespaced_pod_exec,
        POD,
        NAMESPACE,
        command=command,
        stdin=True,
        stdout=True,
        stderr=True,
        _preload_content=False,
    )
    streams.write_stdin("input\n")
    streams.run_forever(timeout=PATIENCE)
    assert not streams.is_open(), "it has not ended"
    assert (streams.read_stdout(), streams.read_stderr()) == ("got input\n", "error\n")
    assert streams.returncode == 7, streams.returncode
    simple = stream(core.connect_get_namespaced_pod_exec, POD, NAMESPACE, command=["hostname"], stdout=True)
    assert simple == f"{POD}\n", simple
    binary = stream(
        core.connect_get_namespaced_pod_exec,
        POD,
        NAMESPACE,
        command=["printf", r"\377\000"],
        stdout=True,
        binary=True,
    )
    assert binary == b"\xff\x00", binary
    print("exec: input, output, error, exit code")


def logs(core):
    lines = watch.Watch().stream(core.read_namespaced_pod_log, POD, NAMESPACE, _request_timeout=PATIENCE)
    assert next(lines) == "ready"
    stream(core.connect_get_namespaced_pod_exec, POD, NAMESPACE, command=["touch", "/more"], stdout=True)
    assert next(lines) == "more"
    print("logs: followed")


def forward(core):
    ports = portforward(core.connect_get_namespaced_pod_portforward, POD, NAMESPACE, ports="8080")
    with contextlib.closing(ports.socket(8080)) as socket:
        socket.setblocking(True)
        socket.settimeout(PATIENCE)
        socket.sendall(b"GET / HTTP/1.0\r\n\r\n")
        answer = b""
        while part := socket.recv(4096):
            answer += part
    assert answer.endswith(b"\r\n\r\nhello\n"), answer
    assert ports.error(8080) is None, ports.error(8080)
    print("forward: a request and its answer")


def main():
    config.load_kube_config()
    with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        for action in sys.argv[3:]:
            {"exec": execute, "logs": logs, "forward": forward}[action](core)
    print("done")


main()
