#!/usr/bin/env python3
"""Chains pipelines: publishes an upstream event whenever a job of a pipeline has completed, so that those start that wait for it.

    HEADGATE_SUBSCRIBER_FILE=.headgate/subscriber.amqp HEADGATE_PUBLISHER_FILE=.headgate/publisher.amqp \\
        ./forward_completed.py crm/contacts

The next pipeline's file says: `triggers: [ { event: PipelineCompleted, subject: crm/contacts } ]`. Ends with Ctrl-C. Needs pika (Debian:
python3-pika). What happens while it is not running waits in its queue, for up to 7 days.
"""

import json
import os
import sys

import pika

from publish_event import address, publish

COMPLETED = "Headgate.Contracts.Jobs:JobCompleted"


def main(pipeline):
    with open(os.path.expanduser(setting("HEADGATE_SUBSCRIBER_FILE")), encoding="ascii") as file:
        subscriber = pika.URLParameters(file.read().strip())
    with pika.BlockingConnection(subscriber) as jobs, pika.BlockingConnection(pika.URLParameters(address())) as events:
        to = events.channel()
        to.confirm_delivery()
        channel = jobs.channel()
        queue = "subscriber.forward." + pipeline.replace("/", ".")
        channel.queue_declare(queue, durable=True)
        channel.queue_bind(queue, COMPLETED)
        print(f"Waiting for jobs of {pipeline}", flush=True)
        # None, every few seconds in which nothing comes.
        for method, _, body in channel.consume(queue, inactivity_timeout=5):
            # A connection that only sends has to be seen to besides, or the broker takes it for dead.
            events.process_data_events(0)
            if method is None:
                continue
            job = json.loads(body)["message"]
            # A dry run has written nothing, and a rollback nothing that is new.
            if f"{job['project']}/{job['pipeline']}" == pipeline and job["kind"] not in ("DryRun", "Rollback"):
                # Events come at least once; their repeats have the same id, and count once.
                publish(to, "PipelineCompleted", pipeline, f"completed-{job['jobId']}")
                print(f"Forwarded job {job['jobId']}, {job['counts']['written']} records written", flush=True)
            channel.basic_ack(method.delivery_tag)


def setting(name):
    return os.environ.get(name) or sys.exit(f"{name} is not set: a file with an address amqp://USER:PASSWORD@HOST:PORT/VIRTUAL-HOST")


if __name__ == "__main__":
    if len(sys.argv) != 2 or "/" not in sys.argv[1]:
        sys.exit("usage: forward_completed.py PROJECT/PIPELINE")
    try:
        main(sys.argv[1])
    except KeyboardInterrupt:
        pass
