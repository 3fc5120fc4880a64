/** Names that stand in a field of the address with marks between them: those in a name are percent-encoded. */
export function escapeMarks(name: string): string {
  return name.replace(/[%,:@]/g, encodeURIComponent);
}

export function unescapeMarks(name: string): string {
  return name.replace(/%(25|2C|3A|40)/gi, decodeURIComponent);
}
