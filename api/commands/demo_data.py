"""`pafyll demo-data`: the invented people of the demo."""

import typer

from api.commands.import_data import take_in

app = typer.Typer(rich_markup_mode=None)


@app.command()
def demo_data_command() -> None:
    """Puts in the demo people, or moves their past days up to today. Refused outside demo mode."""
    from ordering.importing import load_demo
    from ordering.settings import SettingsError, get_settings

    if not get_settings().demo:
        raise SettingsError("PAFYLL_DEMO is not set: demo people do not belong among real patients")
    take_in(lambda stores, today: load_demo(stores, today=today))
