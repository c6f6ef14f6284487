"""The starter's log: 35 days of an invented model that predicts whether a parcel will be late.

Seeded, so every workspace gets the same bytes. The score is a noisy version of the true probability; in the
last week parcels travel farther than before, so that the report has drift to show. Called by `write_starter`.
"""

from __future__ import annotations

import datetime as dt
import math
from random import Random

FIRST_DAY = dt.date(2025, 1, 6)
DAYS = 35
SHIFTED_DAYS = 7
SEED = 35
WEEKDAY_REQUESTS, WEEKEND_REQUESTS = 24, 12
HEADER = (
    "request,sent_at,model_version,shop,customer,weight_kg,distance_km,carrier,http_status,seconds,probability,"
    "was_late,known_at"
)
SHOPS = ("web", "web", "app", "app", "app", "partner")
CARRIERS = ("Swift", "Swift", "Steady", "Steady", "Bargain")
CARRIER_RISK = {"Swift": -0.4, "Steady": 0.0, "Bargain": 0.7}


def example_log() -> str:
    """Return the log as CSV text, one request per line in time order, with the truth if known by the end."""
    random = Random(SEED)  # noqa: S311  example data, no secret
    end = dt.datetime.combine(FIRST_DAY, dt.time()) + dt.timedelta(days=DAYS)
    lines = [HEADER]
    for number in range(DAYS):
        day = FIRST_DAY + dt.timedelta(days=number)
        for sent_at in _times(day, random):
            request = f"r{len(lines):05d}"
            lines.append(f"{request},{_request(sent_at, end, number >= DAYS - SHIFTED_DAYS, random)}")
    return "\n".join(lines) + "\n"


def _times(day: dt.date, random: Random) -> list[dt.datetime]:
    """The times at which the day's parcels leave, between 06:00 and 20:00."""
    count = WEEKDAY_REQUESTS if day.weekday() < 5 else WEEKEND_REQUESTS
    seconds = sorted(int(6 * 3600 + 14 * 3600 * random.random()) for _ in range(count))
    midnight = dt.datetime.combine(day, dt.time())
    return [midnight + dt.timedelta(seconds=s) for s in seconds]


def _request(sent_at: dt.datetime, end: dt.datetime, far: bool, random: Random) -> str:
    """All fields of a line except the first."""
    shop = SHOPS[int(random.random() * len(SHOPS))]
    customer = f"c{int(random.random() ** 2 * 300):03d}"
    weight_kg = 0.2 + 12 * random.random() ** 3
    distance_km = (20 + 700 * random.random() ** 1.5) * (1.5 if far else 1.0)
    carrier = CARRIERS[int(random.random() * len(CARRIERS))]
    log_odds = -3.0 + distance_km / 180 + weight_kg / 8 + CARRIER_RISK[carrier]
    score = _logistic(log_odds + 1.2 * (random.random() - 0.5))
    late = random.random() < _logistic(1.4 * log_odds)
    known_at = sent_at + dt.timedelta(hours=round(24 + 60 * random.random()))
    seconds = 0.02 + 0.05 * random.random() + 0.3 * random.random() ** 12
    failed = random.random() < 0.01
    answer = f"503,{seconds + 1:.3f}," if failed else f"200,{seconds:.3f},{score:.4f}"
    truth = f"{int(late)},{known_at.isoformat()}" if known_at < end else ","
    inputs = f"{weight_kg:.1f},{distance_km:.0f},{carrier}"
    return f"{sent_at.isoformat()},1.10,{shop},{customer},{inputs},{answer},{truth}"


def _logistic(log_odds: float) -> float:
    return 1 / (1 + math.exp(-log_odds))
