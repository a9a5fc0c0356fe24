"""OmegaStream's documented samples, as its documents show them (one link is shortened).

Source: omega-docs `webhooks/create_endpoint.md`, `webhooks/hooks.md`, `webhooks/events/_index.md`
(with its 2022 video), `video/create_video.md`, `video/get_videos.md`, `video/video_model.md`, and
`video/upload/upload_via_link.md` of 2022.
"""

import json
from typing import Any


def _read(text: str) -> Any:
    return json.loads(text)


ENDPOINT: dict[str, Any] = _read("""{
    "id": "6323940afc8e1c02d9f3b155",
    "created_at": "2022-09-15T21:07:22.823797Z",
    "updated_at": "2022-09-15T21:07:22.824194Z",
    "coid": "omega-cop-OyJrgi5-fx",
    "url": "http://localhost:6060/webhook",
    "description": null,
    "events": [
        "video.completed_processing", "video.process_failed", "video.process_succeeded",
        "video.ready_to_watch", "video.uploaded", "video.ready_for_processing",
        "video.in_progress"
    ],
    "active": true
}""")

EVENT: dict[str, Any] = _read("""{
    "id": "630fac88bd5bb64cf8b24b99",
    "created_at": "2022-10-01T00:00:00Z",
    "coid": "omega-cop-OyJrgi5-fx",
    "api_version": "v1",
    "created": 1661971592,
    "type": "video.process_succeeded",
    "data": {"video": {
        "id": "6322f996601b871c57d875a5",
        "created_at": "2022-09-15T10:08:22.972Z",
        "updated_at": "2022-09-15T10:14:07.324Z",
        "deleted_at": null,
        "title": "Sintel",
        "uuid": "a0dc8dbf-3126-4805-89a1-662a33331f93",
        "coid": "omega-cop-KoNef9DB5i",
        "status": "process-completed",
        "entity_tag": "ca29e57cc6e7f9d278a8c4fe4934c53c-37",
        "playback": {
            "hls": "s3://processed-enterprise-media/93db1c64/video/a0dc8dbf-3126-4805-89a1-662a33331f93/playlist.m3u8",
            "dash": null
        },
        "input": {"width": 1280, "height": 546},
        "duration": 888,
        "size": 190612452,
        "ready_to_stream": true,
        "thumbnail": "s3://processed-enterprise-media/93db1c64/video/a0dc8dbf-3126-4805-89a1-662a33331f93/thumbnail.png",
        "thumbnail_timestamp_pct": null,
        "storage": {
            "bucket": "processed-enterprise-media",
            "raw_bucket": "raw-enterprise-media",
            "meta": null
        },
        "meta": {
            "downloaded_from": "http://commondatastorage.googleapis.com/gtv-videos-bucket/sample/Sintel.mp4"
        }
    }},
    "endpoint_id": "6307b4d6570090479813a762",
    "response": {
        "status_code": 200,
        "status": "200 OK",
        "body": "webhook received\\n",
        "message": "webhook event with type video.process_succeeded succeeded"
    }
}""")

#: An item of an endpoint's event list.
LISTED_EVENT: dict[str, Any] = _read("""{
    "id": "63377e715790c27875f70dbd",
    "created_at": "0001-01-01T00:00:00Z",
    "ocid": "omega-cop-KoNef9DB5i",
    "api_version": "v1",
    "created": 1664581231,
    "type": "video.process_succeeded",
    "data": null,
    "endpoint_id": "6336cd2b5790c27875f70d96",
    "response": null
}""")

CREATED_VIDEO: dict[str, Any] = _read("""{
    "id": "64de1635d89f91a65a96f5d2",
    "created_at": "2023-08-17T12:44:37.385087561Z",
    "updated_at": "2023-08-17T12:44:37.385088142Z",
    "deleted_at": null,
    "title": "new video title",
    "uuid": "1deaa017-4727-4c52-a0fa-c219e9adafd3",
    "coid": "omega-cop-223411c1",
    "collection_id": "collection_id",
    "status": "ready-to-upload",
    "privacy": "private",
    "playback": null,
    "playback_v2": null,
    "input": null,
    "duration": null,
    "size": null,
    "ready_to_stream": false,
    "thumbnail": null,
    "thumbnail_timestamp_pct": null,
    "storage": null,
    "meta": null
}""")

