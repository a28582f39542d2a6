"""How do I authenticate with this Sinch API, and why does my attempt fail?"""

__version__ = "0.1.0"
