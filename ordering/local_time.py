"""Sweden's clock: what a day is for patients and for the rules, whatever clock the machine has."""

from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
