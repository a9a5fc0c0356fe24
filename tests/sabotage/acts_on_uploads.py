"""Sabotage of the upload door: bytes that are told to be safe, and what becomes of them."""

from tests.sabotage.act import Edit, act

GATEWAY = "services/telecine/gateway"

ACTS = [
    act(
        "offset-is-not-cut",
        "what was written and never accounted for does not stand twice",
        Edit(
            f"{GATEWAY}/storage.py",
            "    handle.truncate(offset)\n    handle.seek(offset)\n",
            "    handle.seek(0, 2)\n",
        ),
        tests="gateway/test_tus.py::test_bytes_written_but_never_accounted_for_do_not_stand_twice",
    ),
    act(
        "bytes-go-before-the-probe",
        "bytes are kept until their facts are in the log",
        Edit(
            f"{GATEWAY}/uploads.py",
            "        found = await probe(",
            "        self._let_go(uid)\n        found = await probe(",
        ),
        tests="gateway/test_tus.py::test_an_uploaded_file_is_described_by_its_own_facts",
    ),
    act(
        "upload-answered-before-its-fact",
        "when the last bytes are answered the video is uploaded",
        Edit(
            f"{GATEWAY}/tus.py",
            '        await uploads.settle(path.rpartition("/")[2])\n',
            "        pass\n",
        ),
        tests="gateway/test_tus.py::test_when_the_last_bytes_are_answered_the_video_is_uploaded",
    ),
    act(
        "sweep-commits-without-asking",
        "of two gateways one settles an upload",
        Edit(
            f"{GATEWAY}/uploads.py",
            "async with self._alone(uid), self._probing:",
            "async with self._probing:",
        ),
        tests="gateway/test_two_gateways.py::test_two_sweeps_at_once_tell_each_upload_once",
    ),
    act(
        "late-sidecar-takes-the-offset-back",
        "what was accounted for stays so, whichever gateway writes last",
        Edit(
            f"{GATEWAY}/storage.py",
            'max(int(data["offset"]), so_far)',
            'int(data["offset"])',
        ),
        tests="gateway/test_two_gateways.py::test_an_offset_never_goes_back",
    ),
]
