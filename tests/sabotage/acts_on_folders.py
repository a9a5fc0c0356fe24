"""Sabotage of deletions and folders: the platform's rule, and what follows a folder that goes."""

from tests.sabotage.act import Edit, act

INGEST = "services/telecine/ingest"

ACTS = [
    act(
        "deletion-asks-no-platform",
        "a video is deleted when its platform lets it be",
        Edit(
            f"{INGEST}/handlers.py",
            "refusal = None if isinstance(state, Absent) else may_delete(state, at)",
            "refusal = None",
        ),
        tests=(
            "platforms/omega/test_video_changes.py::test_what_cannot_be_deleted_or_reverted_says_why",
            "end_to_end/test_deletion.py::test_a_deletion_too_early_in_time_and_reverted_is_told_step_by_step",
        ),
    ),
    act(
        "folder-is-emptied-by-its-handler-alone",
        "what lies in a deleted folder follows it, through a crash as well",
        Edit(
            f"{INGEST}/emptying.py",
            "            await self.empty(recorded)\n",
            "            pass\n",
        ),
        tests="end_to_end/test_deletion.py::test_a_folder_takes_what_lies_in_it_along_even_if_nobody_is_left_to_see_to_it",
    ),
    act(
        "folder-keeps-what-comes-late",
        "nothing alive stays in a folder that is gone, however they cross",
        Edit(
            f"{INGEST}/emptying.py",
            "            if gone:\n                await self._follow(gone, state.card.id)\n",
            "",
        ),
        tests="ingest/test_folders.py::test_what_arrives_in_a_folder_while_it_goes_does_not_stay_there[sqlite]",
    ),
]
