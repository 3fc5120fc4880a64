// A thread of the pool in pool.ts: takes pieces of whatever operation is under way, and sleeps when there is none.
import { workerData } from 'node:worker_threads';

const { module, memory, controlAddress, layout, thread, names, spinMs } = workerData;
const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
const kernels = names.map((name) => exports[name]);
const control = new Int32Array(memory.buffer, controlAddress, layout.words);
const operation = new Float64Array(memory.buffer, controlAddress + layout.operationAt, layout.operationNumbers);

for (;;) {
  const ticket = nextTicket();
  // Taking a piece: no other thread has it, and the operation cannot end, nor its numbers change, before it is done.
  if (Atomics.compareExchange(control, layout.TICKET, ticket, ticket - 1) !== ticket) continue;
  const [kernel, units, pieces, scratch, scratchBytes, ...rest] = operation;
  const piece = (ticket & 255) - 1;
  const [from, to] = [Math.floor((units * piece) / pieces), Math.floor((units * (piece + 1)) / pieces)];
  kernels[kernel](from, to, scratch + thread * scratchBytes, ...rest);
  Atomics.add(control, layout.DONE, 1);
  if (Atomics.load(control, layout.CALLER_WAITS)) Atomics.notify(control, layout.DONE);
}

/** Waits until there are pieces left: their number is the ticket's last byte. */
function nextTicket() {
  const from = performance.now();
  for (;;) {
    for (let i = 0; i < 100; i++) {
      const ticket = Atomics.load(control, layout.TICKET);
      if (ticket & 255) return ticket;
    }
    if (performance.now() - from < spinMs) continue;
    const seen = Atomics.load(control, layout.TICKET);
    if (seen & 255) return seen;
    Atomics.add(control, layout.SLEEPERS, 1);
    Atomics.wait(control, layout.TICKET, seen);
    Atomics.sub(control, layout.SLEEPERS, 1);
  }
}
