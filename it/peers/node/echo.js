// The other side of ByteEcho in JavaScript, on grpc-js alone, without generated code.
//
//   node echo.js [tls FOLDER | mtls FOLDER] serve TARGET        serves until standard input ends
//   node echo.js [tls FOLDER | mtls FOLDER] call TARGET CHECK   makes calls: kinds SIZE, metadata, limit, deadline, cancel,
//                                                               gzip SIZE, many N, early or load; prints "passed"
//
// FOLDER has PEM files: server.pem, server.key, client.pem and client.key, each certificate signed by itself.
'use strict';

const assert = require('node:assert');
const crypto = require('node:crypto');
const fs = require('node:fs');
const path = require('node:path');
const grpc = require('@grpc/grpc-js');

const SERVICE = 'grpcuds.test.ByteEcho';
const REPEATS = 3;
const CALLERS = 16;
const LIMIT_MS = 60_000;
const MAX_BYTES = 65 << 20;

const asIs = (bytes) => bytes;
const pathOf = (method) => `/${SERVICE}/${method}`;
const within = (ms) => ({ deadline: Date.now() + ms });

function definition(method, requestStream, responseStream) {
  return {
    path: pathOf(method),
    requestStream,
    responseStream,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  };
}

function echo(call, callback) {
  const tag = call.metadata.get('tag')[0];
  let trailer;
  if (tag !== undefined) {
    const header = new grpc.Metadata();
    header.set('tag', `got ${tag}`);
    call.sendMetadata(header);
    trailer = new grpc.Metadata();
    trailer.set('data-bin', call.metadata.get('data-bin')[0]);
  }
  callback(null, call.request, trailer);
}

function join(call, callback) {
  const all = [];
  call.on('data', (message) => all.push(message));
  call.on('end', () => callback(null, Buffer.concat(all)));
}

function repeat(call) {
  for (let i = 0; i < REPEATS; i++) {
    call.write(call.request);
  }
  call.end();
}

function chat(call) {
  call.on('data', (message) => call.write(message));
  call.on('end', () => call.end());
}

function wait(call) {
  call.on('cancelled', () => {
    console.log('wait ended');
    call.end();
  });
  call.sendMetadata(new grpc.Metadata());
  console.log('wait began');
}

function serverCredentials(tls) {
  if (!tls) {
    return grpc.ServerCredentials.createInsecure();
  }
  const pair = { cert_chain: tls.read('server.pem'), private_key: tls.read('server.key') };
  const trusted = tls.mutual ? tls.read('client.pem') : null;
  return grpc.ServerCredentials.createSsl(trusted, [pair], tls.mutual);
}

function channelCredentials(tls) {
  if (!tls) {
    return grpc.credentials.createInsecure();
  }
  const own = tls.mutual ? [tls.read('client.key'), tls.read('client.pem')] : [];
  return grpc.credentials.createSsl(tls.read('server.pem'), ...own);
}

function serve(tls, target) {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': MAX_BYTES });
  server.addService(
    {
      Echo: definition('Echo', false, false),
      Join: definition('Join', true, false),
      Repeat: definition('Repeat', false, true),
      Chat: definition('Chat', true, true),
      Wait: definition('Wait', false, true),
    },
    { Echo: echo, Join: join, Repeat: repeat, Chat: chat, Wait: wait },
  );
  server.bindAsync(target, serverCredentials(tls), (error) => {
    assert.ifError(error);
    console.log('listening');
  });
  process.stdin.resume();
  process.stdin.on('end', () => server.forceShutdown());
}

function unary(client, message, metadata = new grpc.Metadata(), options = within(LIMIT_MS)) {
  return new Promise((resolve, reject) => {
    const answer = {};
    const call = client.makeUnaryRequest(
      pathOf('Echo'), asIs, asIs, message, metadata, options,
      (error, bytes) => {
        answer.bytes = bytes;
        return error ? reject(error) : undefined;
      });
    call.on('metadata', (header) => { answer.header = header; });
    call.on('status', (status) => {
      answer.trailer = status.metadata;
      setImmediate(() => resolve(answer));
    });
  });
}

/** Sends messages, and returns the answers. */
function exchange(client, method, messages) {
  return new Promise((resolve, reject) => {
    const call = client.makeBidiStreamRequest(
      pathOf(method), asIs, asIs, new grpc.Metadata(), within(LIMIT_MS));
    const answers = [];
    call.on('data', (answer) => answers.push(answer));
    call.on('error', reject);
    call.on('end', () => resolve(answers));
    for (const message of messages) {
      call.write(message);
    }
    call.end();
  });
}

