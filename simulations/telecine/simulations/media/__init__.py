"""The clip that the demo and the tests upload; `simulations/make_clip.py` draws it."""

from pathlib import Path

#: 4 s of drifting colour bars with a beat: H.264 320x180 at 25 a second, AAC mono, 22 kB.
CLIP: Path = Path(__file__).with_name("clip.mp4")
