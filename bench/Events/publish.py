"""Publishes an upstream event for each id on standard input, by one connection, and says when: seconds since 1970, before it was sent."""

import json
import sys
import time
from datetime import datetime, timezone

import pika

connection = pika.BlockingConnection(pika.URLParameters(sys.argv[1]))
channel = connection.channel()
channel.confirm_delivery()
properties = pika.BasicProperties(content_type="application/json", delivery_mode=2)
for line in sys.stdin:
    began = time.time()
    event = {"type": "RowsChanged", "subject": "bench", "id": line.strip(), "time": datetime.now(timezone.utc).isoformat()}
    channel.basic_publish("headgate:upstream-events", "", json.dumps(event), properties, mandatory=True)
    print(f"{began:.6f}", flush=True)