/** The code with which a Wait ends. */
function endOfWait(client, options, begun = () => {}) {
  return new Promise((resolve) => {
    const call = client.makeServerStreamRequest(
      pathOf('Wait'), asIs, asIs, Buffer.alloc(0), new grpc.Metadata(), options);
    call.on('metadata', () => begun(call));
    call.on('data', () => {});
    call.on('error', (error) => resolve(error.code));
    call.on('end', () => resolve(grpc.status.OK));
  });
}

const checks = {
  async kinds(client, size) {
    const message = crypto.randomBytes(size);
    const three = Array(REPEATS).fill(message);
    assert.deepStrictEqual((await unary(client, message)).bytes, message);
    assert.deepStrictEqual(await exchange(client, 'Join', three), [Buffer.concat(three)]);
    assert.deepStrictEqual(await exchange(client, 'Repeat', [message]), three);
    assert.deepStrictEqual(await exchange(client, 'Chat', three), three);
  },

  async metadata(client) {
    const data = crypto.randomBytes(256);
    const sent = new grpc.Metadata();
    sent.set('tag', 'x');
    sent.set('data-bin', data);
    const answer = await unary(client, Buffer.alloc(0), sent);
    assert.deepStrictEqual(answer.header.get('tag'), ['got x']);
    assert.deepStrictEqual(answer.trailer.get('data-bin'), [data]);
  },

  async limit(client) {
    await checks.kinds(client, 0);
    const sent = new grpc.Metadata();
    sent.set('x', 'a'.repeat(10000));
    await assert.rejects(
      unary(client, Buffer.alloc(0), sent), { code: grpc.status.RESOURCE_EXHAUSTED });
    await checks.kinds(client, 0);
  },

  async deadline(client) {
    await checks.kinds(client, 0); // so that what follows has a connection
    assert.strictEqual(await endOfWait(client, within(1500)), grpc.status.DEADLINE_EXCEEDED);
  },

  async cancel(client) {
    const code = await endOfWait(client, within(LIMIT_MS), (call) => call.cancel());
    assert.strictEqual(code, grpc.status.CANCELLED);
  },

  async many(client, calls) {
    const all = Array.from({ length: calls }, async (_, i) => {
      const message = Buffer.from(String(i));
      assert.deepStrictEqual((await unary(client, message)).bytes, message);
    });
    await Promise.all(all);
  },

  /** Before there is a server. */
  async early(client) {
    await assert.rejects(unary(client, Buffer.alloc(0)), { code: grpc.status.UNAVAILABLE });
    console.log('unavailable');
    await checks.served(client, 'early');
  },

  /** Calls without a pause while the server is killed and started again: each is answered, or UNAVAILABLE. */
  async load(client) {
    await Promise.all(Array.from({ length: CALLERS }, async (_, caller) => {
      for (let i = 0; ; i++) {
        const message = Buffer.from(`${caller}:${i}`);
        try {
          assert.deepStrictEqual((await unary(client, message)).bytes, message);
        } catch (error) {
          assert.strictEqual(error.code, grpc.status.UNAVAILABLE, error);
          return;
        }
        if (i === 0) {
          console.log('answered');
        }
      }
    }));
    console.log('unavailable');
    for (let caller = 0; caller < CALLERS; caller++) {
      await checks.served(client, `${caller}:again`);
    }
  },

  /** Once there is a server. A call may still meet the connection to the one before it. */
  async served(client, text) {
    const waiting = new grpc.Metadata({ waitForReady: true });
    const message = Buffer.from(text);
    for (const end = Date.now() + LIMIT_MS; ;) {
      try {
        assert.deepStrictEqual((await unary(client, message, waiting)).bytes, message);
        return;
      } catch (error) {
        if (error.code !== grpc.status.UNAVAILABLE || Date.now() > end) {
          throw error;
        }
      }
    }
  },
};

async function call(tls, target, name, number) {
  const options = {
    'grpc.max_receive_message_length': MAX_BYTES,
    ...(name === 'gzip' && {
      'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
    }),
  };
  const client = new grpc.Client(target, channelCredentials(tls), options);
  await checks[name === 'gzip' ? 'kinds' : name](client, Number(number));
  client.close();
  console.log('passed');
}

function main(args) {
  let tls;
  if (args[0] === 'tls' || args[0] === 'mtls') {
    const [kind, folder] = args.splice(0, 2);
    tls = { mutual: kind === 'mtls', read: (name) => fs.readFileSync(path.join(folder, name)) };
  }
  const [role, ...rest] = args;
  return role === 'serve' ? serve(tls, ...rest) : call(tls, ...rest);
}

Promise.resolve(main(process.argv.slice(2))).catch((error) => {
  console.error(error);
  process.exit(1);
});
