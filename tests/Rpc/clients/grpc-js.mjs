// node grpc-js.mjs HOST:PORT
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { equal, run } from './scenarios.mjs';

const [address] = process.argv.slice(2);
const includeDirs = [fileURLToPath(new URL('../protos', import.meta.url))];
const definition = loader.loadSync('headgate/rpc/testing/v1/probe.proto', { includeDirs, longs: String, keepCase: true, defaults: true });
const { ProbeService } = grpc.loadPackageDefinition(definition).headgate.rpc.testing.v1;
const connect = (options = {}) => new ProbeService(address, grpc.credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, ...options });
const client = connect();

const unary = (method, request, { metadata = new grpc.Metadata(), options = {}, from = client } = {}) =>
  new Promise((resolve) => {
    const seen = {};
    const call = from[method](request, metadata, options, (error, response) => resolve({ error, response, ...seen }));
    call.on('metadata', (headers) => (seen.headers = headers));
  });

const collect = (stream) =>
  new Promise((resolve) => {
    const messages = [];
    stream.on('data', (message) => messages.push(message));
    stream.on('error', (error) => resolve({ messages, error }));
    stream.on('end', () => resolve({ messages }));
  });

const inMilliseconds = (milliseconds) => ({ deadline: Date.now() + milliseconds });

await run({
  async unary() {
    const { response } = await unary('echo', { text: 'grüße', number: '9007199254740993' });
    equal([response.text, response.number], ['grüße', '9007199254740993']);
  },
  async metadata() {
    const metadata = new grpc.Metadata();
    metadata.set('x-want-metadata', '1');
    metadata.set('x-bytes-bin', Buffer.from([1, 2, 255]));
    const { response, headers } = await unary('echo', {}, { metadata });
    equal(response.headers['x-bytes-bin'], '0102FF');
    equal([headers.get('x-head'), [...headers.get('x-head-bin')[0]]], [['head'], [0, 255, 1]]);
  },
  async trailers() {
    const metadata = new grpc.Metadata();
    metadata.set('x-want-metadata', '1');
    const trailers = await new Promise((resolve) => client.echo({}, metadata, () => {}).on('status', (status) => resolve(status.metadata)));
    equal([trailers.get('x-tail'), [...trailers.get('x-tail-bin')[0]]], [['tail'], [2, 254, 3]]);
  },
  async large() {
    const { response } = await unary('echo', { text: 'x'.repeat(900_000), padding: 10_000_000 });
    equal([response.text.length, response.padding.length], [900_000, 10_000_000]);
  },
  async gzip() {
    const from = connect({ 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip });
    const { response } = await unary('echo', { text: 'x'.repeat(100_000) }, { from });
    equal(response.text.length, 100_000);
  },
  async server_stream() {
    const { messages } = await collect(client.count({ to: 1000 }));
    equal(messages.map((message) => message.number), Array.from({ length: 1000 }, (_, index) => index + 1));
  },
  async error_after_messages() {
    const { messages, error } = await collect(client.count({ to: 9, fail_after: 3 }));
    equal([messages.length, error.code, error.details], [3, grpc.status.ABORTED, 'failed after 3']);
  },
  async client_stream() {
    const response = await new Promise((resolve, reject) => {
      const call = client.sum((error, sum) => (error ? reject(error) : resolve(sum)));
      for (let number = 1; number <= 100; number++) call.write({ number });
      call.end();
    });
    equal([response.sum, response.count], ['5050', 100]);
  },
  async duplex() {
    const call = client.chat();
    for (const text of ['a', 'b']) {
      const answer = new Promise((resolve) => call.once('data', resolve));
      call.write({ text });
      equal((await answer).text, text);
    }
    const end = collect(call);
    call.end();
    equal((await end).messages, []);
  },
  async deadline() {
    const { error } = await unary('wait', { call: 'grpc-js-deadline' }, { options: inMilliseconds(300) });
    equal(error.code, grpc.status.DEADLINE_EXCEEDED);
  },
  async cancel() {
    const call = client.count({ to: 1, call: 'grpc-js-cancel' });
    await new Promise((resolve) => call.once('data', resolve));
    const end = collect(call);
    call.cancel();
    equal((await end).error.code, grpc.status.CANCELLED);
  },
  async error_with_details() {
    const { error } = await unary('fail', { code: 9, message: 'größe', kind: 'details' });
    equal([error.code, error.details], [grpc.status.FAILED_PRECONDITION, 'größe']);
    const bytes = error.metadata.get('grpc-status-details-bin')[0];
    equal(bytes.includes('type.googleapis.com/google.rpc.BadRequest') && bytes.includes('is wrong'), true);
  },
  async unimplemented() {
    const call = (callback) => client.makeUnaryRequest('/headgate.rpc.testing.v1.ProbeService/No', (x) => x, (x) => x, Buffer.alloc(0), callback);
    equal((await new Promise((resolve) => call((error) => resolve(error)))).code, grpc.status.UNIMPLEMENTED);
  },
  async too_large() {
    const { error } = await unary('echo', { text: 'x'.repeat(1_000_001) });
    equal(error.code, grpc.status.RESOURCE_EXHAUSTED);
  },
  async many_at_once() {
    const answers = await Promise.all(Array.from({ length: 500 }, (_, number) => unary('echo', { number })));
    equal(answers.map(({ response }) => Number(response.number)), Array.from({ length: 500 }, (_, number) => number));
  },
});
