"""Sabotage of live streams, jobs, direct uploads, and what is told of them."""

from tests.sabotage.act import Edit, act

PACK = "shared/telecine/platforms/tpstreams"
HTTP = "platforms/tpstreams"

ACTS = [
    act(
        "stepping-forgets-redelivery",
        "a job's step cut short before its timer sets it when it comes again",
        Edit(
            "services/telecine/transcoder/stepping.py",
            "if obeyed.recorded is not None or self._bus.redelivered(message):",
            "if obeyed.recorded is not None:",
        ),
        tests="transcoder/test_stepping.py::"
        "test_a_step_that_comes_again_sets_the_timer_that_was_not_set",
    ),
    act(
        "live-streams-stay-in-folders-that-are-gone",
        "what arrives in a folder that is gone follows it",
        Edit(
            "services/telecine/ingest/lives_emptying.py",
            "if last and isinstance(last.fact, FolderDeleted):",
            "if False:",
        ),
        tests="ingest/test_lives_emptying.py::"
        "test_a_stream_in_a_deleted_folder_follows_it[after-deleted]",
    ),
    act(
        "secrets-of-buckets-are-kept",
        "a bucket's secret goes nowhere",
        Edit(f"{PACK}/job_body.py", "input=without_secrets(given)", "input=given"),
        tests=f"{HTTP}/test_jobs.py::test_an_input_in_a_bucket_is_shown_as_the_input",
    ),
    act(
        "sessions-never-end",
        "leave to upload ends at its moment",
        Edit(f"{PACK}/upload_policy.py", "if expires_at <= wall:", "if False:"),
        tests=f"{HTTP}/test_upload_policy.py::test_leave_ends_at_its_moment",
    ),
    act(
        "broken-forms-are-kept",
        "a form that breaks off leaves nothing",
        Edit(
            "services/telecine/gateway/forms.py",
            "            self._uploads.discard(uid)\n            raise\n",
            "            raise\n",
        ),
        tests=f"{HTTP}/test_upload_sessions.py::test_a_file_that_breaks_off_leaves_nothing",
    ),
]
