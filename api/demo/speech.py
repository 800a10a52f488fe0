"""What the phone says, read aloud by espeak-ng where it is installed: browsers often have no Swedish voice."""

import asyncio
import shutil
from functools import cache

from fastapi import HTTPException

LONGEST_TEXT = 1500
VOICES = {"sv": "sv", "en": "en-gb"}
WORDS_PER_MINUTE = "155"
LONGEST_SECONDS = 10.0


@cache
def program() -> str | None:
    return shutil.which("espeak-ng") or shutil.which("espeak")


async def speech(text: str, language: str) -> bytes:
    """A WAV. 404 where nothing here can speak."""
    speaker = program()
    if speaker is None:
        raise HTTPException(404, "espeak-ng is not installed.")
    process = await asyncio.create_subprocess_exec(
        *(speaker, "-v", VOICES.get(language, "sv"), "-s", WORDS_PER_MINUTE, "--stdin", "--stdout"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            wave, _ = await process.communicate(text.encode())
    except TimeoutError:
        process.kill()
        raise HTTPException(504, "The voice took too long.") from None
    if process.returncode != 0 or not wave:
        raise HTTPException(502, "The voice failed.")
    return wave
