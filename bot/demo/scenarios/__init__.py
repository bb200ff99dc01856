"""Scenarios: blocs of which public reports tell, with invented people and figures."""

from bot.demo.scenarios.model import Scenario, Somebody, Unit
from bot.demo.scenarios.s1a import S1A
from bot.demo.scenarios.s1b import S1B
from bot.demo.scenarios.s4 import S4

SCENARIOS: dict[str, Scenario] = {one.key: one for one in (S1A, S1B, S4)}

__all__ = ["SCENARIOS", "Scenario", "Somebody", "Unit"]
