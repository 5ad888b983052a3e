"""The Python client gql against a running Merx: python shop.py CHECK HTTP_ADDRESS WEBSOCKET_ADDRESS."""

import asyncio
import sys
from datetime import datetime, timedelta, timezone

from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.requests import RequestsHTTPTransport
from gql.transport.websockets import WebsocketsTransport
from graphql import GraphQLError

LISTING = gql("query Listing($first: Int!) { products(first: $first) { nodes { id name } } }")
CART = gql("mutation Cart($input: CartCreateInput!) { cartCreate(input: $input) { cart { token } } }")
CLOCK = gql("subscription Clock { serverTime }")

check, http, ws = sys.argv[1:]


def client(**options) -> Client:
    return Client(transport=RequestsHTTPTransport(url=http, retries=3), **options)


def query() -> None:
    request = LISTING
    request.variable_values = {"first": 3}
    assert len(client().execute(request)["products"]["nodes"]) == 3


def mutation() -> None:
    request = CART
    request.variable_values = {"input": {}}
    assert client().execute(request)["cartCreate"]["cart"]["token"]


def validation() -> None:
    """The schema by introspection, and documents that it refuses before they are sent."""
    with client(fetch_schema_from_transport=True) as session:
        assert "Product" in session.client.schema.type_map
        try:
            session.execute(gql("{ nothingOfThisName }"))
        except GraphQLError as error:
            assert "nothingOfThisName" in str(error)
        else:
            raise AssertionError("the schema does not refuse the document")


def errors() -> None:
    try:
        client().execute(gql("{ nothingOfThisName }"))
    except TransportQueryError as error:
        extensions = error.errors[0]["extensions"]
        assert extensions["code"] == "GRAPHQL_VALIDATION_FAILED", extensions
        assert extensions["requestId"]
    else:
        raise AssertionError("the server does not refuse the document")


def subscription() -> None:
    async def run() -> None:
        transport = WebsocketsTransport(url=ws, subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL])
        async with Client(transport=transport) as session:
            seen = 0
            async for result in session.subscribe(CLOCK):
                time = datetime.fromisoformat(result["serverTime"])
                assert abs(datetime.now(timezone.utc) - time) < timedelta(minutes=1), time
                seen += 1
                if seen == 2:
                    break

    asyncio.run(run())


{f.__name__: f for f in (query, mutation, validation, errors, subscription)}[check]()
