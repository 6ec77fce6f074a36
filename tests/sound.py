"""A recording that the tests make themselves."""

from __future__ import annotations

import io
import math
import struct
import wave


def wav(seconds: float = 0.5, pitch: float = 440.0) -> bytes:
    """A sine tone, 8 kHz, mono, 16 bit."""
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        tone = (round(9000 * math.sin(2 * math.pi * pitch * n / 8000)) for n in range(int(8000 * seconds)))
        sound.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return out.getvalue()
