"""Files from people become validated, frozen objects here; every error names file, line and key."""
