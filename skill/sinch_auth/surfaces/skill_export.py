"""The portable Agent Skill, made of the knowledge base and the templates."""

from __future__ import annotations


def files() -> dict[str, str]:
    """Every file of the skill by its path inside the folder."""
    return {}
