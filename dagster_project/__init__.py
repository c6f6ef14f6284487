"""Modelboard: the nightly report of everything a company's models do, as a static website.

Layers, each importing only what is to its left:
`core <- spec <- {readers, store, publish} <- pipeline <- {defs, commands, demo}`.
"""

__version__ = "0.2.0"
