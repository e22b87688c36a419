#!/usr/bin/env python3
"""Records what a Kubernetes API server makes of patches, into cases.json beside this script, as test data.

usage: KUBECONFIG=... ./record.py      (kubectl proxy must be able to reach the server)

Each case creates an object in the namespace patch-cases, patches it with dryRun=All, and keeps the object before, the patch,
and the object after or the status of the failure. Objects are made so that defaulting has nothing to add to what a patch sets.
"""
import json, os, re, subprocess, urllib.request, urllib.error

CONTAINER = {"imagePullPolicy": "Always", "terminationMessagePath": "/dev/termination-log", "resources": {},
             "terminationMessagePolicy": "File"}


def container(name, **more):
    return {"name": name, "image": name, **CONTAINER, **more}


def deployment():
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "x", "labels": {"a": "1", "b": "2"}},
            "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "1"}}, "template": {
                "metadata": {"labels": {"a": "1"}, "annotations": {"p": "q"}},
                "spec": {"containers": [
                    container("one", env=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}, {"name": "C", "value": "3"}],
                              args=["x", "y"], ports=[{"containerPort": 80, "protocol": "TCP"}]),
                    container("two"), container("three")],
                    "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "hostPath": {"path": "/w", "type": ""}}],
                    "tolerations": [{"key": "k", "operator": "Exists"}], "nodeSelector": {"n": "1"}}}}}


def account():
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "x", "finalizers": ["e.com/a", "e.com/b", "e.com/c"]},
            "secrets": [{"name": "s1"}, {"name": "s2"}, {"name": "s3"}], "imagePullSecrets": [{"name": "p1"}, {"name": "p2"}]}


def config():
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": {"a": "1"}}, "data": {"k": "v", "l": "w"}}


D, A, C = ("apis/apps/v1", "deployments", deployment), ("api/v1", "serviceaccounts", account), ("api/v1", "configmaps", config)


def containers(*items, **more):
    return {"spec": {"template": {"spec": {"containers": list(items), **more}}}}


def pod(**spec):
    return {"spec": {"template": {"spec": spec}}}


