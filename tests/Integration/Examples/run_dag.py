"""Runs the tasks of a DAG one after the other, without Airflow: with just those of its names that the DAG imports.

run_dag.py DAG_FILE RUN_ID, with HEADGATE_SERVER and HEADGATE_KEY_FILE in the environment.
"""

import importlib.util
import os
import sys
import time
import types

RUN_ID = sys.argv[2]


class AirflowException(Exception):
    pass


class AirflowFailException(AirflowException):
    pass


class PokeReturnValue:
    def __init__(self, is_done, xcom_value=None):
        self.is_done, self.xcom_value = is_done, xcom_value


class BaseHook:
    @staticmethod
    def get_connection(name):
        assert name == "headgate", name
        with open(os.environ["HEADGATE_KEY_FILE"], encoding="ascii") as file:
            return types.SimpleNamespace(host=os.environ["HEADGATE_SERVER"], password=file.read().strip())


def task(function):
    return lambda *arguments: function(*arguments, **({"run_id": RUN_ID} if "run_id" in function.__code__.co_varnames else {}))


def sensor(poke_interval, timeout, mode):
    def decorate(function):
        def run(*arguments):
            ends = time.monotonic() + timeout
            while not (result := function(*arguments)).is_done:
                assert time.monotonic() < ends, "timed out"
                time.sleep(0.2)  # In place of the interval: a test does not wait for that long.
            return result.xcom_value

        return run

    return decorate


task.sensor = sensor


def dag(**settings):
    return lambda function: function


def module(name, **names):
    sys.modules[name] = types.ModuleType(name)
    vars(sys.modules[name]).update(names)


module("airflow")
module("airflow.decorators", dag=dag, task=task)
module("airflow.exceptions", AirflowException=AirflowException, AirflowFailException=AirflowFailException)
module("airflow.hooks")
module("airflow.hooks.base", BaseHook=BaseHook)
module("airflow.sensors")
module("airflow.sensors.base", PokeReturnValue=PokeReturnValue)

spec = importlib.util.spec_from_file_location("dag_file", sys.argv[1])
try:
    # The file ends with a call of the DAG.
    spec.loader.exec_module(importlib.util.module_from_spec(spec))
except AirflowException as error:
    sys.exit(f"{type(error).__name__}: {error}")
