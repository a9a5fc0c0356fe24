"""What many assets are created from at once: a list of what one is created from, checked as a whole.

The documented errors, to the letter: the first item that is wrong is named by `item_index`.
"""

from telecine.platforms.tpstreams.answers import Invalid
from telecine.platforms.tpstreams.bodies import parse
from telecine.platforms.tpstreams.video_body import VideoBody

#: Assets in one request (documented).
MOST = 50


def bulk_of(content: object) -> list[VideoBody] | Invalid:
    """Answer the assets that are asked for, or why none of them is made."""
    if not isinstance(content, list) or not all(isinstance(item, dict) for item in content):
        return Invalid({"detail": "Request body must be a list of objects."})
    if not content:
        return Invalid({"non_field_errors": ["This list may not be empty."]})
    if len(content) > MOST:
        text = "The maximum number of assets you can upload in a single request is"
        return Invalid({"detail": f"{text} {MOST}. You submitted {len(content)}."})
    bodies: list[VideoBody] = []
    seen: dict[tuple[object, str], int] = {}
    for index, item in enumerate(content):
        body = _item(item, index)
        if isinstance(body, Invalid):
            return body
        key = (item.get("title"), body.url)
        first = seen.setdefault(key, index)
        if first != index:
            return _duplicate(key, first, index)
        bodies.append(body)
    return bodies


def _item(item: dict[str, object], index: int) -> VideoBody | Invalid:
    if item.get("inputs") == []:
        return Invalid({"error_type": "IndexError", "item_index": index})
    body = parse(VideoBody, item)
    if isinstance(body, Invalid):
        return Invalid({**body.content, "item_index": index})
    return body


def _duplicate(key: tuple[object, str], first: int, index: int) -> Invalid:
    return Invalid(
        {
            "detail": "Duplicate video asset found in the request body.",
            "duplicate_key": str(key),
            "first_occurrence_index": first,
            "current_occurrence_index": index,
            "message": f"Item at index {index} is a duplicate of the item at index {first}. "
            "Bulk requests must contain only unique video assets.",
            "item_index": index,
        }
    )
