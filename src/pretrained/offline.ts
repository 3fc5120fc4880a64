/** As in other programs of Hugging Face: with it nothing is downloaded. Processes that are started inherit it. */
const VARIABLE = 'HF_HUB_OFFLINE';

export function isOffline(): boolean {
  return ['1', 'true', 'yes', 'on'].includes((process.env[VARIABLE] ?? '').toLowerCase());
}

export function goOffline(): void {
  process.env[VARIABLE] = '1';
}
