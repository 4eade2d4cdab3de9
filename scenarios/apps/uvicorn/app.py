"""An ASGI app: GET / answers after LATENCY_MS (default 20), GET /readyz at once. Every answer names its Pod."""

import asyncio
import os
import socket

LATENCY_SECONDS = int(os.environ.get("LATENCY_MS", "20")) / 1000
POD = socket.gethostname().encode()


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    status, body = 200, b"hello from uvicorn\n"
    if scope["path"] == "/readyz":
        body = b"ready\n"
    elif scope["path"] == "/":
        await asyncio.sleep(LATENCY_SECONDS)
    else:
        status, body = 404, b"not found\n"
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(body)).encode()), (b"x-pod", POD)]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
