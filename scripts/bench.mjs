// `npm run bench -- NAME …`: installs and builds what is missing, then `gymformer bench NAME …`.
import { buildIfStale } from './build.mjs';
import { installPackages } from './packages.mjs';

installPackages();
await buildIfStale();
process.argv.splice(2, 0, 'bench');
await import('../dist/src/cli/main.js');
