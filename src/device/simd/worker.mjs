// A thread of the pool in Node.
import { workerData } from 'node:worker_threads';
import { takePieces } from './thread.mjs';

await takePieces(workerData);
