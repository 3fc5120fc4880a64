/**
 * Loads a package that need not be there.
 *
 * @param install how to get it
 * @throws Error saying that it is not installed, or why it does not load
 */
export async function importOptional(packageName: string, install: string): Promise<unknown> {
  try {
    return await import(packageName);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${packageName}'`);
    if (missing) throw new Error(`${packageName} is not installed: ${install}`, { cause });
    throw new Error(`${packageName} is installed but does not load: ${message.split('\n')[0]}`, { cause });
  }
}
