"""Share what happened at a virtual event with the systems marketers work in."""

__version__ = "0.1.0"
