"""The door of the ledger's customer: a gateway that is killed while it answers is asked again."""

import asyncio

import pytest

from tests.ledger.door import customer_at

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 14\r\n\r\n"
BODY = b'{"answer": 42}'


@pytest.mark.parametrize("said", [b"", HEAD[:20], HEAD, HEAD + BODY[:5]])
async def test_customer_asks_again_however_much_of_an_answer_has_come(said: bytes) -> None:
    answers = iter([said, HEAD + BODY])

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(next(answers))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        async with customer_at(f"http://127.0.0.1:{port}") as customer:
            assert await customer.call("GET", "/") == {"answer": 42}
    assert list(answers) == []