CASES = [
    ("strategic", D, containers({"name": "two", "image": "new"})),
    ("strategic", D, containers(container("four"))),
    ("strategic", D, containers(container("four"), {"name": "one", "image": "new"})),
    ("strategic", D, containers({"name": "two", "$patch": "delete"})),
    ("strategic", D, containers({"name": "nine", "$patch": "delete"})),
    ("strategic", D, containers({"$patch": "replace"}, container("four"))),
    ("strategic", D, containers({"image": "nameless"})),
    ("strategic", D, containers({"name": "one", "$patch": "merge"})),
    ("strategic", D, containers({"name": "one", "$patch": "other"})),
    ("strategic", D, containers({"name": "one", "env": [{"name": "B", "value": "20"}, {"name": "D", "value": "4"}]})),
    ("strategic", D, containers({"name": "one", "env": [{"name": "C", "value": "30"}, {"name": "A", "value": "10"}]})),
    ("strategic", D, containers({"name": "one", "env": [{"name": "D", "value": "4"}],
                                 "$setElementOrder/env": [{"name": "D"}, {"name": "C"}, {"name": "A"}]})),
    ("strategic", D, containers({"name": "one", "env": None, "args": ["z"]})),
    ("strategic", D, containers({"name": "one", "ports": [{"containerPort": 81, "protocol": "TCP"}]})),
    ("strategic", D, containers({"name": "one", "$retainKeys": ["name", "image", *CONTAINER], "image": "kept"})),
    ("strategic", D, containers({"name": "one", "$retainKeys": ["name"], "image": "not"})),
    ("strategic", D, {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "three"}, {"name": "one"}, {"name": "two"}]}}}}),
    ("strategic", D, {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "three"}, {"name": "one"}],
                                                     "containers": [{"name": "one", "image": "i"}]}}}}),
    ("strategic", D, {"spec": {"template": {"spec": {"$setElementOrder/containers": [{"name": "three"}],
                                                     "containers": [{"name": "one", "image": "i"}]}}}}),
    ("strategic", D, pod(volumes=[{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/v", "type": ""}}])),
    ("strategic", D, pod(volumes=[{"name": "v", "emptyDir": None, "hostPath": {"path": "/v", "type": ""}}])),
    ("strategic", D, pod(volumes=[{"name": "u", "emptyDir": {}}], tolerations=[{"key": "l", "operator": "Exists"}])),
    ("strategic", D, pod(nodeSelector={"m": "2"})),
    ("strategic", D, pod(nodeSelector={"$patch": "replace", "m": "2"})),
    ("strategic", D, pod(nodeSelector=None)),
    ("strategic", D, {"metadata": {"labels": {"b": None, "c": "3"}, "annotations": {"n": "1"}}}),
    ("strategic", D, {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
    ("strategic", D, {"spec": {"template": {"metadata": {"annotations": {"$patch": "replace", "r": "s"}}}}}),
    ("strategic", A, {"metadata": {"finalizers": ["e.com/d"]}}),
    ("strategic", A, {"metadata": {"finalizers": ["e.com/c", "e.com/a"]}}),
    ("strategic", A, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["e.com/b"]}}),
    ("strategic", A, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["e.com/b"], "finalizers": ["e.com/d"],
                                   "$setElementOrder/finalizers": ["e.com/d", "e.com/a", "e.com/c"]}}),
    ("strategic", A, {"metadata": {"$setElementOrder/finalizers": ["e.com/c", "e.com/b"]}}),
    ("strategic", A, {"metadata": {"$deleteFromPrimitiveList": ["e.com/b"]}}),
    ("strategic", A, {"secrets": [{"name": "s4"}]}),
    ("strategic", A, {"secrets": [{"name": "s2", "$patch": "delete"}, {"name": "s0"}]}),
    ("strategic", A, {"$setElementOrder/secrets": [{"name": "s3"}, {"name": "s9"}, {"name": "s1"}], "secrets": [{"name": "s9"}]}),
    ("strategic", A, {"imagePullSecrets": [{"name": "p3"}]}),
    ("strategic", C, {"data": {"k": None, "m": "n"}}),
    ("strategic", C, {"data": {"k": "v", "$patch": "replace"}}),
    ("strategic", C, {"data": {"$patch": "nonsense"}}),
    ("strategic", C, []),
    ("merge", C, {"data": {"k": None, "m": "n"}, "metadata": {"labels": None}}),
    ("merge", C, {"data": None}),
    ("merge", C, []),
    ("merge", D, containers(container("one"))),
    ("merge", A, {"secrets": [{"name": "s9", "kind": None}], "metadata": {"annotations": {"a": "b", "c": None}}}),
    ("json", C, [{"op": "add", "path": "/data/m", "value": "n"}, {"op": "remove", "path": "/data/k"}]),
    ("json", C, [{"op": "replace", "path": "/data/k", "value": "n"}, {"op": "replace", "path": "/data/new", "value": "n"}]),
    ("json", C, [{"op": "add", "path": "/metadata/labels/e.com~1b", "value": "n"}]),
    ("json", C, [{"op": "test", "path": "/data/k", "value": "v"}, {"op": "move", "from": "/data/k", "path": "/data/n"}]),
    ("json", C, [{"op": "copy", "from": "/data/k", "path": "/data/n"}]),
    ("json", C, [{"op": "test", "path": "/data/k", "value": "x"}]),
    ("json", C, [{"op": "remove", "path": "/data/none"}]),
    ("json", C, [{"op": "add", "path": "/none/x", "value": "n"}]),
    ("json", C, [{"op": "fly", "path": "/data/k"}]),
    ("json", C, [{"op": "add", "value": "n"}]),
    ("json", C, {"op": "add"}),
    ("json", C, [1]),
    ("json", A, [{"op": "add", "path": "/secrets/-", "value": {"name": "s9"}}, {"op": "add", "path": "/secrets/0", "value": {"name": "s8"}}]),
    ("json", A, [{"op": "remove", "path": "/secrets/1"}, {"op": "replace", "path": "/secrets/0/name", "value": "r"}]),
    ("json", A, [{"op": "remove", "path": "/secrets/-1"}]),
    ("json", A, [{"op": "move", "from": "/secrets/2", "path": "/secrets/0"}]),
    ("json", A, [{"op": "remove", "path": "/secrets/7"}]),
    ("json", A, [{"op": "add", "path": "/secrets/x", "value": {"name": "r"}}]),
    ("json", A, [{"op": "test", "path": "/secrets/0", "value": {"name": "s1"}}, {"op": "remove", "path": "/imagePullSecrets"}]),
]

TYPES = {"strategic": "application/strategic-merge-patch+json", "merge": "application/merge-patch+json",
         "json": "application/json-patch+json"}


def main():
    proxy = subprocess.Popen(["kubectl", "proxy", "--port=0"], stdout=subprocess.PIPE, text=True)
    base = "http://" + re.search(r"127\.0\.0\.1:\d+", proxy.stdout.readline()).group(0)

    def call(method, path, body=None, content="application/json"):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(base + "/" + path, data, {"Content-Type": content}, method=method)
        try:
            return json.load(urllib.request.urlopen(request))
        except urllib.error.HTTPError as error:
            return json.load(error)

    def cleaned(answer):
        for name in ["managedFields", "creationTimestamp", "uid", "resourceVersion", "generation"]:
            answer.get("metadata", {}).pop(name, None)
        answer.pop("status", None) if answer["kind"] != "Status" else None
        return answer

    try:
        namespace = "namespaces/patch-cases"
        call("POST", "api/v1/namespaces", {"metadata": {"name": "patch-cases"}})
        cases = []
        for kind, (version, plural, make), patch in CASES:
            path = f"{version}/{namespace}/{plural}"
            before = call("POST", path, make())
            assert before["kind"] != "Status", before
            after = call("PATCH", path + "/x?dryRun=All", patch, TYPES[kind])
            call("PATCH", path + "/x", {"metadata": {"finalizers": None}}, TYPES["merge"])
            call("DELETE", path + "/x")
            cases.append({"type": kind, "before": cleaned(before), "patch": patch, "after": cleaned(after)})
        call("DELETE", "api/v1/" + namespace)
    finally:
        proxy.terminate()
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "cases.json"), "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, sort_keys=True, separators=(",", ":")) for case in cases) + "\n]\n")


main()
