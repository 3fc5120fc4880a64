import { byId } from './dom.ts';

/** What becomes of files. */
export interface FileActions {
  open(file: File): void;
  compare(file: File): void;
  /** Whether there is something open to compare a file with. */
  comparable(): boolean;
}

/**
 * Takes files that are dropped anywhere on the page, or chosen with one of the “Open a file” buttons. With a replay open,
 * what is dropped on the right half of the page, or with Shift, is compared with it; so are all files but the first.
 */
export function listenForFiles({ open, compare, comparable }: FileActions): void {
  const veil = byId('drop-veil', HTMLElement);
  const input = byId('file', HTMLInputElement);
  let depth = 0; // enter and leave come in pairs for every element that the pointer crosses
  const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

  const compares = (event: DragEvent): boolean =>
    comparable() && (event.shiftKey || event.clientX > window.innerWidth / 2);

  window.addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    depth++;
    veil.hidden = false;
    veil.classList.toggle('halves', comparable());
  });
  window.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    veil.hidden = depth === 0;
  });
  window.addEventListener('dragover', (event) => {
    if (!carriesFiles(event)) return;
    event.preventDefault(); // or the browser would open the file itself
    veil.classList.toggle('compares', compares(event));
  });
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const files = [...(event.dataTransfer?.files ?? [])];
    const first = compares(event) ? null : files.shift();
    if (first) open(first);
    for (const file of files) compare(file);
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) open(file);
    input.value = ''; // so that choosing the same file again is a change
  });
  for (const button of document.querySelectorAll('.open-file')) button.addEventListener('click', () => input.click());
}
