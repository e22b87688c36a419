#!/usr/bin/env python3
"""Records the facts of a Kubernetes API server that the public jars do not hold, into the text files beside this script.

usage: KUBECONFIG=... ./record.py        (kubectl must be on the PATH; the server must be 1.36 without settings of its own)

types.txt      every type of its OpenAPI document, one line each, and below it one indented line for each field that has
               list, map or patch semantics, a default or an enumeration
resources.txt  every resource and subresource that it serves by default

Only facts are recorded; names, types and descriptions of fields come from the jars (see the generator).
"""
import json, os, subprocess

here = os.path.dirname(os.path.abspath(__file__))


def get(path):
    return json.loads(subprocess.check_output(["kubectl", "get", "--raw", path]))


def schema_facts(schema):
    """key=value words for the extensions of one field or type."""
    words = []
    for key, name in [("x-kubernetes-list-type", "list"), ("x-kubernetes-map-type", "map"),
                      ("x-kubernetes-patch-strategy", "patch"), ("x-kubernetes-patch-merge-key", "key")]:
        if key in schema:
            words.append(name + "=" + schema[key])
    if "x-kubernetes-list-map-keys" in schema:
        words.append("keys=" + ",".join(schema["x-kubernetes-list-map-keys"]))
    enum = schema.get("enum") or schema.get("items", {}).get("enum") \
        or (schema.get("additionalProperties") or {}).get("enum")
    if enum:
        words.append("enum=" + json.dumps(enum, separators=(",", ":")))
    if "default" in schema:
        words.append("default=" + json.dumps(schema["default"], separators=(",", ":")))
    if "x-kubernetes-unions" in schema:
        words.append("unions=" + json.dumps(schema["x-kubernetes-unions"], separators=(",", ":")))
    return words


def record_types():
    types = get("/openapi/v2")["definitions"]
    for path in sorted(get("/openapi/v3")["paths"]):
        if path.count("/") == (1 if path.startswith("api/") else 2) and path.startswith("api"):
            for name, schema in get("/openapi/v3/" + path)["components"]["schemas"].items():
                for field, content in schema.get("properties", {}).items():
                    if "default" in content:
                        types[name]["properties"][field]["default"] = content["default"]
    with open(os.path.join(here, "types.txt"), "w") as out:
        for name in sorted(types):
            schema = types[name]
            kinds = ["/".join(filter(None, [k["group"], k["version"], k["kind"]]))
                     for k in schema.get("x-kubernetes-group-version-kind", [])]
            words = [name] + (["kinds=" + ",".join(kinds)] if kinds else []) + schema_facts(schema)
            if "properties" not in schema:
                words.append("is=" + (schema.get("format") or schema.get("type") or "any"))
            print("\t".join(words), file=out)
            for field in sorted(schema.get("properties", {})):
                words = schema_facts(schema["properties"][field])
                if words:
                    print("\t".join([" " + field] + words), file=out)


def record_resources():
    versions = [("", "v1", "/api/v1")]
    for group in get("/apis")["groups"]:
        for version in group["versions"]:
            versions.append((group["name"], version["version"], "/apis/" + version["groupVersion"]))
    with open(os.path.join(here, "resources.txt"), "w") as out:
        for group, version, path in versions:
            print("\t".join([group or "core", version]), file=out)
            for r in get(path)["resources"]:
                words = [" " + r["name"], r["kind"], "namespaced" if r["namespaced"] else "cluster", ",".join(r["verbs"])]
                if r.get("singularName"):
                    words.append("singular=" + r["singularName"])
                if r.get("shortNames"):
                    words.append("short=" + ",".join(r["shortNames"]))
                if r.get("categories"):
                    words.append("categories=" + ",".join(r["categories"]))
                if "version" in r:
                    words.append("type=" + (r.get("group") or "core") + "/" + r["version"])
                if r.get("storageVersionHash"):
                    words.append("hash=" + r["storageVersionHash"])
                print("\t".join(words), file=out)


record_types()
record_resources()
