"""What TPStreams' documents have and this house does not serve."""

from telecine.platforms.tpstreams.paths import ROOT

_ONE = f"{ROOT}/assets/{{asset_id}}"

_PAGES = {
    "T:server-api/assets.md": (
        f"POST {_ONE}/delete_resolutions/",
        f"POST {_ONE}/upload_thumbnail/",
        f"POST {_ONE}/trim/",
        f"GET {_ONE}/trim/status/",
        f"POST {_ONE}/trim/revert/",
    ),
    "T:server-api/subtitles.md": (
        f"POST {_ONE}/generate_subtitle/",
        f"POST {_ONE}/upload_subtitle/",
        f"GET {_ONE}/subtitles/",
        f"DELETE {_ONE}/subtitles/{{subtitle_id}}/",
    ),
    "T:server-api/chapters.md": (
        f"POST {_ONE}/chapters/",
        f"GET {_ONE}/chapters/",
        f"DELETE {_ONE}/chapters/{{chapter_id}}/",
    ),
    "T:server-api/usages.md": (f"GET {ROOT}/assets_usage/",),
    "T:subtitle-service/subtitle-service.md": (f"POST {ROOT}/subtitle_jobs/",),
}

MISSING = {call: page for page, calls in _PAGES.items() for call in calls}
