"""The YAML language server that editors run, driven over standard input and output as an editor drives it."""

import itertools
import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HERE = Path(__file__).parent
SERVER = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
Json = dict[str, Any]  # Any: the protocol's own JSON


class LanguageServer:
    """One server process with our schema for every `*.yaml`, and the documents that were opened in it."""

    def __init__(self, schema: Path) -> None:
        """Start it; `schema` is the file of the schema."""
        self._process = subprocess.Popen(
            ["node", str(SERVER), "--stdio"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._settings = {
            "yaml": {
                "schemas": {schema.as_uri(): ["*.yaml"]},
                "completion": True,
                "hover": True,
                "validate": True,
                "schemaStore": {"enable": False},
            }
        }
        self._ids = itertools.count(1)
        self._names = itertools.count(1)
        self._published: dict[str, list[Json]] = {}
        capabilities: Json = {
            "workspace": {"configuration": True},
            "textDocument": {
                "hover": {"contentFormat": ["markdown"]},
                "completion": {"completionItem": {"snippetSupport": True, "documentationFormat": ["markdown"]}},
                "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
            },
        }
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": capabilities})
        self._send({"method": "initialized", "params": {}})
        self._send({"method": "workspace/didChangeConfiguration", "params": {"settings": self._settings}})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()

    def open(self, text: str) -> str:
        """Open a document and return its address."""
        uri = f"file:///bot{next(self._names)}.yaml"
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return uri

    def faults(self, uri: str) -> list[Json]:
        """Return what the editor marks in a document."""
        while uri not in self._published:
            self._take(self._receive())
        return self._published[uri]

    def ask(self, what: str, uri: str, line: int, column: int) -> Any:
        """Ask something about a place; both numbers count from 0."""
        position = {"line": line, "character": column}
        return self.request(f"textDocument/{what}", {"textDocument": {"uri": uri}, "position": position})

    def request(self, method: str, params: Json) -> Any:
        """Send a request and return its result, doing what the server asks for meanwhile."""
        identity = next(self._ids)
        self._send({"id": identity, "method": method, "params": params})
        while True:
            message = self._receive()
            if message.get("id") == identity and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def _take(self, message: Json) -> None:
        match message.get("method"):
            case "textDocument/publishDiagnostics":
                self._published[message["params"]["uri"]] = message["params"]["diagnostics"]
            case "workspace/configuration":
                asked = [item.get("section", "") for item in message["params"]["items"]]
                self._send({"id": message["id"], "result": [self._settings.get(section) for section in asked]})
            case str() if "id" in message:
                self._send({"id": message["id"], "result": None})
            case _:
                pass

    def _send(self, message: Json) -> None:
        assert self._process.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _receive(self) -> Json:
        stream = self._process.stdout
        assert stream is not None
        length = 0
        while (line := stream.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        assert length, "the server has ended"
        message: Json = json.loads(stream.read(length))
        return message
