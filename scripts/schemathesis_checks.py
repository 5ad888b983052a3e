"""Generated GraphQL for Merx: the values of its scalars, and what is held against its answers."""

import json
import os
import urllib.request

import schemathesis
from hypothesis import strategies as st
from schemathesis.graphql import nodes

URL = os.environ["MERX_URL"]


def ask(query):
    """The data of an answer of the server."""
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(URL, body, {"content-type": "application/json"})
    with urllib.request.urlopen(request) as response:
        return json.load(response)["data"]


def known_ids():
    """Ids of a few things that exist: made-up ones end at the first look."""
    data = ask(
        "{ products(first: 5) { nodes { id variants { id } } } categories(first: 3) { nodes { id } } channels { id } }"
    )
    ids = [channel["id"] for channel in data["channels"]]
    ids += [category["id"] for category in data["categories"]["nodes"]]
    for product in data["products"]["nodes"]:
        ids += [product["id"], *(variant["id"] for variant in product["variants"])]
    cart = "mutation { cartCreate(input: {}) { cart { id } } }"
    return ids + [ask(cart)["cartCreate"]["cart"]["id"]]


text = st.text(max_size=40).map(nodes.String)
schemathesis.graphql.scalar("ID", st.sampled_from(known_ids()).map(nodes.String) | text)
schemathesis.graphql.scalar("Decimal", st.decimals(allow_nan=False, allow_infinity=False).map(str).map(nodes.String) | text)
schemathesis.graphql.scalar("DateTime", st.datetimes().map(lambda at: nodes.String(at.isoformat() + "Z")) | text)
schemathesis.graphql.scalar("JSON", text | st.integers().map(nodes.Int) | st.booleans().map(nodes.Boolean))


@schemathesis.check
def answers_well(ctx, response, case):
    """No 5xx, nothing internal, and every error has its code and the id of the request."""
    assert response.status_code < 500, f"status {response.status_code}: {response.text[:500]}"
    answer = response.json()
    for error in answer.get("errors", []):
        extensions = error.get("extensions", {})
        assert extensions.get("code"), f"an error without a code: {error}"
        assert extensions.get("requestId"), f"an error without the id of its request: {error}"
        assert extensions["code"] != "INTERNAL", f"an internal error: {error}"
    assert answer.get("errors") or answer.get("data"), f"neither data nor errors: {response.text[:500]}"
