// A thread of the pool in a page.
import { takePieces } from './thread.mjs';

addEventListener('message', ({ data }) => void takePieces(data), { once: true });
