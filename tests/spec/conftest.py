"""What is collected here: the official AsyncAPI parser needs npm, which CI must have."""

from tests import npm

collect_ignore = [] if npm.IS_HERE else ["test_asyncapi_parser.py"]
