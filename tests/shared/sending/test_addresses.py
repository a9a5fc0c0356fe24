"""What an address may lead to, and every spelling of it that a resolver would take."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telecine.shared.sending.addresses import literal, readings

V4 = st.ip_addresses(v=4)
PARTS = st.builds(
    lambda number, write: write(number),
    st.integers(0, 2**33) | st.integers(0, 255),
    st.sampled_from([str, hex, lambda number: f"0{number:o}", lambda number: f"0X{number:X}"]),
)


def carriers(inner: IPv4Address) -> dict[str, IPv6Address]:
    """Answer every IPv6 address that carries an IPv4 one in a known way."""
    low, high = int(inner) & 0xFFFF, int(inner) >> 16
    hexes = f"{int(inner):08x}"
    return {
        "v4-mapped": IPv6Address(f"::ffff:{inner}"),
        "translated": IPv6Address(f"::ffff:0:{inner}"),
        "NAT64": IPv6Address(f"64:ff9b::{inner}"),
        "6to4": IPv6Address(f"2002:{high:x}:{low:x}::1"),
        "Teredo server": IPv6Address(f"2001:0:{high:x}:{low:x}::"),
        "Teredo client": IPv6Address(f"2001::{0xFFFF - high:x}:{0xFFFF - low:x}"),
        "local NAT64 /48": IPv6Address(f"64:ff9b:1:{high:x}:{low >> 8:x}:{(low & 255) << 8:x}::"),
        "local NAT64 /56": IPv6Address(f"64:ff9b:1:ab{hexes[:2]}:{hexes[2:4]}:{hexes[4:]}::"),
        "local NAT64 /64": IPv6Address(f"64:ff9b:1:abcd:{hexes[:2]}:{hexes[2:6]}:{hexes[6:]}00:0"),
        "local NAT64 /96": IPv6Address(f"64:ff9b:1:abcd::{inner}"),
    }


@given(V4)
def test_an_address_inside_another_is_found_in_every_form(inner: IPv4Address) -> None:
    lost = {name for name, outer in carriers(inner).items() if inner not in set(readings(outer))}

    assert lost == set()


@given(V4.filter(lambda address: int(address) > 1))
def test_the_long_deprecated_compatible_form_is_one_too(inner: IPv4Address) -> None:
    assert list(readings(IPv6Address(f"::{inner}"))) == [IPv6Address(f"::{inner}"), inner]


@given(st.ip_addresses())
def test_only_a_mapped_address_does_not_lead_to_itself(
    address: IPv4Address | IPv6Address,
) -> None:
    mapped = getattr(address, "ipv4_mapped", None)

    assert (address in set(readings(address))) == (mapped is None)


@pytest.mark.parametrize("address", ["::", "::1"])
def test_loopback_and_unspecified_carry_nothing(address: str) -> None:
    assert list(readings(ip_address(address))) == [ip_address(address)]


@given(st.ip_addresses())
def test_the_usual_spelling_is_read(address: IPv4Address | IPv6Address) -> None:
    assert literal(str(address)) == address
    assert literal(f"[{address}]") == address
    assert literal(address.exploded) == address


@given(st.lists(PARTS, min_size=1, max_size=5).map(".".join))
def test_old_spellings_are_read_as_the_system_reads_them(text: str) -> None:
    try:
        expected = IPv4Address(socket.inet_aton(text))
    except OSError:
        assert literal(text) is None
    else:
        assert literal(text) == expected


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0X7F.1", "127.0.0.1"),
        ("0177.0.0.01", "127.0.0.1"),
        ("169.254.43518", "169.254.169.254"),
        ("127.0.0.1.", "127.0.0.1"),
        ("0", "0.0.0.0"),  # noqa: S104 - read, not bound to
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]", "fe80::1"),
        ("::FFFF:127.0.0.1", "::ffff:127.0.0.1"),
    ],
)
def test_every_spelling_of_an_address_is_that_address(host: str, address: str) -> None:
    assert literal(host) == ip_address(address)


@pytest.mark.parametrize(
    "host",
    ["", ".", "localhost", "shop.example", "1.example", "a.b.c.d", "256.1", "1.2.3.4.5", "1_0"],
)
def test_a_name_is_no_address(host: str) -> None:
    assert literal(host) is None
