"""Holds every HTTP reply of a server to its own /openapi.json."""


class Description:
    """One server's description, with just as much of JSON Schema as it uses."""

    def __init__(self, document):
        self.document = document
        self.exact, self.prefixed = {}, []
        for path, operations in document["paths"].items():
            if "{" in path:
                self.prefixed.append((path[:path.index("{")], operations))
            else:
                self.exact[path] = operations

    def operation(self, method, path):
        """The operation, or None."""
        path = path.split("?")[0]
        if path in self.exact:
            return self.exact[path].get(method.lower())
        for prefix, operations in self.prefixed:
            rest = path[len(prefix):]
            if path.startswith(prefix) and rest and "/" not in rest:
                return operations.get(method.lower())
        return None

    def problem(self, method, path, status, reply):
        """What is untrue of a reply, in words; None: nothing. `reply` is JSON, or bytes."""
        operation = self.operation(method, path)
        if operation is None:
            return None if status in (404, 405) else f"{method} {path} is not described"
        answers = operation["responses"]
        answer = answers.get(str(status)) or answers.get(f"{status // 100}XX")
        if answer is None:
            return f"{method} {path}: status {status} is not described"
        content = self.resolve(answer).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        if schema is None:
            return None
        return self.check(schema, reply, "reply")

    def resolve(self, value):
        while "$ref" in value:
            target = self.document
            for step in value["$ref"].removeprefix("#/").split("/"):
                target = target[step]
            value = target
        return value

    def check(self, schema, value, place):
        schema = self.resolve(schema)
        for part in schema.get("allOf", ()):
            if value is None and schema.get("nullable"):
                return None
            found = self.check(part, value, place)
            if found:
                return found
        if value is None:
            is_free = not {"type", "allOf"} & set(schema)
            return None if schema.get("nullable") or is_free else f"{place} is null"
        if "enum" in schema and value not in schema["enum"]:
            return f"{place}: {value!r} is none of {schema['enum']}"
        kinds = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}
        kind = kinds.get(schema.get("type"))
        if kind and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            return f"{place}: {value!r} is no {schema['type']}"
        if kind is list and "items" in schema:
            for index, item in enumerate(value):
                found = self.check(schema["items"], item, f"{place}[{index}]")
                if found:
                    return found
        return self.check_fields(schema, value, place) if kind is dict else None

    def check_fields(self, schema, value, place):
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                return f"{place}.{name} is missing"
        others = schema.get("additionalProperties", True)
        for name, item in value.items():
            inner = known.get(name, others)
            if inner is False:
                return f"{place}.{name} is not described"
            if inner is not True:
                found = self.check(inner, item, f"{place}.{name}")
                if found:
                    return found
        return None
