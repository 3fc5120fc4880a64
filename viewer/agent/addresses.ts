/**
 * Where the server has an agent: what a run learned until a checkpoint.
 *
 * @param run         the run's id
 * @param checkpoint  `best`, `latest`, or the name of one
 */
export function agentUrl(run: string, checkpoint: string): string {
  return absolute(`api/agents/${encodePath(run)}/${encodeURIComponent(checkpoint)}`);
}

/** Where the server lists the checkpoints of a run that a page may have. */
export function checkpointsUrl(run: string): string {
  return absolute(`api/agents/${encodePath(run)}`);
}

/** Where the server has the module of a run's own environment. */
export function environmentModuleUrl(run: string): string {
  return absolute(`api/environments/${encodePath(run)}.js`);
}

/** Where the server has the module of the environment that it was started to have played. */
export function playedModuleUrl(): string {
  return absolute('api/played.js');
}

/** A worker would take a relative address from its own file. */
function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
