"""The OpenAPI schema as a page for people: it runs nothing and fetches nothing."""

import json
from html import escape
from shlex import quote
from typing import Any

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; "
    "base-uri 'none'; form-action 'none'"
}
_Schema = dict[str, Any]
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ font: 600 1.1rem/1.4 ui-monospace, monospace; margin: 2.5rem 0 0; }}
p {{ margin: .3rem 0; }}
pre {{ padding: .7rem; border: 1px solid #8886; border-radius: .4rem; overflow-x: auto; }}
td {{ padding: .1rem 1rem .1rem 0; vertical-align: top; }}
</style>
{body}
</html>"""


def welcome() -> str:
    """HTML of a few lines."""
    return _PAGE.format(
        title="Sceneseek",
        body="<h1>Sceneseek</h1><p>This is the service that programs ask: "
        '<a href="/docs">what can be asked</a>, and <a href="/openapi.json">the same for programs</a>.</p>'
        "<p>The page for people is started by <code>make ui</code> or <code>sceneseek ui</code>, "
        "which say where it is.</p>",
    )


def docs(schema: _Schema, base_url: str) -> str:
    """HTML: each route of `schema` with its parameters, its body and a request to copy."""
    routes = [
        _route(schema, method.upper(), path, facts, base_url.rstrip("/"))
        for path, methods in schema["paths"].items()
        for method, facts in methods.items()
    ]
    head = (
        "<h1>Sceneseek</h1><p>Where a key is set, send <code>Authorization: Bearer KEY</code> with every request but "
        'those for health. The whole schema is at <a href="/openapi.json">/openapi.json</a>.</p>'
    )
    return _PAGE.format(title="Sceneseek: what can be asked", body=head + "".join(routes))


def _route(schema: _Schema, method: str, path: str, facts: _Schema, base_url: str) -> str:
    fields = [_row(one["name"], one["schema"] | one, one["required"]) for one in facts.get("parameters", [])]
    body = _body(schema, facts)
    if body:
        required = body.get("required", [])
        fields += [_row(name, field, name in required) for name, field in body["properties"].items()]
    table = f"<table>{''.join(fields)}</table>" if fields else ""
    example = _curl(schema, method, base_url + path, facts, body)
    return (
        f"<h2>{method} {escape(path)}</h2><p>{escape(str(facts.get('description', facts['summary'])))}</p>{table}"
        f"<pre>{escape(example)}</pre>"
    )


def _body(schema: _Schema, facts: _Schema) -> _Schema | None:
    content = facts.get("requestBody", {}).get("content", {}).get("application/json")
    return _named(schema, content["schema"]) if content else None


def _row(name: str, field: _Schema, required: bool) -> str:
    default = "needed" if required else f"default {json.dumps(field.get('default'))}" if "default" in field else ""
    said = "; ".join(part for part in (field.get("description", ""), default) if part)
    return f"<tr><td><code>{escape(name)}</code></td><td>{escape(said)}</td></tr>"


def _curl(schema: _Schema, method: str, url: str, facts: _Schema, body: _Schema | None) -> str:
    for one in facts.get("parameters", []):
        if one["required"]:
            value = str(_example(schema, one["name"], one["schema"]))
            place = "{" + one["name"] + "}"
            url = url.replace(place, value) if one["in"] == "path" else f"{url}?{one['name']}={value}"
    words = ["curl", "-s", *(["-X", method] if method not in ("GET", "POST") else []), quote(url)]
    if body:
        sent = {name: _example(schema, name, body["properties"][name]) for name in body.get("required", [])}
        words += ["-H", "'content-type: application/json'", "-d", quote(json.dumps(sent))]
    return " ".join(words)


def _example(schema: _Schema, name: str, field: _Schema) -> Any:
    """Something that the schema allows."""
    field = _named(schema, field)
    if "examples" in field:
        return field["examples"][0]
    if field.get("pattern"):
        return "0" * 32
    if field.get("type") == "array":
        return [_example(schema, name, field["items"])]
    if "properties" in field:
        return {each: _example(schema, each, field["properties"][each]) for each in field.get("required", [])}
    return {"number": 10, "integer": 1, "boolean": True}.get(field.get("type", ""), "a+cat" if name == "q" else "a cat")


def _named(schema: _Schema, field: _Schema) -> _Schema:
    """What a reference leads to."""
    if "$ref" not in field:
        return field
    found: _Schema = schema["components"]["schemas"][field["$ref"].rpartition("/")[2]]
    return found
