"""A short form of `make chaos`. First of this folder: its verdict is on a database in which nobody else has ordered."""

from chaos.run import Run
from tests.trust.conftest import UNDER_FIRE

SECONDS_OF_FAULTS = 20.0
SEED = 6


async def test_nothing_is_lost_or_doubled_and_all_can_be_explained(site):
    run = Run(site, seed=SEED, patients=UNDER_FIRE, at_once=8, show=print, fault_seconds=SECONDS_OF_FAULTS)
    outcome = await run.run()
    assert outcome.bad == []
    assert outcome.figures["messages from patients"] >= 4 * UNDER_FIRE
    assert site.killed.total() > 0
