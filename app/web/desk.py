"""The page at `/`: what a duty officer leaves open. Scripts of this server ask the API with the reader's own token."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.web.pages import PAGE_HEADERS, STATIC_PATH

router = APIRouter(include_in_schema=False)

VIEWS = {
    "overview": "Overview",
    "calendar": "Calendar",
    "map": "Map",
    "partners": "Partners",
    "coverage": "Coverage",
    "late": "Overdue",
    "engagements": "List",
}


@router.api_route("/", methods=["GET", "HEAD"])
def home() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=PAGE_HEADERS)


def _page() -> str:
    static = STATIC_PATH.removeprefix("/")
    links = "\n".join(
        f'<li><a href="./{"" if view == "overview" else f"?view={view}"}">{text}</a></li>'
        for view, text in VIEWS.items()
    )
    return f"""<!DOCTYPE html>
<html lang="en-NZ">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Engagement register</title>
<link rel="icon" href="{static}/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="{static}/desk/desk.css">
<script type="module" src="{static}/desk/main.js"></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="desk">
<p class="name"><a href="./">Engagement register</a></p>
<nav aria-label="Views"><ul>
{links}
</ul></nav>
<form id="search" role="search">
<label class="hidden" for="q">Search all records</label>
<input id="q" type="search" placeholder="Search ( / )" maxlength="500" autocomplete="off">
<button>Search</button>
</form>
<div class="tools">
<p id="who"></p>
<button id="theme" type="button">Dark</button>
<button id="leave" type="button">Sign out</button>
<a href="docs">API</a>
</div>
</header>
<main id="main" tabindex="-1">
<h1 id="title">Engagement register</h1>
<p id="said" role="status"></p>
<div id="filters"></div>
<div id="view"><noscript><p>This page needs scripts. There is an <a href="docs">API</a> as well.</p></noscript></div>
</main>
</body>
</html>
"""


_PAGE = _page()
