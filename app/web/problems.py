"""A page behind each problem type: `type` in an error answer leads here."""

from html import escape

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.errors import PROBLEM_TYPES, NotFound, ProblemType
from app.web.pages import page, prose

router = APIRouter(include_in_schema=False)

_BY_SLUG = {problem.slug: problem for problem in PROBLEM_TYPES}


@router.api_route("/problems", methods=["GET", "HEAD"])
def problems() -> HTMLResponse:
    return page("Problem types", _table(PROBLEM_TYPES))


@router.api_route("/problems/{slug}", methods=["GET", "HEAD"])
def problem(request: Request) -> HTMLResponse:
    slug = request.path_params["slug"]
    if slug not in _BY_SLUG:
        raise NotFound("There is no such problem type. All are listed at /problems.")
    return page(_BY_SLUG[slug].title, _details(_BY_SLUG[slug]), root="../")


def _table(types: tuple[ProblemType, ...]) -> str:
    rows = "\n".join(
        f'<tr><td>{each.status}</td><th scope="row"><a href="problems/{escape(each.slug)}">'
        f"{escape(each.title)}</a></th><td>{prose(each.meaning)}</td></tr>"
        for each in types
    )
    return f"""<p class="lead">Errors are <code>application/problem+json</code> (RFC 9457). Their
<code>type</code> is one of these and will not change.</p>
<div class="scroll" role="region" aria-label="Problem types" tabindex="0"><table>
<thead><tr><th scope="col">Status</th><th scope="col">Title</th><th scope="col">Meaning</th></tr></thead>
<tbody>
{rows}
</tbody>
</table></div>"""


def _details(each: ProblemType) -> str:
    return f"""<dl>
<dt>Type</dt><dd><code>/problems/{escape(each.slug)}</code></dd>
<dt>Status</dt><dd>{each.status}</dd>
<dt>What it means</dt><dd>{prose(each.meaning)}</dd>
<dt>What to do</dt><dd>{prose(each.remedy)}</dd>
</dl>
<p><a href="../problems">All problem types</a></p>"""
