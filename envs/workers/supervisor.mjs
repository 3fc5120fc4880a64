// Starts the worker threads of workerEngine.ts and says which have died: its event loop is free when the caller's is not.
import { parentPort, Worker, workerData } from 'node:worker_threads';

const control = new Int32Array(workerData.control);
const { bell } = workerData;

parentPort.on('message', ({ entry, data, dead, reports }) => {
  const worker = new Worker(new URL(entry), { workerData: data, transferList: [data.port] });
  let reason;
  worker.on('error', (error) => (reason = error?.message ?? String(error)));
  worker.on('exit', (code) => {
    reports.postMessage(reason ?? `exit code ${code}`, []);
    Atomics.store(control, dead, 1);
    Atomics.add(control, bell, 1);
    Atomics.notify(control, bell);
  });
});
