"""What a picture is rid of, and which files are none."""

import zlib
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin

from ordering.pictures import LARGEST_BYTES, LONGEST_SIDE, NoPicture, clean_picture

GPS, ORIENTATION, MAKER = 0x8825, 0x0112, 0x010F


def written(image: Image.Image, kind: str = "JPEG", **more) -> bytes:
    content = BytesIO()
    image.save(content, kind, **more)
    return content.getvalue()


def with_everything() -> bytes:
    """A photo as a phone takes it: where, with what, sideways, with a comment and a colour profile."""
    exif = Image.Exif()
    exif[MAKER] = "KamerafabrikenXYZ"
    exif[ORIENTATION] = 6
    exif[GPS] = {1: "N", 2: (57.0, 42.0, 0.0)}
    return written(
        Image.new("RGB", (60, 40), "blue"),
        exif=exif.tobytes(),
        comment=b"hemma hos Anna",
        icc_profile=b"profil" * 30,
    )


def test_a_photo_loses_where_and_with_what_it_was_taken_and_stands_upright():
    before = with_everything()
    assert b"KamerafabrikenXYZ" in before
    assert b"hemma hos Anna" in before
    after = clean_picture(before)
    with Image.open(BytesIO(after)) as shown:
        assert shown.size == (40, 60)
        assert dict(shown.getexif()) == {}
        assert not {"comment", "icc_profile", "exif", "photoshop", "xmp"} & set(shown.info)
        assert shown.getpixel((5, 5))[2] > 200
    for told in (b"KamerafabrikenXYZ", b"hemma hos Anna", b"profil", b"Exif"):
        assert told not in after


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_kinds_that_phones_send_become_jpeg(kind):
    with Image.open(BytesIO(clean_picture(written(Image.new("RGB", (30, 20), "red"), kind)))) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (30, 20))


def test_text_chunks_of_a_png_are_gone_and_what_is_seen_through_becomes_white():
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Anna Lindqvist")
    after = clean_picture(written(Image.new("RGBA", (10, 10), (0, 0, 0, 0)), "PNG", pnginfo=told))
    assert b"Anna" not in after
    with Image.open(BytesIO(after)) as shown:
        assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_a_large_photo_becomes_smaller_and_keeps_its_form():
    with Image.open(BytesIO(clean_picture(written(Image.new("RGB", (4000, 3000)))))) as shown:
        assert shown.size == (LONGEST_SIDE, 1500)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"\x89PNG\r\n\x1a\n" + b"x" * 100,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        written(Image.new("RGB", (50, 50)))[:200],
        written(Image.new("RGB", (20, 20)), "TIFF"),
        written(Image.new("RGB", (20, 20)), "BMP"),
        b"x" * (LARGEST_BYTES + 1),
    ],
    ids=["nothing", "half a gif", "svg", "broken png", "postscript", "cut jpeg", "tiff", "bmp", "too many bytes"],
)
def test_anything_else_is_no_picture(content):
    with pytest.raises(NoPicture):
        clean_picture(content)


@pytest.mark.parametrize("size", [(10_000, 6_000), (65_000, 65_000)])
def test_a_picture_that_would_fill_the_memory_is_not_read(size):
    small = bytearray(written(Image.new("1", (1, 1)), "PNG"))
    small[16:24] = size[0].to_bytes(4) + size[1].to_bytes(4)  # as if it were large
    small[29:33] = zlib.crc32(small[12:29]).to_bytes(4)
    with pytest.raises(NoPicture, match=r"pixels|Decompression"):
        clean_picture(bytes(small))
