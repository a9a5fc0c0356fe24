"""Sabotage of the egress policy: what a name stands for, what a URL spells out, what is disguised."""

from tests.sabotage.act import Edit, act

VETTING = "services/telecine/delivery/vetting.py"
TESTS = "delivery/test_vetting.py"

ACTS = [
    act(
        "names-are-trusted",
        "one forbidden address in an answer of DNS refuses it all",
        Edit(
            VETTING,
            "        for address in addresses:\n",
            "        for address in addresses[:0]:\n",
        ),
        tests=f"{TESTS}::test_one_forbidden_address_in_an_answer_spoils_it_all[last]",
    ),
    act(
        "written-addresses-are-trusted",
        "no socket is opened to a forbidden address, whoever found it",
        Edit(VETTING, '        self._vet(address, f"{address} is an address")\n', ""),
        tests=f"{TESTS}::test_an_address_written_in_the_url_is_vetted_too[127.0.0.2]",
    ),
    act(
        "names-are-asked-again",
        "what was vetted is what is called: no second answer of DNS comes in between",
        Edit(
            "services/telecine/delivery/dialling.py",
            "            self._vetting.answer(origin.host, addresses)\n",
            "            self._vetting.answer(origin.host, addresses)\n"
            "            addresses = await self._resolver(origin.host)\n",
        ),
        tests=f"{TESTS}::test_a_name_that_moves_away_is_not_followed",
    ),
    act(
        "disguises-are-trusted",
        "an address that carries another one is judged by both",
        Edit(
            "shared/telecine/shared/sending/addresses.py",
            "        yield from map(IPv4Address, _carried(address))\n",
            "",
        ),
        tests="shared/sending/test_egress.py::test_public_reaches_ipv4_from_a_network_that_has_ipv6_alone",
    ),
    act(
        "endpoints-are-kept-unasked",
        "an endpoint whose URL is forbidden is refused when it is made or changed",
        Edit(
            "services/telecine/subscriptions/reach.py",
            "    if egress == OPEN:\n",
            "    if egress:\n",
        ),
        tests="end_to_end/test_egress.py::test_both_platforms_refuse_a_forbidden_url_in_their_own_shapes",
    ),
]
