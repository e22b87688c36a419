#!/usr/bin/env python3
"""Records objects of a Kubernetes API server as JSON and as protobuf, into objects.json beside this script, as test data.

usage: KUBECONFIG=... ./record.py      (creates the objects of objects.yaml, and a pod and a job's status; removes them again)
"""
import base64, json, os, re, subprocess, urllib.request

here = os.path.dirname(os.path.abspath(__file__))
NAMESPACED = ["--namespace", "protobuf-cases"]


def kubectl(*arguments, check=True):
    return subprocess.run(["kubectl", *arguments], capture_output=True, text=True, check=check).stdout


def main():
    proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
    base = "http://" + re.search(r"127\.0\.0\.1:\d+", proxy.stdout.readline()).group(0)

    def get(path, accept):
        return urllib.request.urlopen(urllib.request.Request(base + path, headers={"Accept": accept})).read()

    def both(path):
        while True:
            before = get(path, "application/json")
            protobuf = get(path, "application/vnd.kubernetes.protobuf")
            if before == get(path, "application/json"):  # no controller was quicker
                return {"json": json.loads(before), "protobuf": base64.b64encode(protobuf).decode()}

    try:
        kubectl("create", "namespace", "protobuf-cases", check=False)
        kubectl(*NAMESPACED, "delete", "--ignore-not-found", "-f", os.path.join(here, "objects.yaml"))
        kubectl(*NAMESPACED, "create", "-f", os.path.join(here, "objects.yaml"))
        names = json.loads(kubectl(*NAMESPACED, "get", "-f", os.path.join(here, "objects.yaml"), "-o", "json"))["items"]
        plurals = {}
        for line in kubectl("api-resources", "--no-headers").splitlines():
            words = line.split()
            plurals[words[-3] + "/" + words[-1]] = words[0]
        objects = []
        for item in names:
            version, kind, metadata = item["apiVersion"], item["kind"], item["metadata"]
            prefix = "/api/" if "/" not in version else "/apis/"
            namespace = "/namespaces/" + metadata["namespace"] if "namespace" in metadata else ""
            objects.append(both(prefix + version + namespace + "/" + plurals[version + "/" + kind] + "/" + metadata["name"]))
        for path in ["/api/v1/services", "/apis/apiregistration.k8s.io/v1/apiservices/v1.apps", "/api/v1/namespaces/default",
                     "/apis/rbac.authorization.k8s.io/v1/clusterroles/view", "/apis/scheduling.k8s.io/v1/priorityclasses",
                     "/apis/apps/v1/namespaces/protobuf-cases/statefulsets/db/scale"]:
            objects.append(both(path))
        kubectl(*NAMESPACED, "delete", "-f", os.path.join(here, "objects.yaml"))
        kubectl("delete", "namespace", "protobuf-cases", "--wait=false")
    finally:
        proxy.terminate()
    with open(os.path.join(here, "objects.json"), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(o, sort_keys=True, separators=(",", ":")) for o in objects) + "\n]\n")


main()
