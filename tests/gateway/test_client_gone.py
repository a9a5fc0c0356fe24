"""A client that goes away amid its request is no error of the house's."""

import asyncio
from urllib.parse import urlsplit

import pytest

from tests.house import TestHouse
from tests.scraped import page
from tests.waiting import until

_ANSWERED = "telecine_http_requests_total"


@pytest.mark.parametrize(
    ("line", "keys"),
    [
        ("POST /api/v1/demo/assets/videos/", "authorization: Token demo-key"),
        ("POST /company/client/webhooks", "authorization: Bearer demo-key"),
        ("POST /v1/endpoints", "authorization: Bearer demo-key"),
    ],
)
async def test_a_request_that_ends_before_its_body_is_no_defect(
    house: TestHouse, line: str, keys: str
) -> None:
    at = urlsplit(house.url)
    _, writer = await asyncio.open_connection(at.hostname, at.port)
    head = f"{line} HTTP/1.1\r\nhost: here\r\n{keys}\r\ncontent-type: application/json\r\n"
    writer.write(f"{head}content-length: 10\r\n\r\n{{".encode())
    await writer.drain()

    writer.close()

    assert await until(lambda: statuses(house, line.partition(" ")[0])) == {"400"}


async def statuses(house: TestHouse, method: str) -> set[str]:
    """Answer what requests of a method were answered with, but those for the metrics themselves."""
    samples = (await page(house.http)).samples.get(_ANSWERED, {})
    all_labels = [dict(each) for each in samples]
    return {
        each["status"]
        for each in all_labels
        if each["method"] == method and each["route"] not in {"/metrics", "/readyz"}
    }
