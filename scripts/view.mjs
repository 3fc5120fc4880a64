// `npm run view -- [path]`: builds what is missing, then `gymformer view`.
import { buildIfStale } from './build.mjs';
import { installPackages } from './packages.mjs';

installPackages();
await buildIfStale();
process.argv.splice(2, 0, 'view');
await import('../dist/src/cli/main.js');
