"""Published pages on this machine alone, in a frame that loads them again when they were made again.

The pages are served as they are. What asks whether there are newer ones is in the page around the frame, which is in no
file; what is internal in an edition is not served.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from analysis.run.private import INTERNAL

HOST = "127.0.0.1"
STATE, AROUND = "/-state", "/"
_FRAME = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>html,body,iframe{{margin:0;width:100%;height:100%;border:0}}body{{display:flex;flex-direction:column}}
#told{{font:14px sans-serif;padding:.3em 1em;background:#eee}}#told.failed{{background:#f4c7c3}}</style>
<div id="told" role="status"></div><iframe title="page" src="{page}"></iframe>
<script>
const frame = document.querySelector("iframe"), told = document.getElementById("told");
let made = null;
async function look() {{
  try {{
    const state = await (await fetch("{state}")).json();
    told.textContent = state.text; told.className = state.failed ? "failed" : "";
    if (made !== null && state.made !== made) frame.contentWindow.location.reload();
    made = state.made;
  }} catch {{ told.textContent = "staat watch has ended"; }}
  setTimeout(look, 500);
}}
look();
</script>
"""


@dataclass
class Shown:
    """What the page around the frame is told."""

    page: str  # address of the page in the frame
    text: str = ""
    failed: bool = False
    made: int = 0  # counts how often the pages were made: with each the frame loads its page again


class Server(ThreadingHTTPServer):
    """Serves an edition's folder at a free port of this machine."""

    daemon_threads = True

    def __init__(self, folder: Path, shown: Shown, port: int = 0) -> None:
        self.shown = shown
        super().__init__((HOST, port), partial(_Pages, directory=str(folder)))

    @property
    def address(self) -> str:
        """Where a browser finds it."""
        return f"http://{HOST}:{self.server_port}{AROUND}"


class _Pages(SimpleHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if (
            self.headers.get("Host") != f"{HOST}:{self.server.server_port}"
        ):  # a site elsewhere that calls itself this one
            self.send_error(HTTPStatus.FORBIDDEN)
        elif path == AROUND:
            shown = self.server.shown
            self._say(_FRAME.format(title="staat watch", page=shown.page, state=STATE), "text/html")
        elif path == STATE:
            shown = self.server.shown
            self._say(json.dumps({"text": shown.text, "failed": shown.failed, "made": shown.made}), "application/json")
        elif _is_internal(path):
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        self.send_error(HTTPStatus.METHOD_NOT_ALLOWED)

    def list_directory(self, _: object) -> None:
        self.send_error(HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: the terminal shows the run."""

    def _say(self, text: str, kind: str) -> None:
        content = text.encode()
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _is_internal(path: str) -> bool:
    """Return whether a path leads to what is not published, in whatever way it is written."""
    parts = path.replace("\\", "/").lower().split("/")
    return INTERNAL in parts or any(part.startswith(".") for part in parts)