LINKED_VIDEO: dict[str, Any] = _read("""{
    "id": "6322ffb8601b871c57d875a9",
    "created_at": "2022-09-15T10:34:32.948100006Z",
    "updated_at": "2022-09-15T10:34:32.948100327Z",
    "deleted_at": null,
    "title": "video",
    "uuid": "d13752eb-4341-48fe-9384-56bcd26d3de5",
    "coid": "omega-cop-KoNef9DB5i",
    "status": "uploaded",
    "entity_tag": null,
    "playback": null,
    "input": null,
    "duration": null,
    "size": null,
    "ready_to_stream": false,
    "thumbnail": null,
    "thumbnail_timestamp_pct": null,
    "storage": {
        "bucket": "processed-enterprise-media",
        "raw_bucket": "raw-enterprise-media",
        "meta": null
    },
    "meta": {"downloaded_from": "https://storage.googleapis.com/zaid-test/cf-ad-original.mp4"}
}""")

FAILED_VIDEO: dict[str, Any] = _read("""{
    "id": "630fac1fbd5bb64cf8b24b83",
    "created_at": "2022-08-31T18:44:47.964Z",
    "updated_at": "2022-08-31T18:46:29.828Z",
    "title": "video title",
    "uuid": "64673d31-28ad-4a2e-a43a-772774998a8c",
    "coid": "omega-cop-OyJrgi5-fx",
    "status": "process-failed",
    "entity_tag": null,
    "playback": null,
    "input": null,
    "duration": null,
    "size": null,
    "ready_to_stream": false,
    "thumbnail": null,
    "thumbnail_timestamp_pct": null,
    "meta": {
        "downloaded_from": "http://localhost:6060/countdown-audio.mp4",
        "failure": "nats: invalid connection"
    }
}""")

PAGE: dict[str, Any] = _read("""{
    "data": [
        {
            "id": "64de1635d89f91a65a96f5d2",
            "created_at": "2023-08-17T12:44:37.385Z",
            "updated_at": "2023-08-17T12:44:37.385Z",
            "deleted_at": null,
            "uuid": "1deaa017-4727-4c52-a0fa-c219e9adafd3",
            "coid": "omega-cop-223411c1",
            "title": "my new video",
            "status": "ready-to-upload",
            "privacy": "private",
            "duration": null,
            "size": 0,
            "ready_to_stream": false,
            "thumbnail": null,
            "thumbnail_timestamp_pct": null,
            "collection_id": null
        },
        {
            "id": "64ddf0215fb09ef1f8ec900e",
            "created_at": "2023-08-17T10:02:09.709Z",
            "updated_at": "2023-08-17T10:03:48.187Z",
            "deleted_at": null,
            "uuid": "a23fe4e9-dc10-4f6b-bda5-afe93f8d5d4a",
            "coid": "omega-cop-223411c1",
            "title": "new video to test moving to root",
            "status": "process-completed",
            "privacy": "private",
            "duration": 15,
            "size": 10767949,
            "ready_to_stream": true,
            "thumbnail": "https://api.omegastream.net/stream/dashboard/dev-processed-media/bd413f82/video/a23fe4e9-dc10-4f6b-bda5-afe93f8d5d4a/thumbnail.jpg",
            "thumbnail_timestamp_pct": null,
            "collection_id": null
        }
    ],
    "total": 2,
    "page": 1,
    "per_page": 10,
    "prev": 0,
    "next": 0,
    "total_page": 1
}""")

#: The keys of a playback object and of a processed video's storage, in the order of the model page.
PLAYBACK_KEYS = ["hls", "dash", "audio", "r_1080p", "r_720p", "r_360p", "r_480p", "r_240p"]
STORAGE_KEYS = ["bucket", "raw_bucket", "provider", "source", "meta"]
