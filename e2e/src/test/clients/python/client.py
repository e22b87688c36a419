"""Drives an API server by Python's kubernetes library: typed and dynamic clients, custom objects, watches.

Says what it did, and ends with an error at the first thing that is not as Kubernetes documents it.
"""

from kubernetes import client, config, dynamic, utils, watch
from kubernetes.client.exceptions import ApiException

NAMESPACE = "python"
PATIENCE = 60

DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "kites.clients.proa.dev"},
    "spec": {
        "group": "clients.proa.dev",
        "scope": "Namespaced",
        "names": {"plural": "kites", "singular": "kite", "kind": "Kite", "listKind": "KiteList"},
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "subresources": {"status": {}},
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {
                            "spec": {
                                "type": "object",
                                "properties": {
                                    "tails": {"type": "integer", "default": 1, "maximum": 9},
                                    "colors": {"type": "array", "items": {"type": "string"}},
                                },
                            },
                            "status": {"type": "object", "properties": {"flying": {"type": "boolean"}}},
                        },
                    }
                },
            }
        ],
    },
}


def expect_error(status, reason, call):
    """Fails unless the call fails with this status and reason."""
    try:
        call()
    except ApiException as e:
        assert e.status == status and f'"reason":"{reason}"' in e.body.replace(" ", ""), f"not {reason}: {e}"
        return e
    raise AssertionError(f"expected {reason}")


def config_map(name, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"of": "python"}), data=data)


def typed(core):
    core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=NAMESPACE)))
    created = core.create_namespaced_config_map(NAMESPACE, config_map("one", key="value"))
    expect_error(409, "AlreadyExists", lambda: core.create_namespaced_config_map(NAMESPACE, config_map("one")))
    expect_error(404, "NotFound", lambda: core.read_namespaced_config_map("none", NAMESPACE))
    stale = core.read_namespaced_config_map("one", NAMESPACE)
    core.patch_namespaced_config_map("one", NAMESPACE, {"data": {"patched": "yes"}})
    expect_error(409, "Conflict", lambda: core.replace_namespaced_config_map("one", NAMESPACE, stale))
    fresh = core.read_namespaced_config_map("one", NAMESPACE)
    fresh.data["replaced"] = "yes"
    core.replace_namespaced_config_map("one", NAMESPACE, fresh)
    core.patch_namespaced_config_map("one", NAMESPACE, [{"op": "remove", "path": "/data/key"}])
    core.delete_namespaced_config_map("one", NAMESPACE)

    watched = []
    for event in watch.Watch().stream(
        core.list_namespaced_config_map,
        NAMESPACE,
        resource_version=created.metadata.resource_version,
        timeout_seconds=PATIENCE,
    ):
        watched.append((event["type"], sorted(event["object"].data)))
        if event["type"] == "DELETED":
            break
    assert watched == [
        ("MODIFIED", ["key", "patched"]),
        ("MODIFIED", ["key", "patched", "replaced"]),
        ("MODIFIED", ["patched", "replaced"]),
        ("DELETED", ["patched", "replaced"]),
    ], watched

    for i in range(25):
        core.create_namespaced_config_map(NAMESPACE, config_map(f"many-{i:02}"))
    names, token, chunks = [], None, 0
    while token != "":
        page = core.list_namespaced_config_map(NAMESPACE, label_selector="of=python", limit=10, _continue=token)
        names += [item.metadata.name for item in page.items]
        token, chunks = page.metadata._continue or "", chunks + 1
    assert chunks == 3 and names == [f"many-{i:02}" for i in range(25)], (chunks, names)
    core.delete_collection_namespaced_config_map(NAMESPACE, label_selector="of=python")
    assert not core.list_namespaced_config_map(NAMESPACE, label_selector="of=python").items
    print("typed: created, patched, replaced, watched, listed in chunks, deleted")


