"""JSON that is its owner's and means nothing to us: kept as given, within bounds."""

import json
import math

from telecine.platforms.tpstreams.fields import storable, wrong

#: Bytes that it may have as JSON, and how deep it may be nested.
MOST_BYTES = 10 * 1024
_DEEPEST = 50


def check_bounds(value: object) -> None:
    """Raise the error of a field whose value is too deep, too large, or cannot be stored."""
    parts, depth = [value], 0
    while parts:
        for part in parts:
            storable(part)
            if isinstance(part, float) and not math.isfinite(part):  # 1e999 is one
                raise wrong("Out of range float values are not JSON compliant.")
        parts, depth = [inner for each in parts for inner in _parts(each)], depth + 1
        if depth > _DEEPEST:  # looked for level by level: what is deep must not exhaust the stack
            raise wrong(f"Ensure this field is nested at most {_DEEPEST} levels deep.")
    size = len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MOST_BYTES:
        raise wrong(f"Ensure this field has no more than {MOST_BYTES} bytes; it has {size}.")


def _parts(value: object) -> list[object]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return list(value) if isinstance(value, list) else []
