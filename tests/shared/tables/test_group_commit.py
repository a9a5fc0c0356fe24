"""Group commits: many wait, one transaction; order, results and errors each find their own."""

import asyncio

import pytest

from telecine.shared.tables.group_commit import GroupCommit


class Ledger:
    """Writes numbers; `groups` are what was written together. Odd things happen by number."""

    def __init__(self, *, fails_at: int | None = None) -> None:
        self.groups: list[list[int]] = []
        self.writing = asyncio.Event()
        self.may_write = asyncio.Event()
        self._fails_at = fails_at

    async def write(self, numbers: list[int]) -> list[str]:
        self.writing.set()
        await self.may_write.wait()
        if self._fails_at in numbers:
            raise OSError("the disk is full")
        self.groups.append(numbers)
        return [f"written {number}" for number in numbers]

    @property
    def written(self) -> list[int]:
        return [number for group in self.groups for number in group]


async def put_all(commits: GroupCommit[int, str], ledger: Ledger, numbers: range) -> list[object]:
    """Put the first alone, the others while it is being written; then let the writing go on."""
    waiting = [asyncio.create_task(commits.put(numbers[0]))]
    await ledger.writing.wait()
    waiting += [asyncio.create_task(commits.put(number)) for number in numbers[1:]]
    await asyncio.sleep(0)  # each has been put when we are called again
    ledger.may_write.set()
    return list(await asyncio.gather(*waiting, return_exceptions=True))


async def test_what_comes_during_a_write_is_written_together_in_its_order() -> None:
    ledger = Ledger()
    commits = GroupCommit(ledger.write)

    results = await put_all(commits, ledger, range(50))

    assert ledger.groups == [[0], list(range(1, 50))]
    assert results == [f"written {number}" for number in range(50)]


async def test_group_is_no_larger_than_allowed() -> None:
    ledger = Ledger()
    commits = GroupCommit(ledger.write, most=20)

    await put_all(commits, ledger, range(50))

    assert [len(group) for group in ledger.groups] == [1, 20, 20, 9]
    assert ledger.written == list(range(50))


async def test_put_does_not_return_before_its_item_is_written() -> None:
    ledger = Ledger()
    commits = GroupCommit(ledger.write)
    putting = asyncio.create_task(commits.put(1))
    await ledger.writing.wait()

    assert not putting.done()
    ledger.may_write.set()

    assert await putting == "written 1"


async def test_error_reaches_exactly_the_group_that_it_belongs_to() -> None:
    ledger = Ledger(fails_at=12)
    commits = GroupCommit(ledger.write, most=10)

    results = await put_all(commits, ledger, range(31))

    failed = [number for number, result in enumerate(results) if isinstance(result, OSError)]
    assert failed == list(range(11, 21))
    assert ledger.written == [*range(11), *range(21, 31)]


async def test_writing_goes_on_after_an_error() -> None:
    ledger = Ledger(fails_at=1)
    commits = GroupCommit(ledger.write)
    ledger.may_write.set()

    with pytest.raises(OSError, match="disk"):
        await commits.put(1)

    assert await commits.put(2) == "written 2"


async def test_cancelled_waiter_takes_nobody_along() -> None:
    ledger = Ledger()
    commits = GroupCommit(ledger.write)
    first, cancelled, last = (asyncio.create_task(commits.put(number)) for number in range(3))
    await ledger.writing.wait()

    cancelled.cancel()
    ledger.may_write.set()

    assert [await first, await last] == ["written 0", "written 2"]
    assert cancelled.cancelled()
    assert ledger.written == [0, 1, 2], "what was put is written, whoever waits for it"


async def test_error_with_a_cancelled_waiter_reaches_the_others() -> None:
    ledger = Ledger(fails_at=2)
    commits = GroupCommit(ledger.write)
    first, cancelled, last = (asyncio.create_task(commits.put(number)) for number in range(3))
    await ledger.writing.wait()

    cancelled.cancel()
    ledger.may_write.set()

    results = await asyncio.gather(first, last, return_exceptions=True)
    assert [type(result) for result in results] == [OSError, OSError]
    assert await commits.put(7) == "written 7"
