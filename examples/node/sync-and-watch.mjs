#!/usr/bin/env node
// Starts a run of a pipeline by gRPC and shows it, as it changes, until it has ended. The exit code is 0 if it has completed.
//   npm ci
//   HEADGATE_SERVER=http://127.0.0.1:8080 HEADGATE_KEY_FILE=~/headgate.key node sync-and-watch.mjs crm/contacts
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [project, name] = (process.argv[2] ?? '').split('/');
if (!project || !name) {
  console.error('usage: sync-and-watch.mjs PROJECT/PIPELINE');
  process.exit(2);
}

const protos = fileURLToPath(new URL('../../contracts/protos', import.meta.url));
const definition = loader.loadSync(['headgate/v1/pipeline_service.proto', 'headgate/v1/job_service.proto'], {
  includeDirs: [protos],
  // Counts are 64 bits wide, more than a number of JavaScript has.
  longs: String,
  enums: String,
  defaults: true,
});
const { PipelineService, JobService } = grpc.loadPackageDefinition(definition).headgate.v1;

function setting(name, meaning) {
  if (process.env[name]) return process.env[name];
  console.error(`${name} is not set: ${meaning}`);
  process.exit(1);
}

const address = setting('HEADGATE_SERVER', 'where the coordinator listens, for example http://127.0.0.1:8080');
const keyFile = setting('HEADGATE_KEY_FILE', 'a file with the secret of an API key');
const server = new URL(address.includes('://') ? address : `http://${address}`);
// Further certificate authorities: GRPC_DEFAULT_SSL_ROOTS_FILE_PATH.
const credentials = server.protocol === 'https:' ? grpc.credentials.createSsl() : grpc.credentials.createInsecure();
// Without one, that of the scheme: a URL leaves out a port that is usual.
const target = `${server.hostname}:${server.port || (server.protocol === 'https:' ? 443 : 80)}`;
const key = new grpc.Metadata();
key.set('authorization', `Bearer ${readFileSync(keyFile.replace(/^~/, homedir()), 'ascii').trim()}`);
const pipelines = new PipelineService(target, credentials);
const jobs = new JobService(target, credentials);

// Not the end of a failed job: it can be resumed. But it does not go on by itself.
const ended = new Set(['JOB_STATE_COMPLETED', 'JOB_STATE_CANCELED', 'JOB_STATE_DISCARDED', 'JOB_STATE_FAILED']);

function start() {
  const request = {
    pipeline: { project, name },
    triggerDetail: 'an example in JavaScript',
    reason: 'to show how',
    // Safe to send again when no answer came: it starts one run, however often it arrives.
    idempotencyKey: randomUUID(),
  };
  return new Promise((resolve, reject) => {
    pipelines.syncNow(request, key, { deadline: Date.now() + 30_000 }, (error, response) => (error ? reject(error) : resolve(response)));
  });
}

async function watch(id) {
  let resumeToken = '';
  for (;;) {
    const stream = jobs.watchJob({ job: { id }, resumeToken }, key);
    // Whoever leaves it before its end cancels it, which it tells as an error.
    stream.on('error', () => {});
    try {
      for await (const response of stream) {
        resumeToken = response.resumeToken;
        if (!response.job) continue; // A heartbeat.
        const { state, percent, counts, stop } = response.job;
        console.log(`${state.replace('JOB_STATE_', '')} ${Math.round(percent)} %, written ${counts?.written ?? 0}`);
        if (ended.has(state)) return state;
        // A guard holds it until somebody has looked, which may be never.
        if (state === 'JOB_STATE_PAUSED' && stop?.cause === 'STOP_CAUSE_GUARD') {
          console.error(stop.reason);
          return state;
        }
      }
    } catch (error) {
      // A coordinator that restarts: the stream goes on where it was.
      if (error.code !== grpc.status.UNAVAILABLE) throw error;
      await setTimeout(1_000);
    } finally {
      stream.cancel();
    }
  }
}

try {
  const { sentence, job } = await start();
  console.log(sentence);
  process.exitCode = (await watch(job.id)) === 'JOB_STATE_COMPLETED' ? 0 : 1;
} catch (error) {
  console.error(`${grpc.status[error.code] ?? 'ERROR'}: ${error.details ?? error.message}`);
  process.exitCode = 1;
} finally {
  pipelines.close();
  jobs.close();
}
