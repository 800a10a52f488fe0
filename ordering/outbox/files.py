"""Files that another program may read at any moment."""

import os
import tempfile
from pathlib import Path


def write_whole(folder: Path, name: str, content: bytes) -> None:
    """The file appears complete, by renaming, or not at all; one of the same name is replaced. Raises OSError.

    While it is being written its name begins with a dot. The folder is made when it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("wb", dir=folder, prefix=".", delete=False) as file:
        try:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, folder / name)
        except OSError:
            os.unlink(file.name)
            raise
