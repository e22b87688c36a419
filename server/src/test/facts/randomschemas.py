"""Random structural schemas, each with objects that mostly fit and updates that change something somewhere; the same ones for the same seed."""
import random

NAMES = ["a", "b", "c", "d", "e"]


class RandomSchemas:
    def __init__(self, seed):
        self.seed, self.random = seed, random.Random(seed)

    def chance(self, share):
        return self.random.random() < share

    def pick(self, *values):
        return self.random.choice(values)

    def resource(self):
        spec = self.object_schema(4)
        olds = [self.value(spec) for _ in range(12)]
        return {"plural": f"randoms{self.seed}", "kind": f"Random{self.seed}", "object": {"spec": {}},
                "schema": {"type": "object", "properties": {"spec": spec}},
                "more": [{"spec": self.value(spec)} for _ in range(60)],
                "updates": [[{"spec": old}, {"spec": self.change(old)}] for old in olds if isinstance(old, dict)]}

    def scalar_schema(self):
        kind = self.pick("string", "string", "integer", "number", "boolean", "intOrString", "any")
        if kind == "string":
            limits = {"maxLength": self.pick(1, 3), "minLength": self.pick(1, 2), "enum": self.random.sample(["x", "xyz", "a", ""], 2),
                      "pattern": self.pick("^x", "z$", "^[a-x]+$"), "format": self.pick("ipv4", "date", "uuid", "int32")}
        elif kind in ("integer", "number"):
            limits = {"minimum": self.pick(0, 1, 0.5, -1), "maximum": self.pick(1, 2, 1.5, 100), "multipleOf": self.pick(2, 0.5, 3),
                      "enum": self.random.sample([0, 1, 2, 1.5], 2), "format": self.pick("int32", "int64", "float", "double"),
                      "exclusiveMinimum": True, "exclusiveMaximum": True}
        elif kind == "intOrString":
            limits = {"maxLength": 1, "minimum": 1}
        elif kind == "any":
            return {"x-kubernetes-preserve-unknown-fields": True}
        else:
            limits = {}
        chosen = {name: limit for name, limit in limits.items() if self.chance(0.25)}
        for name in ("Minimum", "Maximum"):
            if name.lower() not in chosen:
                chosen.pop("exclusive" + name, None)
        return {**chosen, **({"x-kubernetes-int-or-string": True} if kind == "intOrString" else {"type": kind})}

    def schema(self, depth):
        kind = self.pick("scalar", "scalar", "scalar", "list", "keyed", "map", "object", "object") if depth else "scalar"
        if kind == "scalar":
            schema = self.scalar_schema()
        elif kind == "list":
            items = self.schema(depth - 1)
            schema = {"type": "array", "items": items}
            schema.update({name: 1 for name in ("maxItems", "minItems") if self.chance(0.25)})
            if items.get("type") in ("string", "integer", "boolean") and not items.get("nullable") and self.chance(0.4):
                schema["x-kubernetes-list-type"] = "set"
        elif kind == "keyed":
            item = self.object_schema(depth - 1)
            keys = self.random.sample(["k", "l"], self.pick(1, 2))
            item["properties"].update({key: {"type": self.pick("string", "integer")} for key in keys})
            item["required"] = sorted(set(item.get("required", []) + keys))
            schema = {"type": "array", "items": item, "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys}
        elif kind == "map":
            schema = {"type": "object", "additionalProperties": self.schema(depth - 1)}
            if self.chance(0.3):
                schema["maxProperties"] = 1
        else:
            schema = self.object_schema(depth - 1)
        return {**schema, **({"nullable": True} if self.chance(0.2) else {})}

    def object_schema(self, depth):
        schema = {"type": "object", "properties": {name: self.schema(depth) for name in self.random.sample(NAMES, self.pick(1, 2, 3))}}
        if self.chance(0.3):
            schema["required"] = self.random.sample(NAMES, 1)
        if self.chance(0.15):
            schema["x-kubernetes-preserve-unknown-fields"] = True
        if self.chance(0.15):
            schema["minProperties"] = 2
        for junctor in ("anyOf", "oneOf", "allOf"):
            if self.chance(0.12):
                schema[junctor] = [self.validation(schema) for _ in range(self.pick(1, 2, 3))]
        if self.chance(0.06):
            schema["not"] = self.validation(schema)
        return schema

    def validation(self, schema, depth=2):
        """What may be said beside a schema: only of what that has."""
        said, kind = {}, schema.get("type")
        if kind == "object" and schema.get("properties"):
            name = self.random.choice(sorted(schema["properties"]))
            if self.chance(0.6):
                said["required"] = [name]
            if depth and self.chance(0.6):
                said["properties"] = {name: self.validation(schema["properties"][name], depth - 1)}
        elif kind == "array":
            said["maxItems"] = self.pick(0, 1, 2)
            if depth and self.chance(0.5):
                said["items"] = self.validation(schema["items"], depth - 1)
        elif kind == "string":
            said = self.pick({"minLength": 2}, {"maxLength": 1}, {"enum": ["x"]}, {"pattern": "^x"})
        elif kind in ("integer", "number"):
            said = self.pick({"minimum": 1}, {"maximum": 0}, {"enum": [1]}, {"multipleOf": 2})
        return said or self.pick({"not": {"enum": ["x"]}}, {"enum": ["x", 1, True]})

    def value(self, schema):
        if self.chance(0.12):
            return self.anything(3)
        if self.chance(0.06):
            return None
        kind = schema.get("type")
        if kind == "object":
            made = {name: self.value(inner) for name, inner in schema.get("properties", {}).items() if self.chance(0.7)}
            if "additionalProperties" in schema:
                made.update({name: self.value(schema["additionalProperties"]) for name in self.random.sample(NAMES, self.pick(0, 1, 2))})
            if self.chance(0.2):
                made[self.pick("a", "z", "metadata")] = self.anything(2)
            return made
        if kind == "array":
            return [self.value(schema["items"]) for _ in range(self.pick(0, 1, 2, 3))]
        if "x-kubernetes-int-or-string" in schema:
            return self.pick(1, 0, "x", "xy")
        return {"string": lambda: self.pick("x", "xyz", "a", "", "1.2.3.4", "2024-01-01"), "integer": lambda: self.pick(0, 1, 2, -1, 5, 2147483648, 1.0),
                "number": lambda: self.pick(0, 1, 1.5, 0.5, 2, -1), "boolean": lambda: self.chance(0.5)}.get(kind, lambda: self.anything(3))()

    def anything(self, depth):
        kind = self.random.randrange(9 if depth else 7)
        if kind == 7:
            return [self.anything(depth - 1) for _ in range(self.pick(0, 1, 2))]
        if kind == 8:
            return {name: self.anything(depth - 1) for name in self.random.sample(NAMES, self.pick(0, 1, 2))}
        return [None, "x", 1, 1.5, True, "", 0][kind]

    def change(self, value):
        if isinstance(value, dict) and value and self.chance(0.85):
            name = self.random.choice(sorted(value))
            return {**value, name: self.change(value[name])}
        if isinstance(value, list) and value and self.chance(0.85):
            changed, i = list(value), self.random.randrange(len(value))
            if self.chance(0.3):
                self.random.shuffle(changed)
            else:
                changed[i] = self.change(changed[i])
            return changed
        return self.pick(None, "x", "xyz", 1, 2, 0, 1.5, [], {}, True)
