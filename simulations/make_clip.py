"""Draw the clip that the demo and the tests upload: colour bars that drift, a ball, a beat.

The clip is ours from the first pixel, so it may be shipped. It is committed; run this only to
change it. PyAV, which carries the encoders, is no dependency of Telecine:

    python3 -m venv /tmp/av && /tmp/av/bin/pip install av
    /tmp/av/bin/python simulations/make_clip.py

One machine and one PyAV make the same bytes each time; another PyAV may make others.
"""

import math
from array import array
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

# PyAV lives in a throw-away environment, so the type checker of this one cannot see it.
import av  # type: ignore[import-not-found]

WIDTH, HEIGHT, FRAMES_A_SECOND, SECONDS = 320, 180, 25, 4
SAMPLES_A_SECOND, SAMPLES_A_FRAME = 48_000, 1024
TARGET = Path(__file__).parent / "telecine" / "simulations" / "media" / "clip.mp4"

# White, yellow, cyan, green, magenta, red, blue, black: Y, Cb, Cr at 75 % (ITU-R BT.601).
BARS = (
    *((180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58)),
    *((84, 184, 198), (65, 100, 212), (35, 212, 114), (16, 128, 128)),
)
BAR = WIDTH // len(BARS)


def main() -> None:
    """Write the clip; its index goes in front, as players and probes like it."""
    with av.open(str(TARGET), "w", options={"movflags": "+faststart"}) as out:
        picture = out.add_stream("libx264", rate=FRAMES_A_SECOND)
        picture.width, picture.height, picture.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        picture.options = {"crf": "30", "preset": "veryslow", "threads": "1"}
        sound = out.add_stream("aac", rate=SAMPLES_A_SECOND, layout="mono", bit_rate=32_000)
        for frame in pictures():
            out.mux(picture.encode(frame))
        for frame in beats():
            out.mux(sound.encode(frame))
        out.mux(picture.encode())
        out.mux(sound.encode())


def pictures() -> Iterator[av.VideoFrame]:
    """Every picture in turn: the bars drift two pixels a frame, the ball hops once a second."""
    for number in range(FRAMES_A_SECOND * SECONDS):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
        for index, plane in enumerate(frame.planes):
            plane.update(drawn(index, plane.width, plane.height, plane.line_size, number))
        yield frame


def drawn(colour: int, width: int, height: int, line_size: int, number: int) -> bytes:
    """One plane (0: Y, 1: Cb, 2: Cr) of one picture, its rows padded to `line_size` bytes."""
    scale = WIDTH // width  # the two colour planes have half the size
    bars = bytes(bar[colour] for bar in BARS for _ in range(BAR // scale))
    shift = 2 * number // scale % width
    row = (bars[shift:] + bars[:shift]).ljust(line_size, b"\0")
    rows = [bytearray(row) for _ in range(height)]
    paint_ball(rows, colour, scale, number)
    return b"".join(rows)


def paint_ball(rows: list[bytearray], colour: int, scale: int, number: int) -> None:
    """A white disc that crosses the picture once and hops at every second."""
    second = number / FRAMES_A_SECOND
    radius = 20 // scale
    x = int(WIDTH * (0.1 + 0.8 * second / SECONDS)) // scale
    y = int(HEIGHT * (0.8 - 0.6 * abs(math.sin(math.pi * second)))) // scale
    for dy in range(-radius, radius + 1):
        half = math.isqrt(radius * radius - dy * dy)
        if 0 <= y + dy < len(rows):
            rows[y + dy][x - half : x + half] = bytes([(235, 128, 128)[colour]]) * (2 * half)


def beats() -> Iterator[av.AudioFrame]:
    """A tone of a tenth of a second whenever the ball touches the ground."""
    for start in range(0, SAMPLES_A_SECOND * SECONDS, SAMPLES_A_FRAME):
        count = min(SAMPLES_A_FRAME, SAMPLES_A_SECOND * SECONDS - start)
        frame = av.AudioFrame(format="fltp", layout="mono", samples=count)
        frame.sample_rate, frame.pts = SAMPLES_A_SECOND, start
        frame.time_base = Fraction(1, SAMPLES_A_SECOND)
        frame.planes[0].update(array("f", map(loudness, range(start, start + count))).tobytes())
        yield frame


def loudness(sample: int) -> float:
    """The sound's value, -1 to 1, at one sample."""
    second = sample / SAMPLES_A_SECOND
    fade = max(0.0, 1 - second % 1 * 10)
    return 0.4 * fade * math.sin(2 * math.pi * 440 * second)


if __name__ == "__main__":
    main()
