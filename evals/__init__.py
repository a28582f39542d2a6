"""Measurements: real questions, timings, load. Nothing here is imported by the package."""
