"""A recording endpoint: writes down each request as it came, and hands it on to a server or answers it itself."""

import json
import socket
import threading
from dataclasses import dataclass
from urllib.parse import unquote

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Request:
    method: str
    path: str
    query: str
    headers: dict
    body: bytes

    @property
    def json(self):
        return json.loads(self.body) if self.body else None

    def is_of(self, method, template):
        """Whether it is of the operation with this method and path."""
        found, wanted = self.path.split("/"), template.split("/")
        fits = (part.startswith("{") or part == unquote(given) for part, given in zip(wanted, found))
        return self.method == method and len(found) == len(wanted) and all(fits)


class Recorder:
    """Listens on a free port of loopback; `upstream` is where requests go on to."""

    def __init__(self, upstream=None):
        self.requests = []
        self.upstream = upstream
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def taken(self):
        """What came since this was asked last."""
        taken, self.requests = self.requests, []
        return taken

    def _accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        upstream = None
        if self.upstream:
            upstream = socket.create_connection(self.upstream)
            threading.Thread(target=_copy, args=(upstream, connection), daemon=True).start()
        reader = connection.makefile("rb")
        while head := _head(reader):
            first, *lines = head.decode().strip().splitlines()
            method, target, _ = first.split(" ")
            pairs = (line.split(":", 1) for line in lines)
            headers = {name.lower(): value.strip() for name, value in pairs}
            body = reader.read(int(headers.get("content-length", 0)))
            path, _, query = target.partition("?")
            self.requests.append(Request(method, path, query, headers, body))
            if upstream:
                upstream.sendall(head + body)
            else:
                connection.sendall(ANSWER)
        connection.close()


def _head(reader):
    """All up to the empty line, with it; nothing at the end."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = reader.readline()
        if not line:
            return b""
        head += line
    return head


def _copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass  # Either side has gone: so does the other.
    target.close()
