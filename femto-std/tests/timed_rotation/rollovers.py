"""Writes rollovers.txt: what CPython's TimedRotatingFileHandler computes, for a table of cases.

Run it with CPython 3.13 or later, whose rules they are: python3.13 rollovers.py > rollovers.txt

Each line: zone, when, interval, time of day or -, the second that is asked about, the second of the rollover,
and the ending of the file that is rolled over then, as long as the clocks are not set to another time in
between (- where they are: see the test).
"""

import datetime
import itertools
import logging.handlers
import os
import sys
import time
import zlib
from zoneinfo import ZoneInfo

assert sys.version_info >= (3, 13)

ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "America/St_Johns"]
# Days around changes of the clocks, a leap day, and the turn of a year.
DAYS = [
    (2026, 3, 7), (2026, 3, 8), (2026, 3, 9), (2026, 3, 28), (2026, 3, 29), (2026, 3, 30),
    (2026, 4, 4), (2026, 4, 5), (2026, 4, 6), (2026, 10, 3), (2026, 10, 4), (2026, 10, 5),
    (2026, 10, 24), (2026, 10, 25), (2026, 10, 26), (2026, 10, 31), (2026, 11, 1), (2026, 11, 2),
    (2028, 2, 28), (2028, 2, 29), (2026, 12, 31), (2027, 1, 1), (2026, 7, 15),
]
TIMES = [(0, 0, 0), (0, 0, 1), (0, 59, 59), (1, 30, 0), (2, 30, 0), (3, 30, 0), (12, 0, 0), (23, 59, 59)]
AT_TIMES = [None, datetime.time(3, 30), datetime.time(12, 0, 1), datetime.time(23, 59, 59)]


def rollovers():
    for zone in ZONES:
        os.environ["TZ"] = zone
        time.tzset()
        for when, interval in [("S", 5), ("M", 1), ("H", 1), ("H", 6), ("D", 1), ("MIDNIGHT", 1), ("MIDNIGHT", 3),
                               ("W0", 1), ("W2", 1), ("W6", 1), ("W6", 2)]:
            has_time = when[0] in "MW" and when != "M"
            for at_time in AT_TIMES if has_time else [None]:
                handler = logging.handlers.TimedRotatingFileHandler(
                    os.devnull, when=when, interval=interval, atTime=at_time, utc=zone == "UTC", delay=True
                )
                for day, clock in itertools.product(DAYS, TIMES):
                    # Not every combination: the table would be large.
                    if zlib.crc32(repr((zone, when, interval, at_time, day, clock)).encode()) % 16:
                        continue
                    local = datetime.datetime(*day, *clock, tzinfo=ZoneInfo(zone))
                    second = int(local.timestamp())
                    end = handler.computeRollover(second)
                    start = end - handler.interval
                    is_same = time.localtime(start).tm_gmtoff == time.localtime(end).tm_gmtoff
                    stamp = time.strftime(handler.suffix, time.localtime(start)) if is_same else "-"
                    yield zone, handler.when, interval, at_time or "-", second, end, stamp


if __name__ == "__main__":
    for rollover in rollovers():
        print(*rollover)
