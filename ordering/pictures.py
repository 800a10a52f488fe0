"""Pictures that patients send of what is wrong: read, written anew as JPEG, and so rid of all but what they show."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

LARGEST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 2000
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_QUALITY = 82


class NoPicture(Exception):
    """Not a picture of a kind we take, or too large. The text says which, and nothing of the content."""


def clean_picture(content: bytes) -> bytes:
    """A JPEG with at most LONGEST_SIDE pixels a side, upright, with nothing in it but pixels. Raises NoPicture.

    Takes a moment of CPU, so call it in a thread.
    """
    if len(content) > LARGEST_BYTES:
        raise NoPicture("too many bytes")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow only warns of a picture that would fill the memory
            return _written_anew(content)
    except NoPicture:
        raise
    except Exception as error:  # a broken or hostile file can end in any error of the decoder
        raise NoPicture(f"unreadable: {type(error).__name__}") from None


def _written_anew(content: bytes) -> bytes:
    with Image.open(BytesIO(content), formats=_FORMATS) as opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise NoPicture("too many pixels")
        opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is read smaller at once
        upright = ImageOps.exif_transpose(opened)
        shown = upright.convert("RGBA")
        shown.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    # A fresh image: comments and profiles would otherwise follow to the new file.
    clean = Image.new("RGB", shown.size, "white")
    clean.paste(shown, mask=shown.getchannel("A"))
    written = BytesIO()
    clean.save(written, "JPEG", quality=_QUALITY, optimize=True)
    return written.getvalue()
