"""Which addresses each policy lets through, over the whole address space."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from telecine.shared.sending.egress import NEVER, OPEN, policy
from tests.shared.sending.test_addresses import carriers

Address = IPv4Address | IPv6Address

PRIVATE, PUBLIC = policy("private"), policy("public")
LIST = policy("10.0.0.0/8,2001:db8::/32, 64:ff9b::/96")

#: Of each range of the two registries (and a little around them) an address at random.
REGISTRY = [
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"),
    *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
    *("::/8", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16"),
    *("64:ff9b:1::/48", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
]
NAT64 = IPv6Network("64:ff9b::/96")
ANY = st.ip_addresses()
SPECIAL = st.sampled_from(REGISTRY).flatmap(lambda network: st.ip_addresses(network=network))
CARRIED = st.builds(
    lambda inner, form: list(carriers(inner).values())[form],
    st.ip_addresses(v=4),
    st.integers(0, 9),
)


def the_library_calls_it_global(address: Address) -> bool:
    """What Python's own tables say; they have grown over time, so they are asked and not copied."""
    return address.is_global and not (
        address.is_multicast
        or address.is_reserved
        or address.is_link_local
        or address.is_loopback
        or address.is_unspecified
        or getattr(address, "is_site_local", False)
    )


@given(ANY | SPECIAL | CARRIED)
@example(ip_address("64:ff9b::127.0.0.1"))
def test_public_reaches_nothing_that_the_library_does_not_call_global(address: Address) -> None:
    mapped = getattr(address, "ipv4_mapped", None)
    by_nat64 = IPv4Address(int(address) & 0xFFFF_FFFF) if address in NAT64 else None

    if PUBLIC.refuses(address) is None:
        assert the_library_calls_it_global(mapped or by_nat64 or address)


@given(st.ip_addresses(v=4) | st.ip_addresses(network="2000::/3"))
def test_public_reaches_what_the_library_calls_global(address: Address) -> None:
    beyond = [ip_network(each) for each in ("192.0.0.0/24", "192.88.99.0/24", "100.100.100.200")]
    beyond += [ip_network(each) for each in ("168.63.129.16", "2001::/23", "2002::/16")]
    beyond += [ip_network("3fff::/20")]
    if the_library_calls_it_global(address) and not any(address in each for each in beyond):
        assert PUBLIC.refuses(address) is None


@pytest.mark.parametrize("network", REGISTRY)
def test_public_refuses_each_special_range_from_end_to_end(network: str) -> None:
    whole = ip_network(network)

    assert PUBLIC.refuses(whole.network_address)
    assert PUBLIC.refuses(whole.broadcast_address)


@given(st.ip_addresses(v=4))
def test_public_takes_an_address_in_disguise_for_what_it_is(inner: IPv4Address) -> None:
    forms = carriers(inner)

    assert (PUBLIC.refuses(forms["v4-mapped"]) is None) == (PUBLIC.refuses(inner) is None)
    assert (PUBLIC.refuses(forms["NAT64"]) is None) == (PUBLIC.refuses(inner) is None)
    for name in forms.keys() - {"v4-mapped", "NAT64"}:
        assert PUBLIC.refuses(forms[name]) is not None, name


def test_public_reaches_ipv4_from_a_network_that_has_ipv6_alone() -> None:
    assert PUBLIC.refuses(ip_address("64:ff9b::8.8.8.8")) is None
    assert PUBLIC.refuses(ip_address("64:ff9b::10.0.0.1")) is not None


@pytest.mark.parametrize("policy_", [PRIVATE, PUBLIC, policy("0.0.0.0/0,::/0")], ids=str)
@pytest.mark.parametrize("never", NEVER, ids=str)
def test_only_open_reaches_link_local_and_metadata(
    policy_: object, never: IPv4Network | IPv6Network
) -> None:
    address = never.network_address
    forms = [address, never.broadcast_address]
    if isinstance(address, IPv4Address):
        forms += carriers(address).values()

    why = "that is link-local or a cloud's metadata service"
    assert {getattr(policy_, "refuses")(each) for each in forms} == {why}  # noqa: B009 - ids
    assert {OPEN.refuses(each) for each in forms} == {None}


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16"]
)
def test_metadata_services_of_the_large_clouds_are_known(address: str) -> None:
    assert PRIVATE.refuses(ip_address(address)) is not None


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "::1", "10.1.2.3", "192.168.1.1", "fd12::1", "172.17.0.1", "8.8.8.8"]
)
def test_private_reaches_ones_own_networks_and_all_others(address: str) -> None:
    assert PRIVATE.refuses(ip_address(address)) is None


@given(ANY)
def test_open_reaches_everything(address: Address) -> None:
    assert OPEN.refuses(address) is None


@given(ANY | SPECIAL | CARRIED)
def test_whoever_reaches_less_reaches_nothing_more(address: Address) -> None:
    if PRIVATE.refuses(address):
        assert PUBLIC.refuses(address)
        assert LIST.refuses(address)


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("10.255.255.255", True),
        ("11.0.0.0", False),
        ("2001:db8::1", True),
        ("::ffff:10.0.0.1", True),
        ("64:ff9b::10.0.0.1", True),
        ("64:ff9b::8.8.8.8", False),
        ("2002:a00:1::", False),
        ("8.8.8.8", False),
        ("127.0.0.1", False),
    ],
)
def test_a_list_reaches_its_networks_alone(address: str, reached: bool) -> None:
    assert (LIST.refuses(ip_address(address)) is None) == reached


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "is neither open, private, public nor a network"),
        ("closed", "'closed' is neither"),
        ("10.0.0.1/8", "has host bits set"),
        ("10.0.0.0/8,,", "'' is neither"),
        ("Public", "'Public' is neither"),
        ("169.254.0.0/17", "only `open` goes there"),
        ("10.0.0.0/8,fe80::/64", "only `open` goes there"),
    ],
)
def test_what_is_no_policy_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=r"write one of these|only `open`") as refused:
        policy(text)

    assert says in str(refused.value)
