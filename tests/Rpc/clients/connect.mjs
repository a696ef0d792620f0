// node connect.mjs HOST:PORT FILE_DESCRIPTOR_SET
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { compressionGzip, createConnectTransport, createGrpcTransport } from '@connectrpc/connect-node';
import { equal, run } from './scenarios.mjs';

const [address, descriptors] = process.argv.slice(2);
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const service = registry.getService('headgate.rpc.testing.v1.ProbeService');
const baseUrl = `http://${address}`;

const transports = {
  json_1: createConnectTransport({ baseUrl, httpVersion: '1.1' }),
  json_2: createConnectTransport({ baseUrl, httpVersion: '2' }),
  proto_1: createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: true }),
  proto_2: createConnectTransport({ baseUrl, httpVersion: '2', useBinaryFormat: true }),
  gzip: createConnectTransport({ baseUrl, httpVersion: '1.1', sendCompression: compressionGzip, compressMinBytes: 0 }),
  get: createConnectTransport({ baseUrl, httpVersion: '1.1', useHttpGet: true }),
  get_proto: createConnectTransport({ baseUrl, httpVersion: '1.1', useHttpGet: true, useBinaryFormat: true, sendCompression: compressionGzip, compressMinBytes: 0 }),
  grpc: createGrpcTransport({ baseUrl }),
  grpc_gzip: createGrpcTransport({ baseUrl, sendCompression: compressionGzip, compressMinBytes: 0 }),
};

const failure = async (call) => {
  try {
    await call();
  } catch (error) {
    return ConnectError.from(error);
  }
  throw new Error('It did not fail.');
};

const collect = async (stream) => {
  const messages = [];
  for await (const message of stream) messages.push(message);
  return messages;
};

async function* numbers(...values) {
  for (const number of values) yield { number };
}

const scenarios = {};
for (const [name, transport] of Object.entries(transports)) {
  const client = createClient(service, transport);
  Object.assign(scenarios, {
    async [`${name}_unary`]() {
      const response = await client.echo({ text: 'grüße', number: 9007199254740993n });
      equal([response.text, response.number], ['grüße', 9007199254740993n]);
    },
    async [`${name}_metadata`]() {
      let head, tail;
      const response = await client.echo({}, {
        headers: { 'x-want-metadata': '1', 'x-bytes-bin': 'AQL/' },
        onHeader: (headers) => (head = headers.get('x-head')),
        onTrailer: (trailers) => (tail = trailers.get('x-tail')),
      });
      equal([response.headers['x-bytes-bin'], head, tail], ['0102FF', 'head', 'tail']);
    },
    async [`${name}_server_stream`]() {
      const messages = await collect(client.count({ to: 100 }));
      equal(messages.map((message) => message.number), Array.from({ length: 100 }, (_, index) => index + 1));
    },
    async [`${name}_client_stream`]() {
      equal((await client.sum(numbers(1n, 2n, 39n))).sum, 42n);
    },
    async [`${name}_deadline`]() {
      const error = await failure(() => client.wait({ call: `connect-${name}-deadline` }, { timeoutMs: 300 }));
      equal(error.code, Code.DeadlineExceeded);
    },
    async [`${name}_error_with_details`]() {
      const error = await failure(() => client.fail({ code: 9, message: 'größe', kind: 'details' }));
      equal([error.code, error.rawMessage], [Code.FailedPrecondition, 'größe']);
      const [detail] = error.findDetails(registry.getMessage('google.rpc.BadRequest'));
      equal(detail.fieldViolations[0].field, 'a.b');
    },
    async [`${name}_error_after_messages`]() {
      const messages = [];
      const error = await failure(async () => {
        for await (const message of client.count({ to: 9, failAfter: 3 })) messages.push(message.number);
      });
      equal([messages, error.code, error.rawMessage], [[1, 2, 3], Code.Aborted, 'failed after 3']);
    },
    async [`${name}_cancel`]() {
      const stop = new AbortController();
      const error = await failure(async () => {
        for await (const _ of client.count({ to: 1, call: `connect-${name}-cancel` }, { signal: stop.signal })) stop.abort();
      });
      equal(error.code, Code.Canceled);
    },
  });
  if (!['json_2', 'proto_2', 'grpc'].includes(name)) continue;
  scenarios[`${name}_duplex`] = async () => {
    let answered = () => {};
    const requests = (async function* () {
      for (const text of ['a', 'b']) {
        yield { text };
        await new Promise((resolve) => (answered = resolve));
      }
    })();
    const texts = [];
    for await (const { text } of client.chat(requests)) {
      texts.push(text);
      setImmediate(() => answered());
    }
    equal(texts, ['a', 'b']);
  };
}

await run(scenarios);
