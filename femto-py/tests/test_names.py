"""The names of `logging` and its submodules: all there, and stdlib's where femtologging has none."""

from __future__ import annotations

import pytest

MODULES = ("", ".config", ".handlers")

START = """\
    import importlib, unittest.mock
    import logging.config, logging.handlers
    def pair(name):
        return importlib.import_module("logging" + name), importlib.import_module("femtologging" + name)
    """


@pytest.mark.parametrize("name", MODULES)
def test_every_name_is_there(run, name: str) -> None:
    run(
        START
        + f"""
    stdlib, ours = pair("{name}")
    for attribute in dir(stdlib):
        if attribute.startswith("__") and attribute.endswith("__"):
            continue
        theirs, found = getattr(stdlib, attribute), getattr(ours, attribute)
        assert attribute in dir(ours)
        if isinstance(theirs, type):
            assert issubclass(found, theirs), attribute
        elif attribute in vars(ours):
            # One of ours: as callable, and a module where there is one.
            assert callable(found) == callable(theirs), attribute
            assert type(found).__mro__[-2:] == type(theirs).__mro__[-2:], attribute
        else:
            assert found is theirs, attribute
    assert set(getattr(stdlib, "__all__", ())) <= set(ours.__all__)
    namespace = {{}}
    exec("from femtologging{name} import *", namespace)
    assert {{one for one in getattr(stdlib, "__all__", dir(stdlib)) if one[0] != "_"}} <= namespace.keys()
    """
    )


def test_private_names_that_packages_use_are_those_of_logging(run) -> None:
    run(
        """
    import femtologging as ours
    names = [
        "_acquireLock", "_releaseLock", "_lock", "_nameToLevel", "_levelToName", "_srcfile",
        "_handlers", "_handlerList", "_checkLevel", "_defaultFormatter", "_StderrHandler",
        "_defaultLastResort", "_startTime", "_addHandlerRef", "_removeHandlerRef", "_STYLES",
        "_loggerClass", "_logRecordFactory", "_warnings_showwarning", "_showwarning", "_install_handle",
        "currentframe", "root", "lastResort",
    ]
    there = [name for name in names if hasattr(logging, name)]
    assert len(there) >= 20, there
    for name in names:
        assert getattr(ours, name, None) is getattr(logging, name, None), name
    if hasattr(logging, "_acquireLock"):  # until 3.12
        ours._acquireLock(); ours._releaseLock()
    with ours._lock:
        ours._levelToName[33] = "PRIVATE"
    assert logging.getLevelName(33) == "PRIVATE"
    """
    )


@pytest.mark.parametrize("name", MODULES)
def test_writing_and_deleting_acts_on_logging(run, name: str) -> None:
    run(
        START
        + f"""
    stdlib, ours = pair("{name}")
    for attribute in dir(stdlib):
        if attribute.startswith("__") and attribute.endswith("__"):
            continue
        before, mine = getattr(stdlib, attribute), getattr(ours, attribute)
        if mine in (femtologging.config, femtologging.handlers):
            continue
        is_own = attribute in vars(ours)
        replacement = object()
        setattr(ours, attribute, replacement)
        seen = getattr(stdlib, attribute), getattr(ours, attribute)
        setattr(ours, attribute, mine)
        assert seen == (replacement, replacement), attribute
        assert getattr(stdlib, attribute) is before, attribute
        assert getattr(ours, attribute) is mine, attribute
        assert (attribute in vars(ours)) == is_own, attribute
        with unittest.mock.patch.object(ours, attribute, replacement):
            assert getattr(stdlib, attribute) is replacement
        assert getattr(stdlib, attribute) is before, attribute
        if not is_own:
            delattr(ours, attribute)
            assert not hasattr(stdlib, attribute) and not hasattr(ours, attribute)
            setattr(ours, attribute, before)
            assert getattr(stdlib, attribute) is before and attribute not in vars(ours)
    ours.something_new = 1
    assert not hasattr(stdlib, "something_new")
    del ours.something_new
    assert not hasattr(ours, "something_new")
    """
    )


def test_values_that_say_how_to_log_act_on_logging(run) -> None:
    run(
        """
    import femtologging as ours
    ours.basicConfig(filename="app.log", format="%(thread)s %(process)s %(filename)s %(message)s")
    log = ours.getLogger("app")
    log.warning("all")
    ours.logThreads = ours.logProcesses = False
    log.warning("none")
    ours._srcfile = None
    log.warning("no file")
    ours.raiseExceptions = False
    log.warning("%d", "nothing is shown")
    ours.lastResort = None
    ours.shutdown()
    import threading
    assert open("app.log").read().splitlines() == [
        f"{threading.get_ident()} {os.getpid()} program.py all",
        "None None program.py none",
        "None None (unknown file) no file",
    ]
    """
    )


def test_importing_imports_no_submodule_of_logging(run) -> None:
    run(
        """
    assert "logging.handlers" not in sys.modules and "logging.config" not in sys.modules
    femtologging.config
    femtologging.basicConfig(level="INFO")
    femtologging.install()
    assert "logging.handlers" not in sys.modules and "logging.config" not in sys.modules
    """
    )


@pytest.mark.parametrize("order", ["logging config handlers", "handlers config logging"])
def test_modules_in_the_place_of_logging_find_stdlibs(run, order: str) -> None:
    run(
        f"""
    for name in "{order}".split():
        name = name.replace("logging", "")
        sys.modules[f"logging.{{name}}".rstrip(".")] = getattr(femtologging, name) if name else femtologging
    real = logging
    import logging, logging.config, logging.handlers
    assert logging is femtologging and logging.handlers is femtologging.handlers
    from logging.handlers import QueueHandler, MemoryHandler
    from logging.config import dictConfig
    assert issubclass(QueueHandler, real.Handler) and QueueHandler.__module__ == "logging.handlers"
    assert real.handlers.QueueHandler is QueueHandler
    dictConfig({{
        "version": 1,
        "handlers": {{
            "file": {{"class": "logging.FileHandler", "filename": "app.log"}},
            "memory": {{"class": "logging.handlers.MemoryHandler", "capacity": 1, "target": "file"}},
        }},
        "root": {{"handlers": ["memory"]}},
    }})
    assert real.config.logging is real.handlers.logging is real
    logging.warning("configured")
    logging.shutdown()
    assert open("app.log").read() == "configured\\n"
    assert sys.modules["logging"] is femtologging
    """
    )
