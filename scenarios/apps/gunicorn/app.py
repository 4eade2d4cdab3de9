"""A WSGI app: GET / answers after LATENCY_MS (default 20), GET /readyz at once. Every answer names its Pod."""

import os
import socket
import time

LATENCY_SECONDS = int(os.environ.get("LATENCY_MS", "20")) / 1000
POD = socket.gethostname()


def app(environ, start_response):
    path = environ["PATH_INFO"]
    status, body = "200 OK", b"hello from gunicorn\n"
    if path == "/readyz":
        body = b"ready\n"
    elif path == "/":
        time.sleep(LATENCY_SECONDS)
    else:
        status, body = "404 Not Found", b"not found\n"
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(body))), ("x-pod", POD)]
    start_response(status, headers)
    return [body]
