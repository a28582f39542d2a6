"""The doctor: what is set, what is wrong with it, and what works live.

gather(knowledge, environ, folder, home)         -> Surroundings: variables by origin, configuration of other tools
examine(knowledge, surroundings)                 -> findings, without a network
plan(knowledge, surroundings, products)          -> the requests that would be sent, all without side effects or cost
probe(knowledge, plan, surroundings, client)     -> findings from sending them
"""

from __future__ import annotations

from sinch_auth.doctor.examining import examine
from sinch_auth.doctor.findings import Found, Reporter
from sinch_auth.doctor.probing import Plan, Probe, plan, probe
from sinch_auth.doctor.surroundings import Surroundings, Variable, gather

__all__ = ["Found", "Plan", "Probe", "Reporter", "Surroundings", "Variable", "examine", "gather", "plan", "probe"]
