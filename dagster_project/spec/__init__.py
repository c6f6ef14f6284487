"""Turn people's files into validated, frozen objects; every error names file, line and key."""
