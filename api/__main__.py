"""The public door as a process: `python -m api`."""

import uvicorn

from ordering.logs import set_up_logging
from ordering.settings import get_settings


def main() -> None:
    settings = get_settings()
    set_up_logging(settings.log_level, as_json=settings.logs_as_json)
    uvicorn.run(
        "api.app:app",
        host=settings.host,
        port=settings.port,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