def workload(api):
    """What utils makes of a manifest, and the subresources of a Deployment."""
    labels = {"app": "web"}
    pod = {"containers": [{"name": "web", "image": "busybox:e2e", "ports": [{"containerPort": 80}]}]}
    manifest = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": NAMESPACE},
        "spec": {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pod}},
    }
    utils.create_from_dict(api, manifest)
    apps = client.AppsV1Api(api)
    deployment = apps.read_namespaced_deployment("web", NAMESPACE)
    assert deployment.spec.replicas == 1 and deployment.spec.strategy.rolling_update.max_surge == "25%", deployment.spec
    apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 3}})
    assert apps.read_namespaced_deployment_scale("web", NAMESPACE).spec.replicas == 3
    manifest["spec"]["template"]["spec"]["containers"][0]["ports"] = [{"containerPort": 99999}]
    manifest["metadata"]["name"] = "wrong"
    e = expect_error(422, "Invalid", lambda: apps.create_namespaced_deployment(NAMESPACE, manifest))
    assert "spec.template.spec.containers[0].ports[0].containerPort" in e.body, e.body
    review = client.V1SelfSubjectAccessReview(
        spec=client.V1SelfSubjectAccessReviewSpec(
            resource_attributes=client.V1ResourceAttributes(verb="create", resource="pods", namespace=NAMESPACE)
        )
    )
    assert client.AuthorizationV1Api(api).create_self_subject_access_review(review).status.allowed
    assert client.VersionApi(api).get_code().minor == "36"
    print("workload: created from a manifest, scaled, refused")


def custom(api):
    definitions = client.ApiextensionsV1Api(api)
    definitions.create_custom_resource_definition(DEFINITION)
    for event in watch.Watch().stream(definitions.list_custom_resource_definition, timeout_seconds=PATIENCE):
        definition = event["object"]
        conditions = {c.type: c.status for c in definition.status.conditions or []}
        if definition.metadata.name == "kites.clients.proa.dev" and conditions.get("Established") == "True":
            break
    else:
        raise AssertionError("kites are not served")

    objects = client.CustomObjectsApi(api)
    where = ("clients.proa.dev", "v1", NAMESPACE, "kites")
    kite = {"apiVersion": "clients.proa.dev/v1", "kind": "Kite", "metadata": {"name": "one"}, "spec": {}}
    assert objects.create_namespaced_custom_object(*where, kite)["spec"]["tails"] == 1
    objects.patch_namespaced_custom_object(*where, "one", {"spec": {"tails": 2}})
    flying = objects.patch_namespaced_custom_object_status(*where, "one", {"status": {"flying": True}, "spec": {"tails": 5}})
    assert flying["status"]["flying"] and flying["spec"]["tails"] == 2, flying
    wrong = {**kite, "metadata": {"name": "wrong"}, "spec": {"tails": 10}}
    expect_error(422, "Invalid", lambda: objects.create_namespaced_custom_object(*where, wrong))
    print("custom objects: defined, created, patched")


def discovered(api):
    """The dynamic client, which finds resources by discovery."""
    found = dynamic.DynamicClient(api)
    kites = found.resources.get(api_version="clients.proa.dev/v1", kind="Kite")
    version = kites.get(namespace=NAMESPACE).metadata.resourceVersion
    body = {
        "apiVersion": "clients.proa.dev/v1",
        "kind": "Kite",
        "metadata": {"name": "one"},
        "spec": {"colors": ["red", "green"]},
    }
    applied = found.server_side_apply(kites, body, namespace=NAMESPACE, field_manager="python")
    assert applied.spec.colors == ["red", "green"] and applied.spec.tails == 2, applied
    assert any(m.manager == "python" and m.operation == "Apply" for m in applied.metadata.managedFields)
    body["spec"]["colors"] = ["blue"]
    try:
        found.server_side_apply(kites, body, namespace=NAMESPACE, field_manager="another")
        raise AssertionError("no conflict")
    except dynamic.exceptions.ConflictError as e:
        assert ".spec.colors" in str(e.body), e.body
    found.server_side_apply(kites, body, namespace=NAMESPACE, field_manager="another", force_conflicts=True)
    kites.delete(name="one", namespace=NAMESPACE)
    events = []
    for event in kites.watch(namespace=NAMESPACE, resource_version=version, timeout=PATIENCE):
        events.append(event["type"])
        if event["type"] == "DELETED":
            break
    assert events == ["MODIFIED", "MODIFIED", "DELETED"], events
    print("dynamic: discovered, applied, watched, deleted")


def main():
    config.load_kube_config()
    with client.ApiClient() as api:
        core = client.CoreV1Api(api)
        typed(core)
        workload(api)
        custom(api)
        discovered(api)
    print("done")


main()
