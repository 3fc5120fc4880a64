import type { Page } from 'playwright-core';

/** Drops files, by their names, on the page as a file manager would: a share of the way from its left edge to its right. */
export async function drop(page: Page, files: Record<string, Uint8Array>, share = 0): Promise<void> {
  await page.evaluate(
    ([contents, across]) => {
      const data = new DataTransfer();
      for (const [name, content] of contents) data.items.add(new File([content as Uint8Array<ArrayBuffer>], name));
      const [clientX, clientY] = [across * innerWidth, 300];
      for (const type of ['dragenter', 'dragover', 'drop'])
        document.body.dispatchEvent(
          new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true, clientX, clientY }),
        );
    },
    [Object.entries(files), share] as const,
  );
}
