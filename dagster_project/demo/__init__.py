"""The demo organization: real flights of 2013, small models trained on them, and the logs of their replay."""
