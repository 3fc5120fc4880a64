/**
 * A thread of the pool in pool.ts: takes pieces of whatever operation is under way, and sleeps when there is none. Plain
 * JavaScript, since Node and browsers start it as it is.
 *
 * @param {import('./pool.ts').ThreadTask} task
 * @returns {Promise<never>}
 */
export async function takePieces({ module, memory, controlAddress, layout, thread, names, spinMs }) {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort() {} } });
  const kernels = names.map((name) => exports[name]);
  const control = new Int32Array(memory.buffer, controlAddress, layout.words);
  const operation = new Float64Array(memory.buffer, controlAddress + layout.operationAt, layout.operationNumbers);

  for (;;) {
    const ticket = nextTicket(control, layout, spinMs);
    // Taking a piece: no other thread has it, and the operation cannot end, nor its numbers change, before it is done.
    if (Atomics.compareExchange(control, layout.TICKET, ticket, ticket - 1) !== ticket) continue;
    const [kernel, units, pieces, scratch, scratchBytes, ...rest] = operation;
    const piece = (ticket & 255) - 1;
    const [from, to] = [Math.floor((units * piece) / pieces), Math.floor((units * (piece + 1)) / pieces)];
    try {
      kernels[kernel](from, to, scratch + thread * scratchBytes, ...rest);
    } catch (error) {
      Atomics.store(control, layout.FAILED, 1);
      Atomics.notify(control, layout.DONE);
      throw error;
    }
    Atomics.add(control, layout.DONE, 1);
    if (Atomics.load(control, layout.CALLER_WAITS)) Atomics.notify(control, layout.DONE);
  }
}

/** Waits until there are pieces left: their number is the ticket's last byte. */
function nextTicket(control, layout, spinMs) {
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
