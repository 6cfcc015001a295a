"""The docs page: Swagger UI over the OpenAPI document, all of it from this server."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from app.web.pages import page

router = APIRouter(include_in_schema=False)

DOCS_PATH = "/docs"
OPENAPI_PATH = "/openapi.json"


@router.api_route(DOCS_PATH, methods=["GET", "HEAD"])
def docs() -> HTMLResponse:
    document = OPENAPI_PATH.removeprefix("/")
    return page(
        "API",
        f"""<p class="lead">Choose <b>Authorize</b> and paste a token (<code>det_…</code>) to try the
operations here. It is kept by this tab only and gone with it.</p>
<noscript><p>This page needs scripts. What it shows is in the <a href="{document}">OpenAPI
document</a>.</p></noscript>
<div id="swagger-ui" data-openapi="{document}"></div>""",
        scripts=("swagger-ui/swagger-ui-bundle.js", "docs.js"),
    )
