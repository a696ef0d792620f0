"""Runs a Headgate pipeline from Airflow, by HTTP alone: nothing of Headgate's has to be installed there.

Put it into the DAGs folder, and add a connection `headgate`: host http://127.0.0.1:8080, password the secret of an API key with role
OPERATOR. For Airflow 2.7 and newer.
"""

import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta

from airflow.decorators import dag, task
from airflow.exceptions import AirflowException, AirflowFailException
from airflow.hooks.base import BaseHook
from airflow.sensors.base import PokeReturnValue

PIPELINE = {"project": "crm", "name": "contacts"}


def call(method, message):
    connection = BaseHook.get_connection("headgate")
    request = urllib.request.Request(
        f"{connection.host}/headgate.v1.{method}",
        data=json.dumps(message).encode(),
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {connection.password}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        refused = json.load(error)
        sentence = f"{refused['code']}: {refused.get('message', '')}"
        # What is refused stays so, however often it is asked for. What could not be answered is worth a retry.
        raise (AirflowException if refused["code"] in ("unavailable", "deadline_exceeded") else AirflowFailException)(sentence) from error


@dag(schedule="@daily", start_date=datetime(2026, 1, 1), catchup=False, default_args={"retries": 3, "retry_delay": timedelta(minutes=1)})
def headgate_contacts():
    @task
    def start(run_id=None):
        # A retry of this task starts no second run: it is answered as the first one was.
        answer = call(
            "PipelineService/SyncNow",
            {"pipeline": PIPELINE, "triggerDetail": run_id, "reason": "due in Airflow", "idempotencyKey": f"{PIPELINE['project']}/{PIPELINE['name']} {run_id}"[:128]},
        )
        print(answer["sentence"])
        return answer["job"]["id"]

    # Between two looks it takes no place of a worker.
    @task.sensor(poke_interval=15, timeout=6 * 3600, mode="reschedule")
    def completed(job_id):
        job = call("JobService/GetJob", {"job": {"id": job_id}})["job"]
        state = job["state"].removeprefix("JOB_STATE_")
        print(f"{state} {job.get('percent', 0)} %, written {job.get('counts', {}).get('written', '0')}")
        if state in ("CANCELED", "DISCARDED", "FAILED"):
            raise AirflowException(f"Job {job_id} is {state}.")
        # Somebody has to look: until then it does not go on.
        if state == "PAUSED" and job.get("stop", {}).get("cause") == "STOP_CAUSE_GUARD":
            raise AirflowException(f"Job {job_id} is {state}: {job['stop']['reason']}")
        return PokeReturnValue(is_done=state == "COMPLETED", xcom_value=job.get("counts", {}))

    completed(start())


headgate_contacts()
