#!/usr/bin/env python3
"""Writes the definitions of Argo Rollouts' kinds from the manifests of its Go module, as structure only.

definitions.py MODULE TARGET

MODULE is the unpacked module github.com/argoproj/argo-rollouts, TARGET the folder of the resources. Descriptions are left out, and
templates of pods and Jobs keep whatever they have, since the API server checks them when pods are made of them.
"""
import json
import pathlib
import sys

import yaml

ANYTHING = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def holds_containers(schema):
    spec = schema.get("properties", {}).get("spec", {}).get("properties", {})
    return "containers" in spec


def structure(schema):
    if holds_containers(schema):
        return dict(ANYTHING)
    result = {}
    for name, value in schema.items():
        if name == "description":
            continue
        if name == "properties":
            value = {field: structure(inner) for field, inner in value.items()}
        elif name in ("items", "additionalProperties") and isinstance(value, dict):
            value = structure(value)
        result[name] = value
    return result


def definition(manifest):
    spec = manifest["spec"]
    for version in spec["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        schema = structure(schema)
        if manifest["spec"]["names"]["kind"] != "Rollout":
            version.pop("subresources", None)
        version["schema"]["openAPIV3Schema"] = schema
        for column in version["additionalPrinterColumns"]:
            del column["description"]
    manifest["metadata"] = {"name": manifest["metadata"]["name"]}
    return manifest


def main(module, target):
    for path in sorted(pathlib.Path(module, "manifests/crds").glob("*-crd.yaml")):
        manifest = definition(yaml.safe_load(path.read_text()))
        name = manifest["spec"]["names"]["plural"] + ".json"
        pathlib.Path(target, name).write_text(json.dumps(manifest, indent=1, sort_keys=True) + "\n")


main(*sys.argv[1:])
