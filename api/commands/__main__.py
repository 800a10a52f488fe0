"""`python -m api.commands` is `pafyll`, for starting a process with the same Python."""

from api.commands import app

app()
