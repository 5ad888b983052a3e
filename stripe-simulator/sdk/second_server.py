"""Runs localstripe, a Stripe server that others wrote, on a free port of the loopback; prints its URL."""

import socket

from aiohttp import web
from localstripe.resources import Store
from localstripe.server import app

# It would write its objects to a fixed file after every request.
Store.dump_to_disk = lambda _: None

listener = socket.create_server(("127.0.0.1", 0))
print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
web.run_app(app, sock=listener, print=None)
