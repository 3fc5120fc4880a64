import { byId } from './dom.ts';

/** Takes a file that is dropped anywhere on the page, or chosen with one of the “Open a file” buttons. */
export function listenForFiles(open: (file: File) => void): void {
  const veil = byId('drop-veil', HTMLElement);
  const input = byId('file', HTMLInputElement);
  let depth = 0; // enter and leave come in pairs for every element that the pointer crosses
  const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

  window.addEventListener('dragenter', (event) => {
    if (!carriesFiles(event)) return;
    depth++;
    veil.hidden = false;
  });
  window.addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    veil.hidden = depth === 0;
  });
  window.addEventListener('dragover', (event) => {
    if (carriesFiles(event)) event.preventDefault(); // or the browser would open the file itself
  });
  window.addEventListener('drop', (event) => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const file = event.dataTransfer?.files[0];
    if (file) open(file);
  });
  input.addEventListener('change', () => {
    const file = input.files?.[0];
    if (file) open(file);
    input.value = ''; // so that choosing the same file again is a change
  });
  for (const button of document.querySelectorAll('.open-file')) button.addEventListener('click', () => input.click());
}
