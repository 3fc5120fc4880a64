/** What went wrong, as a shell sees it. Every error that a person can mend is one of these (or an `EnvError`, 3). */
export const EXIT = { ok: 0, failed: 1, usage: 2, environment: 3, file: 4, interrupted: 130 } as const;

/** An error with a message for a person and an exit code for a script. */
export class GymformerError extends Error {
  override readonly name: string = 'GymformerError';

  constructor(
    message: string,
    readonly exitCode: (typeof EXIT)[keyof typeof EXIT] = EXIT.failed,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** A command, flag, device or environment that does not exist, or cannot be used that way. Exit 2. */
export class UsageError extends GymformerError {
  override readonly name = 'UsageError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.usage, options);
  }
}

/** A config that is not valid, or does not fit its environment. Exit 3. */
export class ConfigError extends GymformerError {
  override readonly name = 'ConfigError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.environment, options);
  }
}

/** A file that is missing, cut, corrupt, of a newer version, or of something else. Exit 4. */
export class FileError extends GymformerError {
  override readonly name = 'FileError';

  constructor(message: string, options?: ErrorOptions) {
    super(message, EXIT.file, options);
  }
}
