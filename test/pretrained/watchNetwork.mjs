// Preloaded into a process, and by it into those that it starts: writes down whom it talks to, a line for each attempt.
import dgram from 'node:dgram';
import dns from 'node:dns';
import { appendFileSync } from 'node:fs';
import net from 'node:net';
import { syncBuiltinESMExports } from 'node:module';

const note = (what) => appendFileSync(process.env.NETWORK_LOG, `${what}\n`);

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const target = typeof first === 'object' ? first : { port: first, host: second };
  // Pipes between processes of this machine have a path, or nothing at all.
  if (target.port !== undefined) note(`connect ${target.host ?? 'localhost'}:${target.port}`);
  return connect.apply(this, args);
};

for (const owner of [dns, dns.promises])
  for (const name of Object.keys(owner).filter((key) => /^(lookup|resolve|reverse)/.test(key))) {
    const ask = owner[name];
    owner[name] = function (host, ...rest) {
      note(`dns ${host}`);
      return ask.call(this, host, ...rest);
    };
  }

const send = dgram.Socket.prototype.send;
dgram.Socket.prototype.send = function (...args) {
  note('datagram');
  return send.apply(this, args);
};

syncBuiltinESMExports();
