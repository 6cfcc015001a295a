"""What all pages share: the HTML frame, the headers that keep a browser on this server, and static files."""

import hashlib
import os
import re
from functools import lru_cache
from html import escape
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

STATIC_PATH = "/static"
STATIC_DIRECTORY = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
NO_SNIFF = {"X-Content-Type-Options": "nosniff"}
PAGE_HEADERS = NO_SNIFF | {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

# Named here because the machine's own table, which Python would ask, differs from system to system.
MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".md": "text/markdown",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


def page(title: str, main: str, *, root: str = "", scripts: tuple[str, ...] = ()) -> HTMLResponse:
    """A page of the register. `main` is HTML, escaped by the caller.

    `root` leads to the top: addresses stay relative, so that the register can be served under a prefix.
    """
    static = f"{root}{STATIC_PATH.removeprefix('/')}"
    sheets = ["swagger-ui/swagger-ui.css", "site.css"] if scripts else ["site.css"]
    links = "\n".join(f'<link rel="stylesheet" href="{static}/{sheet}">' for sheet in sheets)
    tags = "\n".join(f'<script src="{static}/{script}" defer></script>' for script in scripts)
    return HTMLResponse(
        f"""<!DOCTYPE html>
<html lang="en-NZ">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)} - Engagement register</title>
<link rel="icon" href="{static}/favicon.svg" type="image/svg+xml">
{links}
{tags}
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site">
<p><a href="{root or "./"}">Engagement register</a></p>
<nav aria-label="Site"><ul>
<li><a href="{root or "./"}">Overview</a></li>
<li><a href="{root}docs">API</a></li>
<li><a href="{root}problems">Problem types</a></li>
<li><a href="{root}openapi.json">OpenAPI document</a></li>
</ul></nav>
</header>
<main id="main" tabindex="-1">
<h1>{escape(title)}</h1>
{main}
</main>
</body>
</html>
""",
        headers=PAGE_HEADERS,
    )


def prose(text: str) -> str:
    """Plain text as HTML, with what stands between backticks as code."""
    return re.sub("`([^`]+)`", r"<code>\1</code>", escape(text))


class Assets(StaticFiles):
    """Static files by content: installed files may all bear one date, so a date makes no good validator."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        path = Path(full_path)
        response = FileResponse(
            path,
            status_code,
            headers=PAGE_HEADERS | {"ETag": _etag(path, stat_result.st_mtime_ns, stat_result.st_size)},
            media_type=MEDIA_TYPES.get(path.suffix, "text/plain"),
            stat_result=stat_result,
        )
        if response.headers["ETag"] in Headers(scope=scope).get("If-None-Match", ""):
            return NotModifiedResponse(response.headers)
        return response


@lru_cache(maxsize=64)
def _etag(path: Path, _modified: int, _size: int) -> str:
    return f'"{hashlib.sha256(path.read_bytes()).hexdigest()[:32]}"'


def static_files() -> Assets:
    """The application to mount at `STATIC_PATH`."""
    return Assets(directory=STATIC_DIRECTORY)
