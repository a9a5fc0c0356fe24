"""Sabotage of what endpoints are promised: their keys, their headers, their secrets."""

from tests.sabotage.act import Edit, act

RULES = "shared/telecine/shared/aggregates/endpoint_rules.py"
SECRETS = "gateway/test_endpoint_secrets.py"

ACTS = [
    act(
        "rotation-forgets-the-old-key",
        "after a rotation the old key signs along until the overlap ends",
        Edit(
            "shared/telecine/shared/aggregates/signing_keys.py",
            "    return (new, *older[:MOST_OLD], *others)\n",
            "    return (new, *others)\n",
        ),
        tests=(
            "shared/aggregates/test_signing_keys.py::test_the_old_key_signs_along_until_its_moment",
            f"{SECRETS}::test_after_a_rotation_both_keys_sign_until_the_overlap_ends",
        ),
    ),
    act(
        "reserved-headers-are-let-through",
        "no header of an owner's stands in for the house's or the connection's",
        Edit(
            RULES,
            "    if lower in _RESERVED or lower.startswith(_PREFIXES):\n",
            "    if lower in _RESERVED and lower.startswith(_PREFIXES):\n",
        ),
        tests=(
            "shared/aggregates/test_endpoint_rules.py::"
            "test_what_the_house_sends_or_the_connection_needs_is_reserved[webhook-id]",
            "gateway/test_endpoints.py::"
            "test_what_is_wrong_is_said_with_the_field_and_nothing_is_kept",
        ),
    ),
    act(
        "header-values-may-split-requests",
        "no value of a header ends its line",
        Edit(
            RULES,
            '    if not all(" " <= char <= "~" for char in value) or value != value.strip():\n',
            "    if value != value.strip():\n",
        ),
        tests="shared/aggregates/test_endpoint_rules.py::test_no_character_that_could_split_a_request_passes",
    ),
    act(
        "owners-headers-are-kept-on-record",
        "the value of an owner's header is sent and never kept",
        Edit(
            "services/telecine/delivery/stencil.py",
            "    secret = pack.secret_headers.union(name.lower() for name, _ in wanted.headers)\n",
            "    secret = pack.secret_headers\n",
        ),
        tests="gateway/test_endpoint_tests.py::"
        "test_an_owners_headers_go_along_and_no_record_has_their_values",
    ),
    act(
        "secrets-are-kept-unsealed",
        "what is kept of a secret is of no use without the seal key",
        Edit(
            "services/telecine/subscriptions/vault.py",
            '            "value": self._seal.close(value, _purpose(org, endpoint_id, key_id)),\n'
            '            "sealed": True,\n',
            '            "value": value,\n            "sealed": False,\n',
        ),
        tests=(
            "subscriptions/test_vault.py::test_a_secret_is_kept_sealed_and_answered_in_clear[sqlite]",
            f"{SECRETS}::test_secrets_are_in_one_answer_and_nowhere_else",
        ),
    ),
    act(
        "secrets-are-read-off-the-record",
        "each reading of a secret is on record",
        Edit(
            "services/telecine/subscriptions/decider.py",
            "            return EndpointSecretRead(keys=keys)\n",
            "            return Unchanged()\n",
        ),
        tests=f"{SECRETS}::test_each_reading_is_on_record_and_no_secret_with_it",
    ),
    act(
        "endpoints-are-held-to-what-was-before",
        "what an attempt met before an endpoint was switched on again does not switch it off",
        Edit(
            "services/telecine/subscriptions/decider.py",
            "        case Disable(why=why, seen=seen) if seen >= state.profile.renewed:\n",
            "        case Disable(why=why):\n",
        ),
        tests="subscriptions/test_decider.py::"
        "test_what_happened_before_an_endpoint_was_switched_on_again_does_not_switch_it_off",
    ),
]
