/** What the server answers. @throws Error saying why it has no answer, in its own words where it gives some */
export async function get(url: string | URL): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new Error('the server did not answer', { cause });
  }
  if (response.ok) return response;
  const { error } = (await response.json().catch(() => ({}))) as { error?: string };
  throw new Error(error ?? `the server answered ${response.status}`);
}
