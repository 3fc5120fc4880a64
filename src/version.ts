import { createRequire } from 'node:module';

/** Of gymformer, from its package.json: found through the package's own name, from the sources and from dist alike. */
export const VERSION = (createRequire(import.meta.url)('gymformer/package.json') as { version: string }).version;
