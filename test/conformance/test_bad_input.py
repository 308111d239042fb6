"""Bad input to every route that /openapi.json describes: refused in words, and nothing changes."""

import hashlib
import http.client
import os
import sqlite3

from client import WAIT
from harness import Case
from openapi import Description



class BadInput(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        world = cls.server.provision({"bad": ["d1", "d2"]})
        cls.token, cls.expired = world.tokens["bad", "d1"], world.tokens["bad", "d2"]
        cls.document = cls.server.call("/openapi.json", method="GET")[1]
        digest = hashlib.sha256(cls.expired.encode()).digest()
        with sqlite3.connect(cls.database()) as db:
            changed = db.execute(
                "UPDATE access_token SET expires_time = 1 WHERE hash = ?", (digest,)).rowcount
        assert changed == 1, "no such token"

    @classmethod
    def database(cls):
        return os.path.join(cls.server.data, "freeim.sqlite")

    def operations(self):
        """(method, path with its parameter filled in, the operation)."""
        for path, methods in sorted(self.document["paths"].items()):
            for method, operation in sorted(methods.items()):
                filled = path.split("{")[0] + ("1" if "{" in path else "")
                yield method.upper(), filled, operation

    def resolve(self, schema):
        return Description(self.document).resolve(schema)

    def body_schema(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        return self.resolve(content.get("application/json", {}).get("schema", {}))

    def valid(self, schema):
        """Some value that the schema allows."""
        schema = self.resolve(schema)
        if "enum" in schema:
            return schema["enum"][0]
        if schema.get("type") == "object":
            return {name: self.valid(schema["properties"][name])
                    for name in schema.get("required", ())}
        return {"string": "1234", "integer": schema.get("minimum", 987_654_321),
                "boolean": False, "array": []}.get(schema.get("type"))

    def snapshot(self):
        """A hash of every row of every table."""
        digest = hashlib.sha256()
        with sqlite3.connect(f"file:{self.database()}?mode=ro", uri=True) as db:
            names = db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
            for (name,) in names.fetchall():
                digest.update(name.encode())
                for row in db.execute(f"SELECT * FROM {name}"):
                    digest.update(repr(row).encode())
        return digest.hexdigest()

    def refused(self, method, path, status, error, body=None, **more):
        got, reply = self.server.call(path, body, method=method, **more)
        self.assertEqual((got, reply.get("error")), (status, error), (method, path, body, reply))
        self.assertGreater(len(reply["msg"]), 10, reply)
        return reply["msg"]

    def token_of(self, operation):
        security = operation.get("security")
        if not security:
            return None
        return self.server.admin_token if "admin" in security[0] else self.token

    def test_who_may_call(self):
        count = 0
        for method, path, operation in self.operations():
            security = operation.get("security")
            if not security:
                continue
            count += 1
            wrong = {"not one": "bad_token", self.token + "x": "bad_token", "": "unauthenticated"}
            if "admin" in security[0]:
                for token in (None, self.token, self.server.admin_token[:-1], ""):
                    self.refused(method, path, 401, "bad_token", {}, token=token)
                continue
            self.refused(method, path, 401, "unauthenticated", {})
            wrong[self.expired] = "token_expired"
            wrong[self.server.admin_token] = "bad_token"
            for token, error in wrong.items():
                if token:
                    self.refused(method, path, 401, error, {}, token=token)
            self.refused(method, path, 401, "bad_token", {}, token=self.token, device="d2")
        self.assertGreater(count, 40)

    def test_methods(self):
        for path, methods in self.document["paths"].items():
            known = {method.upper() for method in methods}
            filled = path.split("{")[0] + ("1" if "{" in path else "")
            for method in {"GET", "POST", "PUT", "DELETE", "PATCH"} - known:
                message = self.refused(method, filled, 405, "method_not_allowed", {},
                                       token=self.token)
                for one in known:
                    self.assertIn(one, message)
        self.assertEqual(self.server.call("/user/member.infos", {})[0], 404)
        self.assertEqual(self.server.call("/user/member.info/", {})[0], 404)
        self.assertEqual(self.server.call("/media/..%2f..%2fadmin.token", method="GET",
                                          token=self.token)[0], 404)

    def wrong_values(self, schema, is_required):
        """Values that a field must not have."""
        schema = self.resolve(schema)
        kind = schema.get("type")
        wrong = [None] if is_required else []
        if kind == "string":
            wrong += [7, True, ["a"], {"a": 1}]
            if is_required and "enum" not in schema:
                wrong.append("")
            if "maxLength" in schema:
                wrong += ["x" * (schema["maxLength"] + 1), "e" + "\u0301" * schema["maxLength"]]
            if "pattern" in schema:
                wrong += ["a\u0000b", "a\u001bb", "a\u0085b"]
            if "\\u202a" in schema.get("pattern", "") or "\\u2028" in schema.get("pattern", ""):
                wrong += ["a\nb", "a\u200bb", "a\u202eb", "\ufeffa"]
            if "enum" in schema:
                wrong += ["", "no such word", schema["enum"][0].upper()]
        elif kind == "integer":
            wrong += ["x", "", "1.5", 1.5, 1e30, -1e30, 2**63, -(2**63) - 1, [1], {}]
            if "maximum" in schema:
                wrong += [schema["maximum"] + 1, schema["minimum"] - 1]
        elif kind == "boolean":
            wrong += ["yes", 2, -1, [], {}]
        elif kind == "array":
            wrong += ["a", 1, {}, True]
            if self.resolve(schema.get("items", {})).get("type") == "integer":
                wrong += [["x"], [None], [[1]], [1.5]]
            if "maxItems" in schema:
                wrong.append([self.valid(schema["items"])] * (schema["maxItems"] + 1))
        return wrong

    def test_every_field(self):
        before, count = self.snapshot(), 0
        for method, path, operation in self.operations():
            schema = self.body_schema(operation)
            required = set(schema.get("required", ()))
            token = self.token_of(operation)
            for name, field in schema.get("properties", {}).items():
                values = self.wrong_values(field, name in required)
                for value in values:
                    body = {**self.valid(schema), name: value}
                    message = self.refused(method, path, 400, "malformed_body", body, token=token)
                    self.assertIn(name, message)
                    count += 1
                if name in required:
                    body = self.valid(schema)
                    del body[name]
                    message = self.refused(method, path, 400, "malformed_body", body, token=token)
                    self.assertIn(name, message)
        self.assertGreater(count, 500)
        self.assertEqual(self.snapshot(), before, "a refused call changed something")

    def test_bodies(self):
        before = self.snapshot()
        raw = {
            b"{": "malformed_body", b"[]": "malformed_body", b"7": "malformed_body",
            b"null": "malformed_body", b'"a"': "malformed_body", b"{'a':1}": "malformed_body",
            b'{"a":1}x': "malformed_body", b'{"a":"\xff\xfe"}': "malformed_body",
            b"[" * 100_000: "malformed_body", b'{"a":' * 100_000: "malformed_body",
            b'{"a":"\\ud800"}': "malformed_body", b'{"a":01}': "malformed_body",
            b'{"a":1e999}': "malformed_body",
        }
        for method, path, operation in self.operations():
            if method != "POST":
                continue
            token = self.token_of(operation)
            for data, error in raw.items():
                if data in (b'{"a":"\\ud800"}', b'{"a":1e999}') and not self.body_schema(
                        operation).get("required"):
                    continue  # an unknown field: ignored, whatever it holds
                self.refused(method, path, 400, error, raw=data, token=token)
        self.assertEqual(self.snapshot(), before)

    def test_extra_fields_are_ignored(self):
        for method, path, operation in self.operations():
            if method != "POST" or not self.body_schema(operation).get("required"):
                continue
            token = self.token_of(operation)
            body = self.valid(self.body_schema(operation))
            first = next(iter(self.body_schema(operation)["required"]))
            del body[first]
            plain = self.server.call(path, body, token)
            extra = self.server.call(
                path, {**body, "no_such_field": [1], "user_id": 1, "admin": True, "": 0}, token)
            self.assertEqual(plain, extra, path)

    def test_sizes(self):
        for method, path, operation in self.operations():
            if method != "POST" or path.startswith("/admin/"):
                continue
            big = b'{"a":"' + b"x" * 1_100_000 + b'"}'
            host, port = self.server.http.rsplit(":", 1)
            connection = http.client.HTTPConnection(host, int(port), timeout=WAIT)
            try:
                connection.request("POST", path, big, {
                    "Authorization": f"Bearer {self.token_of(operation)}"})
                status = connection.getresponse().status
            except (BrokenPipeError, ConnectionResetError):
                continue  # refused before all of it was sent
            finally:
                connection.close()
            self.assertEqual(status, 413, path)

    def test_paging_is_clamped(self):
        for method, path, operation in self.operations():
            names = set(self.body_schema(operation).get("properties", {})) | {
                one["name"] for one in operation.get("parameters", ())}
            if not {"page", "perpage"} <= names or path in ("/message/search",):
                continue
            for page, per in ((0, 0), (-1, -1), (10**9, 10**9), (1, 101), (2**62, 2**62)):
                body = {**self.valid(self.body_schema(operation) or {"type": "object"}),
                        "page": page, "perpage": per}
                route = f"{path}?page={page}&perpage={per}" if method == "GET" else path
                status, reply = self.server.call(
                    route, None if method == "GET" else body, self.token_of(operation),
                    method=method)
                self.assertIn(status, (200, 403, 404), (path, page, reply))


class Names(Case):
    def register(self, account):
        return self.server.call("/register", {"account": account, "password": "correct horse"})

    def test_names_that_pass_for_another(self):
        self.assertEqual(self.register("paypal")[0], 200)
        for account in ("p\u0430ypal", "\u03bfmega x", "a\u200bb", "ab\u202e", "x\u00ady", "  "):
            status, reply = self.register(account)
            self.assertEqual((status, reply["error"]), (400, "malformed_body"), account)
        for account in ("\uff50aypal", " paypal ", "paypal\u3000"):
            status, reply = self.register(account)
            self.assertEqual((status, reply["error"]), (409, "conflict"), account)
        for account in ("\u043f\u0430\u0443\u0440\u0430\u043b", "王芳 anna", "José", "ναι"):
            self.assertEqual(self.register(account)[0], 200, account)
        data = self.server.good(
            "/login/password", {"account": "\uff50aypal", "password": "correct horse"})
        self.assertGreater(data["uid"], 0)
