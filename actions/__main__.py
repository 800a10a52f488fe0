"""The action server: `python -m actions`. Rasa's own way to start one makes a second process and listens everywhere."""

import warnings
from datetime import datetime

from rasa_sdk.executor import ActionExecutor

from actions.app import make_app
from actions.turn import service
from ordering.local_time import STOCKHOLM
from ordering.logs import set_up_logging
from ordering.settings import get_settings


def warm_up() -> None:
    """Loads what the first patient would otherwise wait for: the rules and the calendar."""
    book = service().book
    for region in book.regions:
        book.opening(region=region, at=datetime.now(STOCKHOLM))


def main() -> None:
    settings = get_settings()
    set_up_logging(settings.log_level, as_json=settings.logs_as_json)
    # The last free Rasa and the present SDK have different numbers; the SDK would say so in every call.
    warnings.filterwarnings("ignore", message=".*versions of rasa and rasa_sdk")
    executor = ActionExecutor()
    executor.register_package("actions")
    warm_up()
    app = make_app(executor)
    app.run(host="127.0.0.1", port=settings.actions_port, single_process=True, access_log=False, motd=False)


if __name__ == "__main__":
    main()
