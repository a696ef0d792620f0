#!/usr/bin/env python3
"""Publishes an upstream event, which starts a run of every pipeline that has a trigger for it.

    HEADGATE_PUBLISHER_FILE=.headgate/publisher.amqp ./publish_event.py BackupCompleted crm-db [ID]

Needs pika (Debian: python3-pika). The same ID counts once, however often it is published: take one that belongs to what has happened,
so that a program that is not sure whether it has published may do it again.
"""

import json
import os
import sys
import uuid
from datetime import datetime, timezone

import pika

EXCHANGE = "headgate:upstream-events"


def main(event_type, subject, event_id):
    with pika.BlockingConnection(pika.URLParameters(address())) as connection:
        channel = connection.channel()
        # With it, publishing returns when the broker has taken the message, and fails where it has not.
        channel.confirm_delivery()
        publish(channel, event_type, subject, event_id)
    print(f"Published {event_type} of {subject}, id {event_id}")


def publish(channel, event_type, subject, event_id):
    event = {"type": event_type, "subject": subject, "id": event_id, "time": datetime.now(timezone.utc).isoformat()}
    channel.basic_publish(
        exchange=EXCHANGE,
        routing_key="",
        body=json.dumps(event),
        properties=pika.BasicProperties(content_type="application/json", delivery_mode=pika.spec.PERSISTENT_DELIVERY_MODE),
        # An error, instead of silence, where no Headgate has ever listened.
        mandatory=True,
    )


def address():
    file = os.environ.get("HEADGATE_PUBLISHER_FILE") or sys.exit(
        "HEADGATE_PUBLISHER_FILE is not set: a file with amqp://headgate_publisher:PASSWORD@HOST:PORT/VIRTUAL-HOST"
    )
    with open(os.path.expanduser(file), encoding="ascii") as opened:
        return opened.read().strip()


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit("usage: publish_event.py TYPE SUBJECT [ID]")
    main(sys.argv[1], sys.argv[2], sys.argv[3] if len(sys.argv) == 4 else str(uuid.uuid4()))
