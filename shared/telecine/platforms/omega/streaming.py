"""A bare JSON array of any length: read page by page, sent as it is read."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi.responses import StreamingResponse

from telecine.platforms.omega.wire import compact

Pages = AsyncIterator[Sequence[dict[str, Any]]]


async def array(pages: Pages) -> StreamingResponse:
    """Answer the array. The first page is read before the answer begins, so that its errors show.

    If a later page fails, the connection ends without the array's end: no client can take the
    part for the whole.
    """
    first = await anext(pages, None)
    return StreamingResponse(_pieces(first, pages), 200, media_type="application/json")


async def _pieces(first: Sequence[dict[str, Any]] | None, rest: Pages) -> AsyncIterator[bytes]:
    page, between = first, b"["
    while page is not None:
        for each in page:
            yield between + compact(each)
            between = b","
        page = await anext(rest, None)
    yield b"[]" if between == b"[" else b"]"
