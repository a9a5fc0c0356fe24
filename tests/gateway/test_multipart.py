"""Forms are read as they come: the same events however the bytes are cut."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.gateway.multipart import Begun, Ended, Form, Malformed, Piece, boundary_of

BOUNDARY = b"xyz"


def written(fields: list[tuple[str, str | None, bytes]], boundary: bytes = BOUNDARY) -> bytes:
    """Answer a form as a client writes it."""
    parts = []
    for name, filename, content in fields:
        also = f'; filename="{filename}"' if filename is not None else ""
        head = f'Content-Disposition: form-data; name="{name}"{also}\r\n\r\n'.encode()
        parts.append(b"--" + boundary + b"\r\n" + head + content + b"\r\n")
    return b"".join(parts) + b"--" + boundary + b"--\r\n"


def read(pieces: list[bytes]) -> tuple[list[tuple[str, str | None, bytes]], bool]:
    """Answer the fields of a form that comes in pieces, and whether it came to its end."""
    form, found = Form(BOUNDARY), []
    for piece in pieces:
        for event in form.feed(piece):
            match event:
                case Begun(name, filename):
                    found.append((name, filename, b""))
                case Piece(data):
                    assert data, "an empty piece says nothing"
                    name, filename, before = found.pop()
                    found.append((name, filename, before + data))
                case Ended():
                    pass
    return found, form.over


#: Contents full of what a boundary is made of.
contents = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"\r\n--", b"\r\n--xy", b"xyz", b"a", b"\0"])
).map(b"".join)
fields = st.lists(
    st.tuples(
        st.sampled_from(["key", "policy", "file"]), st.sampled_from([None, "", "a.mp4"]), contents
    )
)


@given(fields, st.lists(st.integers(0, 400)))
def test_fields_are_the_same_however_the_bytes_are_cut(
    given_fields: list[tuple[str, str | None, bytes]], cuts: list[int]
) -> None:
    # given: contents that hold no boundary of their own
    told = [each for each in given_fields if b"\r\n--xyz" not in b"\r\n" + each[2]]
    body = written(told)
    places = [0, *sorted(min(cut, len(body)) for cut in cuts), len(body)]

    # when
    pieces = [body[start:end] for start, end in itertools.pairwise(places)]

    # then
    assert read(pieces) == (told, True)
    assert read([body[i : i + 1] for i in range(len(body))]) == (told, True)


def test_what_stands_before_and_behind_the_form_is_nobodys() -> None:
    body = b"hello\r\n" + written([("key", None, b"a")]) + b"good bye"

    assert read([body]) == ([("key", None, b"a")], True)


def test_a_form_that_stops_half_way_is_not_over() -> None:
    body = written([("file", "a.mp4", b"12345")])

    found, over = read([body[:-6]])

    assert not over
    assert found[0][0] == "file"


def test_a_large_file_is_not_kept() -> None:
    form = Form(BOUNDARY)
    list(form.feed(b'--xyz\r\nContent-Disposition: form-data; name="file"\r\n\r\n'))

    passed = sum(
        len(event.data)
        for _ in range(100)
        for event in form.feed(b"a" * 10_000)
        if isinstance(event, Piece)
    )

    assert passed > 100 * 10_000 - 20


@pytest.mark.parametrize(
    "body",
    [
        b"--xyz\r\n\r\nno headers\r\n--xyz--",
        b'--xyz\r\nContent-Type: text/plain; name="a"\r\n\r\nb\r\n--xyz--',
        b'--xyz\r\nContent-Disposition: attachment; name="a"\r\n\r\nb\r\n--xyz--',
        b"--xyz\r\nContent-Disposition: form-data\r\n\r\nb\r\n--xyz--",
        b"--xyz\r\nContent-Disposition: form-data; name=\xff\r\n\r\nb\r\n--xyz--",
        b'--xyzw\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--xyz--',
        b"--xyz\r\nX: " + b"a" * 20_000,
    ],
)
def test_a_form_that_is_none_is_malformed(body: bytes) -> None:
    with pytest.raises(Malformed):
        read([body])


@pytest.mark.parametrize(
    ("content_type", "boundary"),
    [
        ("multipart/form-data; boundary=xyz", b"xyz"),
        ('Multipart/Form-Data; boundary="a b"', b"a b"),
        ("multipart/form-data", None),
        ("multipart/mixed; boundary=xyz", None),
        ("application/json", None),
        ("", None),
        ("multipart/form-data; boundary=", None),
        (f"multipart/form-data; boundary={'a' * 71}", None),
    ],
)
def test_boundary_is_read_from_the_content_type(content_type: str, boundary: bytes | None) -> None:
    assert boundary_of(content_type) == boundary
