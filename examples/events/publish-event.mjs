#!/usr/bin/env node
// Publishes an upstream event, which starts a run of every pipeline that has a trigger for it.
//
//     npm ci
//     HEADGATE_PUBLISHER_FILE=.headgate/publisher.amqp ./publish-event.mjs BackupCompleted crm-db [ID]
//
// The same ID counts once, however often it is published.

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'amqplib';

const exchange = 'headgate:upstream-events';
const [type, subject, id = randomUUID()] = process.argv.slice(2);
if (!subject) {
  console.error('usage: publish-event.mjs TYPE SUBJECT [ID]');
  process.exit(1);
}

const file = process.env.HEADGATE_PUBLISHER_FILE;
if (!file) {
  console.error('HEADGATE_PUBLISHER_FILE is not set: a file with amqp://headgate_publisher:PASSWORD@HOST:PORT/VIRTUAL-HOST');
  process.exit(1);
}

const connection = await connect(readFileSync(file, 'utf8').trim());
// A channel that tells when the broker has taken a message.
const channel = await connection.createConfirmChannel();
const returned = new Promise((_, reject) => channel.once('return', () => reject(new Error('No Headgate has ever listened here.'))));
const event = { type, subject, id, time: new Date().toISOString() };
channel.publish(exchange, '', Buffer.from(JSON.stringify(event)), { contentType: 'application/json', persistent: true, mandatory: true });
await Promise.race([channel.waitForConfirms(), returned]);
await connection.close();
console.log(`Published ${type} of ${subject}, id ${id}`);
