"""Names of femtologging's own."""

from __future__ import annotations

import doctest

from conftest import Run
from femtologging import alias


def test_names_of_its_own_are_what_stdlib_names(run: Run) -> None:
    run(
        """
import femtologging as f
assert f.get_logger is f.getLogger
assert f.FemtoFileHandler is f.FileHandler and f.FemtoStreamHandler is f.StreamHandler
assert f.FemtoRotatingFileHandler is f.RotatingFileHandler
assert f.FemtoTimedRotatingFileHandler is f.TimedRotatingFileHandler
assert issubclass(f.FileHandler, f.FemtoHandler) and f.FemtoFilter is logging.Filter
log = f.get_logger("app")
handler = f.FileHandler("app.log", overflow=f.OverflowPolicy.DROP)
handler.setFormatter(logging.Formatter("%(levelname)s %(lineno)d %(message)s"))
null = f.StdlibHandlerAdapter(logging.NullHandler())
assert type(null) is logging.NullHandler
log.set_level("DEBUG")
log.add_handler(handler)
log.add_handler(null)
log.remove_handler(null)
log.set_propagate(False)
assert (log.level, log.handlers, log.propagate) == (10, [handler], False)
logging.addLevelName(25, "NOTICE")
here = sys._getframe().f_lineno
log.log("NOTICE", "by %s", "name")
log.log("DEBUG", "two", stacklevel=1)
log.log(20, "by number")
assert counts() == (3, 0), counts()
try:
    log.log("LOUD", "no such level")
except TypeError as error:
    assert "level must be an integer" in str(error)
else:
    raise AssertionError
log.clear_handlers()
assert log.handlers == []
log.add_handler(handler)
logging.disable(50)
f.reset_manager()
assert log.handlers == [] and log.level == 0 and log.propagate and logging.root.level == 30
assert logging.root.manager.disable == 0
assert open("app.log").read().splitlines() == [
    f"NOTICE {here + 1} by name", f"DEBUG {here + 2} two", f"INFO {here + 3} by number"]
"""
    )


def test_examples_run() -> None:
    assert doctest.testmod(alias).failed == 0
